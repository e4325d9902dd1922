#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "aws/sts.h"
#include "aws/sts_answer.h"
#include "aws/sts_form.h"
#include "base/alloc.h"

/*
 * A web identity token lies in a file that whoever issues it replaces every so
 * often (Kubernetes: within the hour), so it MUST be read at each try, never
 * kept. Whose file it is says nothing: kubelet's belong to root.
 */
#define TOKEN_MAX 20000 /* STS API, WebIdentityToken */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum sek_code
read_all(struct sek_secret *out, int fd, const char *path, struct sek_err *err)
{
	char part[4096];
	enum sek_code code = SEK_OK;
	ssize_t n;

	while (!code) {
		n = read(fd, part, sizeof(part));
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		code = n < 0 ? sek_fail_errno(err, "%s", path)
			     : sek_secret_add(out, part, (size_t)n, err);
	}
	explicit_bzero(part, sizeof(part));
	return code;
}

static enum sek_code
read_token(struct sek_secret *out, struct sek_str *token, const char *path,
    struct sek_err *err)
{
	__attribute__((cleanup(close_fd))) int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum sek_code code;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	code = read_all(out, fd, path, err);
	*token = sek_str_trim(sek_secret_str(out));
	if (code == SEK_ETOOBIG || (!code && token->n > TOKEN_MAX))
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: no token is larger than %d bytes", path, TOKEN_MAX);
	if (!code && token->n == 0)
		return sek_fail(err, SEK_EPARSE, "%s: holds no token", path);
	return code;
}

struct web {
	const struct sek_hop *hop;
	const struct sek_env *env;
};

static enum sek_code
make_form(const struct sek_call *call, struct sek_secret **body,
    struct sek_err *err)
{
	const struct web *web = call->arg;
	sek_auto_secret *file = sek_secret_new(TOKEN_MAX + 2); /* CR LF */
	sek_auto_form form = {0};
	struct sek_str token = {NULL, 0};
	enum sek_code code = read_token(file, &token, web->hop->name, err);

	if (code)
		return code;
	sek_form_start(&form, "AssumeRoleWithWebIdentity");
	sek_form_add_role(&form, web->hop, web->env);
	sek_form_add(&form, "WebIdentityToken", token);
	if (form.code)
		return sek_fail(err, form.code, "%s", form.err.text);
	*body = sek_steal(&form.body);
	return SEK_OK;
}

enum sek_code
sek_sts_web_identity(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	static const char action[] = "AssumeRoleWithWebIdentity";
	sek_auto_free char *what = sek_printf("%s %.160s", action,
	    hop->role_arn);
	const struct web web = {hop, aws->env};

	return sek_sts_get_creds(out, aws,
	    &(struct sek_call){
		.service = "sts",
		.reach = &hop->reach,
		.what = what,
		.make = make_form,
		.arg = &web,
	    },
	    action, err);
}

#include "aws/secret_file.h"
#include "aws/sts.h"
#include "aws/sts_answer.h"
#include "aws/sts_form.h"
#include "base/alloc.h"

/*
 * A web identity token lies in a file that whoever issues it replaces every so
 * often (Kubernetes: within the hour), so it MUST be read at each try, never
 * kept.
 */
#define TOKEN_MAX ((size_t)20000) /* STS API, WebIdentityToken */

static enum sek_code
read_token(struct sek_secret **out, struct sek_str *token,
    const struct sek_env *env, const char *path, struct sek_err *err)
{
	const size_t line_end = 2; /* CR LF */
	enum sek_code code = sek_secret_file_read(out, env, path,
	    TOKEN_MAX + line_end, err);

	if (!code)
		*token = sek_str_trim(sek_secret_str(*out));
	if (code == SEK_ETOOBIG || token->n > TOKEN_MAX)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: no token is larger than %zu bytes", path, TOKEN_MAX);
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
	sek_auto_secret *file = NULL;
	sek_auto_form form = {0};
	struct sek_str token = {NULL, 0};
	enum sek_code code = read_token(&file, &token, web->env, web->hop->name,
	    err);

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

#include "vault/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/plan.h"

/* A file that is edited, and what it was, to be put back. */
struct file {
	char path[PATH_MAX]; /* links followed */
	struct sek_secret *old;
	mode_t mode;
	bool existed;
	bool edited;
};

static void
clear_file(struct file *f)
{
	sek_secret_free(f->old);
}
#define auto_file __attribute__((cleanup(clear_file))) struct file

static enum sek_code
read_fd(struct file *f, int fd, struct sek_err *err)
{
	for (;;) {
		char *room;
		ssize_t n;
		enum sek_code code = sek_secret_room(&room, f->old, 4096, err);

		if (code)
			return sek_fail(err, code, "%s: larger than %zu bytes",
			    f->path, SEK_PROFILE_MAX);
		n = read(fd, room, 4096);
		if (n < 0 && errno != EINTR)
			return sek_fail_errno(err, "%s", f->path);
		if (n == 0)
			return SEK_OK;
		sek_secret_filled(f->old, n > 0 ? (size_t)n : 0);
	}
}

/* It is replaced by a new file: only what that changes in nothing but bytes. */
static enum sek_code
check_file(struct file *f, int fd, struct sek_err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return sek_fail_errno(err, "%s", f->path);
	if (!S_ISREG(st.st_mode))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: not a regular file: it is not written to", f->path);
	if (st.st_uid != geteuid())
		return sek_fail(err, SEK_ECONFIG,
		    "%s: belongs to another user, who has to write it",
		    f->path);
	f->mode = st.st_mode & 0777;
	return SEK_OK;
}

/* The file itself, behind all links. */
static enum sek_code
find_file(struct file *f, const char *path, struct sek_err *err)
{
	struct stat st;

	if (strlen(path) >= sizeof(f->path))
		return sek_fail(err, SEK_ECONFIG, "%s: too long", path);
	f->existed = realpath(path, f->path);
	if (f->existed)
		return SEK_OK;
	if (errno != ENOENT)
		return sek_fail_errno(err, "%s", path);
	if (!lstat(path, &st))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: a link to a file that is not there: make that one, or "
		    "remove the link",
		    path);
	memcpy(f->path, path, strlen(path) + 1);
	return SEK_OK;
}

static enum sek_code
read_file(struct file *f, const char *path, struct sek_err *err)
{
	enum sek_code code;
	int fd;

	f->old = sek_secret_new(SEK_PROFILE_MAX + 4096);
	f->mode = 0600;
	if ((code = find_file(f, path, err)) || !f->existed)
		return code;
	fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return sek_fail_errno(err, "%s", f->path);
	code = check_file(f, fd, err);
	if (!code)
		code = read_fd(f, fd, err);
	close(fd);
	return code;
}

static enum sek_code
make_dir_of(const char *path, struct sek_err *err)
{
	sek_auto_free char *dir = sek_strdup(path);
	char *slash = strrchr(dir, '/');

	if (!slash || slash == dir)
		return SEK_OK;
	*slash = '\0';
	return sek_dir_make(dir, 0700, err);
}

static enum sek_code
edit(struct file *f, const char *path, const char *header,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	sek_auto_secret *made = sek_secret_new(SEK_PROFILE_MAX);
	struct sek_str text;
	enum sek_code code;

	if ((code = read_file(f, path, err)) ||
	    (code = sek_setup_edit(made, sek_secret_str(f->old), header, pairs,
		 n, err)) ||
	    (code = make_dir_of(f->path, err)))
		return code;
	text = sek_secret_str(made);
	code = sek_file_replace(f->path, text.p, text.n, f->mode, err);
	f->edited = !code;
	return code;
}

static enum sek_code
restore(const struct file *f, struct sek_err *err)
{
	struct sek_str text = sek_secret_str(f->old);

	if (f->existed)
		return sek_file_replace(f->path, text.n ? text.p : "", text.n,
		    f->mode, err);
	return unlink(f->path) ? sek_fail_errno(err, "%s", f->path) : SEK_OK;
}

static enum sek_code
check_name(const char *name, struct sek_err *err)
{
	if (!sek_setup_is_name(name))
		return sek_fail(err, SEK_ECONFIG,
		    "profile %s: a name has letters, digits and -/.%%@_:+ only",
		    name);
	return SEK_OK;
}

/* AWS's file calls the default profile by its bare name. */
static char *
header_of(const char *name)
{
	return strcmp(name, "default") ? sek_printf("[profile %s]", name)
				       : sek_strdup("[default]");
}

static enum sek_code
check_mixture(const struct sek_profile *aws, struct sek_err *err)
{
	static const char *const sources[] = {"role_arn", "source_profile",
	    "credential_source", "web_identity_token_file", "aws_access_key_id",
	    "aws_secret_access_key", "sso_session", "sso_start_url",
	    "sso_account_id", "login_session"};
	const char *process;

	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (sek_profile_get(aws, sources[i]))
			return sek_fail(err, SEK_ECONFIG,
			    "%s: profile %s has %s, with which an SDK does not "
			    "ask sekisho-vault: move it to sekisho's own file",
			    sek_profile_where(aws, sources[i]),
			    sek_profile_name(aws), sources[i]);
	process = sek_profile_get(aws, "credential_process");
	if (process && !sek_plan_is_us(process))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: profile %s has a credential_process of another "
		    "program: move it to sekisho's own file",
		    sek_profile_where(aws, "credential_process"),
		    sek_profile_name(aws));
	return SEK_OK;
}

static enum sek_code
check(const struct sek_setup *s, struct sek_err *err)
{
	const struct sek_profile *aws = sek_profiles_find_aws(s->profiles,
	    s->name);
	const char *program = s->program;
	enum sek_code code = check_name(s->name, err);

	if (code || (aws && (code = check_mixture(aws, err))))
		return code;
	if (*program != '/' ||
	    program[strspn(program,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+")])
		return sek_fail(err, SEK_ECONFIG,
		    "%s: SDKs split this path differently: install the program "
		    "where the path has letters, digits and /._-+ only",
		    program);
	if (!sek_profiles_config_path(s->profiles) ||
	    !sek_profiles_our_path(s->profiles))
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no home directory for these files: set HOME");
	return SEK_OK;
}

/* What an SDK reads calls us; what we then do must stand in our own file. */
static enum sek_code
check_source(const struct sek_setup *s, struct sek_err *err)
{
	const struct sek_profile *p = sek_profiles_find(s->profiles, s->name);

	if (s->n > 0 || (p && sek_profile_is_ours(p)))
		return SEK_OK;
	return sek_fail(err, SEK_ECONFIG,
	    "profile %s: nothing in %s says where its credentials come from: "
	    "--set sekisho_source=keyring:%s is the key that `sekisho-vault "
	    "add %s` keeps",
	    s->name, sek_profiles_our_path(s->profiles), s->name, s->name);
}

static enum sek_code
edit_sdk(struct file *f, const struct sek_setup *s, const char *header,
    struct sek_err *err)
{
	sek_auto_free char *command = sek_printf("%s get %s", s->program,
	    s->name);
	struct sek_setup_pair pairs[2] = {
	    {SEK_STR("credential_process"), sek_str(command)}};

	if (s->region)
		pairs[1] = (struct sek_setup_pair){
		    SEK_STR("region"), sek_str(s->region)};
	return edit(f, sek_profiles_config_path(s->profiles), header, pairs,
	    s->region ? 2 : 1, err);
}

/* As the files are now. */
static enum sek_code
check_plan(const struct sek_setup *s, struct sek_err *err)
{
	sek_auto_profiles *profiles = NULL;
	sek_auto_plan *plan = NULL;
	enum sek_code code = sek_profiles_load(&profiles, s->env, err);

	return code ? code
		    : sek_plan_make(&plan, profiles, s->name, s->env, err);
}

static void
put_back(const struct file *f, struct sek_err *err)
{
	struct sek_err why;

	if (f->edited && restore(f, &why))
		(void)sek_fail(err, err->code, "%s (and %s stays as it is now)",
		    err->text, f->path);
}

enum sek_code
sek_setup(const struct sek_setup *s, struct sek_err *err)
{
	auto_file ours = {0};
	auto_file sdk = {0};
	const char *path = sek_profiles_our_path(s->profiles);
	sek_auto_free char *header = header_of(s->name);
	enum sek_code code;

	if ((code = check(s, err)) || (code = check_source(s, err)))
		return code;
	if ((s->n > 0 &&
		(code = edit(&ours, path, header, s->pairs, s->n, err))) ||
	    (code = edit_sdk(&sdk, s, header, err)) ||
	    (code = check_plan(s, err))) {
		put_back(&ours, err);
		put_back(&sdk, err);
	}
	return code;
}

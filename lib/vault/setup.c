#include "vault/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/secret.h"

struct edit {
	struct sek_secret *out;
	const struct sek_setup_pair *pairs;
	size_t n;
	bool *done; /* of pairs */
	struct sek_err *err;
};

static enum sek_code
put(struct edit *e, struct sek_str s)
{
	return sek_secret_add(e->out, s.p, s.n, e->err);
}

static enum sek_code
put_pair(struct edit *e, size_t i)
{
	const struct sek_str parts[] = {
	    e->pairs[i].key, SEK_STR(" = "), e->pairs[i].value, SEK_STR("\n")};
	enum sek_code code = SEK_OK;

	for (size_t k = 0; k < 4 && !code; k++)
		code = put(e, parts[k]);
	e->done[i] = true;
	return code;
}

static enum sek_code
put_rest(struct edit *e)
{
	enum sek_code code = SEK_OK;

	for (size_t i = 0; i < e->n && !code; i++)
		if (!e->done[i])
			code = put_pair(e, i);
	return code;
}

static bool
same_key(struct sek_str a, struct sek_str b)
{
	return a.n == b.n && !strncasecmp(a.p, b.p, a.n);
}

/* The pair that a line sets; n: none. */
static size_t
pair_of(const struct edit *e, struct sek_str line)
{
	struct sek_str key = sek_str_trim(sek_str_cut(&line, '='));
	size_t i = 0;

	while (i < e->n && !(line.p && same_key(key, e->pairs[i].key)))
		i++;
	return i;
}

/* "[profile x]" whatever blanks are in it. */
static bool
is_header(struct sek_str line, const char *header)
{
	struct sek_str want = sek_str(header);
	size_t i = 0;

	for (size_t k = 0; k < line.n; k++) {
		if (line.p[k] == ' ' || line.p[k] == '\t')
			continue;
		while (i < want.n && want.p[i] == ' ')
			i++;
		if (i == want.n || line.p[k] != want.p[i])
			return i == want.n &&
			    (line.p[k] == '#' || line.p[k] == ';');
		i++;
	}
	return i == want.n;
}

struct place {
	bool inside;  /* the section */
	bool found;   /* it, before */
	bool dropped; /* the property above: its indented lines go, too */
};

/* Blank lines at the end of a section stay behind what is added to it. */
static enum sek_code
take_line(struct edit *e, struct place *at, struct sek_str line,
    struct sek_str *blank, const char *header)
{
	struct sek_str text = sek_str_trim(line);
	enum sek_code code = SEK_OK;
	size_t i;

	if (text.n == 0 && at->inside) {
		if (blank->n == 0)
			*blank = line;
		else
			blank->n = (size_t)(line.p + line.n - blank->p);
		return SEK_OK;
	}
	if (*line.p == '[' && at->inside)
		code = put_rest(e);
	if (!code && blank->n)
		code = put(e, *blank);
	*blank = (struct sek_str){NULL, 0};
	if (code)
		return code;
	if (line.n > 0 && *line.p == '[') {
		at->inside = is_header(text, header);
		at->found |= at->inside;
		at->dropped = false;
		return put(e, line);
	}
	if (line.n > 0 && (*line.p == ' ' || *line.p == '\t'))
		return at->dropped ? SEK_OK : put(e, line);
	i = at->inside && text.n && *text.p != '#' && *text.p != ';'
	    ? pair_of(e, text)
	    : e->n;
	at->dropped = i < e->n;
	if (!at->dropped)
		return put(e, line);
	return e->done[i] ? SEK_OK : put_pair(e, i);
}

static enum sek_code
check_pairs(const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (memchr(pairs[i].value.p, '\n', pairs[i].value.n) ||
		    pairs[i].key.n == 0 ||
		    memchr(pairs[i].key.p, '\n', pairs[i].key.n))
			return sek_fail(err, SEK_ECONFIG,
			    "%.*s: a key and its value are one line",
			    (int)pairs[i].key.n, pairs[i].key.p);
	return SEK_OK;
}

static enum sek_code
end_text(struct edit *e, const struct place *at, struct sek_str text,
    struct sek_str blank, const char *header)
{
	bool unended = text.n && text.p[text.n - 1] != '\n';
	enum sek_code code = SEK_OK;

	if (unended && !blank.n)
		code = put(e, SEK_STR("\n"));
	if (!code && at->inside)
		code = put_rest(e);
	if (!code && blank.n)
		code = put(e, blank);
	if (code || at->found)
		return code;
	if ((text.n && (code = put(e, SEK_STR("\n")))) ||
	    (code = put(e, sek_str(header))) || (code = put(e, SEK_STR("\n"))))
		return code;
	return put_rest(e);
}

enum sek_code
sek_setup_edit(struct sek_secret *out, struct sek_str text, const char *header,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	sek_auto_free bool *done = sek_alloc_n(n + 1, sizeof(*done));
	struct edit e = {out, pairs, n, done, err};
	struct place at = {0};
	struct sek_str rest = text, blank = {NULL, 0};
	enum sek_code code = check_pairs(pairs, n, err);

	while (!code && rest.n > 0) {
		const char *eol = memchr(rest.p, '\n', rest.n);
		size_t len = eol ? (size_t)(eol - rest.p) + 1 : rest.n;

		code = take_line(&e, &at, (struct sek_str){rest.p, len}, &blank,
		    header);
		rest.p += len;
		rest.n -= len;
	}
	return code ? code : end_text(&e, &at, text, blank, header);
}

/* ---- files ------------------------------------------------------------------ */

static enum sek_code
read_whole(struct sek_secret *text, const char *path, mode_t *mode,
    struct sek_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum sek_code code = SEK_OK;
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return errno == ENOENT ? SEK_OK
				       : sek_fail_errno(err, "%s", path);
	if (!fstat(fd, &st))
		*mode = st.st_mode & 0777;
	while (!code && n > 0) {
		char *room;

		code = sek_secret_room(&room, text, 4096, err);
		if (code)
			break;
		n = read(fd, room, 4096);
		if (n < 0)
			code = sek_fail_errno(err, "%s", path);
		sek_secret_filled(text, n > 0 ? (size_t)n : 0);
	}
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

enum sek_code
sek_setup_file(const char *path, const char *header,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	sek_auto_secret *old = sek_secret_new(SEK_PROFILE_MAX);
	sek_auto_secret *made = sek_secret_new(2 * SEK_PROFILE_MAX);
	char target[PATH_MAX];
	mode_t mode = 0600;
	struct sek_str text;
	enum sek_code code;

	if (!realpath(path, target)) {
		if (strlen(path) >= sizeof(target))
			return sek_fail(err, SEK_ECONFIG, "%s: too long", path);
		memcpy(target, path, strlen(path) + 1);
	}
	if ((code = make_dir_of(target, err)) ||
	    (code = read_whole(old, target, &mode, err)) ||
	    (code = sek_setup_edit(made, sek_secret_str(old), header, pairs, n,
		 err)))
		return code;
	text = sek_secret_str(made);
	return sek_file_replace(target, text.p, text.n, mode, err);
}

/* ---- profiles --------------------------------------------------------------- */

static enum sek_code
check_name(const char *name, struct sek_err *err)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-/.%@_:+");

	if (n == 0 || name[n])
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
check_mixture(const struct sek_profile *aws, const char *program,
    struct sek_err *err)
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
	if (process && strncmp(process, program, strlen(program)) != 0)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: profile %s has a credential_process of another "
		    "program: move it to sekisho's own file",
		    sek_profile_where(aws, "credential_process"),
		    sek_profile_name(aws));
	return SEK_OK;
}

enum sek_code
sek_setup_sdk(const struct sek_profiles *profiles, const char *name,
    const char *program, const char *region, struct sek_err *err)
{
	const char *path = sek_profiles_config_path(profiles);
	const struct sek_profile *aws = sek_profiles_find_aws(profiles, name);
	sek_auto_free char *header = header_of(name);
	sek_auto_free char *command = sek_printf("%s get %s", program, name);
	struct sek_setup_pair pairs[2] = {
	    {SEK_STR("credential_process"), sek_str(command)}};
	enum sek_code code = check_name(name, err);

	if (code || (aws && (code = check_mixture(aws, program, err))))
		return code;
	if (program[strspn(program,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"/._-+")])
		return sek_fail(err, SEK_ECONFIG,
		    "%s: SDKs split this path differently: install the program "
		    "where the path has letters, digits and /._-+ only",
		    program);
	if (!path)
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no home for ~/.aws/config: set HOME");
	if (region)
		pairs[1] = (struct sek_setup_pair){
		    SEK_STR("region"), sek_str(region)};
	return sek_setup_file(path, header, pairs, region ? 2 : 1, err);
}

enum sek_code
sek_setup_ours(const struct sek_profiles *profiles, const char *name,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	const char *path = sek_profiles_our_path(profiles);
	sek_auto_free char *header = header_of(name);
	enum sek_code code = check_name(name, err);

	if (code)
		return code;
	if (!path)
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no home for sekisho's own file: set HOME");
	return sek_setup_file(path, header, pairs, n, err);
}

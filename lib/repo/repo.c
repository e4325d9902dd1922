#include "repo/repo.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/config_load.h"
#include "repo/few.h"
#include "repo/place.h"
#include "repo/refs.h"

/*
 * Between the paths in git's answer, which may hold newlines: a line that no
 * path can end with or hold, since git prints none with two slashes. rev-parse
 * repeats options that it does not know.
 */
#define MARK "--//"

/* The order matters: --show-toplevel fails where there is no work tree. */
static const char *const question[] = {
    "rev-parse",
    "--is-inside-work-tree",
    "--is-shallow-repository",
    "--show-object-format",
    "--absolute-git-dir",
    MARK,
    "--git-common-dir",
    MARK,
    "--git-path",
    "hooks",
    MARK,
    "--show-prefix",
    MARK,
    "--show-toplevel",
    NULL,
};

struct answer {
	struct sek_str inside, shallow, format;
	struct sek_str git_dir, common_dir, hooks_dir, prefix, top;
};

/* What stands before "\nMARK\n"; false when there is no such mark. */
static bool
cut_mark(struct sek_str *rest, struct sek_str *out)
{
	static const char mark[] = "\n" MARK "\n";
	size_t n = sizeof(mark) - 1;
	const char *at = rest->p ? memmem(rest->p, rest->n, mark, n) : NULL;

	if (!at)
		return false;
	*out = (struct sek_str){rest->p, (size_t)(at - rest->p)};
	rest->p += out->n + n;
	rest->n -= out->n + n;
	return true;
}

static bool
parse_answer(struct answer *a, struct sek_str text)
{
	a->inside = sek_str_cut(&text, '\n');
	a->shallow = sek_str_cut(&text, '\n');
	a->format = sek_str_cut(&text, '\n');
	if (!cut_mark(&text, &a->git_dir) || !cut_mark(&text, &a->common_dir) ||
	    !cut_mark(&text, &a->hooks_dir) || !cut_mark(&text, &a->prefix))
		return false;
	a->top = text;
	if (a->top.n && a->top.p[a->top.n - 1] == '\n')
		a->top.n--;
	return true;
}

static enum sek_code
too_old(struct sek_err *err)
{
	return sek_fail(err, SEK_EIO,
	    "git: this version is too old; install git 2.30 or newer");
}

static enum sek_code
set_format(struct sek_repo *r, struct sek_str format, struct sek_err *err)
{
	if (sek_str_is(format, "sha1"))
		r->oid_len = 20;
	else if (sek_str_is(format, "sha256"))
		r->oid_len = 32;
	else if (sek_str_starts(format, "--"))
		return too_old(err);
	else
		return sek_fail(err, SEK_EPARSE,
		    "%s: an object format that sekisho does not know",
		    r->git_dir);
	return SEK_OK;
}

static enum sek_code
take_answer(struct sek_repo *r, const char *path, const struct answer *a,
    struct sek_err *err)
{
	char base[PATH_MAX];

	if (!realpath(path ? path : ".", base))
		return sek_fail_errno(err, "%s", path ? path : ".");
	/* So that the slash is never doubled. */
	if (strcmp(base, "/") == 0)
		base[0] = '\0';
	r->git_dir = sek_strndup(a->git_dir.p, a->git_dir.n);
	r->common_dir = sek_place_join(base, a->common_dir);
	r->hooks_dir = sek_place_join(base, a->hooks_dir);
	r->prefix = sek_strndup(a->prefix.p, a->prefix.n);
	r->shallow = sek_str_is(a->shallow, "true");
	r->quarantine = getenv("GIT_QUARANTINE_PATH") != NULL;
	/* In a hook on a server GIT_DIR=. makes git call that the work tree. */
	if (a->top.n && !sek_str_is(a->top, r->git_dir))
		r->work_tree = sek_strndup(a->top.p, a->top.n);
	r->dir = sek_strdup(r->work_tree ? r->work_tree : r->git_dir);
	return set_format(r, a->format, err);
}

static enum sek_code
ask(struct sek_repo *r, const char *path, struct sek_git **g,
    struct sek_err *err)
{
	sek_auto_buf text = {0};
	struct answer a = {0};
	struct sek_str out;
	struct sek_err said;
	enum sek_code code;
	int status;

	do {
		code = sek_git_record(*g, '\0', &out, err);
		if (code)
			return code;
		if (out.p)
			sek_buf_add_str(&text, out);
	} while (out.p);
	said = (struct sek_err){0};
	code = sek_git_finish(g, &status, &said);
	if (code)
		return sek_fail(err, code, "%s", said.text);
	code = sek_buf_check(&text, "git rev-parse", err);
	if (code)
		return code;
	if (!parse_answer(&a, sek_buf_str(&text))) {
		if (status)
			return sek_fail(err, said.code, "%s", said.text);
		return too_old(err);
	}
	if (status && sek_str_is(a.inside, "true"))
		return sek_fail(err, said.code, "%s", said.text);
	return take_answer(r, path, &a, err);
}

/* Has a remote promised the objects that are not here? */
static bool
is_partial(const struct sek_config *c)
{
	const struct sek_config_entry *e;

	for (size_t i = 0; (e = sek_config_at(c, i)) != NULL; i++) {
		struct sek_str key = sek_str(e->key);

		if (sek_str_is(key, "extensions.partialclone"))
			return true;
		if (sek_str_starts(key, "remote.") &&
		    sek_str_ends(key, ".promisor"))
			return true;
	}
	return false;
}

/* Side by side, for a hook waits for both. */
static enum sek_code
ask_both(struct sek_repo *r, const char *path, struct sek_err *err)
{
	sek_auto_git *place = NULL;
	sek_auto_git *config = NULL;
	enum sek_code code;

	code = sek_git_start_real(&place, path, question, err);
	if (!code)
		code = sek_config_start(&config, path, err);
	if (!code)
		code = ask(r, path, &place, err);
	if (!code)
		code = sek_config_finish(&r->config, &config, err);
	return code;
}

/* What git says of the configuration tells the rest. False: it does not. */
static bool
look_here(struct sek_repo *r)
{
	enum sek_place place = sek_place_here();

	if (place == SEK_PLACE_OTHER ||
	    sek_config_load(&r->config, NULL, NULL) != SEK_OK)
		return false;
	if (sek_place_take(r, place))
		return true;
	sek_config_free(sek_steal(&r->config));
	return false;
}

enum sek_code
sek_repo_open(struct sek_repo **out, const char *path, struct sek_err *err)
{
	sek_auto_repo *r = sek_alloc(sizeof(*r));
	enum sek_code code = SEK_OK;

	*out = NULL;
	if (path || !look_here(r))
		code = ask_both(r, path, err);
	if (code)
		return code;
	r->partial = is_partial(r->config);
	*out = sek_steal(&r);
	return SEK_OK;
}

void
sek_repo_free(struct sek_repo *r)
{
	if (!r)
		return;
	free(r->git_dir);
	free(r->common_dir);
	free(r->work_tree);
	free(r->hooks_dir);
	free(r->dir);
	free(r->prefix);
	sek_config_free(r->config);
	sek_few_free(r->few);
	free(r);
}

void
sek_repo_free_ptr(struct sek_repo **r)
{
	sek_repo_free(*r);
	*r = NULL;
}

/* By ourselves, as far as that goes. */
static bool
read_head(const struct sek_repo *r, struct sek_oid *out)
{
	sek_auto_few *few = NULL;
	sek_auto_buf content = {0};
	struct sek_oid head;
	enum sek_type type;

	if (sek_refs_head(r, &head, NULL) || sek_few_open(&few, r, NULL) ||
	    sek_few_read(few, &head, &content, &type, NULL) ||
	    type != SEK_COMMIT)
		return false;
	*out = head;
	return true;
}

enum sek_code
sek_repo_resolve(struct sek_repo *r, const char *revision, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_free char *commit = sek_printf("%s^{commit}", revision);
	const char *const argv[] = {
	    "rev-parse",
	    "--verify",
	    "--quiet",
	    "--end-of-options",
	    commit,
	    NULL,
	};
	sek_auto_buf hex = {0};
	struct sek_err said = {0};
	enum sek_code code;
	int status;

	if (!strcmp(revision, "HEAD") && read_head(r, out))
		return SEK_OK;
	code = sek_git_output(r->dir, argv, &hex, &status, &said);
	if (code)
		return sek_fail(err, code, "%s", said.text);
	if (status == 1)
		return sek_fail(err, SEK_ENOTFOUND, "%s: no such commit",
		    revision);
	if (status)
		return sek_fail(err, said.code, "%s: %s", revision, said.text);
	if (!sek_oid_parse(out, sek_buf_str(&hex)))
		return sek_fail(err, SEK_EPARSE,
		    "git rev-parse: not an object id for %s", revision);
	return SEK_OK;
}

static enum sek_code
read_merge_head(struct sek_repo *r, struct sek_oids *out, struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/MERGE_HEAD", r->git_dir);
	sek_auto_buf text = {0};
	struct sek_str rest;
	enum sek_code code;

	code = sek_file_read(path, &text, err);
	if (code)
		return code;
	rest = sek_buf_str(&text);
	while (rest.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&rest, '\n'));

		if (!line.n)
			continue;
		if (!sek_oid_parse(sek_vec_push(out), line))
			return sek_fail(err, SEK_EPARSE,
			    "%s: a line is not an object id", path);
	}
	return SEK_OK;
}

enum sek_code
sek_repo_merge_heads(struct sek_repo *r, struct sek_oids *out,
    struct sek_err *err)
{
	struct sek_err said = {0};
	enum sek_code code = read_merge_head(r, out, &said);

	if (code == SEK_OK)
		return SEK_OK;
	if (code != SEK_ENOTFOUND)
		return sek_fail(err, code, "%s", said.text);
	for (char *const *e = environ; e && *e; e++) {
		struct sek_str rest = sek_str(*e), name;
		struct sek_oid oid;

		name = sek_str_cut(&rest, '=');
		if (!sek_str_starts(name, "GITHEAD_"))
			continue;
		name.p += 8;
		name.n -= 8;
		if (sek_oid_parse(&oid, name) && oid.len == r->oid_len)
			*sek_vec_push(out) = oid;
	}
	return SEK_OK;
}

static bool
has_file(const char *git_dir, const char *name)
{
	sek_auto_free char *path = sek_printf("%s/%s", git_dir, name);

	return access(path, F_OK) == 0;
}

static bool
has_sequence_file(const char *git_dir)
{
	static const char *const files[] = {
	    "CHERRY_PICK_HEAD",
	    "REVERT_HEAD",
	    "rebase-merge",
	    "rebase-apply/rebasing",
	    NULL,
	};

	for (size_t i = 0; files[i]; i++)
		if (has_file(git_dir, files[i]))
			return true;
	return false;
}

bool
sek_repo_sequencing_in(const char *git_dir)
{
	/* With a reftable CHERRY_PICK_HEAD is no file. */
	return !has_file(git_dir, "HEAD") || has_file(git_dir, "reftable") ||
	    has_sequence_file(git_dir);
}

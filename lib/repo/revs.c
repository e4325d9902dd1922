#include "repo/revs.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/git.h"

struct strings SEK_VEC_BODY(const char *);

/* What names revisions. Any other option could make git do something else. */
static bool
is_revision_option(const char *arg)
{
	static const char *const exact[] = {
	    "--all",
	    "--branches",
	    "--tags",
	    "--remotes",
	    "--reflog",
	    NULL,
	};
	static const char *const with_value[] = {
	    "--branches=",
	    "--tags=",
	    "--remotes=",
	    "--glob=",
	    "--exclude=",
	    NULL,
	};

	for (size_t i = 0; exact[i]; i++)
		if (strcmp(arg, exact[i]) == 0)
			return true;
	for (size_t i = 0; with_value[i]; i++)
		if (sek_str_starts(sek_str(arg), with_value[i]))
			return true;
	return false;
}

/*
 * Ids go to standard input, since a push may name more of them than fit on a
 * command line; there `--not` is not understood by every git, so it is applied
 * here. The rest keeps its order on the command line.
 */
static enum sek_code
sort_args(const char *const *args, struct strings *argv, struct sek_buf *input,
    struct sek_err *err)
{
	struct sek_oid oid;
	bool negated = false;

	for (; *args; args++) {
		if (strcmp(*args, "--not") == 0) {
			negated = !negated;
			*sek_vec_push(argv) = *args;
		} else if (sek_oid_parse(&oid, sek_str(*args))) {
			sek_buf_printf(input, "%s%s\n", negated ? "^" : "",
			    *args);
		} else if (**args != '-' || is_revision_option(*args)) {
			*sek_vec_push(argv) = *args;
		} else {
			return sek_fail(err, SEK_ECONFIG, "%s: not a revision",
			    *args);
		}
	}
	*sek_vec_push(argv) = "--";
	*sek_vec_push(argv) = NULL;
	return sek_buf_check(input, "revisions", err);
}

static enum sek_code
read_commits(struct sek_git *g, struct sek_oids *out, size_t *missing,
    struct sek_err *err)
{
	struct sek_str line;
	struct sek_oid oid;
	enum sek_code code;

	for (;;) {
		code = sek_git_record(g, '\n', &line, err);
		if (code || !line.p)
			return code;
		if (sek_str_starts(line, "?") && missing) {
			++*missing;
			continue;
		}
		if (!sek_oid_parse(&oid, line))
			return sek_fail(err, SEK_EPARSE,
			    "git rev-list: a line is not an object id");
		*sek_vec_push(out) = oid;
	}
}

enum sek_code
sek_revs_commits(struct sek_repo *r, const char *const *args,
    struct sek_oids *out, size_t *missing, struct sek_err *err)
{
	static const char *const fixed[] = {
	    "rev-list",
	    "--date-order",
	    "--reverse",
	    "--stdin",
	    NULL,
	};
	/* Else each line is sent by itself (git(1)). */
	static const char *const env[] = {"GIT_FLUSH=0", NULL};
	sek_auto_buf input = {0};
	sek_auto_git *g = NULL;
	struct strings argv = {0};
	enum sek_code code;

	if (missing)
		*missing = 0;
	for (size_t i = 0; fixed[i]; i++)
		*sek_vec_push(&argv) = fixed[i];
	if (missing && r->partial)
		*sek_vec_push(&argv) = "--missing=print";
	code = sort_args(args, &argv, &input, err);
	if (!code)
		code = sek_git_start_env(&g, r->dir, argv.at, env, err);
	sek_vec_clear(&argv);
	if (code)
		return code;
	sek_git_feed(g, sek_buf_str(&input));
	code = read_commits(g, out, missing, err);
	if (code)
		return code;
	return sek_git_finish(&g, NULL, err);
}

enum sek_code
sek_revs_refs(struct sek_repo *r, sek_ref_fn *fn, void *arg,
    struct sek_err *err)
{
	/* A ref's name holds neither blanks nor control characters. */
	static const char *const argv[] = {
	    "for-each-ref",
	    "--format=%(objectname) %(refname)",
	    NULL,
	};
	sek_auto_git *g = NULL;
	struct sek_str line, hex;
	struct sek_oid oid;
	enum sek_code code;

	code = sek_git_start(&g, r->dir, argv, err);
	while (!code) {
		code = sek_git_record(g, '\n', &line, err);
		if (code)
			return code;
		if (!line.p)
			return sek_git_finish(&g, NULL, err);
		hex = sek_str_cut(&line, ' ');
		if (!sek_oid_parse(&oid, hex) || !line.n)
			return sek_fail(err, SEK_EPARSE,
			    "git for-each-ref: a line is not a ref");
		code = fn(arg, line, &oid, err);
	}
	return code;
}

/* One id a line (gitrepository-layout(5), shallow). */
bool
sek_revs_meet_end(const struct sek_repo *r, const struct sek_oids *commits)
{
	sek_auto_free char *path = sek_printf("%s/shallow", r->common_dir);
	sek_auto_buf text = {0};
	struct sek_str rest;

	if (!r->shallow)
		return false;
	if (sek_file_read(path, &text, NULL) != SEK_OK)
		return true;
	rest = sek_buf_str(&text);
	while (rest.p) {
		struct sek_str line = sek_str_cut(&rest, '\n');
		struct sek_oid oid;

		if (sek_oid_parse(&oid, line) && sek_oids_find(commits, &oid))
			return true;
	}
	return false;
}

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/vec.h"
#include "repo/git.h"
#include "repo/repo.h"

/* Paths are names, not patterns: a file may be called `*` or `:(top)x`. */
static enum sek_code
start(struct sek_git **out, struct sek_repo *r, const char *const *options,
    const char *const *pathspecs, struct sek_err *err)
{
	static const char *const env[] = {
	    "GIT_LITERAL_PATHSPECS=1",
	    NULL,
	};
	SEK_VEC(const char *) argv = {0};
	enum sek_code code;

	for (; *options; options++)
		*sek_vec_push(&argv) = *options;
	*sek_vec_push(&argv) = "--";
	for (; pathspecs && *pathspecs; pathspecs++)
		*sek_vec_push(&argv) = *pathspecs;
	*sek_vec_push(&argv) = NULL;
	code = sek_git_start_env(out, r->dir, argv.at, env, err);
	sek_vec_clear(&argv);
	return code;
}

static enum sek_code
deliver(struct sek_git **g, bool tracked, sek_file_fn *fn, void *arg,
    struct sek_err *err)
{
	sek_auto_buf last = {0};
	struct sek_str path;
	enum sek_code code;

	for (;;) {
		code = sek_git_record(*g, '\0', &path, err);
		if (code)
			return code;
		if (!path.p)
			return sek_git_finish(g, NULL, err);
		/* A path in conflict is listed once for each stage. */
		if (last.n && sek_str_eq(path, sek_buf_str(&last)))
			continue;
		sek_buf_reset(&last);
		sek_buf_add_str(&last, path);
		code = fn(arg, path, tracked, err);
		if (code)
			return code;
	}
}

enum sek_code
sek_repo_files(struct sek_repo *r, const char *const *pathspecs,
    sek_file_fn *fn, void *arg, struct sek_err *err)
{
	static const char *const cached[] = {
	    "ls-files",
	    "-z",
	    "--cached",
	    NULL,
	};
	static const char *const others[] = {
	    "ls-files",
	    "-z",
	    "--others",
	    "--exclude-standard",
	    NULL,
	};
	sek_auto_git *tracked = NULL;
	sek_auto_git *untracked = NULL;
	enum sek_code code;

	/* Both at once: the second walks the work tree while we read files. */
	code = start(&tracked, r, cached, pathspecs, err);
	if (!code)
		code = start(&untracked, r, others, pathspecs, err);
	if (!code)
		code = deliver(&tracked, true, fn, arg, err);
	if (!code)
		code = deliver(&untracked, false, fn, arg, err);
	return code;
}

#ifndef SEK_REPO_REPO_H
#define SEK_REPO_REPO_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"
#include "repo/config.h"
#include "repo/oid.h"

/*
 * A repository, read only. Found as git finds it (GIT_DIR and friends, then
 * upwards from the path), with git's ownership check (safe.directory).
 */
struct sek_repo {
	char *git_dir;    /* absolute; of the worktree */
	char *common_dir; /* absolute; shared by linked worktrees */
	char *work_tree;  /* absolute top level, NULL in a bare repository */
	char *hooks_dir;  /* absolute; core.hooksPath applied */
	char *dir;        /* where git children run: work_tree or git_dir */
	char *prefix;     /* path's place below the top, "" or "a/b/" */
	unsigned oid_len; /* 20 or 32 */
	bool shallow;
	bool quarantine; /* GIT_QUARANTINE_PATH is set: inside a push */
	bool partial;    /* a partial clone: objects may be missing */
	struct sek_config *config;
	struct sek_few *few; /* NULL, or open: few.h */
};

/* path: a directory; NULL: here. SEK_ENOTFOUND where there is no repository,
 * SEK_EDENIED where safe.directory forbids it; git's own words otherwise. */
enum sek_code sek_repo_open(struct sek_repo **out, const char *path,
    struct sek_err *err) SEK_CHECKED;
void sek_repo_free(struct sek_repo *r);
void sek_repo_free_ptr(struct sek_repo **r);
#define sek_auto_repo                                                          \
	__attribute__((cleanup(sek_repo_free_ptr))) struct sek_repo

/* The commit a revision names. SEK_ENOTFOUND for none (an unborn HEAD too).
 * revision may come from outside: it is never taken for an option. */
enum sek_code sek_repo_resolve(struct sek_repo *r, const char *revision,
    struct sek_oid *out, struct sek_err *err) SEK_CHECKED;

/*
 * MERGE_HEAD's commits, or before git writes it (pre-merge-commit) those that
 * GITHEAD_<id> variables name. Empty when no merge is being made. Appended to
 * out, which the caller clears with sek_vec_clear.
 */
enum sek_code sek_repo_merge_heads(struct sek_repo *r, struct sek_oids *out,
    struct sek_err *err) SEK_CHECKED;

/* Is a cherry-pick, revert or rebase under way in a git directory of which
 * nothing else is known? git runs no pre-commit then. False only if there surely
 * is none: also for what is not a git directory it is true. */
bool sek_repo_sequencing_in(const char *git_dir);

/*
 * Files of the work tree, as `git ls-files -z`: tracked ones (cached, whether
 * they are there or not), then untracked ones that .gitignore does not exclude.
 * pathspecs: NULL-terminated literal paths relative to r->dir, or NULL for all.
 * A nested repository or submodule comes as one path ending in '/' or with its
 * gitlink (skip it).
 */
typedef enum sek_code
sek_file_fn(void *arg, struct sek_str path, bool tracked, struct sek_err *err);
enum sek_code sek_repo_files(struct sek_repo *r, const char *const *pathspecs,
    sek_file_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_REPO_CHANGES_H
#define SEK_REPO_CHANGES_H

#include "repo/repo.h"

/*
 * What a commit (or the commit to be) brings: paths whose content is in none of
 * its parents. Raw object ids, no rename detection, no attributes: git's diff
 * rendering is never read. For a merge a path counts only if it differs from
 * every parent; a change of the executable bit alone is none, another kind of
 * file is one. A first commit has one parent, in which nothing is.
 */
struct sek_change {
	struct sek_str path; /* as git holds it, any bytes but NUL */
	unsigned mode;       /* 0100644, 0100755, 0120000, 0160000 */
	struct sek_oid oid;  /* the new content; a commit for 0160000 */
	const struct sek_oid *before; /* nparents ids, none where absent */
	size_t nparents;
};

/* commit is none for the staged change set. Everything is borrowed until the
 * function returns; a code other than SEK_OK ends the walk. */
typedef enum sek_code sek_change_fn(void *arg, const struct sek_oid *commit,
    const struct sek_change *change, struct sek_err *err);

/*
 * What git would commit now: the index (GIT_INDEX_FILE honoured) against HEAD
 * and every commit in others (a merge's other parents). No lstat, no work tree.
 * Unmerged entries cannot be committed and are left out; intent-to-add too.
 */
enum sek_code
sek_changes_staged(struct sek_repo *r, const struct sek_oids *others,
    sek_change_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

/* What each commit brings, in the given order. */
enum sek_code
sek_changes_commits(struct sek_repo *r, const struct sek_oids *commits,
    sek_change_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

/* All that a tree holds, as if no parent had any of it. */
enum sek_code sek_changes_tree(struct sek_repo *r, const struct sek_oid *tree,
    sek_change_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

/*
 * Every path that a commit, or the staged change set, removes or overwrites,
 * with its old blob, per parent: where a line can have been before it moved.
 * Asked only when something was found.
 */
typedef enum sek_code sek_preimage_fn(void *arg, size_t parent,
    struct sek_str path, const struct sek_oid *blob, struct sek_err *err);
enum sek_code sek_changes_preimages(struct sek_repo *r,
    const struct sek_oid *commit /* NULL: staged */,
    const struct sek_oids *others, sek_preimage_fn *fn, void *arg,
    struct sek_err *err) SEK_CHECKED;

/* The blob at a path of a commit; none when there is no such file.
 * commit NULL: in the index. */
enum sek_code
sek_changes_blob_at(struct sek_repo *r, const struct sek_oid *commit,
    struct sek_str path, struct sek_oid *out, struct sek_err *err) SEK_CHECKED;

#endif

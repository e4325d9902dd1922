#ifndef SEK_REPO_DIFF_H
#define SEK_REPO_DIFF_H

#include "repo/changes.h"
#include "repo/few.h"
#include "repo/index.h"

/*
 * What a tree, or the index, has that none of some other trees has: the changes
 * of changes.h, found by ourselves. A directory that one of them has with the
 * same id is not entered; of the index the cache tree tells the ids. The whole
 * answer is there before any of it is told, so that whoever gets an error
 * (SEK_EPARSE: out of the ordinary, SEK_ENOTFOUND, SEK_ETOOBIG) asks git
 * instead.
 */
struct sek_diff_change {
	size_t path, n; /* in paths */
	unsigned mode;
	struct sek_oid oid;
};

struct sek_diff {
	struct sek_few *few; /* borrowed */
	unsigned oid_len;
	struct sek_oid empty; /* the tree without entries */
	size_t parents;
	SEK_VEC(struct sek_diff_change) changes;
	struct sek_oids before; /* parents ids of each change */
	struct sek_buf paths;
	struct sek_buf prefix; /* of the directory that is compared */
	unsigned depth;
	SEK_VEC(struct sek_diff_level *) levels; /* by depth, for diff.c */
};

void sek_diff_init(struct sek_diff *d, const struct sek_repo *r,
    struct sek_few *few);

/* parents: n ids of trees, or none for what holds nothing; n is not 0. What was
 * found before is dropped. */
enum sek_code sek_diff_index(struct sek_diff *d, const struct sek_index *x,
    const struct sek_oid *parents, size_t n, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_diff_tree(struct sek_diff *d, const struct sek_oid *tree,
    const struct sek_oid *parents, size_t n, struct sek_err *err) SEK_CHECKED;

enum sek_code
sek_diff_tell(const struct sek_diff *d, const struct sek_oid *commit,
    sek_change_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;
void sek_diff_clear(struct sek_diff *d);
#define sek_auto_diff __attribute__((cleanup(sek_diff_clear))) struct sek_diff

#endif

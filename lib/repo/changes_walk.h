#ifndef SEK_REPO_CHANGES_WALK_H
#define SEK_REPO_CHANGES_WALK_H

#include "repo/changes_raw.h"
#include "repo/git.h"
#include "repo/repo.h"

/* Raw diff records from a git child, for changes.c and changes_before.c. */

#define SEK_GITLINK 0160000u

/*
 * The next record and, if it is a raw one, its path (borrowed until the next
 * call). raw->status is 0 for any other record, which then is in *header;
 * header->p is NULL at the end.
 */
enum sek_code sek_raw_next(struct sek_git *g, const struct sek_repo *r,
    struct sek_raw *raw, struct sek_str *header, struct sek_str *path,
    struct sek_err *err) SEK_CHECKED;

typedef enum sek_code sek_raw_fn(void *arg, const struct sek_raw *raw,
    struct sek_str path, struct sek_err *err);

/* All that a child says, which must be raw records, and its end. *told becomes
 * true when fn was called. */
enum sek_code sek_raw_walk(struct sek_git **g, struct sek_repo *r,
    sek_raw_fn *fn, void *arg, bool *told, struct sek_err *err) SEK_CHECKED;

/* The index against a commit or tree. */
enum sek_code sek_raw_walk_index(struct sek_repo *r, const char *tree,
    sek_raw_fn *fn, void *arg, bool *told, struct sek_err *err) SEK_CHECKED;

/* The id of the tree without entries. */
const char *sek_raw_empty_tree(const struct sek_repo *r);

/* The index against HEAD, or the empty tree where there is no HEAD yet. */
enum sek_code sek_raw_walk_head(struct sek_repo *r, sek_raw_fn *fn, void *arg,
    struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_REPO_MISSING_H
#define SEK_REPO_MISSING_H

#include "repo/repo.h"

/* What git passes over in silence when it is asked for all objects. */

/* How many objects refs, reflogs and HEAD lead to that are not here, as in a
 * partial clone. Nothing is fetched. Walks the whole history. */
enum sek_code sek_missing_count(struct sek_repo *r, uint64_t *out,
    struct sek_err *err) SEK_CHECKED;

/*
 * Places that objects should be in and cannot be read from: alternates that are
 * gone, packs without an index. name is a path, why one line.
 */
typedef void sek_missing_fn(void *arg, const char *name, const char *why);
enum sek_code sek_missing_places(struct sek_repo *r, sek_missing_fn *fn,
    void *arg, struct sek_err *err) SEK_CHECKED;

#endif

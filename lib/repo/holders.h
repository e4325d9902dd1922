#ifndef SEK_REPO_HOLDERS_H
#define SEK_REPO_HOLDERS_H

#include "repo/store.h"

/*
 * Which commit was the first to hold a blob at a path? Asked of few blobs in
 * any number of commits: all trees are read by our own reader, once for each
 * level of directories that lead to one of them, which costs less than to have
 * git compare each commit with its parents.
 *
 * fn is called for each path of each blob, with the first commit in the order
 * of sek_revs_commits (all refs, reflogs and HEAD) that holds it there; commits
 * come in that order. A code other than SEK_OK ends the walk.
 */
typedef enum sek_code sek_holder_fn(void *arg, const struct sek_oid *commit,
    struct sek_str path, const struct sek_oid *blob, struct sek_err *err);

/* blobs: by id. SEK_EPARSE: a tree cannot be read, and git should be asked;
 * SEK_ETOOBIG: trees that make more paths than anybody has. */
enum sek_code sek_holders(struct sek_repo *r, const struct sek_store *s,
    const struct sek_oids *blobs, sek_holder_fn *fn, void *arg,
    struct sek_err *err) SEK_CHECKED;

#endif

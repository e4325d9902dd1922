#ifndef SEK_REPO_TREE_PATHS_H
#define SEK_REPO_TREE_PATHS_H

#include "repo/repo.h"

/*
 * What stands at some paths of a commit's tree, found by ourselves: only the
 * directories that lead there are read. paths: n of them, bytewise in order,
 * "a/b" without a slash at either end. out: of each the id of the blob (or
 * symbolic link) that stands there, or none.
 *
 * Any code but SEK_OK means that git is to be asked: what is missing, damaged or
 * out of the ordinary is for it to judge.
 */
enum sek_code sek_tree_paths(const struct sek_repo *r,
    const struct sek_oid *commit, const char *const *paths, size_t n,
    struct sek_oid *out, struct sek_err *err) SEK_CHECKED;

#endif

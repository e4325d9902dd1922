#ifndef SEK_REPO_INDEX_FILE_H
#define SEK_REPO_INDEX_FILE_H

#include "repo/repo.h"

/* Where the index stands (GIT_INDEX_FILE honoured); to free. SEK_EPARSE: it
 * depends on what only git knows. */
enum sek_code sek_index_file(char **out, const struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;

/*
 * Is the index as git wrote it? It ends with the sum of all before, or with
 * zeros where index.skipHash is set; git looks at that in fsck alone, and makes
 * what it can of a damaged one. No index is a whole one. SEK_EPARSE "why".
 */
enum sek_code
sek_index_check(const struct sek_repo *r, struct sek_err *err) SEK_CHECKED;

#endif

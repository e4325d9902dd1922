#ifndef SEK_REPO_REFS_H
#define SEK_REPO_REFS_H

#include "repo/repo.h"

/*
 * What HEAD is at, from the files that hold refs (gitrepository-layout(5)).
 * SEK_ENOTFOUND: its branch is not born yet. SEK_EPARSE and all else: refs that
 * only git reads; it is to be asked.
 */
enum sek_code sek_refs_head(const struct sek_repo *r, struct sek_oid *out,
    struct sek_err *err) SEK_CHECKED;
/* The same of any ref; SEK_ENOTFOUND: there is none. */
enum sek_code sek_refs_read(const struct sek_repo *r, struct sek_str name,
    struct sek_oid *out, struct sek_err *err) SEK_CHECKED;

/* Is a ref at this id that stands in packed-refs? False only means that none
 * was seen. */
bool sek_refs_packed_at(const struct sek_repo *r, const struct sek_oid *oid);

#endif

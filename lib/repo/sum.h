#ifndef SEK_REPO_SUM_H
#define SEK_REPO_SUM_H

#include "repo/objects.h"

/*
 * Is this the object of that id? An id is the SHA-1, or of 32 bytes the
 * SHA-256, of "TYPE SIZE\0" and the content; what a pack's index or a file's
 * name says of it anybody could have written.
 */
bool sek_sum_is(const struct sek_oid *oid, enum sek_type type,
    struct sek_str content);

/* The sum of two texts one after the other, as long as an id of that length.
 * False: ids are not so long. */
bool sek_sum_make(struct sek_oid *out, unsigned char len, struct sek_str head,
    struct sek_str content);

#endif

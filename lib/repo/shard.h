#ifndef SEK_REPO_SHARD_H
#define SEK_REPO_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "repo/store.h"

/*
 * One of several parts that a repository's objects are shared out to, so that
 * as many machines read it at the same time. A delta family goes to the part of
 * its root, with all that is made of it: shared out one by one, objects would
 * have to be put together in every part. So all parts must see the same packs:
 * see sek_shard_sum.
 */
struct sek_shard {
	uint32_t number; /* from 0 */
	uint32_t of;     /* 0 or 1: there is one part, with everything in it */
};

static inline bool
sek_shard_has(const struct sek_shard *s, const struct sek_oid *oid)
{
	uint32_t n = (uint32_t)oid->raw[0] << 24 | (uint32_t)oid->raw[1] << 16 |
	    (uint32_t)oid->raw[2] << 8 | oid->raw[3];

	return s->of < 2 || n % s->of == s->number;
}

/* What is no object is the business of one part. */
static inline bool
sek_shard_is_first(const struct sek_shard *s)
{
	return s->of < 2 || s->number == 0;
}

/*
 * 16 hex digits that are the same for the same packs, loose objects and choice
 * of them (NULL: all). Not against those who want them to be.
 */
void sek_shard_sum(char out[17], const struct sek_store *store,
    const struct sek_oids *only);

#endif

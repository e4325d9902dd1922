#ifndef SEK_SCAN_PAIR_H
#define SEK_SCAN_PAIR_H

#include "scan/match.h"

/*
 * A secret access key has no shape of its own but 40 characters of base64. As a
 * bare run it is believed only beside an access key id. Adds to hits (keeping
 * their order) those runs near a hit of a SEK_ROLE_KEY_ID rule that no hit
 * covers yet, as hits of the first SEK_ROLE_SECRET rule. How near: see pair.c.
 */
void sek_pair_bare(const struct sek_ruleset *rules, struct sek_str content,
    struct sek_hits *hits);

/* The index in hits of the key id that the secret at hits->at[i] belongs to,
 * or -1: the nearest one that belongs to no nearer secret. */
long sek_pair_of(const struct sek_ruleset *rules, struct sek_str content,
    const struct sek_hits *hits, size_t i);

#endif

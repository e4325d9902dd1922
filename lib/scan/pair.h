#ifndef SEK_SCAN_PAIR_H
#define SEK_SCAN_PAIR_H

#include "scan/match.h"

/*
 * A secret access key has no shape of its own but 40 characters of base64. As a
 * bare run it is believed only beside an access key id, or, where there are more
 * key ids than secrets, anywhere in that content if it is the value of a name
 * that speaks of keys (`key: `, `S3_PASSWORD=`). Adds to hits (keeping their
 * order) those runs that no hit covers yet, as hits of the first SEK_ROLE_SECRET
 * rule. How near: see pair.c.
 */
void sek_pair_bare(const struct sek_ruleset *rules, struct sek_str content,
    struct sek_hits *hits);

/*
 * Which secret belongs to which key id. kept: indices of hits, n of them, by
 * start of their secrets. pair gets for each the place in kept of its other
 * half, or SEK_PAIR_NONE; with that, the line (1-based) that each starts on.
 *
 * Halves whose names have a stem in common that no other has (PROD_KEY_ID,
 * PROD_SECRET) belong together. All others are matched from the inside out:
 * within one line, one object or indented block, one paragraph, one section, at
 * last the whole content; there by their order, and where one kind is more, by
 * distance. What stands in different sections is matched only if none is over.
 * A content that is made to take long is left unmatched.
 */
#define SEK_PAIR_NONE UINT32_MAX
struct sek_pair {
	uint32_t other;
	uint64_t line;
};
void sek_pair_match(const struct sek_ruleset *rules, struct sek_str content,
    const struct sek_hits *hits, const uint32_t *kept, size_t n,
    struct sek_pair *pair);

#endif

#ifndef SEK_SCAN_CHECK_H
#define SEK_SCAN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * What a regex cannot say of a candidate: placeholders, hashes, identifiers,
 * sums, and what a token tells of itself. A check is named in the rule.
 */
struct sek_match {
	uint16_t rule;             /* index in the ruleset */
	size_t start, end;         /* of the whole match, in the content */
	size_t secret, secret_end; /* of the secret inside it */
};

enum sek_confidence { SEK_CONF_LOW, SEK_CONF_MEDIUM, SEK_CONF_HIGH };

/* What is known beside the match; zeroed before a check. */
struct sek_facts {
	enum sek_confidence confidence;
	char account[13]; /* 12 digits, or "" */
	char expires[21]; /* RFC 3339 UTC, or "" */
};

/* False: it is not what the rule looks for. content is the whole of what is
 * scanned; a check reads it only near the match. */
typedef bool sek_check_fn(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts);

sek_check_fn *sek_check_find(const char *name); /* NULL: no such check */
const char *sek_check_name(size_t i);           /* NULL past the end */

/* Shannon entropy over the bytes of s, in bits per byte. */
double sek_entropy(struct sek_str s);

/* Is it a placeholder (EXAMPLE, runs, sequences, repeated parts, ${...})? */
bool sek_is_placeholder(struct sek_str s);

const char *sek_confidence_name(enum sek_confidence c);

#endif

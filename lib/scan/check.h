#ifndef SEK_SCAN_CHECK_H
#define SEK_SCAN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rfc3339.h"
#include "base/str.h"
#include "scan/signal.h"

/*
 * What a regex cannot say of a candidate: placeholders, hashes, identifiers,
 * sums, and what a token tells of itself. A check is named in the rule.
 */
struct sek_match {
	uint16_t rule;             /* index in the ruleset */
	size_t start, end;         /* of the whole match, in the content */
	size_t secret, secret_end; /* of the secret inside it */
};

#define SEK_IAM_NAME_SIZE 65 /* names of IAM users and roles */
#define SEK_REGION_SIZE   26

/* What is known beside the match; zeroed before a check. A check says what it
 * knows by signals; confidence is set of these later. Texts may be "". */
struct sek_facts {
	uint32_t signals; /* of enum sek_signal */
	enum sek_confidence confidence;
	bool canary;      /* a trap: see check_account.h */
	char account[13]; /* 12 digits */
	char user[SEK_IAM_NAME_SIZE];
	char role[SEK_IAM_NAME_SIZE];
	char region[SEK_REGION_SIZE];
	char issued[SEK_RFC3339_SIZE], expires[SEK_RFC3339_SIZE];
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

#endif

#ifndef SEK_SCAN_PROGRAM_H
#define SEK_SCAN_PROGRAM_H

#include "scan/pcre.h"
#include "scan/ruleset.h"

/*
 * What match.h says of a program, from the matcher's side. The cache fills up
 * while matchers run; nothing else ever changes.
 */
struct sek_program {
	const struct sek_ruleset *rules;
	struct sek_program_cache *cache;
	uint16_t *family; /* of a rule: the first one of its id */
	size_t reach;     /* literals stand at most so far from a start */
};

/* The rule's code, made if it is not there. Any thread, any time.
 * SEK_ECONFIG "[rule-id] column N: why". */
enum sek_code sek_program_code(const struct sek_program *p, size_t rule,
    enum sek_pcre_kind kind, struct sek_pcre **out,
    struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_RULE_H
#define SEK_SCAN_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "scan/check.h"

/*
 * A rule is data: how a kind of secret looks and how bad it is. Built-in rules
 * are compiled into the program from patterns/; a user's are read at run time;
 * both are the same struct. Everything is constant and outlives every match.
 */
enum sek_severity { SEK_LOW, SEK_MEDIUM, SEK_HIGH, SEK_CRITICAL };

/* The two halves of an AWS key pair, for pair.h. */
enum sek_role { SEK_ROLE_NONE, SEK_ROLE_KEY_ID, SEK_ROLE_SECRET };

/*
 * A rule of the file with several `regex` lines is several structs here, one
 * after the other, with the same id pointer; each regex is tried for itself.
 * The examples stand in the first one.
 */
struct sek_rule {
	const char *id;           /* [a-z0-9-]+ */
	const char *description;  /* one line, for people */
	const char *help;         /* URL of the vendor's page, or NULL */
	const char *regex;        /* PCRE2; the secret is group 1, or all */
	const char *const *match; /* examples, templates; NULL-terminated */
	const char *const *nomatch;
	sek_check_fn *check; /* NULL: none */
	const char *check_name;
	float entropy; /* bits per character, 0: not asked */
	enum sek_severity severity;
	enum sek_role role;
	bool edges;     /* redacted: may first 4, last 2 show? */
	bool guessable; /* low entropy: fingerprint from the place */
	bool off;       /* only with --rule or in configuration */
	/* computed from the regex, see regex.h */
	bool secret_group; /* group 1 exists */
	bool line;         /* cannot cross a newline */
	uint32_t back, ahead;
};

const char *sek_severity_name(enum sek_severity s);
bool sek_severity_parse(const char *name, enum sek_severity *out);

#endif

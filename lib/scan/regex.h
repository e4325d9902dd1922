#ifndef SEK_SCAN_REGEX_H
#define SEK_SCAN_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * What can be known of a rule's regex before any text is seen. The regex is
 * PCRE2 syntax, a subset: literals and escapes, classes (POSIX ones too),
 * groups (capturing, named, (?:), (?i:), (?i), (?s)), alternation, greedy, lazy
 * and possessive quantifiers, atomic groups, \b, ^ and $ (multi-line, lines end
 * with "\n" only), look-ahead and fixed-length look-behind. Back-references,
 * recursion, callouts, verbs, \K, conditionals and unicode properties are
 * refused with their column: the window could not be computed for them. So is
 * what PCRE2 itself refuses, and `{,n}`, which its versions read differently.
 *
 * All of it holds for PCRE2 with PCRE2_MULTILINE and PCRE2_NEWLINE_LF, and no
 * other option that changes what matches (PCRE2_NOTEMPTY may be set).
 */
#define SEK_REGEX_MAX      65536 /* bytes of a regex */
#define SEK_REGEX_LITERALS 64    /* of one rule */
#define SEK_REGEX_LITERAL  32    /* bytes of one literal */
#define SEK_REGEX_SHORTEST 3     /* a literal of fewer bytes is of no use */
#define SEK_UNBOUNDED      UINT32_MAX

/*
 * Bytes of which at least one set member stands in every match. A literal of a
 * set begins `before_min` to `before_max` bytes after the start of the match.
 * before_max is SEK_UNBOUNDED only where crosses_newline is false: the start is
 * then anywhere from the start of the literal's line on.
 */
struct sek_regex_literal {
	char bytes[SEK_REGEX_LITERAL]; /* lower case where nocase */
	uint8_t len;
	bool nocase;
	uint32_t before_min, before_max;
};

/*
 * Whether a match begins at a byte, and where it and its groups end, depends on
 * no byte but those from `back` before it to `ahead` after it (and on whether
 * the text ends within these). If it does not cross newlines, then on no byte
 * but those of the line that it begins on and the "\n" on both its sides.
 */
struct sek_regex_info {
	struct sek_regex_literal literal[SEK_REGEX_LITERALS];
	size_t literals;      /* 0: none of 3 bytes or more could be found */
	uint32_t back;        /* bytes before the start that it looks at */
	uint32_t length_min;  /* of a match, in bytes */
	uint32_t ahead;       /* bytes from the start, look-ahead included;
				   SEK_UNBOUNDED if there is no limit */
	bool crosses_newline; /* can a match hold or look past "\n"? */
	unsigned groups;      /* capture groups */
};

/* SEK_ECONFIG with "column N: why". */
enum sek_code sek_regex_study(const char *regex, struct sek_regex_info *out,
    struct sek_err *err) SEK_CHECKED;

#endif

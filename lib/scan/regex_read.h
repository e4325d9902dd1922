#ifndef SEK_SCAN_REGEX_READ_H
#define SEK_SCAN_REGEX_READ_H

#include "scan/regex_tree.h"

/* The small parts of a regex: escapes, classes, {n,m}. For regex_parse.c. */
struct sek_regex_reader {
	struct sek_str text;
	size_t i;              /* the next byte */
	bool caseless, dotall; /* (?i), (?s) at this place */
	struct sek_err *err;
};

static inline bool
sek_regex_at(const struct sek_regex_reader *r, size_t i, char c)
{
	return i < r->text.n && r->text.p[i] == c;
}

static inline bool
sek_regex_take(struct sek_regex_reader *r, char c)
{
	if (!sek_regex_at(r, r->i, c))
		return false;
	r->i++;
	return true;
}

/* SEK_ECONFIG "column N: why" for the byte at this offset. */
enum sek_code sek_regex_fail(const struct sek_regex_reader *r, size_t at,
    const char *fmt, ...) SEK_PRINTF(3, 4);

enum sek_regex_escape_kind {
	SEK_REGEX_ESC_BYTE,
	SEK_REGEX_ESC_SET,
	SEK_REGEX_ESC_EDGE,
};

struct sek_regex_escape {
	enum sek_regex_escape_kind kind;
	unsigned char byte;
	struct sek_regex_set set;
};

/* What follows a backslash. */
enum sek_code sek_regex_read_escape(struct sek_regex_reader *r, bool in_class,
    struct sek_regex_escape *out) SEK_CHECKED;

/* What follows a `[`, with its `]`. */
enum sek_code sek_regex_read_class(struct sek_regex_reader *r,
    struct sek_regex_set *out) SEK_CHECKED;

/* At a `{`: is it a quantifier? If so it is taken. */
enum sek_code sek_regex_read_interval(struct sek_regex_reader *r, bool *yes,
    uint32_t *from, uint32_t *to) SEK_CHECKED;

#endif

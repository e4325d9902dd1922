#ifndef SEK_SCAN_CARRY_H
#define SEK_SCAN_CARRY_H

#include "repo/delta.h"
#include "scan/match.h"

/*
 * What is known of an object's content without a full scan: where literals of
 * the rules stand in it and stretches of text in an encoding (encoded.h) begin,
 * and which of these surely start, or decode to, no match. It is made
 * from the content, or from what is known of a base and the delta between the
 * two, at a cost that follows the delta.
 *
 * It is exact: a literal or stretch is found or not by a few bytes before and
 * from its start on, and "starts no match" holds for as long as all the bytes that sek_probe
 * names are copied together, with the edge of the content if they reach it.
 * So content without a mark that may match has no match of any rule that has
 * literals; only the others must be scanned (whole, by a scanner: checks and
 * pairing look further than any rule).
 */
struct sek_mark {
	size_t at;              /* of the literal */
	uint16_t literal;       /* of the ruleset: a stretch, too, has one */
	bool dead;              /* starts no match */
	bool first, last;       /* that depends on the content's start, end */
	uint32_t before, after; /* and on these bytes before and from at */
};

struct sek_marks {
	struct sek_mark *at; /* by place, then literal */
	size_t n, cap;       /* a SEK_VEC */
	bool many;           /* more than SEK_MARKS_MAX: not kept */
};

#define SEK_MARKS_MAX 4096 /* of one content */
/* So many are probed in one content, and so much is decoded for it; what is left
 * may match. */
#define SEK_PROBES_MAX    256
#define SEK_PROBE_DECODED ((size_t)4 << 20)

/* All marks of a content. */
void sek_marks_scan(struct sek_marks *out, const struct sek_ruleset *rules,
    struct sek_str content);

/* Room for the windows around what is new, kept from object to object. */
struct sek_window {
	size_t from, to; /* starts that are looked at, in the text */
	size_t shift;    /* from there to the content; may wrap around */
};

struct sek_carry {
	struct sek_buf text; /* of all windows; max is set by the caller */
	SEK_VEC(struct sek_window) windows;
	struct sek_marks fresh;
};

void sek_carry_clear(struct sek_carry *room);

/* The marks of what d makes of a base with these marks. False: the delta is
 * broken, or the windows pass the text's limit. */
bool sek_marks_carry(struct sek_marks *out, const struct sek_ruleset *rules,
    const struct sek_marks *base, struct sek_str base_content,
    struct sek_delta d, struct sek_carry *room);

/* Asks of each mark that is not dead whether it is. */
void sek_marks_probe(struct sek_marks *v, struct sek_matcher *m,
    struct sek_str content);

/* May there be a match? */
bool sek_marks_live(const struct sek_marks *v);

#endif

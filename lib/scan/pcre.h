#ifndef SEK_SCAN_PCRE_H
#define SEK_SCAN_PCRE_H

#include "base/err.h"
#include "base/str.h"

/*
 * PCRE2 as rules and patterns use it: bytes, `^` and `$` at every line, only
 * "\n" ends a line, limits on work and memory, machine code where it can be
 * had. Compiled code is shared by all threads; each brings its own room.
 */
struct sek_pcre;
struct sek_pcre_room;

enum sek_pcre_kind {
	SEK_PCRE_ANCHORED, /* tries text.first only */
	SEK_PCRE_SEARCH,   /* the first start from text.first to text.last */
};

/* SEK_ECONFIG with "column N: why". */
enum sek_code sek_pcre_compile(struct sek_pcre **out, const char *regex,
    enum sek_pcre_kind kind, struct sek_err *err) SEK_CHECKED;
void sek_pcre_free(struct sek_pcre *c); /* NULL is legal */

/* Of the library that this process runs. */
const char *sek_pcre_version(void);

struct sek_pcre_room *sek_pcre_room_new(void);
void sek_pcre_room_free(struct sek_pcre_room *r); /* NULL is legal */

/* A cut edge of the text is no edge: `^` and `$` do not match there. */
struct sek_pcre_text {
	struct sek_str text;
	size_t first, last; /* offsets in it; what is before can be seen */
	bool cut_before, cut_after;
	bool not_empty; /* empty matches do not count */
};

struct sek_pcre_match {
	size_t start, end;
	size_t group, group_end; /* of group 1; of the match if it is not set */
};

enum sek_pcre_result {
	SEK_PCRE_NO,
	SEK_PCRE_YES,
	SEK_PCRE_LIMIT, /* neither: a limit was reached */
};

/* A limit reached here may still be enough for sek_pcre_run_slow. */
enum sek_pcre_result
sek_pcre_run(const struct sek_pcre *c, struct sek_pcre_room *r,
    const struct sek_pcre_text *t, struct sek_pcre_match *out);
/* In the interpreter, whose stack is the heap, and with more work allowed: for
 * a second try. May take a second. */
enum sek_pcre_result
sek_pcre_run_slow(const struct sek_pcre *c, struct sek_pcre_room *r,
    const struct sek_pcre_text *t, struct sek_pcre_match *out);

#endif

#ifndef SEK_SCAN_AROUND_H
#define SEK_SCAN_AROUND_H

#include "base/str.h"

/*
 * Lines of a content. A line longer than this is compared by a window around
 * the match, so that a change elsewhere in a minified file does not make an old
 * key new; and no more than this is looked at on either side for markers, so
 * that a file of one line with a hundred thousand matches is done in a time that
 * follows its size.
 */
#define SEK_AROUND_MAX 4096

/* The start of the line, or what is SEK_AROUND_MAX before `at`: cut. */
size_t sek_around_start(struct sek_str c, size_t at, bool *cut);
/* Its end, without the newline; the same. */
size_t sek_around_end(struct sek_str c, size_t at, bool *cut);

/* Where a count of lines stands, from {.line = 1} on: hits mostly come in rising
 * order. */
struct sek_around {
	size_t offset, line, line_start;
};
void sek_around_advance(struct sek_around *at, struct sek_str c, size_t offset);

#endif

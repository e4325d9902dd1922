#ifndef SEK_SCAN_ENCODED_H
#define SEK_SCAN_ENCODED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Finds text that stands in an encoding by its structure, whatever it says: a
 * stretch of at least SEK_ENCODED_MIN characters that decodes to printable text
 * (RFC 4648 base64 of both alphabets at any offset, also of UTF-16; hex digits;
 * numeric escapes in a row). Digests, keys and pictures do not, nor do names and
 * paths, so that clean text has none: of random base64 a stretch in 10^15
 * characters.
 *
 * A stretch is told at its start. Whether one begins at an offset is settled by
 * the SEK_ENCODED_BACK bytes before and the SEK_ENCODED_AHEAD bytes from there
 * on, as for a literal.
 */
#define SEK_ENCODED_MIN   40 /* characters */
#define SEK_ENCODED_BACK  8
#define SEK_ENCODED_AHEAD 48

/* In the order of the ruleset's literals for them. */
enum sek_encoded { SEK_IN_BASE64, SEK_IN_HEX, SEK_IN_ESCAPES, SEK_ENCODED };

/* kind: of enum sek_encoded. Base64: a group of four begins at the offset. */
typedef bool sek_encoded_fn(void *arg, size_t kind, size_t offset);

/*
 * Calls hit for every stretch that begins at an offset in [from, to), rising
 * for each kind; bytes of p[0, n) alone are read. A hit that returns false ends
 * the run.
 */
void sek_encoded_find(const char *p, size_t n, size_t from, size_t to,
    sek_encoded_fn *hit, void *arg);

/* How far a stretch goes that is at `at`: to its end, or the first of its groups
 * that begins at or after `enough`. */
size_t sek_encoded_past(const char *p, size_t n, size_t kind, size_t at,
    size_t enough);

#endif

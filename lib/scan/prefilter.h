#ifndef SEK_SCAN_PREFILTER_H
#define SEK_SCAN_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Finds every place where one of a set of literals stands, at several GB/s: a
 * SIMD fingerprint of the first bytes (Teddy: AVX2, SSSE3 or NEON, chosen at
 * run time, or scalar), then a hash, then the literal itself. All variants
 * report the same hits in the same order (by offset, then by literal number).
 *
 * The tables are plain data without pointers into themselves, so that the
 * built-in rules' are made at build time and stand in read-only memory.
 */
#define SEK_LITERAL_MIN 3 /* bytes */
#define SEK_LITERAL_MAX 32

struct sek_literal {
	const char *bytes; /* read by sek_prefilter_new, not kept */
	uint8_t len;       /* SEK_LITERAL_MIN to SEK_LITERAL_MAX */
	bool nocase;       /* ASCII; bytes are lower case then */
};

struct sek_prefilter; /* defined in prefilter_table.h, for its makers */

/*
 * For user rules, at run time; cheap (well under a millisecond for 250). NULL
 * when a length is out of range or there are more than 65534 literals. Literal
 * i of a hit is literals[i]; equal ones are all reported.
 */
struct sek_prefilter *
sek_prefilter_new(const struct sek_literal *literals, size_t n);
void sek_prefilter_free(struct sek_prefilter *p); /* of sek_prefilter_new */

/*
 * Calls hit for every literal that begins at an offset in [from, to) and lies
 * within p[0, n). No byte outside p[0, n) is read. A hit that returns false
 * ends the run.
 */
typedef bool sek_prefilter_fn(void *arg, size_t literal, size_t offset);
void sek_prefilter_run(const struct sek_prefilter *f, const char *p, size_t n,
    size_t from, size_t to, sek_prefilter_fn *hit, void *arg);

/* "avx512", "avx2", "ssse3", "neon" or "scalar"; SEKISHO_CPU names another (tests). */
const char *sek_prefilter_cpu(void);

#endif

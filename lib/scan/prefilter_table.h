#ifndef SEK_SCAN_PREFILTER_TABLE_H
#define SEK_SCAN_PREFILTER_TABLE_H

#include "scan/encoded_block.h"
#include "scan/prefilter.h"

/*
 * What a prefilter is made of, for those who make it (prefilter_build.c at run
 * time, the rule compiler as C initialisers) and those who run it. The rule
 * compiler calls sek_prefilter_new and prints every field: the struct itself
 * and the three arrays that it points to, which are separate objects. Numbers
 * mean the same on every machine (bytes of text are read as little-endian).
 *
 * A position of the text is a candidate if some bucket's bit is clear in every
 * column's low and high table, looked up by the two halves of its byte: column
 * c looks at byte c after the position. Then hash leads to the checks.
 */
#define SEK_PREFILTER_COLUMNS 4
#define SEK_PREFILTER_SETS    3  /* of eight buckets each */
#define SEK_PREFILTER_LANE    16 /* bits of a column in table.byte */

enum sek_prefilter_layout {
	SEK_PREFILTER_4X8,  /* four columns, eight buckets: set 0 only */
	SEK_PREFILTER_4X16, /* four columns, sets 0 and 1 */
	SEK_PREFILTER_4X24, /* four columns, all sets */
};

/*
 * One literal. Its first eight bytes match if ((text | fold) & mask) == bits.
 * Checks that share a hash stand together, by literal number.
 */
struct sek_prefilter_check {
	uint64_t bits;
	uint64_t mask;    /* 0xff for each byte that the literal has */
	uint64_t fold;    /* 0x20 for each letter of a nocase literal */
	uint32_t rest;    /* its bytes from the ninth: table.rest + this */
	uint16_t literal; /* number */
	uint8_t len;
	uint8_t nocase : 1;
	uint8_t more : 1; /* the next check has the same hash */
};

struct sek_prefilter {
	uint32_t literals; /* 0: nothing is found, arrays may be NULL */
	uint32_t checks;   /* literals + 1: check[0] never matches */
	uint32_t hashes;   /* a power of two */
	uint32_t rests;
	uint32_t key;   /* which of the first four bytes are hashed */
	uint8_t shift;  /* 32 - log2(hashes) */
	uint8_t layout; /* enum sek_prefilter_layout */
	uint8_t low[SEK_PREFILTER_SETS][SEK_PREFILTER_COLUMNS][16];
	uint8_t high[SEK_PREFILTER_SETS][SEK_PREFILTER_COLUMNS][16];
	/* The same for each ASCII byte, of literals and not of their halves. */
	uint8_t exact[SEK_PREFILTER_SETS][SEK_PREFILTER_COLUMNS][128];
	/* The same for the scalar variant, column c from bit c * LANE on. */
	uint64_t byte[256];
	const struct sek_prefilter_check *check; /* [checks] */
	const uint16_t *hash; /* [hashes]: an index into check, 0 for none */
	const uint8_t *rest;  /* [rests]; NULL if rests is 0 */
};

/* Of the first four bytes of a literal or text, read little-endian. */
static inline uint32_t
sek_prefilter_hash(const struct sek_prefilter *f, uint32_t first)
{
	return ((first | 0x20202020) & f->key) * 0x9e3779b1u >> f->shift;
}

/*
 * One variant's work: finds the candidates in blocks of 64 positions from p on.
 * Bytes p[0] to p[64 * blocks + 2] must be readable. For each block that has
 * any, mask gets a bit for each and block its number; returns how many blocks
 * these are. Both arrays have room for `blocks` entries, and blocks > 0.
 */
#define SEK_PREFILTER_BLOCK 64
typedef size_t sek_prefilter_fill_fn(const struct sek_prefilter *f,
    const uint8_t *p, size_t blocks, uint64_t *mask, uint16_t *block);
sek_prefilter_fill_fn sek_prefilter_fill_scalar;
sek_prefilter_fill_fn sek_prefilter_fill_ssse3;
sek_prefilter_fill_fn sek_prefilter_fill_avx2;
sek_prefilter_fill_fn sek_prefilter_fill_avx512;
sek_prefilter_fill_fn sek_prefilter_fill_neon;

/* The chosen variant's, for encoded.c. */
sek_block_fn *sek_prefilter_block(void);

/*
 * Switches all runs that begin from now on to the named variant; false when it
 * is not compiled in or this processor lacks it. For tests and benchmarks.
 */
bool sek_prefilter_use(const char *cpu);

#endif

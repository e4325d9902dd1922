#include "scan/prefilter_table.h"

#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

struct set {
	__m256i low[SEK_PREFILTER_COLUMNS];
	__m256i high[SEK_PREFILTER_COLUMNS];
};

struct sets {
	struct set a, b, c;
};

INLINE __m256i
twice(const uint8_t *table)
{
	const __m128i *at = (const __m128i *)(const void *)table;

	return _mm256_broadcastsi128_si256(_mm_loadu_si128(at));
}

/* The empty asm keeps gcc from loading x anew for each use. */
INLINE __m256i
load(const uint8_t *p)
{
	__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p);

	__asm__("" : "+x"(x));
	return x;
}

INLINE __m256i
high_half(__m256i x)
{
	return _mm256_and_si256(_mm256_srli_epi16(x, 4),
	    _mm256_set1_epi8(0x0f));
}

/* Adds column c of a set to what the columns before it ruled out. A byte from
 * 0x80 on looks up 0 in `low`, whatever stands there: that may add a candidate
 * where a literal is not ASCII, and saves a masking. */
INLINE __m256i
rule_out(__m256i out, const struct set *s, int c, __m256i x, __m256i high)
{
	out = _mm256_or_si256(out, _mm256_shuffle_epi8(s->low[c], x));
	return _mm256_or_si256(out, _mm256_shuffle_epi8(s->high[c], high));
}

/* Straight-line, since gcc -O2 would keep the tables in memory for a loop. */
INLINE __m256i
ruled_out(const struct set *s, const __m256i *x, const __m256i *high)
{
	__m256i out = rule_out(_mm256_setzero_si256(), s, 0, x[0], high[0]);
	out = rule_out(out, s, 1, x[1], high[1]);
	out = rule_out(out, s, 2, x[2], high[2]);
	return rule_out(out, s, 3, x[3], high[3]);
}

/* A bit for each of 32 positions that no bucket matches. */
INLINE uint32_t
misses(const struct sets *s, const uint8_t *p, int sets)
{
	const __m256i x[] = {load(p), load(p + 1), load(p + 2), load(p + 3)};
	const __m256i high[] = {
	    high_half(x[0]), high_half(x[1]), high_half(x[2]), high_half(x[3])};
	__m256i out = ruled_out(&s->a, x, high);

	if (sets > 1)
		out = _mm256_and_si256(out, ruled_out(&s->b, x, high));
	if (sets > 2)
		out = _mm256_and_si256(out, ruled_out(&s->c, x, high));
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(out,
	    _mm256_set1_epi8(-1)));
}

INLINE struct set
load_set(const struct sek_prefilter *f, int set)
{
	struct set s;

	for (int c = 0; c < SEK_PREFILTER_COLUMNS; c++) {
		s.low[c] = twice(f->low[set][c]);
		s.high[c] = twice(f->high[set][c]);
	}
	return s;
}

INLINE size_t
fill(const struct sek_prefilter *f, const uint8_t *p, size_t blocks,
    uint64_t *mask, uint16_t *block, int sets)
{
	const struct sets s = {load_set(f, 0), load_set(f, 1), load_set(f, 2)};
	size_t n = 0;

	for (size_t i = 0; i < blocks; i++, p += SEK_PREFILTER_BLOCK) {
		uint64_t a = misses(&s, p, sets);
		uint64_t b = misses(&s, p + 32, sets);
		uint64_t m = ~(b << 32 | a);

		mask[n] = m;
		block[n] = (uint16_t)i;
		n += m != 0;
	}
	return n;
}

size_t
sek_prefilter_fill_avx2(const struct sek_prefilter *f, const uint8_t *p,
    size_t blocks, uint64_t *mask, uint16_t *block)
{
	switch (f->layout) {
	case SEK_PREFILTER_4X24:
		return fill(f, p, blocks, mask, block, 3);
	case SEK_PREFILTER_4X16:
		return fill(f, p, blocks, mask, block, 2);
	default:
		return fill(f, p, blocks, mask, block, 1);
	}
}
#endif

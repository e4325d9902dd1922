#include "scan/prefilter_table.h"

#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
#include <tmmintrin.h>

#define INLINE static inline __attribute__((always_inline))

struct set {
	__m128i low[SEK_PREFILTER_COLUMNS];
	__m128i high[SEK_PREFILTER_COLUMNS];
};

struct sets {
	struct set a, b, c;
};

INLINE __m128i
table(const uint8_t *table)
{
	const __m128i *at = (const __m128i *)(const void *)table;

	return _mm_loadu_si128(at);
}

INLINE __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

INLINE __m128i
high_half(__m128i x)
{
	return _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(0x0f));
}

/* Adds column c of a set to what the columns before it ruled out. A byte from
 * 0x80 on looks up 0 in `low`, whatever stands there: that may add a candidate
 * where a literal is not ASCII, and saves a masking. */
INLINE __m128i
rule_out(__m128i out, const struct set *s, int c, __m128i x, __m128i high)
{
	out = _mm_or_si128(out, _mm_shuffle_epi8(s->low[c], x));
	return _mm_or_si128(out, _mm_shuffle_epi8(s->high[c], high));
}

/* Straight-line, since gcc -O2 would keep the tables in memory for a loop. */
INLINE __m128i
ruled_out(const struct set *s, const __m128i *x, const __m128i *high)
{
	__m128i out = rule_out(_mm_setzero_si128(), s, 0, x[0], high[0]);
	out = rule_out(out, s, 1, x[1], high[1]);
	out = rule_out(out, s, 2, x[2], high[2]);
	return rule_out(out, s, 3, x[3], high[3]);
}

/* A bit for each of 16 positions that no bucket matches. */
INLINE uint32_t
misses(const struct sets *s, const uint8_t *p, int sets)
{
	const __m128i x[] = {load(p), load(p + 1), load(p + 2), load(p + 3)};
	const __m128i high[] = {
	    high_half(x[0]), high_half(x[1]), high_half(x[2]), high_half(x[3])};
	__m128i out = ruled_out(&s->a, x, high);

	if (sets > 1)
		out = _mm_and_si128(out, ruled_out(&s->b, x, high));
	if (sets > 2)
		out = _mm_and_si128(out, ruled_out(&s->c, x, high));
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(out,
	    _mm_set1_epi8(-1)));
}

INLINE struct set
load_set(const struct sek_prefilter *f, int set)
{
	struct set s;

	for (int c = 0; c < SEK_PREFILTER_COLUMNS; c++) {
		s.low[c] = table(f->low[set][c]);
		s.high[c] = table(f->high[set][c]);
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
		uint64_t b = misses(&s, p + 16, sets);
		uint64_t c = misses(&s, p + 32, sets);
		uint64_t d = misses(&s, p + 48, sets);
		uint64_t m = ~(d << 48 | c << 32 | b << 16 | a);

		mask[n] = m;
		block[n] = (uint16_t)i;
		n += m != 0;
	}
	return n;
}

size_t
sek_prefilter_fill_ssse3(const struct sek_prefilter *f, const uint8_t *p,
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

#include "scan/prefilter_table.h"

#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

/* One look-up in 128 bytes tells what two in 16 tell about the halves, and
 * exactly; the tables of all sets fit the 32 registers. */
struct set {
	__m512i first[SEK_PREFILTER_COLUMNS], second[SEK_PREFILTER_COLUMNS];
};

struct sets {
	struct set a, b, c;
};

/* The empty asm keeps gcc from loading x anew for each use. */
INLINE __m512i
load(const uint8_t *p)
{
	__m512i x = _mm512_loadu_si512(p);

	__asm__("" : "+v"(x));
	return x;
}

/* A byte from 0x80 on looks up what is 0x80 below it. */
INLINE __m512i
look_up(const struct set *s, int c, __m512i x)
{
	return _mm512_permutex2var_epi8(s->first[c], x, s->second[c]);
}

#define OR3  0xfe
#define AND3 0x80

/* Straight-line, since gcc -O2 would keep the tables in memory for a loop. */
INLINE __m512i
ruled_out(const struct set *s, const __m512i *x)
{
	__m512i out = _mm512_ternarylogic_epi64(look_up(s, 0, x[0]),
	    look_up(s, 1, x[1]), look_up(s, 2, x[2]), OR3);

	return _mm512_or_si512(out, look_up(s, 3, x[3]));
}

/* A bit for each of 64 positions that some bucket matches. */
INLINE uint64_t
matches(const struct sets *s, const uint8_t *p, int sets)
{
	const __m512i x[] = {load(p), load(p + 1), load(p + 2), load(p + 3)};
	__m512i out = ruled_out(&s->a, x);

	if (sets == 2)
		out = _mm512_and_si512(out, ruled_out(&s->b, x));
	if (sets == 3)
		out = _mm512_ternarylogic_epi64(out, ruled_out(&s->b, x),
		    ruled_out(&s->c, x), AND3);
	return _mm512_cmpneq_epi8_mask(out, _mm512_set1_epi8(-1));
}

INLINE struct set
load_set(const struct sek_prefilter *f, int set)
{
	struct set s;

	for (int c = 0; c < SEK_PREFILTER_COLUMNS; c++) {
		s.first[c] = _mm512_loadu_si512(f->exact[set][c]);
		s.second[c] = _mm512_loadu_si512(f->exact[set][c] + 64);
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
		uint64_t m = matches(&s, p, sets);

		mask[n] = m;
		block[n] = (uint16_t)i;
		n += m != 0;
	}
	return n;
}

size_t
sek_prefilter_fill_avx512(const struct sek_prefilter *f, const uint8_t *p,
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

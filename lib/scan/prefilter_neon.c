#include "scan/prefilter_table.h"

#if defined(__aarch64__) && !defined(SEK_NO_SIMD)
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))

struct set {
	uint8x16_t low[SEK_PREFILTER_COLUMNS];
	uint8x16_t high[SEK_PREFILTER_COLUMNS];
};

struct sets {
	struct set a, b, c;
};

/* Adds column c of a set to what the columns before it ruled out. */
INLINE uint8x16_t
rule_out(uint8x16_t out, const struct set *s, int c, uint8x16_t low,
    uint8x16_t high)
{
	out = vorrq_u8(out, vqtbl1q_u8(s->low[c], low));
	return vorrq_u8(out, vqtbl1q_u8(s->high[c], high));
}

INLINE uint8x16_t
low_half(const uint8_t *p)
{
	return vandq_u8(vld1q_u8(p), vdupq_n_u8(0x0f));
}

INLINE uint8x16_t
high_half(const uint8_t *p)
{
	return vshrq_n_u8(vld1q_u8(p), 4);
}

/* Straight-line, since gcc -O2 would keep the tables in memory for a loop. */
INLINE uint8x16_t
ruled_out(const struct set *s, const uint8_t *p)
{
	uint8x16_t out = rule_out(vdupq_n_u8(0), s, 0, low_half(p),
	    high_half(p));
	out = rule_out(out, s, 1, low_half(p + 1), high_half(p + 1));
	out = rule_out(out, s, 2, low_half(p + 2), high_half(p + 2));
	return rule_out(out, s, 3, low_half(p + 3), high_half(p + 3));
}

/* 0xff for each of 16 positions that a bucket matches. */
INLINE uint8x16_t
matches(const struct sets *s, const uint8_t *p, int sets)
{
	uint8x16_t out = ruled_out(&s->a, p);

	if (sets > 1)
		out = vandq_u8(out, ruled_out(&s->b, p));
	if (sets > 2)
		out = vandq_u8(out, ruled_out(&s->c, p));
	return vcltq_u8(out, vdupq_n_u8(0xff));
}

/* Bit i of the result is set where byte i of the four vectors is. */
INLINE uint64_t
bits(uint8x16_t v0, uint8x16_t v1, uint8x16_t v2, uint8x16_t v3)
{
	const uint8x16_t bit = {
	    1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	uint8x16_t a, b;

	a = vpaddq_u8(vandq_u8(v0, bit), vandq_u8(v1, bit));
	b = vpaddq_u8(vandq_u8(v2, bit), vandq_u8(v3, bit));
	a = vpaddq_u8(a, b);
	a = vpaddq_u8(a, a);
	return vgetq_lane_u64(vreinterpretq_u64_u8(a), 0);
}

INLINE struct set
load_set(const struct sek_prefilter *f, int set)
{
	struct set s;

	for (int c = 0; c < SEK_PREFILTER_COLUMNS; c++) {
		s.low[c] = vld1q_u8(f->low[set][c]);
		s.high[c] = vld1q_u8(f->high[set][c]);
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
		uint64_t m = bits(matches(&s, p, sets),
		    matches(&s, p + 16, sets), matches(&s, p + 32, sets),
		    matches(&s, p + 48, sets));

		mask[n] = m;
		block[n] = (uint16_t)i;
		n += m != 0;
	}
	return n;
}

size_t
sek_prefilter_fill_neon(const struct sek_prefilter *f, const uint8_t *p,
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

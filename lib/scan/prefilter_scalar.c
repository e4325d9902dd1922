#include "scan/prefilter_table.h"

/* Shift-or: a lane of 16 bits per column; a bit that is still clear in the last
 * lane stands for a bucket that has matched all four bytes. Bucket k has bit
 * k % 16, so that two of 24 buckets may share one: more candidates, not other
 * hits. */
#define LANE SEK_PREFILTER_LANE

size_t
sek_prefilter_fill_scalar(const struct sek_prefilter *f, const uint8_t *p,
    size_t blocks, uint64_t *mask, uint16_t *block)
{
	size_t n = 0;
	uint64_t s = f->byte[p[0]];

	s = s << LANE | f->byte[p[1]];
	s = s << LANE | f->byte[p[2]];
	for (size_t i = 0; i < blocks; i++, p += SEK_PREFILTER_BLOCK) {
		uint64_t m = 0;

		for (unsigned b = 0; b < SEK_PREFILTER_BLOCK; b++) {
			s = s << LANE | f->byte[p[b + 3]];
			m |= (uint64_t)(s >> 48 != 0xffff) << b;
		}
		mask[n] = m;
		block[n] = (uint16_t)i;
		n += m != 0;
	}
	return n;
}

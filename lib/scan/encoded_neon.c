#include "scan/encoded_block.h"

#if defined(__aarch64__) && !defined(SEK_NO_SIMD)
#include <arm_neon.h>

size_t
sek_block_neon(const uint8_t *p, size_t at, size_t end)
{
	static const uint8_t tables[][SEK_BLOCK] = {
	    {SEK_BLOCK_LOW}, {SEK_BLOCK_HIGH}};
	const uint8x16_t low = vld1q_u8(tables[0]), high = vld1q_u8(tables[1]);

	for (; at + SEK_BLOCK <= end; at += SEK_BLOCK_STEP) {
		uint8x16_t x = vld1q_u8(p + at);
		uint8x16_t in = vtstq_u8(vqtbl1q_u8(low,
					     vandq_u8(x, vdupq_n_u8(0x0f))),
		    vqtbl1q_u8(high, vshrq_n_u8(x, 4)));

		if (vminvq_u8(in))
			return at;
	}
	return end;
}
#endif

#include "scan/encoded_block.h"

#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

INLINE __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* A bit for each byte of two blocks that is not in the set. */
INLINE uint32_t
strangers(__m256i x)
{
	const __m256i low =
	    _mm256_broadcastsi128_si256(_mm_setr_epi8(SEK_BLOCK_LOW));
	const __m256i high =
	    _mm256_broadcastsi128_si256(_mm_setr_epi8(SEK_BLOCK_HIGH));
	__m256i half = _mm256_and_si256(_mm256_srli_epi16(x, 4),
	    _mm256_set1_epi8(0x0f));
	__m256i in = _mm256_and_si256(_mm256_shuffle_epi8(low, x),
	    _mm256_shuffle_epi8(high, half));

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(in,
	    _mm256_setzero_si256()));
}

size_t
sek_block_avx2(const uint8_t *p, size_t at, size_t end)
{
	for (; at + SEK_BLOCK_STEP + SEK_BLOCK <= end;
	     at += 2 * SEK_BLOCK_STEP) {
		uint32_t m = strangers(_mm256_set_m128i(load(p + at +
							    SEK_BLOCK_STEP),
		    load(p + at)));

		if (!(m & 0xffff))
			return at;
		if (!(m >> 16))
			return at + SEK_BLOCK_STEP;
	}
	if (at + SEK_BLOCK <= end &&
	    !(strangers(_mm256_castsi128_si256(load(p + at))) & 0xffff))
		return at;
	return end;
}
#endif

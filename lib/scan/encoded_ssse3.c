#include "scan/encoded_block.h"

#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
#include <tmmintrin.h>

/* A bit for each byte that is not in the set. */
static inline __attribute__((always_inline)) int
strangers(const uint8_t *p)
{
	const __m128i low = _mm_setr_epi8(SEK_BLOCK_LOW);
	const __m128i high = _mm_setr_epi8(SEK_BLOCK_HIGH);
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i half = _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(0x0f));
	__m128i in = _mm_and_si128(_mm_shuffle_epi8(low, x),
	    _mm_shuffle_epi8(high, half));

	return _mm_movemask_epi8(_mm_cmpeq_epi8(in, _mm_setzero_si128()));
}

size_t
sek_block_ssse3(const uint8_t *p, size_t at, size_t end)
{
	for (; at + SEK_BLOCK <= end; at += SEK_BLOCK_STEP)
		if (!strangers(p + at))
			return at;
	return end;
}
#endif

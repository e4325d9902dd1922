#include "repo/sum_blocks.h"

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)

#include <immintrin.h>
#include <sys/platform/x86.h>

#define SHA __attribute__((target("sha,sse4.1")))

/* The C library has asked the processor at its start: in a virtual machine each
 * question takes as long as the sum of a file. */
bool
sek_sum_blocks_work(void)
{
	return x86_cpu_active(x86_cpu_SHA) && x86_cpu_active(x86_cpu_SSE4_1);
}

/* Both sums read words of which the first byte is the highest. */
SHA static void
load(__m128i w[4], const unsigned char *p, __m128i order)
{
	for (int i = 0; i < 4; i++)
		w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i
						*)(const void *)(p + 16 * i)),
		    order);
}

/* Words 4g + 16 to 4g + 19 out of the 16 before, which they replace in w. */
#define NEXT_1(g)                                                              \
	w[(g) % 4] =                                                           \
	    _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(w[(g) % 4],    \
						 w[((g) + 1) % 4]),            \
				   w[((g) + 2) % 4]),                          \
		w[((g) + 3) % 4])

/* Four rounds: e of the first of them is the first word of the state four
 * rounds ago, turned, which the instruction does. */
#define ROUNDS_1(g)                                                            \
	do {                                                                   \
		__m128i e = (g) ? _mm_sha1nexte_epu32(ago, w[(g) % 4])         \
				: _mm_add_epi32(last, w[0]);                   \
		ago = abcd;                                                    \
		abcd = _mm_sha1rnds4_epu32(abcd, e, (g) / 5);                  \
		if ((g) < 16)                                                  \
			NEXT_1(g);                                             \
	} while (0)

#define FIVE_1(g)                                                              \
	do {                                                                   \
		ROUNDS_1(g);                                                   \
		ROUNDS_1((g) + 1);                                             \
		ROUNDS_1((g) + 2);                                             \
		ROUNDS_1((g) + 3);                                             \
		ROUNDS_1((g) + 4);                                             \
	} while (0)

SHA void
sek_sum_blocks_1(uint32_t *state, const unsigned char *p, size_t blocks)
{
	const __m128i order = _mm_set_epi64x(0x0001020304050607,
	    0x08090a0b0c0d0e0f);
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i
						 *)(const void *)state),
	    0x1b);
	__m128i last = _mm_set_epi32((int)state[4], 0, 0, 0);

	for (; blocks--; p += 64) {
		__m128i w[4], was = abcd, last_was = last, ago = abcd;

		load(w, p, order);
		FIVE_1(0);
		FIVE_1(5);
		FIVE_1(10);
		FIVE_1(15);
		last = _mm_sha1nexte_epu32(ago, last_was);
		abcd = _mm_add_epi32(abcd, was);
	}
	_mm_storeu_si128((__m128i *)(void *)state,
	    _mm_shuffle_epi32(abcd, 0x1b));
	state[4] = (uint32_t)_mm_extract_epi32(last, 3);
}

/* The fractions of the cube roots of the first 64 primes. */
static const uint32_t roots[64] = {
    0x428a2f98,
    0x71374491,
    0xb5c0fbcf,
    0xe9b5dba5,
    0x3956c25b,
    0x59f111f1,
    0x923f82a4,
    0xab1c5ed5,
    0xd807aa98,
    0x12835b01,
    0x243185be,
    0x550c7dc3,
    0x72be5d74,
    0x80deb1fe,
    0x9bdc06a7,
    0xc19bf174,
    0xe49b69c1,
    0xefbe4786,
    0x0fc19dc6,
    0x240ca1cc,
    0x2de92c6f,
    0x4a7484aa,
    0x5cb0a9dc,
    0x76f988da,
    0x983e5152,
    0xa831c66d,
    0xb00327c8,
    0xbf597fc7,
    0xc6e00bf3,
    0xd5a79147,
    0x06ca6351,
    0x14292967,
    0x27b70a85,
    0x2e1b2138,
    0x4d2c6dfc,
    0x53380d13,
    0x650a7354,
    0x766a0abb,
    0x81c2c92e,
    0x92722c85,
    0xa2bfe8a1,
    0xa81a664b,
    0xc24b8b70,
    0xc76c51a3,
    0xd192e819,
    0xd6990624,
    0xf40e3585,
    0x106aa070,
    0x19a4c116,
    0x1e376c08,
    0x2748774c,
    0x34b0bcb5,
    0x391c0cb3,
    0x4ed8aa4a,
    0x5b9cca4f,
    0x682e6ff3,
    0x748f82ee,
    0x78a5636f,
    0x84c87814,
    0x8cc70208,
    0x90befffa,
    0xa4506ceb,
    0xbef9a3f7,
    0xc67178f2,
};

SHA void
sek_sum_blocks_256(uint32_t *state, const unsigned char *p, size_t blocks)
{
	const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b,
	    0x0405060700010203);
	/* The instructions want the words as f, e, b, a and h, g, d, c. */
	__m128i abef = _mm_set_epi32((int)state[0], (int)state[1],
	    (int)state[4], (int)state[5]);
	__m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3],
	    (int)state[6], (int)state[7]);
	uint32_t out[8];

	for (; blocks--; p += 64) {
		__m128i w[4], x_was = abef, y_was = cdgh;

		load(w, p, order);
#pragma GCC unroll 16
		for (int g = 0; g < 16; g++) {
			__m128i k = _mm_add_epi32(w[g % 4],
			    _mm_loadu_si128((const __m128i *)(const void
				    *)(roots + 4 * g)));

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh,
			    _mm_shuffle_epi32(k, 0x0e));
			if (g < 12)
				w[g % 4] = _mm_sha256msg2_epu32(
				    _mm_add_epi32(_mm_sha256msg1_epu32(w[g % 4],
						      w[(g + 1) % 4]),
					_mm_alignr_epi8(w[(g + 3) % 4],
					    w[(g + 2) % 4], 4)),
				    w[(g + 3) % 4]);
		}
		abef = _mm_add_epi32(abef, x_was);
		cdgh = _mm_add_epi32(cdgh, y_was);
	}
	_mm_storeu_si128((__m128i *)(void *)out, abef);
	_mm_storeu_si128((__m128i *)(void *)(out + 4), cdgh);
	state[0] = out[3];
	state[1] = out[2];
	state[4] = out[1];
	state[5] = out[0];
	state[2] = out[7];
	state[3] = out[6];
	state[6] = out[5];
	state[7] = out[4];
}

#else

bool
sek_sum_blocks_work(void)
{
	return false;
}

void
sek_sum_blocks_1(uint32_t *state, const unsigned char *p, size_t blocks)
{
	(void)state;
	(void)p;
	(void)blocks;
}

void
sek_sum_blocks_256(uint32_t *state, const unsigned char *p, size_t blocks)
{
	(void)state;
	(void)p;
	(void)blocks;
}

#endif

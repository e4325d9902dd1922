#include "scan/encoded_block.h"

#include <stdbool.h>

static bool
is_in_set(uint8_t c)
{
	static const uint8_t low[] = {SEK_BLOCK_LOW};
	static const uint8_t high[] = {SEK_BLOCK_HIGH};

	return low[c & 15] & high[c >> 4];
}

/* From right to left: what is in no encoding is met sooner where blocks are
 * words. */
size_t
sek_block_scalar(const uint8_t *p, size_t at, size_t end)
{
	for (; at + SEK_BLOCK <= end; at += SEK_BLOCK_STEP) {
		size_t n = SEK_BLOCK;

		while (n && is_in_set(p[at + n - 1]))
			n--;
		if (!n)
			return at;
	}
	return end;
}

#ifndef SEK_SCAN_ENCODED_BLOCK_H
#define SEK_SCAN_ENCODED_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * The part of encoded.h that looks at all text. A stretch of SEK_ENCODED_MIN
 * characters covers one of the blocks of SEK_BLOCK bytes that begin at every
 * SEK_BLOCK_STEP-th byte, and in the block stand characters of encodings alone:
 * [A-Za-z0-9\\&#;%]. Source text has such a block about once in 3000 bytes.
 */
#define SEK_BLOCK      16
#define SEK_BLOCK_STEP 24

/*
 * The first of the blocks at at, at + SEK_BLOCK_STEP, ... that ends at or before
 * `end` and has only such characters; `end` if there is none. p[at, end) is
 * read.
 */
typedef size_t sek_block_fn(const uint8_t *p, size_t at, size_t end);
sek_block_fn sek_block_scalar;
sek_block_fn sek_block_ssse3;
sek_block_fn sek_block_avx2;
sek_block_fn sek_block_neon;

/* The set as rectangles of the ASCII table: a byte is in it if the two entries
 * for its halves share a bit. */
#define SEK_BLOCK_LOW  26, 30, 30, 31, 30, 31, 31, 30, 30, 30, 28, 6, 12, 4, 4, 4
#define SEK_BLOCK_HIGH 0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0

#endif

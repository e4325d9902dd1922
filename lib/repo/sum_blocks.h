#ifndef SEK_REPO_SUM_BLOCKS_H
#define SEK_REPO_SUM_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The inner loops of SHA-1 and SHA-256 (FIPS 180-4) by the processor's own
 * instructions, for sum.c alone: five times as fast as without. The state is
 * the words of the standard, in its order; blocks are of 64 bytes.
 */
typedef void
sek_sum_blocks_fn(uint32_t *state, const unsigned char *p, size_t blocks);
sek_sum_blocks_fn sek_sum_blocks_1, sek_sum_blocks_256;

/* Has this processor such instructions? */
bool sek_sum_blocks_work(void);

#endif

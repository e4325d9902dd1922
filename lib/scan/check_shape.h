#ifndef SEK_SCAN_CHECK_SHAPE_H
#define SEK_SCAN_CHECK_SHAPE_H

#include "base/str.h"

/*
 * What kinds of characters a candidate is made of, for checks that tell random
 * text from identifiers, paths and sums.
 */
struct sek_shape {
	unsigned upper, lower, digit, symbol; /* symbol: all else */
	unsigned hex;      /* digits and the more frequent case of a-f */
	unsigned changes;  /* neighbours of different kinds */
	unsigned pairs;    /* neighbouring letters within a word */
	unsigned common;   /* pairs that are frequent in written words */
	unsigned distinct; /* different bytes */
	unsigned run;      /* longest run of one letter or digit */
};

void sek_shape_of(struct sek_str s, struct sek_shape *out);

/* Like `RegistryStorageEnvVarKey` or `llvm/CodeGen/RegisterBank`. Made for 40
 * characters of base64, of which it takes less than 1 in 20,000 for words. */
bool sek_shape_is_words(const struct sek_shape *shape);

#endif

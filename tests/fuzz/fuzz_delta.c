#include <stdlib.h>

#include "repo/delta.h"

/* Any bytes as a delta: refused, or as much is made as it says. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

#define LARGEST 65536

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_delta d;
	char *base, *made;
	bool whole;

	if (!sek_delta_open(&d, (struct sek_str){(const char *)data, n}) ||
	    d.base_size > LARGEST || d.size > LARGEST)
		return 0;
	base = calloc(1, d.base_size + 1); /* of just that size, for asan */
	made = malloc(d.size + 1);
	if (!base || !made)
		abort();
	whole = sek_delta_apply(d, base, made);
	while (whole) {
		struct sek_delta_part part;

		if (sek_delta_next(&d, &part) != SEK_DELTA_PART)
			break;
		if (!part.n || (!part.text && part.from + part.n > d.base_size))
			__builtin_trap();
	}
	if (whole && d.made != d.size)
		__builtin_trap();
	free(base);
	free(made);
	return 0;
}

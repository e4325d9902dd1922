#include "repo/loose.h"

/* Any bytes as a loose object: refused, or its content is where it says. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_inflate *z = sek_inflate_new();
	sek_auto_buf out = {.max = 1 << 20};
	enum sek_type type = 0;
	struct sek_err err;
	size_t body = 0;

	if (sek_loose_parse(z, (struct sek_str){(const char *)data, n}, &out,
		&type, &body, &err) == SEK_OK &&
	    (body > out.n || type < SEK_COMMIT || type > SEK_TAG))
		__builtin_trap();
	sek_inflate_free(z);
	return 0;
}

#include <stdint.h>
#include <stdlib.h>

#include "base/rfc3339.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is read is written as a text that reads the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char text[SEK_RFC3339_SIZE];
	int64_t first, second;

	if (!sek_rfc3339_read((struct sek_str){(const char *)p, n}, &first))
		return 0;
	sek_rfc3339_write(text, first);
	if (!sek_rfc3339_read(sek_str(text), &second))
		abort();
	/* An offset may lead out of the years that can be written. */
	if (first != second && first >= -62135596800 && first <= 253402300799)
		abort();
	return 0;
}

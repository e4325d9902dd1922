#include <stdint.h>
#include <stdlib.h>

#include "aws/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* On an error nothing is set; no text is longer than the document. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_secret *a = NULL, *b = NULL;
	const struct sek_xml_want want[] = {{"a", &a}, {"a/b", &b}};
	struct sek_err err;

	if (sek_xml_read((struct sek_str){(const char *)p, n}, "fuzz", want, 2,
		&err)) {
		if (a || b)
			abort();
		return 0;
	}
	if (b && !a)
		abort();
	if ((a && sek_secret_str(a).n > n) || (b && sek_secret_str(b).n > n))
		abort();
	return 0;
}

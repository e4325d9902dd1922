#include "scan/archive_rest.h"

/* Any bytes as what is left of an archive: what is given stays in bounds. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_str s = {(const char *)data, n};
	sek_auto_buf out = {.max = (size_t)1 << 20};
	size_t at = 0, header, entry;
	bool deflated;

	(void)sek_rest_one_block(s);
	(void)sek_rest_inflate(s, true, &out);
	sek_buf_reset(&out);
	(void)sek_rest_inflate(s, false, &out);
	if (out.n > out.max)
		__builtin_trap();
	while ((entry = sek_rest_zip_entry(s, at, &header, &deflated)) !=
	    SIZE_MAX) {
		if (header < at || header + 30 > n || entry > n)
			__builtin_trap();
		at = header + 4;
	}
	return 0;
}

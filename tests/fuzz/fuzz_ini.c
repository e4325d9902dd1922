#include <stdint.h>
#include <stdlib.h>

#include "base/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Every token lies inside the text, and the text comes to an end. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *text = (const char *)p;
	struct sek_ini ini = {.rest = {text, n}, .name = "fuzz"};
	enum sek_ini_kind kind = SEK_INI_SECTION;
	struct sek_err err;

	while (kind != SEK_INI_END && !sek_ini_next(&ini, &kind, &err))
		if (kind == SEK_INI_PAIR &&
		    (ini.key.p < text || ini.value.p < ini.key.p ||
			ini.value.p + ini.value.n > text + n || ini.line > n))
			abort();
	return 0;
}

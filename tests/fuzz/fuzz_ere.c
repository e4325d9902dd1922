/* Whatever is translated must be a regex of ours that stays on its line. */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/ere.h"
#include "scan/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bool word = n > 0 && data[0] & 1;
	sek_auto_free char *ere = sek_strndup((const char *)data, n);
	struct sek_regex_info info;
	sek_auto_buf regex = {0};

	if (sek_ere_translate(ere, word, &regex, NULL) != SEK_OK)
		return 0;
	sek_buf_add_s(&regex, "");
	if (sek_regex_study(regex.p, &info, NULL) != SEK_OK)
		abort();
	if (info.crosses_newline || info.groups > 0)
		abort();
	return 0;
}

#include <stdint.h>
#include <stdlib.h>

#include "vault/key_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is read is written as it was. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct sek_str text = {(const char *)p, n};
	sek_auto_secret *again = sek_secret_new(SEK_KEY_VALUE_MAX);
	sek_auto_creds key = {0};

	if (sek_key_value_read(&key, text, NULL)) {
		if (key.secret || *key.id)
			abort();
		return 0;
	}
	if (sek_key_value_write(&key, again, NULL) ||
	    !sek_str_eq(sek_secret_str(again), text))
		abort();
	return 0;
}

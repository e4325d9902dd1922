#include <stdint.h>
#include <stdlib.h>

#include "aws/metadata_creds.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Credentials are whole or there are none; a service's have token and end. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct sek_str text = {(const char *)p, n};
	const enum sek_metadata_form forms[] = {
	    SEK_METADATA_SERVICE, SEK_METADATA_PROCESS};

	for (size_t i = 0; i < 2; i++) {
		sek_auto_creds c = {0};
		struct sek_err err = {0};

		if (sek_metadata_creds_read(&c, text, forms[i], NULL, "fuzz",
			&err)) {
			if (c.secret || c.token || *c.id || !*err.text)
				abort();
			continue;
		}
		if (!c.secret || !*c.id || c.expires < 0 ||
		    (forms[i] == SEK_METADATA_SERVICE &&
			(!c.token || c.expires == 0)))
			abort();
	}
	return 0;
}

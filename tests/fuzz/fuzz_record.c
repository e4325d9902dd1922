#include <stdint.h>
#include <stdlib.h>

#include "vault/keyring.h"
#include "vault/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is read is written as a record that reads the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_secret *text = sek_secret_new(2 * SEK_KEYRING_VALUE_MAX);
	sek_auto_record first = {0}, second = {0};

	if (sek_record_read(&first, (struct sek_str){(const char *)p, n},
		NULL)) {
		if (first.plan || first.profile || first.creds.secret)
			abort();
		return 0;
	}
	if (sek_record_write(&first, text, NULL) ||
	    sek_record_read(&second, sek_secret_str(text), NULL) ||
	    strcmp(first.plan, second.plan) != 0 ||
	    strcmp(first.profile, second.profile) != 0 ||
	    strcmp(first.creds.account, second.creds.account) != 0 ||
	    !sek_creds_same(&first.creds, &second.creds) ||
	    first.fetched != second.fetched ||
	    first.refresh_at != second.refresh_at ||
	    first.instance != second.instance)
		abort();
	return 0;
}

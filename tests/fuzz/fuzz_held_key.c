#include <stdint.h>
#include <stdlib.h>

#include "aws/held_key.h"
#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A key is whole or it is none, with the usual names and with the user's. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct sek_hop hops[] = {
	    {.name = "fuzz"},
	    {.id_field = "a", .secret_field = "9", .token_field = "0"},
	};

	for (size_t i = 0; i < 2; i++) {
		sek_auto_creds creds = {0};
		sek_auto_free char *role = NULL;
		struct sek_err err = {0};
		enum sek_code code = sek_held_key_read(&creds, &role,
		    (struct sek_str){(const char *)p, n}, &hops[i], &err);

		if (code ? creds.secret || *creds.id || role || !*err.text
			 : !creds.secret || !*creds.id)
			abort();
	}
	return 0;
}

#include <stdlib.h>

#include "scan/check_account.h"
#include "scan/check_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The fields of a session token: nothing but plain names gets out of it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sek_facts facts = {0};

	(void)sek_session_read((struct sek_str){(const char *)data, n}, &facts);
	for (const char *p = facts.account; *p; p++)
		if (*p < '0' || *p > '9')
			abort();
	for (const char *p = facts.region; *p; p++)
		if (*p != '-' && (*p < '0' || *p > 'z'))
			abort();
	sek_aws_say_account(&facts);
	return 0;
}

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scan/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/*
 * Which check, and where the match and its secret stand, come from the first
 * bytes; the rest is the content. No check reads outside it, and what one says
 * of account and expiry is a string of its length.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_str content = {(const char *)p + 7, n < 7 ? 0 : n - 7};
	struct sek_facts facts = {0};
	struct sek_match m = {0};
	size_t at[3], checks = 0;

	if (n < 7)
		return 0;
	while (sek_check_name(checks))
		checks++;
	for (size_t i = 0; i < 3; i++)
		at[i] = ((size_t)p[2 * i + 1] << 8 | p[2 * i + 2]) %
		    (content.n + 1);
	m.start = at[0] < at[1] ? at[0] : at[1];
	m.secret = at[0] < at[1] ? at[1] : at[0];
	m.secret_end = at[2] < m.secret ? content.n : at[2];
	m.end = m.secret_end;
	(void)sek_check_find(sek_check_name(p[0] % checks))(content, &m,
	    &facts);
	if (strnlen(facts.account, sizeof(facts.account)) > 12 ||
	    strnlen(facts.expires, sizeof(facts.expires)) > 20)
		abort();
	return 0;
}

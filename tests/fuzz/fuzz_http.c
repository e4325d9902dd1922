#include <stdint.h>
#include <stdlib.h>

#include "aws/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check(const char *field, size_t size)
{
	const char *end = memchr(field, '\0', size);

	if (!end)
		abort();
	while (field < end)
		if (*field < ' ' || *field++ > '~')
			abort();
}

/* Each field is a string that a terminal can be shown. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_str rest = {(const char *)p, n};
	sek_auto_http_response r = {0};

	while (rest.p)
		sek_http_response_line(&r, sek_str_cut(&rest, '\n'));
	check(r.date, sizeof(r.date));
	check(r.content_type, sizeof(r.content_type));
	check(r.error_type, sizeof(r.error_type));
	check(r.request_id, sizeof(r.request_id));
	check(r.retry_after, sizeof(r.retry_after));
	check(r.amz_retry_after, sizeof(r.amz_retry_after));
	check(r.token_ttl, sizeof(r.token_ttl));
	return 0;
}

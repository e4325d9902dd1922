#include <stdint.h>
#include <stdlib.h>

#include "aws/sigv4.h"
#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The first line is the URL, then come two headers' values. The order of the
 * headers does not change the canonical form, and each line stays one. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_str rest = {(const char *)p, n};
	struct sek_str url = sek_str_cut(&rest, '\n');
	struct sek_str value = sek_str_cut(&rest, '\n');
	sek_auto_free char *text = sek_strndup(url.p, url.n);
	const struct sek_http_header one[] = {{"a", value}, {"x", rest}};
	const struct sek_http_header two[] = {{"x", rest}, {"a", value}};
	struct sek_http_request request = {
	    .method = "PUT", .url = text, .headers = one, .n_headers = 2};
	struct sek_sigv4 how = {
	    .normalize_path = n & 1, .double_encode = n & 2};
	sek_auto_secret *a = sek_secret_new(65536), *b = sek_secret_new(65536);
	sek_auto_buf names = {0};

	if (sek_sigv4_canonical(a, &names, &how, &request, NULL))
		return 0;
	request.headers = two;
	if (sek_sigv4_canonical(b, &names, &how, &request, NULL) ||
	    !sek_str_eq(sek_secret_str(a), sek_secret_str(b)))
		abort();
	rest = sek_secret_str(a);
	for (const char *const *want = (const char *const[]){"PUT", "/", "",
		 "a:", "host:", "x:", "", "a;host;x", NULL};
	     *want; want++)
		if (!sek_str_starts(sek_str_cut(&rest, '\n'), *want))
			abort();
	return 0;
}

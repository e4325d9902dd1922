#include <stdint.h>
#include <stdlib.h>

#include "aws/endpoint.h"
#include "base/alloc.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Put together again the parts are the URL, and none can be read otherwise. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_free char *url = sek_strndup((const char *)p, n);
	sek_auto_buf again = {0};
	struct sek_url u;
	bool v6;

	if (!sek_url_split(&u, url))
		return 0;
	v6 = memchr(u.host.p, ':', u.host.n);
	sek_buf_add_str(&again, u.scheme);
	sek_buf_add_s(&again, v6 ? "://[" : "://");
	sek_buf_add_str(&again, u.host);
	sek_buf_add_s(&again, v6 ? "]" : "");
	sek_buf_add_s(&again, u.port.n ? ":" : "");
	sek_buf_add_str(&again, u.port);
	sek_buf_add_str(&again, u.path);
	if (strcmp(again.p, url) || u.host.n == 0 ||
	    memchr(u.host.p, '@', u.host.n) || memchr(u.host.p, '/', u.host.n))
		abort();
	if (u.path.n && *u.path.p != '/' && *u.path.p != '?')
		abort();
	return 0;
}

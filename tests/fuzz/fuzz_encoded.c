#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "scan/encoded.h"
#include "scan/prefilter_table.h"

/*
 * Any bytes, and text that they are made to in an encoding: all variants find the same stretches, each long enough, each once,
 * and in two halves what they find in the whole.
 */
#define MOST 4096

struct hits {
	size_t at[MOST], n;
};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static bool
keep(void *arg, size_t kind, size_t offset)
{
	struct hits *h = arg;

	h->at[h->n++] = offset * SEK_ENCODED + kind;
	return h->n < MOST;
}

static int
by_value(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

static void
find(struct hits *h, const char *p, size_t n, size_t cut)
{
	h->n = 0;
	sek_encoded_find(p, n, 0, cut, keep, h);
	if (h->n < MOST)
		sek_encoded_find(p, n, cut, n, keep, h);
	qsort(h->at, h->n, sizeof(*h->at), by_value);
}

/* The first byte chooses the encoding; here and there a byte stays as it is. */
static void
encode(struct sek_buf *out, const unsigned char *data, size_t n)
{
	sek_auto_buf text = {0};

	for (size_t i = 1; i < n; i++)
		sek_buf_add_c(&text,
		    (char)(data[i] % 97 == 96 ? data[i] : ' ' + data[i] % 95));
	if (data[0] % 4 == 0)
		sek_buf_add(out, data, n);
	else if (data[0] % 4 == 1)
		sek_base64(out, text.p, text.n);
	else if (data[0] % 4 == 2)
		sek_hex(out, text.p, text.n);
	for (size_t i = 0; data[0] % 4 == 3 && i < text.n; i++)
		sek_buf_printf(out, data[1] % 2 ? "\\x%02x" : "&#%u;",
		    (unsigned char)text.p[i]);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char *const cpus[] = {"avx2", "ssse3", "neon"};
	static struct hits want, got;
	sek_auto_buf text = {0};
	const char *p;

	if (n < 2 || n > MOST || !sek_prefilter_use("scalar"))
		return 0;
	encode(&text, data, n);
	p = text.p;
	n = text.n;
	find(&want, p, n, n);
	for (size_t i = 0; i < want.n; i++) {
		size_t at = want.at[i] / SEK_ENCODED,
		       kind = want.at[i] % SEK_ENCODED;

		if ((i && want.at[i] == want.at[i - 1]) ||
		    sek_encoded_past(p, n, kind, at, n) - at < SEK_ENCODED_MIN)
			abort();
	}
	for (size_t i = 0; i < 3; i++) {
		if (!sek_prefilter_use(cpus[i]))
			continue;
		find(&got, p, n, data[0] * n / 256);
		if (got.n != want.n ||
		    memcmp(got.at, want.at, got.n * sizeof(*got.at)) != 0)
			abort();
	}
	return 0;
}

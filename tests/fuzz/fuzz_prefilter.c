/*
 * Bytes are a text, and its end makes a set of literals, of a size for each
 * layout of the tables; every variant must find what a naive search finds, in
 * its order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "scan/prefilter_table.h"

#define MOST 320
#define MADE 96 /* of their own bytes; the others repeat these */

struct set {
	struct sek_literal at[MOST];
	size_t n;
};

struct hit {
	size_t literal, offset;
};

struct hits SEK_VEC_BODY(struct hit);

struct expected {
	const struct hits *hits;
	size_t next;
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
stands(const struct sek_literal *l, const char *p, size_t n, size_t at)
{
	if (l->len > n - at)
		return false;
	for (size_t i = 0; i < l->len; i++)
		if ((l->nocase ? lower(p[at + i]) : p[at + i]) != l->bytes[i])
			return false;
	return true;
}

static void
naive(const struct set *s, const char *p, size_t n, struct hits *out)
{
	for (size_t at = 0; at < n; at++)
		for (size_t i = 0; i < s->n; i++)
			if (stands(&s->at[i], p, n, at))
				*sek_vec_push(out) = (struct hit){i, at};
}

static bool
compare(void *arg, size_t literal, size_t offset)
{
	struct expected *e = arg;
	const struct hit *want = &e->hits->at[e->next];

	if (e->next++ == e->hits->n || want->literal != literal ||
	    want->offset != offset)
		abort();
	return true;
}

static void
take_literals(struct set *s, char *p, size_t *n)
{
	static const size_t least[] = {0, 160, MOST};
	size_t fill = *n ? least[(uint8_t)p[--*n] % 3] : 0;
	size_t want = *n ? (uint8_t)p[--*n] % MADE : 0;

	while (s->n<want && * n> 1 + SEK_LITERAL_MAX) {
		uint8_t head = (uint8_t)p[--*n];
		struct sek_literal *l = &s->at[s->n++];

		l->len = (uint8_t)(SEK_LITERAL_MIN + (head & 31) % 30);
		l->nocase = head & 64;
		*n -= l->len;
		l->bytes = p + *n;
		for (size_t i = 0; l->nocase && i < l->len; i++)
			p[*n + i] = lower(p[*n + i]);
	}
	for (size_t i = 0, made = s->n; made && s->n < fill; i++)
		s->at[s->n++] = s->at[i % made];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const cpus[] = {
	    "avx512", "avx2", "ssse3", "neon", "scalar"};
	struct hits want = {0};
	struct set s = {.n = 0};
	struct sek_prefilter *f;
	size_t n = size;
	char *all = malloc(size + 1), *text;

	memcpy(all, data, size);
	take_literals(&s, all, &n);
	/* of its own, so that a byte too far is seen */
	text = malloc(size + !size);
	memcpy(text, all, size);
	naive(&s, text, size, &want);
	f = sek_prefilter_new(s.at, s.n);
	for (size_t c = 0; c < sizeof(cpus) / sizeof(cpus[0]); c++) {
		struct expected e = {.hits = &want};

		if (!sek_prefilter_use(cpus[c]))
			continue;
		sek_prefilter_run(f, text, size, 0, size, compare, &e);
		if (e.next != want.n)
			abort();
	}
	sek_prefilter_free(f);
	sek_vec_clear(&want);
	free(text);
	free(all);
	return 0;
}

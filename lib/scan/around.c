#include "scan/around.h"

size_t
sek_around_start(struct sek_str c, size_t at, bool *cut)
{
	size_t from = at > SEK_AROUND_MAX ? at - SEK_AROUND_MAX : 0;
	const char *nl = at ? memrchr(c.p + from, '\n', at - from) : NULL;

	*cut = !nl && from;
	return nl ? (size_t)(nl - c.p) + 1 : from;
}

size_t
sek_around_end(struct sek_str c, size_t at, bool *cut)
{
	size_t to = c.n - at > SEK_AROUND_MAX ? at + SEK_AROUND_MAX : c.n;
	const char *nl = to > at ? memchr(c.p + at, '\n', to - at) : NULL;

	*cut = !nl && to < c.n;
	return nl ? (size_t)(nl - c.p) : to;
}

void
sek_around_advance(struct sek_around *at, struct sek_str c, size_t offset)
{
	const char *p, *end = c.p + offset, *nl;

	if (offset < at->offset)
		*at = (struct sek_around){.line = 1};
	p = c.p + at->offset;
	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
		at->line++;
		p = nl + 1;
		at->line_start = (size_t)(p - c.p);
	}
	at->offset = offset;
}

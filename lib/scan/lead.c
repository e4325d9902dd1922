#include "scan/lead.h"

#include <stdlib.h>

void
sek_stretches_begin(struct sek_stretches *s)
{
	for (size_t i = 0; i < SEK_ENCODED; i++)
		s->run[i].encoding = SEK_PLAIN;
}

/* Was the run cut by a lead's reach? */
static bool
is_cut(const struct sek_decode *d)
{
	size_t reach = d->encoding == SEK_ESCAPES ? SEK_ESCAPES_AHEAD
						  : SEK_DECODE_AHEAD;

	return d->end - d->lead.at == reach;
}

bool
sek_stretches_take(struct sek_stretches *s, struct sek_str content, size_t kind,
    enum sek_encoding encoding, size_t offset, struct sek_leads *out,
    size_t most)
{
	struct sek_lead lead = {.at = offset, .encoding = (uint8_t)encoding};
	struct sek_decode *run = &s->run[kind];

	if (run->encoding && sek_decode_covers(run, &lead))
		return true;
	for (;;) {
		if (out->n == most)
			return false;
		*sek_vec_push(out) = lead;
		sek_decode_open(run, content, &lead);
		if (!is_cut(run))
			return true;
		lead.at = sek_encoded_past(content.p, content.n, kind, lead.at,
		    run->end);
		if (lead.at < run->end)
			return true;
	}
}

static int
by_place(const void *pa, const void *pb)
{
	const struct sek_lead *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (int)a->encoding - (int)b->encoding;
}

void
sek_leads_sort(struct sek_leads *v)
{
	if (v->n > 1)
		qsort(v->at, v->n, sizeof(*v->at), by_place);
}

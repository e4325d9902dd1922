#include "scan/lead.h"

#include <stdlib.h>

#include "base/enc.h"

/* So much of what follows a short literal of base64 must be text, too: by chance
 * alone four characters come once in 16 MiB of any base64. */
#define GROUPS 3

/* A word in UTF-8 may come soon after; but then a stretch will follow. */
static bool
is_text(uint32_t byte)
{
	return (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\r' ||
	    byte == '\t' || byte == 0;
}

/* Until a line ends. */
static bool
text_follows(struct sek_str c, size_t at, size_t index)
{
	uint32_t v = 0;

	at += (4 - index) % 4;
	for (size_t i = 0; i < 4 * GROUPS && at + i < c.n; i++) {
		int digit = sek_base64_digit(c.p[at + i]);

		if (digit < 0)
			return true;
		v = v << 6 | (uint32_t)digit;
		if (i % 4 == 3 &&
		    !(is_text(v >> 16 & 0xff) && is_text(v >> 8 & 0xff) &&
			is_text(v & 0xff)))
			return false;
	}
	return true;
}

/* Not in the middle of a run; \n in a string ends a line. */
static bool
begins_run(struct sek_str c, size_t at)
{
	bool digit = at && sek_base64_digit(c.p[at - 1]) >= 0 &&
	    sek_base64_digit(c.p[at - 1]) < 62;

	return !digit || (at > 1 && c.p[at - 2] == '\\');
}

bool
sek_lead_leads(struct sek_str c, const struct sek_rule_literal *l,
    size_t offset)
{
	if (l->before_min == SEK_PARTS)
		return sek_decode_joint_follows(c, offset);
	if (l->before_min != SEK_BASE64)
		return true;
	return l->before_max & SEK_LEAD_BINARY
	    ? begins_run(c, offset)
	    : text_follows(c, offset, l->before_max);
}

/* Was the run cut by a lead's reach? */
static bool
is_cut(const struct sek_decode *d)
{
	size_t reach = d->encoding == SEK_ESCAPES ? SEK_ESCAPES_AHEAD
						  : SEK_DECODE_AHEAD;

	return d->end - d->lead.at == reach;
}

void
sek_stretches_take(struct sek_runs *runs, struct sek_str content, size_t kind,
    enum sek_encoding encoding, size_t offset, struct sek_leads *out)
{
	struct sek_lead lead = {.at = offset, .encoding = (uint8_t)encoding};
	struct sek_decode *run;
	bool covered;

	run = &runs->at[sek_runs_find(runs, &lead, &covered)];
	if (covered)
		return;
	for (;;) {
		*sek_vec_push(out) = lead;
		sek_decode_open(run, content, &lead);
		if (!is_cut(run))
			return;
		lead.at = sek_encoded_past(content.p, content.n, kind, lead.at,
		    run->end);
		if (lead.at < run->end)
			return;
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

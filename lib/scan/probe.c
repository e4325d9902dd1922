#include "scan/probe.h"

#include "scan/archive.h"

/* Is there, for certain, nothing to be found in text that was decoded? What is
 * encoded again is not looked into. */
static bool
is_dead(struct sek_prober *p, struct sek_str text)
{
	const struct sek_ruleset *rules = sek_matcher_rules(p->matcher);
	struct sek_probe probe = {.fresh = true};
	struct sek_lead lead;

	if (sek_decode_whole(text, &lead) || sek_archive_begins(text))
		return false;
	sek_marks_scan(&p->inner, rules, text);
	if (p->inner.many)
		return false;
	sek_vec_each (mark, &p->inner) {
		if (p->probes++ == SEK_PROBES_MAX ||
		    rules->literal[mark->literal].rule == SEK_RULE_DECODE)
			return false;
		probe.literal = mark->literal;
		probe.offset = mark->at;
		if (sek_matcher_probe(p->matcher, text, &probe))
			return false;
		probe.fresh = false;
	}
	return true;
}

static bool
is_run_dead(struct sek_prober *p, struct sek_decode d)
{
	size_t size = d.end - d.begin;
	unsigned char byte;

	if (size > SEK_DECODE_BACK || size > SEK_PROBE_DECODED - p->decoded)
		return false;
	p->decoded += size;
	sek_buf_reset(&p->text);
	p->text.max = 2 * size; /* no encoding of a stretch grows */
	while (sek_decode_next(&d, &byte))
		sek_buf_add_c(&p->text, (char)byte);
	return !p->text.toobig && is_dead(p, sek_buf_str(&p->text));
}

/*
 * Lines of one run are marks of their own: what is said of the run holds for
 * each, whichever leads to it, since it is one from end to end (no longer than
 * SEK_DECODE_BACK). A run of escapes has other ends for each.
 */
static void
ask_run(struct sek_prober *p, const struct sek_rule_literal *l,
    struct sek_mark *mark, size_t *from, size_t *to)
{
	struct sek_lead lead = {
	    .at = mark->at,
	    .encoding = (uint8_t)l->before_min,
	    .index = (uint8_t)l->before_max,
	};
	struct sek_decode *run;
	bool asked;
	size_t i;

	i = sek_runs_find(&p->runs, &lead, &asked);
	run = &p->runs.at[i];
	if (!asked || lead.encoding == SEK_ESCAPES) {
		p->probes++;
		sek_decode_open(run, p->content, &lead);
		p->run_dead[i] = is_run_dead(p, *run);
	}
	mark->dead = p->run_dead[i];
	sek_decode_seen(run, from, to);
}

bool
sek_prober_ask(struct sek_prober *p, struct sek_mark *mark)
{
	const struct sek_ruleset *rules = sek_matcher_rules(p->matcher);
	struct sek_probe probe = {
	    .literal = mark->literal,
	    .offset = mark->at,
	    .fresh = !p->asked,
	};

	if (p->probes >= SEK_PROBES_MAX)
		return false;
	if (mark->literal >= rules->encoded) {
		ask_run(p, &rules->literal[mark->literal], mark, &probe.from,
		    &probe.to);
		if (p->probes > SEK_PROBES_MAX) /* while it was decoded */
			return false;
	} else {
		p->probes++;
		p->asked = true;
		mark->dead = !sek_matcher_probe(p->matcher, p->content, &probe);
	}
	mark->first = probe.from == 0;
	mark->last = probe.to == p->content.n;
	mark->before = (uint32_t)(mark->at - probe.from);
	mark->after = probe.to > mark->at ? (uint32_t)(probe.to - mark->at) : 0;
	return true;
}

void
sek_prober_end(struct sek_prober *p)
{
	sek_buf_clear(&p->text);
	sek_vec_clear(&p->inner);
}

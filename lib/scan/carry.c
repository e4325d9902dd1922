#include "scan/carry.h"

/*
 * A literal is at most this long, and looks at one byte before it. So a start
 * in a copy is settled if it has a byte before it there and the longest literal
 * would end there; all others are looked at again.
 */
#ifndef LONGEST /* a test makes it too small, to see that this is noticed */
#define LONGEST SEK_LITERAL_MAX
#endif
/* Copies so short are looked at as a whole. */
#define SHORT 96

/* A delta on its way: `made` bytes of the content are behind. */
struct weave {
	struct sek_marks *out;
	const struct sek_ruleset *rules;
	const struct sek_marks *base;
	struct sek_str base_content, content;
	size_t size, made;
	size_t open;          /* starts from here on are not settled yet */
	struct sek_buf *text; /* content is not there: the bytes */
	size_t text_at;       /* from here on, for the open starts */
};

/* Where the bytes begin that the prefilter is run over. */
struct into {
	struct sek_marks *out;
	size_t at;
};

static bool
add(struct sek_marks *v, const struct sek_mark *mark)
{
	if (v->n == SEK_MARKS_MAX) {
		v->many = true;
		return false;
	}
	*sek_vec_push(v) = *mark;
	return true;
}

static bool
on_literal(void *arg, size_t literal, size_t offset)
{
	struct into *into = arg;
	struct sek_mark mark = {
	    .at = into->at + offset,
	    .literal = (uint16_t)literal,
	};

	return add(into->out, &mark);
}

static void
find(struct sek_marks *out, const struct sek_ruleset *rules,
    struct sek_str bytes, size_t at, size_t from, size_t to)
{
	struct into into = {out, at};

	if (from < to && rules->literals && !out->many)
		sek_prefilter_run(rules->prefilter, bytes.p, bytes.n, from, to,
		    on_literal, &into);
}

void
sek_marks_scan(struct sek_marks *out, const struct sek_ruleset *rules,
    struct sek_str content)
{
	out->n = 0;
	out->many = false;
	find(out, rules, content, 0, 0, content.n);
}

/* Settles the open starts before `end`. */
static void
look(struct weave *w, size_t end)
{
	if (w->content.p)
		find(w->out, w->rules, w->content, 0, w->open, end);
	else
		find(w->out, w->rules, sek_buf_str(w->text), w->text_at,
		    w->open - w->text_at, end - w->text_at);
	w->open = end;
}

static void
keep_text(struct weave *w, const char *p, size_t n)
{
	if (!w->content.p)
		sek_buf_add(w->text, p, n);
}

/* Do the bytes that make a mark dead all come with it? */
static bool
stays_dead(const struct weave *w, const struct sek_delta_part *copy,
    const struct sek_mark *m)
{
	size_t end = copy->from + copy->n;

	if (m->first ? copy->from || w->made : m->at - m->before < copy->from)
		return false;
	if (m->last)
		return end == w->base_content.n && w->made + copy->n == w->size;
	return m->at + m->after <= end;
}

/* Marks of the base from `from` to `to` come along. */
static void
carry(struct weave *w, const struct sek_delta_part *copy, size_t from,
    size_t to)
{
	const struct sek_marks *base = w->base;
	size_t low = 0, high = base->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (base->at[middle].at < from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < base->n && base->at[low].at < to; low++) {
		struct sek_mark mark = base->at[low];

		mark.dead = mark.dead && stays_dead(w, copy, &mark);
		mark.at = mark.at - copy->from + w->made;
		if (!add(w->out, &mark))
			return;
	}
}

static void
weave_copy(struct weave *w, const struct sek_delta_part *copy)
{
	const char *p = w->base_content.p + copy->from;
	size_t end = w->made + copy->n;
	bool both_begin = !w->made && !copy->from;
	bool both_end = end == w->size &&
	    copy->from + copy->n == w->base_content.n;
	size_t first = both_begin ? 0 : 1;
	size_t last = both_end ? copy->n : copy->n - LONGEST + 1;

	keep_text(w, p, first + LONGEST);
	look(w, w->made + first);
	carry(w, copy, copy->from + first, copy->from + last);
	w->open = w->made + last;
	if (w->content.p)
		return;
	sek_buf_reset(w->text);
	w->text_at = end - LONGEST;
	keep_text(w, p + copy->n - LONGEST, LONGEST);
}

bool
sek_marks_carry(struct sek_marks *out, const struct sek_ruleset *rules,
    const struct sek_marks *base, struct sek_str base_content,
    struct sek_delta d, struct sek_str content, struct sek_buf *text)
{
	struct sek_delta_part part;
	enum sek_delta_step step;
	struct weave w = {
	    .out = out,
	    .rules = rules,
	    .base = base,
	    .base_content = base_content,
	    .content = content,
	    .size = (size_t)d.size,
	    .text = text,
	};

	out->n = 0;
	out->many = false;
	sek_buf_reset(text);
	while ((step = sek_delta_next(&d, &part)) == SEK_DELTA_PART) {
		if (!part.text && part.n > SHORT)
			weave_copy(&w, &part);
		else
			keep_text(&w,
			    part.text ? part.text : base_content.p + part.from,
			    part.n);
		w.made += part.n;
	}
	if (step == SEK_DELTA_END)
		look(&w, w.size);
	return step == SEK_DELTA_END && !text->toobig;
}

void
sek_marks_probe(struct sek_marks *v, struct sek_matcher *m,
    struct sek_str content)
{
	struct sek_probe p = {.fresh = true};
	size_t probes = 0;

	sek_vec_each (mark, v) {
		if (mark->dead)
			continue;
		if (probes++ == SEK_PROBES_MAX)
			return;
		p.literal = mark->literal;
		p.offset = mark->at;
		mark->dead = !sek_matcher_probe(m, content, &p);
		mark->first = p.from == 0;
		mark->last = p.to == content.n;
		mark->before = (uint32_t)(mark->at - p.from);
		mark->after = p.to > mark->at ? (uint32_t)(p.to - mark->at) : 0;
		p.fresh = false;
	}
}

bool
sek_marks_live(const struct sek_marks *v)
{
	sek_vec_each (mark, v)
		if (!mark->dead)
			return true;
	return false;
}

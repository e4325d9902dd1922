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
	const struct sek_marks *base;
	struct sek_str base_content;
	size_t size, made;
	size_t open;    /* starts from here on are not settled yet */
	size_t text_at; /* where the end of the windows' text stands, less its
			   length: what to add to a place in it */
	struct sek_carry *room;
};

/* Marks that the prefilter finds, in a content or in windows of one. */
struct finder {
	struct sek_marks *out;
	const struct sek_window *window, *end; /* NULL: in a content */
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

/* Hits come by place, as the windows stand. */
static bool
on_literal(void *arg, size_t literal, size_t offset)
{
	struct finder *f = arg;
	struct sek_mark mark = {.at = offset, .literal = (uint16_t)literal};

	while (f->window < f->end && f->window->to <= offset)
		f->window++;
	if (f->window) {
		if (f->window == f->end)
			return false;
		if (offset < f->window->from)
			return true;
		mark.at += f->window->shift;
	}
	return add(f->out, &mark);
}

static void
find(struct finder *f, const struct sek_ruleset *rules, struct sek_str bytes)
{
	f->out->n = 0;
	f->out->many = false;
	if (bytes.n && rules->literals)
		sek_prefilter_run(rules->prefilter, bytes.p, bytes.n, 0,
		    bytes.n, on_literal, f);
}

void
sek_marks_scan(struct sek_marks *out, const struct sek_ruleset *rules,
    struct sek_str content)
{
	struct finder f = {.out = out};

	find(&f, rules, content);
}

/* The open starts before `end` are to be looked at, in the text's last window.
 * All windows are run over at once: most are of a few bytes. */
static void
look(struct weave *w, size_t end)
{
	if (w->open < end)
		*sek_vec_push(&w->room->windows) = (struct sek_window){
		    .from = w->open - w->text_at,
		    .to = end - w->text_at,
		    .shift = w->text_at,
		};
	w->open = end;
}

static void
keep_text(struct weave *w, const char *p, size_t n)
{
	sek_buf_add(&w->room->text, p, n);
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

	if (w->open < w->made + first)
		keep_text(w, p, first + LONGEST);
	look(w, w->made + first);
	carry(w, copy, copy->from + first, copy->from + last);
	w->open = w->made + last;
	w->text_at = end - LONGEST - w->room->text.n;
	keep_text(w, p + copy->n - LONGEST, LONGEST);
}

/* Both are by place, and no place is in both. */
static void
merge(struct sek_marks *into, const struct sek_marks *from)
{
	size_t old = into->n, more = from->n;

	into->many = into->many || from->many || old + more > SEK_MARKS_MAX;
	if (into->many)
		return;
	for (size_t i = 0; i < more; i++)
		(void)sek_vec_push(into);
	while (more) {
		bool last = old && into->at[old - 1].at > from->at[more - 1].at;

		into->at[old + more - 1] = last ? into->at[old - 1]
						: from->at[more - 1];
		if (last)
			old--;
		else
			more--;
	}
}

static void
find_in_windows(struct sek_marks *out, const struct sek_ruleset *rules,
    struct sek_carry *room)
{
	struct finder f = {.out = &room->fresh};

	if (!room->windows.n)
		return;
	f.window = room->windows.at;
	f.end = f.window + room->windows.n;
	find(&f, rules, sek_buf_str(&room->text));
	merge(out, &room->fresh);
}

bool
sek_marks_carry(struct sek_marks *out, const struct sek_ruleset *rules,
    const struct sek_marks *base, struct sek_str base_content,
    struct sek_delta d, struct sek_carry *room)
{
	struct sek_delta_part part;
	enum sek_delta_step step;
	struct weave w = {
	    .out = out,
	    .base = base,
	    .base_content = base_content,
	    .size = (size_t)d.size,
	    .room = room,
	};

	out->n = 0;
	out->many = false;
	sek_buf_reset(&room->text);
	room->windows.n = 0;
	while ((step = sek_delta_next(&d, &part)) == SEK_DELTA_PART) {
		if (!part.text && part.n > SHORT)
			weave_copy(&w, &part);
		else
			keep_text(&w,
			    part.text ? part.text : base_content.p + part.from,
			    part.n);
		w.made += part.n;
	}
	look(&w, w.size);
	if (step != SEK_DELTA_END || room->text.toobig)
		return false;
	find_in_windows(out, rules, room);
	return true;
}

void
sek_carry_clear(struct sek_carry *room)
{
	sek_buf_clear(&room->text);
	sek_vec_clear(&room->windows);
	sek_vec_clear(&room->fresh);
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

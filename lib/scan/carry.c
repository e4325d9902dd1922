#include "scan/carry.h"

#include <stdlib.h>

#include "scan/encoded.h"
#include "scan/probe.h"

/*
 * A literal or the start of a stretch looks at so many bytes from its own first
 * on, and so many before it. A start in a copy is settled if all these are in
 * the copy; all others are looked at again.
 */
#ifndef LONGEST /* a test makes it too small, to see that this is noticed */
#define LONGEST SEK_ENCODED_AHEAD
#endif
#define BEFORE SEK_ENCODED_BACK
_Static_assert(SEK_LITERAL_MAX <= SEK_ENCODED_AHEAD && BEFORE >= 1,
    "literals are seen whole");
/* Copies so short are looked at as a whole. */
#define SHORT 128

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

/* What is found in a content, or in windows of one. Literals come by place, and
 * so do stretches of each kind: each has a window that it has come to. */
struct finder {
	struct sek_marks *out;
	const struct sek_window *window[1 + SEK_ENCODED], *end; /* or NULL */
	size_t encoded; /* the literal of base64 */
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
take(struct finder *f, const struct sek_window **window, size_t literal,
    size_t offset)
{
	struct sek_mark mark = {.at = offset, .literal = (uint16_t)literal};

	if (!f->end)
		return add(f->out, &mark);
	while (*window < f->end && (*window)->to <= offset)
		++*window;
	if (*window == f->end || offset < (*window)->from)
		return true;
	mark.at += (*window)->shift;
	return add(f->out, &mark);
}

static bool
on_literal(void *arg, size_t literal, size_t offset)
{
	struct finder *f = arg;

	return take(f, &f->window[0], literal, offset);
}

static bool
on_encoded(void *arg, size_t kind, size_t offset)
{
	struct finder *f = arg;

	return take(f, &f->window[1 + kind], f->encoded + kind, offset);
}

static int
by_place(const void *pa, const void *pb)
{
	const struct sek_mark *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (int)a->literal - (int)b->literal;
}

static void
find(struct finder *f, const struct sek_ruleset *rules, struct sek_str bytes)
{
	struct sek_marks *out = f->out;
	size_t literals;

	out->n = 0;
	out->many = false;
	if (!bytes.n || !rules->literals)
		return;
	f->encoded = rules->encoded;
	sek_prefilter_run(rules->prefilter, bytes.p, bytes.n, 0, bytes.n,
	    on_literal, f);
	literals = out->n;
	if (rules->encoded < rules->literals && !out->many)
		sek_encoded_find(bytes.p, bytes.n, 0, bytes.n, on_encoded, f);
	if (out->n > literals)
		qsort(out->at, out->n, sizeof(*out->at), by_place);
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

/* Some bytes many times: what fits is not left to sek_buf_add. */
static void
keep_text(struct weave *w, const char *p, size_t n)
{
	struct sek_buf *text = &w->room->text;

	if (text->cap - text->n <= n) {
		sek_buf_add(text, p, n);
		return;
	}
	memcpy(text->p + text->n, p, n);
	text->n += n;
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
	size_t first = both_begin ? 0 : BEFORE;
	size_t last = both_end ? copy->n : copy->n - LONGEST + 1;

	if (w->open < w->made + first)
		keep_text(w, p, first + LONGEST);
	look(w, w->made + first);
	carry(w, copy, copy->from + first, copy->from + last);
	w->open = w->made + last;
	keep_text(w, "", 1); /* no stretch goes on from window to window */
	w->text_at = w->open - BEFORE - w->room->text.n;
	keep_text(w, p + last - BEFORE, copy->n - last + BEFORE);
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
	for (size_t i = 0; i < sizeof(f.window) / sizeof(f.window[0]); i++)
		f.window[i] = room->windows.at;
	f.end = room->windows.at + room->windows.n;
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
	struct sek_prober prober = {.matcher = m, .content = content};

	sek_vec_each (mark, v)
		if (!mark->dead && !sek_prober_ask(&prober, mark))
			break;
	sek_prober_end(&prober);
}

bool
sek_marks_live(const struct sek_marks *v)
{
	sek_vec_each (mark, v)
		if (!mark->dead)
			return true;
	return false;
}

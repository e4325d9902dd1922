#include "scan/unwrap.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "scan/runs.h"

#define CHUNK 4096

/* Of one depth. */
struct level {
	struct sek_leads leads;
	struct sek_runs runs;
	struct sek_buf text;
};

struct sek_unwrap {
	struct level level[SEK_UNWRAP_DEPTH];
	size_t left; /* bytes that may still be decoded of this content */
};

void
sek_unwrap_free(struct sek_unwrap *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < SEK_UNWRAP_DEPTH; i++) {
		sek_vec_clear(&u->level[i].leads);
		sek_buf_clear(&u->level[i].text);
	}
	free(u);
}

void
sek_layer_place(const struct sek_layer *l, size_t *start, size_t *end)
{
	sek_decode_place(l->run, start, end);
}

static void
add_names(struct sek_buf *out, const struct sek_layer *l)
{
	if (l->outer) {
		add_names(out, l->outer);
		sek_buf_add_s(out, ", ");
	}
	sek_buf_add_s(out, sek_encoding_name(l->encoding));
}

char *
sek_layer_names(const struct sek_layer *l)
{
	sek_auto_buf names = {0};

	if (!l)
		return NULL;
	add_names(&names, l);
	return sek_buf_take(&names);
}

/* Fills the level's text; false: the limit is reached. */
static bool
decode(struct sek_unwrap *u, struct sek_decode d, struct sek_buf *out)
{
	unsigned char chunk[CHUNK];
	size_t size = d.end - d.begin;
	bool more = true;

	sek_buf_reset(out);
	if (size > u->left) {
		u->left = 0;
		return false;
	}
	u->left -= size;
	out->max = SEK_UNWRAP_GROWTH * size;
	while (more) {
		size_t n = 0;

		while (n < CHUNK && (more = sek_decode_next(&d, &chunk[n])))
			n++;
		sek_buf_add(out, chunk, n);
	}
	return !out->toobig;
}

static enum sek_code
scan_run(struct sek_unwrap *u, struct sek_layer *layer, sek_unwrap_fn *fn,
    void *arg, struct sek_err *err)
{
	struct level *level = &u->level[layer->depth - 1];
	enum sek_code r = SEK_OK;

	if (!decode(u, *layer->run, &level->text))
		return sek_fail(err, SEK_ETOOBIG,
		    "more text in encodings than the limit");
	if (level->text.n)
		r = fn(arg, layer, sek_buf_str(&level->text), err);
	if (level->text.cap > SEK_BUF_MAX)
		sek_buf_clear(&level->text);
	return r;
}

/* A message that is decoded keeps its header, and those of others behind it:
 * their texts were decoded with it. */
static bool
is_again(const struct sek_layer *l, const struct sek_lead *lead)
{
	if (lead->encoding != SEK_QUOTED)
		return false;
	while (l && l->encoding != SEK_QUOTED)
		l = l->outer;
	return l != NULL;
}

/* What the leads in v lead to. */
static enum sek_code
follow(struct sek_unwrap *u, struct sek_layer *layer, struct sek_str text,
    const struct sek_leads *v, sek_unwrap_fn *fn, void *arg,
    struct sek_err *err)
{
	struct sek_runs *runs = &u->level[layer->depth - 1].runs;
	enum sek_code r = SEK_OK, one;

	*runs = (struct sek_runs){0};
	sek_vec_each (lead, v) {
		bool covered;
		struct sek_decode *d;

		if (is_again(layer->outer, lead))
			continue;
		d = &runs->at[sek_runs_find(runs, lead, &covered)];
		if (covered)
			continue;
		sek_decode_open(d, text, lead);
		layer->encoding = lead->encoding;
		layer->run = d;
		one = scan_run(u, layer, fn, arg, r == SEK_OK ? err : NULL);
		r = r == SEK_OK ? one : r;
		if (!u->left)
			break;
	}
	return r;
}

/* The leads of the text; one to the whole of it stands before all. */
static void
copy_leads(struct sek_leads *to, struct sek_str text,
    const struct sek_leads *from)
{
	struct sek_lead whole;

	to->n = 0;
	if (sek_decode_whole(text, &whole))
		*sek_vec_push(to) = whole;
	sek_vec_each (lead, from)
		*sek_vec_push(to) = *lead;
}

enum sek_code
sek_unwrap_run(struct sek_unwrap **up, const struct sek_layer *outer,
    struct sek_str text, const struct sek_leads *leads, void *of_text,
    sek_unwrap_fn *fn, void *arg, struct sek_err *err)
{
	struct sek_layer layer = {
	    .outer = outer,
	    .depth = outer ? outer->depth + 1 : 1,
	    .arg = of_text,
	};
	struct sek_lead whole;
	struct sek_unwrap *u;

	if (!leads->n && !sek_decode_whole(text, &whole))
		return SEK_OK;
	if (layer.depth > SEK_UNWRAP_DEPTH)
		return sek_fail(err, SEK_ETOOBIG, "encoded more than %d times",
		    SEK_UNWRAP_DEPTH);
	if (!*up)
		*up = sek_alloc(sizeof(**up));
	u = *up;
	if (!outer)
		u->left = SEK_UNWRAP_LEAST + SEK_UNWRAP_TIMES * text.n;
	copy_leads(&u->level[layer.depth - 1].leads, text, leads);
	return follow(u, &layer, text, &u->level[layer.depth - 1].leads, fn,
	    arg, err);
}

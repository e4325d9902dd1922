#include "repo/holders_trees.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/walk.h"

/* Bits of a filter of ids: some for each, and no more than a cache holds. */
#define BITS_MIN   13
#define BITS_MAX   23
#define BITS_TIMES 64
#define LEVELS     4096

/* What is looked for on one level, and what of it was found. */
struct level {
	struct sek_walk *walk;
	unsigned oid_len;
	const struct sek_oids *wanted; /* by id */
	unsigned char *filter[2];      /* of the first 4 bytes, of the next */
	uint32_t mask;
	struct sek_tally *tally;
	pthread_mutex_t lock;
	struct sek_leads found;
	atomic_bool lost;
};

/*
 * Where wanted ids stand in a tree, wherever that is: what is an entry's id is
 * seen when the tree is parsed, and only trees with one are. An id in a copy of
 * the base is known from there, so that in a delta only what is new is looked
 * at.
 */
struct hits {
	size_t *at;
	size_t n, cap; /* a SEK_VEC */
	bool many;     /* not kept: the tree has to be looked at as a whole */
};
#define HITS_MAX 65536
/* Copies so short are looked at as a whole. */
#define SHORT 128

/* A thread's. */
struct reader {
	struct level *level;
	struct sek_leads found;
	SEK_VEC(struct hits) hits; /* by depth in the family */
	struct sek_buf built, text;
	bool caller;
};

static uint32_t
load(const unsigned char *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline bool
may_be_wanted(const struct level *l, const unsigned char *raw)
{
	return sek_bit(l->filter[0], load(raw) & l->mask) &&
	    sek_bit(l->filter[1], load(raw + 4) & l->mask);
}

static bool
is_wanted(const struct level *l, const unsigned char *raw, struct sek_oid *oid)
{
	if (!may_be_wanted(l, raw))
		return false;
	*oid = (struct sek_oid){.len = (unsigned char)l->oid_len};
	memcpy(oid->raw, raw, l->oid_len);
	return sek_oids_find(l->wanted, oid);
}

/* Entries are "MODE NAME\0" and an id; that of a directory is 40000. */
static void
read_tree(struct reader *r, const struct sek_oid *tree, struct sek_str t)
{
	const struct level *l = r->level;
	const char *at = t.p, *end = t.p + t.n;

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *sp;
		struct sek_oid child;

		if (!nul || (size_t)(end - nul) <= l->oid_len)
			return; /* broken: git finds no more in it, too */
		if (is_wanted(l, (const unsigned char *)nul + 1, &child) &&
		    (sp = memchr(at, ' ', (size_t)(nul - at))))
			*sek_vec_push(&r->found) = (struct sek_lead){
			    .tree = *tree,
			    .child = child,
			    .name = sek_strndup(sp + 1, (size_t)(nul - sp - 1)),
			    .dir = *at == '4',
			};
		at = nul + 1 + l->oid_len;
	}
}

/* Ids that start in bytes[from, to), which stand at `at` in the tree. */
static void
look(const struct level *l, struct hits *out, struct sek_str bytes, size_t from,
    size_t to, size_t at)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	struct sek_oid oid;

	if (bytes.n < l->oid_len)
		return;
	to = to < bytes.n - l->oid_len + 1 ? to : bytes.n - l->oid_len + 1;
	for (; from < to; from++) {
		if (!is_wanted(l, p + from, &oid))
			continue;
		out->many = out->many || out->n == HITS_MAX;
		if (out->many)
			return;
		*sek_vec_push(out) = at + from;
	}
}

/* A delta on its way: `made` bytes are behind, starts from `open` on are not
 * looked at yet; their bytes are text, from text_at on. */
struct weave {
	const struct level *level;
	struct hits *out;
	const struct hits *base;
	struct sek_buf *text;
	size_t made, open, text_at;
};

static void
weave_copy(struct weave *w, const struct sek_delta_part *copy, const char *p)
{
	size_t len = w->level->oid_len, last = copy->n - len;

	sek_buf_add(w->text, p, len - 1);
	look(w->level, w->out, sek_buf_str(w->text), w->open - w->text_at,
	    w->made - w->text_at, w->text_at);
	for (size_t i = 0; i < w->base->n; i++) {
		size_t at = w->base->at[i];

		if (at < copy->from || at > copy->from + last)
			continue;
		w->out->many = w->out->many || w->out->n == HITS_MAX;
		if (w->out->many)
			break;
		*sek_vec_push(w->out) = at - copy->from + w->made;
	}
	sek_buf_reset(w->text);
	sek_buf_add(w->text, p + last + 1, len - 1);
	w->open = w->text_at = w->made + last + 1;
}

/* False: it has to be looked at as a whole. */
static bool
carry(struct reader *r, const struct sek_walk_object *o, struct hits *out)
{
	struct weave w = {
	    .level = r->level,
	    .out = out,
	    .base = o->depth ? &r->hits.at[o->depth - 1] : NULL,
	    .text = &r->text,
	};
	struct sek_delta_part part;
	enum sek_delta_step step;
	struct sek_delta d;

	if (!w.base || w.base->many)
		return false;
	d = *o->delta;
	sek_buf_reset(&r->text);
	while ((step = sek_delta_next(&d, &part)) == SEK_DELTA_PART) {
		const char *p = part.text ? part.text : o->base.p + part.from;

		if (!part.text && part.n > SHORT)
			weave_copy(&w, &part, p);
		else
			sek_buf_add(&r->text, p, part.n);
		w.made += part.n;
	}
	look(w.level, out, sek_buf_str(&r->text), w.open - w.text_at, r->text.n,
	    w.text_at);
	return step == SEK_DELTA_END && !r->text.toobig;
}

static bool
build(struct reader *r, const struct sek_walk_object *o,
    struct sek_str *content)
{
	if (content->p)
		return true;
	if (sek_walk_build(r->level->walk, o, &r->built, NULL) != SEK_OK)
		return false;
	*content = sek_buf_str(&r->built);
	return true;
}

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct reader *r = arg;
	struct sek_str content = o->content;
	struct hits *hits;
	struct sek_oid oid;
	bool whole = true;

	if (o->type != SEK_TREE)
		return true;
	while (r->hits.n <= o->depth)
		(void)sek_vec_push(&r->hits);
	hits = &r->hits.at[o->depth];
	hits->n = 0;
	hits->many = false;
	if (!carry(r, o, hits)) {
		hits->n = 0;
		whole = build(r, o, &content);
		if (whole)
			look(r->level, hits, content, 0, content.n, 0);
	}
	if ((hits->n || hits->many) && !o->known) {
		whole = whole && build(r, o, &content);
		whole = whole && sek_walk_oid(o, &oid);
		if (whole)
			read_tree(r, &oid, content);
	}
	if (!whole)
		atomic_store(&r->level->lost, true);
	return whole && sek_tally_one(r->level->tally, r->caller);
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	(void)oid;
	(void)number;
	(void)loss;
	(void)why;
	atomic_store(&((struct reader *)arg)->level->lost, true);
	return false;
}

static void
read_level(void *arg, bool own)
{
	struct level *l = arg;
	struct reader r = {
	    .level = l,
	    .text = {.max = SEK_OBJECT_MAX},
	    .caller = own,
	};
	struct sek_walk_visitor v = {on_object, on_lost, &r};

	sek_walk_run(l->walk, &v);
	pthread_mutex_lock(&l->lock);
	sek_vec_each (lead, &r.found)
		*sek_vec_push(&l->found) = *lead;
	pthread_mutex_unlock(&l->lock);
	sek_vec_clear(&r.found);
	sek_vec_each (hits, &r.hits)
		sek_vec_clear(hits);
	sek_vec_clear(&r.hits);
	sek_buf_clear(&r.built);
	sek_buf_clear(&r.text);
}

static int
by_tree(const void *pa, const void *pb)
{
	const struct sek_lead *a = pa, *b = pb;
	int c = sek_oid_cmp(&a->tree, &b->tree);

	return c ? c : strcmp(a->name, b->name);
}

/* The trees of what was found, if they are not known to lead there already. */
static void
next_level(struct sek_oids *wanted, struct sek_oids *all,
    const struct sek_leads *found)
{
	const struct sek_oids known = *all;

	wanted->n = 0;
	for (size_t i = 0; i < found->n; i++) {
		const struct sek_oid *tree = &found->at[i].tree;

		if (i && sek_oid_eq(tree, &found->at[i - 1].tree))
			continue;
		if (!sek_oids_find(&known, tree))
			*sek_vec_push(wanted) = *tree;
	}
	sek_vec_each (tree, wanted)
		*sek_vec_push(all) = *tree;
	sek_oids_sort(all);
}

static void
look_for(struct level *l, const struct sek_families *f,
    const struct sek_oids *wanted)
{
	unsigned bits = BITS_MIN;

	while (bits < BITS_MAX && wanted->n * BITS_TIMES > (size_t)1 << bits)
		bits++;
	l->wanted = wanted;
	l->mask = (1u << bits) - 1;
	for (int i = 0; i < 2; i++) {
		memset(l->filter[i], 0, ((size_t)1 << bits) / 8);
		sek_vec_each (oid, wanted) {
			uint32_t bit = load(oid->raw + 4 * i) & l->mask;

			l->filter[i][bit / 8] |= (unsigned char)(1u << bit % 8);
		}
	}
	l->walk = sek_walk_new(f);
	sek_walk_only(l->walk, SEK_TREE);
	sek_crew_run(read_level, l);
	sek_walk_free(l->walk);
	if (l->found.n)
		qsort(l->found.at, l->found.n, sizeof(*l->found.at), by_tree);
}

enum sek_code
sek_leads_find(struct sek_leads *out, const struct sek_families *f,
    const struct sek_oids *blobs, struct sek_tally *t, struct sek_err *err)
{
	struct level l = {
	    .oid_len = f->store->oid_len,
	    .filter = {sek_alloc(((size_t)1 << BITS_MAX) / 8),
		sek_alloc(((size_t)1 << BITS_MAX) / 8)},
	    .tally = t,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct sek_oids wanted = {0}, all = {0};
	size_t levels = 0;

	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_tree);
	next_level(&wanted, &all, out);
	sek_vec_each (blob, blobs)
		*sek_vec_push(&wanted) = *blob;
	sek_oids_sort(&wanted);
	while (wanted.n && !l.lost && !t->ended && levels++ < LEVELS) {
		look_for(&l, f, &wanted);
		next_level(&wanted, &all, &l.found);
		sek_vec_each (lead, &l.found)
			*sek_vec_push(out) = *lead;
		l.found.n = 0;
	}
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_tree);
	sek_vec_clear(&l.found);
	sek_vec_clear(&wanted);
	sek_vec_clear(&all);
	free(l.filter[0]);
	free(l.filter[1]);
	pthread_mutex_destroy(&l.lock);
	if (t->ended)
		return sek_fail(err, SEK_ECANCEL, "interrupted");
	return l.lost ? sek_fail(err, SEK_EPARSE, "a tree cannot be read")
		      : SEK_OK;
}

void
sek_leads_clear(struct sek_leads *v)
{
	sek_vec_each (lead, v)
		free(lead->name);
	sek_vec_clear(v);
}

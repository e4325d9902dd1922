#include "repo/diff.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/changes_walk.h"
#include "repo/diff_side.h"

#define DEPTH_MAX   1024
#define PATHS_MAX   ((size_t)1 << 30)
#define CHANGES_MAX ((size_t)8 << 20)
#define TREE_MAX    ((size_t)256 << 20)

void
sek_diff_init(struct sek_diff *d, const struct sek_repo *r, struct sek_few *few)
{
	*d = (struct sek_diff){.few = few, .oid_len = r->oid_len};
	if (!sek_oid_parse(&d->empty, sek_str(sek_raw_empty_tree(r))))
		abort();
}

/* One directory, in all that is compared. */
struct sek_diff_level {
	struct sek_side now;
	struct sek_side *before; /* d->parents of them; over: it has none */
	bool *met;               /* as many: which have the path at hand */
	size_t room;             /* how many there is room for */
};

static void
free_level(struct sek_diff_level *l)
{
	sek_side_clear(&l->now);
	for (size_t i = 0; i < l->room; i++)
		sek_side_clear(&l->before[i]);
	free(l->before);
	free(l->met);
	free(l);
}

/* The one of this depth, as new. */
static struct sek_diff_level *
take_level(struct sek_diff *d)
{
	struct sek_diff_level *l;

	if (d->levels.n == d->depth)
		*sek_vec_push(&d->levels) = sek_alloc(sizeof(*l));
	l = d->levels.at[d->depth];
	sek_side_reset(&l->now);
	for (size_t i = 0; i < l->room; i++)
		sek_side_reset(&l->before[i]);
	if (l->room >= d->parents)
		return l;
	l->before = sek_realloc(l->before, d->parents * sizeof(*l->before));
	l->met = sek_realloc(l->met, d->parents * sizeof(*l->met));
	for (; l->room < d->parents; l->room++)
		l->before[l->room] = (struct sek_side){0};
	return l;
}

static enum sek_code
open_tree(struct sek_diff *d, struct sek_side *s, const struct sek_oid *oid,
    struct sek_err *err)
{
	enum sek_type type;
	enum sek_code r;

	s->text.max = TREE_MAX;
	/* Known to every git, whether or not the repository holds it. */
	s->over = sek_oid_eq(oid, &d->empty);
	if (s->over)
		return SEK_OK;
	r = sek_few_read(d->few, oid, &s->text, &type, err);
	if (!r && type != SEK_TREE)
		r = sek_fail(err, SEK_EPARSE, "not a tree");
	return r ? r : sek_side_tree(s, d->oid_len, err);
}

/* Does a side stand at the same entry? It is moved on to where that would be. */
static enum sek_code
meet(struct sek_side *s, const struct sek_side_item *item, bool *met,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;
	int c = 1;

	while (!r && !s->over && (c = sek_side_cmp(&s->item, item)) < 0)
		r = sek_side_next(s, err);
	*met = !r && !s->over && c == 0;
	return r;
}

/* As sek_raw_same: a change of the executable bit alone leaves it the same. */
static bool
same(const struct sek_side_item *a, const struct sek_side_item *b)
{
	struct sek_raw_side x = {a->mode, a->oid}, y = {b->mode, b->oid};

	return sek_raw_same(&x, &y);
}

/* Where a parent has the same path; a bit mask would be too small. */
static enum sek_code
meet_all(struct sek_diff *d, struct sek_diff_level *l, bool *known,
    struct sek_err *err)
{
	bool *met = l->met;
	enum sek_code r = SEK_OK;

	*known = false;
	for (size_t i = 0; !r && i < d->parents; i++) {
		r = meet(&l->before[i], &l->now.item, &met[i], err);
		if (!r && met[i] && same(&l->before[i].item, &l->now.item))
			*known = true;
	}
	return r;
}

static enum sek_code
add_change(struct sek_diff *d, const struct sek_diff_level *l,
    struct sek_err *err)
{
	const struct sek_side_item *item = &l->now.item;
	struct sek_diff_change *c;

	if (d->changes.n == CHANGES_MAX)
		return sek_fail(err, SEK_ETOOBIG, "too many changes");
	c = sek_vec_push(&d->changes);
	c->path = d->paths.n;
	c->n = d->prefix.n + item->name.n;
	c->mode = item->mode;
	c->oid = item->oid;
	sek_buf_add_str(&d->paths, sek_buf_str(&d->prefix));
	sek_buf_add_str(&d->paths, item->name);
	for (size_t i = 0; i < d->parents; i++) {
		const struct sek_side_item *old = &l->before[i].item;
		struct sek_oid *before = sek_vec_push(&d->before);

		/* A commit of a submodule is not content. */
		if (l->met[i] &&
		    (old->mode != SEK_GITLINK || item->mode == SEK_GITLINK))
			*before = old->oid;
	}
	return sek_buf_check(&d->paths, "paths", err);
}

static enum sek_code
compare(struct sek_diff *d, struct sek_diff_level *l, struct sek_err *err);

static enum sek_code
open_now(struct sek_diff *d, struct sek_diff_level *in,
    const struct sek_diff_level *l, struct sek_err *err)
{
	const struct sek_side_item *item = &l->now.item;
	struct sek_str first;

	if (!l->now.index)
		return open_tree(d, &in->now, &item->oid, err);
	first = sek_index_path(l->now.index, item->from);
	return sek_side_index(&in->now, l->now.index, item,
	    (struct sek_str){first.p, d->prefix.n}, err);
}

/* The directory that all stand at. */
static enum sek_code
descend(struct sek_diff *d, struct sek_diff_level *l, struct sek_err *err)
{
	const struct sek_side_item *item = &l->now.item;
	struct sek_diff_level *in;
	size_t prefix = d->prefix.n;
	enum sek_code r;

	sek_buf_add_str(&d->prefix, item->name);
	sek_buf_add_c(&d->prefix, '/');
	r = sek_buf_check(&d->prefix, "a path", err);
	d->depth++;
	if (!r && d->depth > DEPTH_MAX)
		r = sek_fail(err, SEK_ETOOBIG, "directories too deep");
	if (r)
		return r;
	in = take_level(d);
	r = open_now(d, in, l, err);
	for (size_t i = 0; !r && i < d->parents; i++) {
		in->before[i].over = !l->met[i];
		if (l->met[i])
			r = open_tree(d, &in->before[i], &l->before[i].item.oid,
			    err);
	}
	if (!r)
		r = compare(d, in, err);
	d->depth--;
	if (!r)
		d->prefix.n = prefix;
	return r;
}

static enum sek_code
compare(struct sek_diff *d, struct sek_diff_level *l, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	while (!r && !l->now.over) {
		bool known;

		r = meet_all(d, l, &known, err);
		if (!r && !known && l->now.item.mode == SEK_MODE_DIR)
			r = descend(d, l, err);
		else if (!r && !known)
			r = add_change(d, l, err);
		if (!r && l->met[0])
			r = sek_side_pass(&l->now, &l->before[0], err);
		if (!r)
			r = sek_side_next(&l->now, err);
	}
	return r;
}

/* For another answer; what was found is dropped. */
static struct sek_diff_level *
start(struct sek_diff *d, size_t parents)
{
	d->depth = 0;
	d->parents = parents;
	d->changes.n = d->before.n = 0;
	return take_level(d);
}

static enum sek_code
run(struct sek_diff *d, struct sek_diff_level *l, const struct sek_oid *parents,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	sek_buf_reset(&d->paths);
	sek_buf_reset(&d->prefix);
	d->paths.max = PATHS_MAX;
	for (size_t i = 0; !r && i < d->parents; i++) {
		l->before[i].over = sek_oid_is_none(&parents[i]);
		if (!l->before[i].over)
			r = open_tree(d, &l->before[i], &parents[i], err);
	}
	return r ? r : compare(d, l, err);
}

static bool
is_one_of(const struct sek_oid *oid, const struct sek_oid *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sek_oid_eq(oid, &list[i]))
			return true;
	return false;
}

enum sek_code
sek_diff_index(struct sek_diff *d, const struct sek_index *x,
    const struct sek_oid *parents, size_t n, struct sek_err *err)
{
	struct sek_diff_level *l = start(d, n);
	struct sek_side_item root = {
	    .to = x->n,
	    .tree = 0,
	};
	const struct sek_index_tree *t = x->trees.at;
	enum sek_code r;

	if (t && t->valid && t->count != x->n)
		return sek_fail(err, SEK_EPARSE,
		    "an index that only git reads");
	if (t && t->valid && is_one_of(&t->oid, parents, n))
		return SEK_OK;
	r = sek_side_index(&l->now, x, &root, SEK_STR(""), err);
	return r ? r : run(d, l, parents, err);
}

enum sek_code
sek_diff_tree(struct sek_diff *d, const struct sek_oid *tree,
    const struct sek_oid *parents, size_t n, struct sek_err *err)
{
	struct sek_diff_level *l = start(d, n);
	enum sek_code r;

	if (is_one_of(tree, parents, n))
		return SEK_OK;
	r = open_tree(d, &l->now, tree, err);
	return r ? r : run(d, l, parents, err);
}

enum sek_code
sek_diff_tell(const struct sek_diff *d, const struct sek_oid *commit,
    sek_change_fn *fn, void *arg, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	for (size_t i = 0; !r && i < d->changes.n; i++) {
		const struct sek_diff_change *c = &d->changes.at[i];
		struct sek_change change = {
		    .path = {d->paths.p + c->path, c->n},
		    .mode = c->mode,
		    .oid = c->oid,
		    .before = d->before.at + i * d->parents,
		    .nparents = d->parents,
		};

		r = fn(arg, commit, &change, err);
	}
	return r;
}

void
sek_diff_clear(struct sek_diff *d)
{
	sek_vec_each (l, &d->levels)
		free_level(*l);
	sek_vec_clear(&d->levels);
	sek_vec_clear(&d->changes);
	sek_vec_clear(&d->before);
	sek_buf_clear(&d->paths);
	sek_buf_clear(&d->prefix);
}

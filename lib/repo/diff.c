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
struct level {
	struct sek_side now;
	struct sek_side *before; /* d->parents of them; over: it has none */
};

static void
clear_level(struct level *l, size_t parents)
{
	sek_side_clear(&l->now);
	for (size_t i = 0; i < parents; i++)
		sek_side_clear(&l->before[i]);
	free(l->before);
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
meet_all(struct sek_diff *d, struct level *l, bool *met, bool *known,
    struct sek_err *err)
{
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
add_change(struct sek_diff *d, const struct level *l, const bool *met,
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
		if (met[i] &&
		    (old->mode != SEK_GITLINK || item->mode == SEK_GITLINK))
			*before = old->oid;
	}
	return sek_buf_check(&d->paths, "paths", err);
}

static enum sek_code
compare(struct sek_diff *d, struct level *l, struct sek_err *err);

/* The directory that all stand at. */
static enum sek_code
descend(struct sek_diff *d, struct level *l, const bool *met,
    struct sek_err *err)
{
	const struct sek_side_item *item = &l->now.item;
	struct level in = {
	    .before = sek_alloc_n(d->parents, sizeof(*in.before)),
	};
	size_t prefix = d->prefix.n;
	enum sek_code r;

	sek_buf_add_str(&d->prefix, item->name);
	sek_buf_add_c(&d->prefix, '/');
	r = sek_buf_check(&d->prefix, "a path", err);
	d->depth++;
	if (!r && d->depth > DEPTH_MAX)
		r = sek_fail(err, SEK_ETOOBIG, "directories too deep");
	if (!r && l->now.index)
		r = sek_side_index(&in.now, l->now.index, item,
		    (struct sek_str){sek_index_path(l->now.index, item->from).p,
			d->prefix.n},
		    err);
	else if (!r)
		r = open_tree(d, &in.now, &item->oid, err);
	for (size_t i = 0; !r && i < d->parents; i++) {
		in.before[i].over = !met[i];
		if (met[i])
			r = open_tree(d, &in.before[i], &l->before[i].item.oid,
			    err);
	}
	if (!r)
		r = compare(d, &in, err);
	clear_level(&in, d->parents);
	d->depth--;
	if (!r)
		d->prefix.n = prefix;
	return r;
}

static enum sek_code
compare(struct sek_diff *d, struct level *l, struct sek_err *err)
{
	sek_auto_free bool *met = sek_alloc_n(d->parents, sizeof(*met));
	enum sek_code r = SEK_OK;

	while (!r && !l->now.over) {
		bool known;

		r = meet_all(d, l, met, &known, err);
		if (!r && !known && l->now.item.mode == SEK_MODE_DIR)
			r = descend(d, l, met, err);
		else if (!r && !known)
			r = add_change(d, l, met, err);
		if (!r && met[0])
			r = sek_side_pass(&l->now, &l->before[0], err);
		if (!r)
			r = sek_side_next(&l->now, err);
	}
	return r;
}

static enum sek_code
run(struct sek_diff *d, struct level *l, const struct sek_oid *parents,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	d->depth = 0;
	d->changes.n = d->before.n = 0;
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
	struct level l = {.before = sek_alloc_n(n, sizeof(*l.before))};
	struct sek_side_item root = {
	    .to = x->n,
	    .tree = 0,
	};
	const struct sek_index_tree *t = x->trees.at;
	enum sek_code r = SEK_OK;

	d->parents = n;
	d->changes.n = d->before.n = 0;
	if (t && t->valid && t->count != x->n)
		r = sek_fail(err, SEK_EPARSE, "an index that only git reads");
	else if (!t || !t->valid || !is_one_of(&t->oid, parents, n)) {
		r = sek_side_index(&l.now, x, &root, SEK_STR(""), err);
		if (!r)
			r = run(d, &l, parents, err);
	}
	clear_level(&l, n);
	return r;
}

enum sek_code
sek_diff_tree(struct sek_diff *d, const struct sek_oid *tree,
    const struct sek_oid *parents, size_t n, struct sek_err *err)
{
	struct level l = {.before = sek_alloc_n(n, sizeof(*l.before))};
	enum sek_code r = SEK_OK;

	d->parents = n;
	d->changes.n = d->before.n = 0;
	if (!is_one_of(tree, parents, n)) {
		r = open_tree(d, &l.now, tree, err);
		if (!r)
			r = run(d, &l, parents, err);
	}
	clear_level(&l, n);
	return r;
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
	sek_vec_clear(&d->changes);
	sek_vec_clear(&d->before);
	sek_buf_clear(&d->paths);
	sek_buf_clear(&d->prefix);
}

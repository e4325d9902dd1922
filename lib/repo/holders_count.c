#include <stdlib.h>

#include "base/alloc.h"
#include "repo/holders_parts.h"

/*
 * Many questions at once: a column of bits for each, a row of them for each
 * tree or commit, and one pass from what is below to what holds it.
 */
#define WORDS   8
#define COLUMNS (64 * WORDS)
#define PLANES  33 /* of a count of as many commits as there can be */

struct row {
	uint64_t w[WORDS];
};

static inline void
row_or(struct row *to, const struct row *from)
{
	for (size_t i = 0; i < WORDS; i++)
		to->w[i] |= from->w[i];
}

static inline void
row_set(struct row *r, uint32_t column)
{
	r->w[column / 64] |= (uint64_t)1 << column % 64;
}

/* Counts of all columns, bit by bit: a row is added as in writing. */
struct sums {
	struct row plane[PLANES];
};

static void
sums_add(struct sums *s, const struct row *r)
{
	struct row carry = *r;

	for (size_t k = 0; k < PLANES; k++) {
		uint64_t any = 0;

		for (size_t i = 0; i < WORDS; i++) {
			uint64_t both = s->plane[k].w[i] & carry.w[i];

			s->plane[k].w[i] ^= carry.w[i];
			carry.w[i] = both;
			any |= both;
		}
		if (!any)
			return;
	}
}

static uint64_t
sums_of(const struct sums *s, uint32_t column)
{
	uint64_t n = 0;

	for (size_t k = 0; k < PLANES; k++)
		n |= (s->plane[k].w[column / 64] >> column % 64 & 1) << k;
	return n;
}

/* A commit that is asked for by itself. */
struct own {
	uint32_t node, column;
};

struct count {
	struct sek_holders *h;
	struct row *tree, *wanted; /* of each */
	SEK_VEC(struct own) own;   /* by node */
	struct sums sums;
};

static int
by_node(const void *a, const void *b)
{
	uint32_t x = ((const struct own *)a)->node;
	uint32_t y = ((const struct own *)b)->node;

	return (x > y) - (x < y);
}

static void
ask(struct count *c, const struct sek_oid *id, uint32_t column)
{
	uint32_t at = sek_holders_wanted(c->h, id);
	uint32_t node = at == SEK_NO_LEAD ? sek_graph_find(c->h->graph, id)
					  : SEK_NO_NODE;

	if (at != SEK_NO_LEAD)
		row_set(&c->wanted[at], column);
	else if (node != SEK_NO_NODE)
		*sek_vec_push(&c->own) = (struct own){node, column};
}

static void
fill_trees(struct count *c)
{
	const struct sek_holders *h = c->h;

	for (size_t i = 0; i < h->tree.n; i++) {
		uint32_t tree = h->order[i], lead = h->tree.at[tree];
		uint32_t end = tree + 1 < h->tree.n ? h->tree.at[tree + 1]
						    : (uint32_t)h->leads.n;

		for (; lead < end; lead++) {
			if (h->below[lead] != SEK_NO_LEAD)
				row_or(&c->tree[tree],
				    &c->tree[h->below[lead]]);
			if (h->meets[lead] != SEK_NO_LEAD)
				row_or(&c->tree[tree],
				    &c->wanted[h->meets[lead]]);
		}
	}
}

static void
sum_commits(struct count *c)
{
	const struct sek_holders *h = c->h;
	const struct own *own = c->own.at, *end = own + c->own.n;

	for (uint32_t i = 0; i < h->graph->nodes.n; i++) {
		struct row r = {0};
		bool any = h->holds[i] != SEK_NO_LEAD;

		if (any)
			r = c->tree[h->holds[i]];
		for (; own && own < end && own->node == i; own++) {
			row_set(&r, own->column);
			any = true;
		}
		if (any && !h->graph->nodes.at[i].tag)
			sums_add(&c->sums, &r);
	}
}

/* Groups from `first` on, as many as there are columns. */
static void
count_some(struct count *c, const struct sek_holding *v, size_t n,
    uint32_t first, uint64_t *out, uint32_t groups)
{
	const struct sek_holders *h = c->h;

	memset(c->tree, 0, h->tree.n * sizeof(*c->tree));
	memset(c->wanted, 0, h->wanted.n * sizeof(*c->wanted));
	c->sums = (struct sums){0};
	c->own.n = 0;
	for (size_t i = 0; i < n; i++)
		ask(c, &v[i].id, v[i].group - first);
	if (c->own.n)
		qsort(c->own.at, c->own.n, sizeof(*c->own.at), by_node);
	fill_trees(c);
	sum_commits(c);
	for (uint32_t k = 0; k < COLUMNS && first + k < groups; k++)
		out[first + k] = sums_of(&c->sums, k);
}

static int
by_group(const void *a, const void *b)
{
	uint32_t x = ((const struct sek_holding *)a)->group;
	uint32_t y = ((const struct sek_holding *)b)->group;

	return (x > y) - (x < y);
}

bool
sek_holders_count(struct sek_holders *h, struct sek_holding *v, size_t n,
    uint32_t groups, uint64_t *out)
{
	struct count c = {.h = h};
	size_t at = 0;
	bool go_on = true;

	sek_holders_index(h);
	if (n)
		qsort(v, n, sizeof(*v), by_group);
	c.tree = sek_alloc_n(h->tree.n + 1, sizeof(*c.tree));
	c.wanted = sek_alloc_n(h->wanted.n + 1, sizeof(*c.wanted));
	for (uint32_t first = 0; go_on && first < groups; first += COLUMNS) {
		size_t from = at;

		while (at < n && v[at].group - first < COLUMNS)
			at++;
		count_some(&c, v + from, at - from, first, out, groups);
		go_on = sek_tally_look(&h->tally);
	}
	sek_vec_clear(&c.own);
	free(c.tree);
	free(c.wanted);
	return go_on;
}

/* Then the refs. */

static void
keep_ref(struct sek_reach *r, uint32_t ref)
{
	if (r->refs++ < SEK_REFS_KEPT)
		*sek_vec_push(&r->at) = ref;
}

/* Of up to COLUMNS commits, from parents to children and so to the refs. */
static void
reach_some(struct sek_holders *h, struct row *row, const struct sek_oid *ids,
    size_t n, struct sek_reach *out)
{
	const struct sek_graph *g = h->graph;

	memset(row, 0, g->nodes.n * sizeof(*row));
	for (uint32_t k = 0; k < n; k++) {
		uint32_t node = sek_graph_find(g, &ids[k]);

		if (node == SEK_NO_NODE)
			continue;
		out[k].reached = g->nodes.at[node].reached;
		row_set(&row[node], k);
	}
	for (size_t i = 0; i < g->nodes.n; i++) {
		uint32_t node = g->order[i];
		const struct sek_graph_node *at = &g->nodes.at[node];

		for (uint32_t k = 0; k < at->parents; k++)
			row_or(&row[node], &row[g->parent.at[at->parent + k]]);
	}
	for (uint32_t i = 0; i < g->refs.n; i++)
		for (uint32_t w = 0; w < WORDS; w++) {
			uint64_t bits = g->refs.at[i].node == SEK_NO_NODE
			    ? 0
			    : row[g->refs.at[i].node].w[w];

			for (; bits; bits &= bits - 1)
				keep_ref(&out[64 * w +
					     (uint32_t)__builtin_ctzll(bits)],
				    i);
		}
}

/* What a ref names that is no commit; none: it is one. */
static struct sek_oid
end_of(const struct sek_graph *g, const struct sek_graph_ref *ref)
{
	uint32_t at = ref->node;

	if (at == SEK_NO_NODE)
		return ref->oid;
	for (size_t i = 0; i < g->nodes.n && g->nodes.at[at].tag; i++) {
		if (!g->nodes.at[at].parents)
			return g->nodes.at[at].holds;
		at = g->parent.at[g->nodes.at[at].parent];
	}
	return (struct sek_oid){0};
}

struct bare {
	const struct sek_holders *h;
	const struct sek_oids *ids;
	struct sek_reach *out;
	unsigned char *seen; /* of trees, and of ids behind them */
	uint32_t ref;
};

static void
meet(struct bare *b, const struct sek_oid *id)
{
	const struct sek_oid *at = sek_oids_find(b->ids, id);
	size_t i = at ? (size_t)(at - b->ids->at) : 0;

	if (!at || b->seen[b->h->tree.n + i])
		return;
	b->seen[b->h->tree.n + i] = 1;
	b->out[i].reached = SEK_REACHED_BY_REFS;
	keep_ref(&b->out[i], b->ref);
}

/* All that a ref's tree or blob leads to. */
static void
reach_bare(struct bare *b, const struct sek_oid *id)
{
	const struct sek_holders *h = b->h;
	SEK_VEC(uint32_t) todo = {0};
	uint32_t top = sek_holders_tree(h, id);

	meet(b, id);
	if (top != SEK_NO_LEAD)
		*sek_vec_push(&todo) = top;
	while (todo.n) {
		uint32_t tree = todo.at[--todo.n], lead = h->tree.at[tree];

		if (b->seen[tree])
			continue;
		b->seen[tree] = 1;
		for (; lead < h->leads.n &&
		     sek_oid_eq(&h->leads.at[lead].tree,
			 &h->leads.at[h->tree.at[tree]].tree);
		     lead++) {
			meet(b, &h->leads.at[lead].child);
			if (h->below[lead] != SEK_NO_LEAD)
				*sek_vec_push(&todo) = h->below[lead];
		}
	}
	sek_vec_clear(&todo);
}

bool
sek_holders_reach(struct sek_holders *h, const struct sek_oids *ids,
    struct sek_reach *out)
{
	size_t n = ids->n;
	const struct sek_graph *g = h->graph;
	struct row *row;
	struct bare b = {.h = h, .ids = ids, .out = out};
	bool go_on = true;

	if (!n)
		return true;
	sek_holders_index(h);
	row = sek_alloc_n(g->nodes.n + 1, sizeof(*row));
	for (size_t i = 0; i < n; i++)
		out[i].reached = SEK_REACHED_NOT;
	for (size_t at = 0; go_on && at < n; at += COLUMNS) {
		size_t some = n - at < COLUMNS ? n - at : COLUMNS;

		reach_some(h, row, ids->at + at, some, out + at);
		go_on = sek_tally_look(&h->tally);
	}
	free(row);
	b.seen = sek_alloc(h->tree.n + n);
	for (; go_on && b.ref < g->refs.n; b.ref++) {
		struct sek_oid end = end_of(g, &g->refs.at[b.ref]);

		if (sek_oid_is_none(&end))
			continue;
		memset(b.seen, 0, h->tree.n + n);
		reach_bare(&b, &end);
		go_on = sek_tally_look(&h->tally);
	}
	free(b.seen);
	return go_on;
}

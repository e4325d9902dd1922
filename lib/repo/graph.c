#include "repo/graph.h"

#include <stdlib.h>

#include "base/alloc.h"

uint32_t
sek_graph_find(const struct sek_graph *g, const struct sek_oid *oid)
{
	size_t low = 0, high = g->nodes.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_oid_cmp(&g->nodes.at[middle].oid, oid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->nodes.n && sek_oid_eq(&g->nodes.at[low].oid, oid)
	    ? (uint32_t)low
	    : SEK_NO_NODE;
}

/* What refs, and what reflogs, lead to. */

struct stack SEK_VEC_BODY(uint32_t);

/* All that leads from there on, if nothing better leads there already. */
static void
reach(struct sek_graph *g, struct stack *s, uint32_t from,
    enum sek_reached reached)
{
	if (from == SEK_NO_NODE)
		return;
	*sek_vec_push(s) = from;
	while (s->n) {
		struct sek_graph_node *n = &g->nodes.at[s->at[--s->n]];

		if (n->reached >= reached)
			continue;
		n->reached = reached;
		for (uint32_t i = 0; i < n->parents; i++)
			*sek_vec_push(s) = g->parent.at[n->parent + i];
	}
}

static void
reach_all(struct sek_graph *g, const struct sek_tips *tips)
{
	struct stack s = {0};

	sek_vec_each (tip, &tips->refs) {
		uint32_t node = sek_graph_find(g, &tip->oid);

		*sek_vec_push(&g->refs) = (struct sek_graph_ref){
		    .oid = tip->oid,
		    .node = node,
		};
		reach(g, &s, node, SEK_REACHED_BY_REFS);
	}
	sek_vec_each (oid, &tips->reflogs)
		reach(g, &s, sek_graph_find(g, oid), SEK_REACHED_BY_REFLOGS);
	if (tips->reflogs_known)
		sek_vec_each (n, &g->nodes)
			if (!n->reached)
				n->reached = SEK_REACHED_NOT;
	sek_vec_clear(&s);
}

/*
 * The order: always the newest of those whose children are all placed, from the
 * last place on. A heap keeps them; of one date, ids decide.
 */
struct heap {
	const struct sek_graph *g;
	SEK_VEC(uint32_t) at;
};

static bool
is_newer(const struct heap *h, uint32_t a, uint32_t b)
{
	const struct sek_graph_node *x = &h->g->nodes.at[a];
	const struct sek_graph_node *y = &h->g->nodes.at[b];

	return x->date != y->date ? x->date > y->date : a < b;
}

static void
heap_push(struct heap *h, uint32_t node)
{
	size_t i = h->at.n;

	*sek_vec_push(&h->at) = node;
	for (; i && is_newer(h, node, h->at.at[(i - 1) / 2]); i = (i - 1) / 2)
		h->at.at[i] = h->at.at[(i - 1) / 2];
	h->at.at[i] = node;
}

static uint32_t
heap_pop(struct heap *h)
{
	uint32_t top = h->at.at[0], last = h->at.at[--h->at.n];
	size_t n = h->at.n, i = 0;

	for (size_t k; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && is_newer(h, h->at.at[k + 1], h->at.at[k]))
			k++;
		if (!is_newer(h, h->at.at[k], last))
			break;
		h->at.at[i] = h->at.at[k];
	}
	if (n)
		h->at.at[i] = last;
	return top;
}

struct sort {
	struct sek_graph *g;
	uint32_t *children; /* of each node, those not placed yet */
	size_t free;        /* places before this one */
};

static bool
has_tier(const struct sek_graph_node *n, enum sek_reached tier)
{
	/* What is not reached, and what is not known to be, come together. */
	return n->reached == tier ||
	    (n->reached == SEK_REACHED_UNKNOWN && tier == SEK_REACHED_NOT);
}

static void
place(struct sort *s, struct heap *h, uint32_t node, enum sek_reached tier)
{
	const struct sek_graph_node *n = &s->g->nodes.at[node];

	s->g->order[--s->free] = node;
	s->children[node] = UINT32_MAX; /* done */
	for (uint32_t i = 0; i < n->parents; i++) {
		uint32_t to = s->g->parent.at[n->parent + i];

		if (s->children[to] != UINT32_MAX && !--s->children[to] &&
		    has_tier(&s->g->nodes.at[to], tier))
			heap_push(h, to);
	}
}

/* Only made-up ids lead in circles: those come in any order. */
static void
place_tier(struct sort *s, enum sek_reached tier)
{
	struct heap h = {.g = s->g};
	uint32_t n = (uint32_t)s->g->nodes.n;

	for (uint32_t i = 0; i < n; i++)
		if (has_tier(&s->g->nodes.at[i], tier) && !s->children[i])
			heap_push(&h, i);
	while (h.at.n)
		place(s, &h, heap_pop(&h), tier);
	for (uint32_t i = 0; i < n; i++) {
		if (!has_tier(&s->g->nodes.at[i], tier) ||
		    s->children[i] == UINT32_MAX)
			continue;
		place(s, &h, i, tier);
		while (h.at.n)
			place(s, &h, heap_pop(&h), tier);
	}
	sek_vec_clear(&h.at);
}

/* Children are never reached in a better way than their parents, so all of
 * them stand in this tier or in one that is placed already. */
static void
sort_nodes(struct sek_graph *g)
{
	struct sort s = {
	    .g = g,
	    .children = sek_alloc_n(g->nodes.n + 1, sizeof(*s.children)),
	    .free = g->nodes.n,
	};

	g->order = sek_alloc_n(g->nodes.n + 1, sizeof(*g->order));
	sek_vec_each (to, &g->parent)
		s.children[*to]++;
	place_tier(&s, SEK_REACHED_NOT);
	place_tier(&s, SEK_REACHED_BY_REFLOGS);
	place_tier(&s, SEK_REACHED_BY_REFS);
	free(s.children);
}

enum sek_code
sek_graph_new(struct sek_graph **out, const struct sek_tips *tips,
    const struct sek_families *f, struct sek_tally *t, struct sek_err *err)
{
	struct sek_graph *g = sek_alloc(sizeof(*g));
	enum sek_code code = sek_graph_read(g, f, t, err);

	if (code) {
		sek_graph_free(g);
		return code;
	}
	reach_all(g, tips);
	sort_nodes(g);
	*out = g;
	return SEK_OK;
}

void
sek_graph_free(struct sek_graph *g)
{
	if (!g)
		return;
	sek_vec_clear(&g->refs);
	sek_vec_clear(&g->nodes);
	sek_vec_clear(&g->parent);
	free(g->order);
	free(g);
}

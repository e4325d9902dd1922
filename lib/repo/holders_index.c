#include <stdlib.h>

#include "base/alloc.h"
#include "repo/holders_parts.h"

/* Leads as numbers: which tree leads to which, and what is met there. */

uint32_t
sek_holders_tree(const struct sek_holders *h, const struct sek_oid *tree)
{
	size_t low = 0, high = h->tree.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct sek_lead *l = &h->leads.at[h->tree.at[middle]];

		if (sek_oid_cmp(&l->tree, tree) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->tree.n &&
		sek_oid_eq(&h->leads.at[h->tree.at[low]].tree, tree)
	    ? (uint32_t)low
	    : SEK_NO_LEAD;
}

uint32_t
sek_holders_wanted(const struct sek_holders *h, const struct sek_oid *id)
{
	size_t low = 0, high = h->wanted.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_oid_cmp(&h->wanted.at[middle], id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->wanted.n && sek_oid_eq(&h->wanted.at[low], id)
	    ? (uint32_t)low
	    : SEK_NO_LEAD;
}

static uint32_t
end_of(const struct sek_holders *h, uint32_t tree)
{
	return tree + 1 < h->tree.n ? h->tree.at[tree + 1]
				    : (uint32_t)h->leads.n;
}

struct step {
	uint32_t tree, lead; /* lead: the next one to be followed */
};

struct climb {
	const struct sek_holders *h;
	unsigned char *seen;
	SEK_VEC(struct step) way;
	uint32_t placed;
};

static void
enter(struct climb *c, uint32_t tree)
{
	if (tree == SEK_NO_LEAD || c->seen[tree])
		return;
	c->seen[tree] = 1;
	*sek_vec_push(&c->way) = (struct step){tree, c->h->tree.at[tree]};
}

/* Ids that are made up may lead in a circle: it is cut somewhere. */
static void
place_below(struct climb *c, uint32_t top)
{
	enter(c, top);
	while (c->way.n) {
		struct step *s = &c->way.at[c->way.n - 1];

		if (s->lead < end_of(c->h, s->tree)) {
			enter(c, c->h->below[s->lead++]);
			continue;
		}
		c->h->order[c->placed++] = s->tree;
		c->way.n--;
	}
}

static void
sort_trees(struct sek_holders *h)
{
	struct climb c = {.h = h, .seen = sek_alloc(h->tree.n + 1)};

	h->order = sek_alloc_n(h->tree.n + 1, sizeof(*h->order));
	for (uint32_t i = 0; i < h->tree.n; i++)
		place_below(&c, i);
	sek_vec_clear(&c.way);
	free(c.seen);
}

void
sek_holders_index(struct sek_holders *h)
{
	size_t leads = h->leads.n, nodes = h->graph->nodes.n;

	if (h->order)
		return;
	for (size_t i = 0; i < leads; i++)
		if (!i ||
		    !sek_oid_eq(&h->leads.at[i - 1].tree, &h->leads.at[i].tree))
			*sek_vec_push(&h->tree) = (uint32_t)i;
	h->below = sek_alloc_n(leads + 1, sizeof(*h->below));
	h->meets = sek_alloc_n(leads + 1, sizeof(*h->meets));
	h->holds = sek_alloc_n(nodes + 1, sizeof(*h->holds));
	for (size_t i = 0; i < leads; i++) {
		const struct sek_lead *l = &h->leads.at[i];

		h->below[i] = SEK_NO_LEAD;
		h->meets[i] = SEK_NO_LEAD;
		if (l->dir)
			h->below[i] = sek_holders_tree(h, &l->child);
		else
			h->meets[i] = sek_holders_wanted(h, &l->child);
	}
	for (size_t i = 0; i < nodes; i++)
		h->holds[i] = sek_holders_tree(h, &h->graph->nodes.at[i].holds);
	sort_trees(h);
}

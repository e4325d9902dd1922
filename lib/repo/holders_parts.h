#ifndef SEK_REPO_HOLDERS_PARTS_H
#define SEK_REPO_HOLDERS_PARTS_H

#include "repo/holders.h"
#include "repo/holders_trees.h"

/* For holders*.c alone. */
#define SEK_NO_LEAD UINT32_MAX

struct sek_holders {
	struct sek_tally tally;
	struct sek_families *families;
	struct sek_graph *graph;
	struct sek_leads leads; /* by tree */
	struct sek_oids wanted; /* by id: blobs, and ids of names */
	/* Made when first needed, see sek_holders_index: */
	SEK_VEC(uint32_t) tree; /* the first lead of each tree, by id */
	uint32_t *below;        /* of each lead: the tree it leads to */
	uint32_t *meets;        /* of each lead: what is wanted there */
	uint32_t *holds;        /* of each node: its tree */
	uint32_t *order;        /* trees, after all that they lead to */
};

void sek_holders_index(struct sek_holders *h);
/* The tree, as an index in h->tree, or SEK_NO_LEAD. */
uint32_t
sek_holders_tree(const struct sek_holders *h, const struct sek_oid *tree);
/* The index in h->wanted, or SEK_NO_LEAD. */
uint32_t
sek_holders_wanted(const struct sek_holders *h, const struct sek_oid *id);

#endif

#ifndef SEK_REPO_GRAPH_H
#define SEK_REPO_GRAPH_H

#include "repo/crew.h"
#include "repo/family.h"
#include "repo/tips.h"

/*
 * Every commit and tag of a store, read by ourselves: what it holds, what leads
 * to it, and in what order they came. Replace refs and grafts have no say.
 */
enum sek_reached {
	SEK_REACHED_UNKNOWN,
	SEK_REACHED_NOT,        /* by nothing but its id */
	SEK_REACHED_BY_REFLOGS, /* and no ref */
	SEK_REACHED_BY_REFS,    /* or a HEAD */
};

#define SEK_NO_NODE UINT32_MAX

struct sek_graph_node {
	struct sek_oid oid;
	struct sek_oid holds; /* a commit's tree; what a tag names, if it is a
				 tree or blob; else none */
	int64_t date;         /* of the committer; s since 1970 */
	uint32_t parent, parents; /* from, and how many, in graph->parent; what
				     is not here is left out. Of a tag: what it
				     names */
	bool tag;
	enum sek_reached reached;
};

struct sek_graph_ref {
	struct sek_oid oid;
	uint32_t node; /* SEK_NO_NODE: it names a tree, a blob, or what is not
			  here */
};

struct sek_graph {
	SEK_VEC(struct sek_graph_node) nodes; /* by id */
	SEK_VEC(uint32_t) parent;
	/* Every node once, parents before children: first what refs reach, then
	 * what only reflogs do, then the rest; in each by date as far as that
	 * goes, as git rev-list --date-order --reverse. */
	uint32_t *order;
	SEK_VEC(struct sek_graph_ref) refs; /* those of tips, in order */
};

/* SEK_EPARSE: one cannot be read, and git should be asked; SEK_ECANCEL: the
 * tally was ended. If reflogs cannot be read, what no ref reaches has an unknown
 * state. */
enum sek_code sek_graph_new(struct sek_graph **out, const struct sek_tips *tips,
    const struct sek_families *f, struct sek_tally *t,
    struct sek_err *err) SEK_CHECKED;
void sek_graph_free(struct sek_graph *g); /* NULL is legal */

uint32_t sek_graph_find(const struct sek_graph *g, const struct sek_oid *oid);

/* For graph.c alone: fills nodes and parent. */
enum sek_code sek_graph_read(struct sek_graph *g, const struct sek_families *f,
    struct sek_tally *t, struct sek_err *err) SEK_CHECKED;

#endif

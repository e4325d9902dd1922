#include <search.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/holders_parts.h"

/* More than anybody has: directories in each other, memory for paths, paths of
 * wanted blobs, and so many more for each of these. */
#define DEPTH_MAX  4096
#define MEMORY_MAX ((uint64_t)256 << 20)
#define TOLD_MAX   100000
#define TOLD_EACH  4
#define STEP       4096 /* commits between two looks at the watch */

/* A tree or blob that was met at a path. */
struct met {
	struct sek_oid oid;
	char path[];
};

struct lookup {
	const struct sek_leads *leads;
	void *met; /* of tsearch */
	struct sek_oid commit;
	struct sek_buf path;
	uint64_t memory;
	uint64_t told, told_max;
	unsigned depth;
	sek_holder_fn *fn;
	void *arg;
	struct sek_err *err;
};

static int
by_met(const void *pa, const void *pb)
{
	const struct met *a = pa, *b = pb;
	int c = sek_oid_cmp(&a->oid, &b->oid);

	return c ? c : strcmp(a->path, b->path);
}

/* Was it met at this path before? */
static bool
is_met(struct lookup *l, const struct sek_oid *oid)
{
	size_t n = l->path.n;
	struct met *m = sek_alloc(sizeof(*m) + n + 1);
	struct met **at;

	m->oid = *oid;
	if (n)
		memcpy(m->path, l->path.p, n);
	at = tsearch(m, &l->met, by_met);
	if (!at)
		abort();
	if (*at == m)
		return false;
	free(m);
	return true;
}

static const struct sek_lead *
leads_of(const struct lookup *l, const struct sek_oid *tree)
{
	size_t low = 0, high = l->leads->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_oid_cmp(&l->leads->at[middle].tree, tree) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->leads->n && sek_oid_eq(&l->leads->at[low].tree, tree)
	    ? &l->leads->at[low]
	    : NULL;
}

static enum sek_code
tell(struct lookup *l, const struct sek_oid *blob)
{
	l->told++;
	return l->fn(l->arg, &l->commit, sek_buf_str(&l->path), blob, l->err);
}

static enum sek_code visit(struct lookup *l, const struct sek_oid *tree);

static enum sek_code
enter(struct lookup *l, const struct sek_lead *lead)
{
	size_t before = l->path.n;
	enum sek_code r = SEK_OK;

	l->memory += sizeof(struct met) + before + strlen(lead->name);
	if (l->memory > MEMORY_MAX || l->told > l->told_max ||
	    l->depth == DEPTH_MAX)
		return sek_fail(l->err, SEK_ETOOBIG,
		    "its trees make more or longer paths than the limit");
	if (before)
		sek_buf_add_c(&l->path, '/');
	sek_buf_add_s(&l->path, lead->name);
	l->depth++;
	if (lead->dir)
		r = visit(l, &lead->child);
	else if (!is_met(l, &lead->child))
		r = tell(l, &lead->child);
	l->depth--;
	l->path.n = before;
	return r;
}

static enum sek_code
visit(struct lookup *l, const struct sek_oid *tree)
{
	const struct sek_lead *lead = leads_of(l, tree);
	const struct sek_lead *end = l->leads->at + l->leads->n;
	enum sek_code r = SEK_OK;

	if (!lead || is_met(l, tree))
		return SEK_OK;
	for (; !r && lead < end && sek_oid_eq(&lead->tree, tree); lead++)
		r = enter(l, lead);
	return r;
}

/* A tree that a ref names, with no commit. */
static enum sek_code
walk_bare(struct lookup *l, const struct sek_graph *g)
{
	enum sek_code r = SEK_OK;

	l->commit = (struct sek_oid){0};
	sek_vec_each (ref, &g->refs)
		if (!r && ref->node == SEK_NO_NODE)
			r = visit(l, &ref->oid);
	return r;
}

enum sek_code
sek_holders_each(struct sek_holders *h, sek_holder_fn *fn, void *arg,
    struct sek_err *err)
{
	struct lookup l = {
	    .leads = &h->leads,
	    .told_max = TOLD_MAX + TOLD_EACH * (uint64_t)h->wanted.n,
	    .fn = fn,
	    .arg = arg,
	    .err = err,
	};
	const struct sek_graph *g = h->graph;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; !r && i < g->nodes.n && h->leads.n; i++) {
		const struct sek_graph_node *n = &g->nodes.at[g->order[i]];

		l.commit = n->tag ? (struct sek_oid){0} : n->oid;
		r = visit(&l, &n->holds);
		if (!r && i % STEP == 0 && !sek_tally_look(&h->tally))
			r = sek_fail(err, SEK_ECANCEL, "interrupted");
	}
	if (!r)
		r = walk_bare(&l, g);
	tdestroy(l.met, free);
	sek_buf_clear(&l.path);
	return r;
}

static void
add_names(struct sek_holders *h, const struct sek_holder_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*sek_vec_push(&h->leads) = (struct sek_lead){
		    .tree = names[i].tree,
		    .child = names[i].id,
		    .name = sek_strdup(names[i].name),
		};
		*sek_vec_push(&h->wanted) = names[i].id;
	}
}

enum sek_code
sek_holders_open(struct sek_holders **out, const struct sek_tips *tips,
    const struct sek_store *s, const struct sek_oids *blobs,
    const struct sek_holder_name *names, size_t names_n,
    const struct sek_watch *watch, struct sek_err *err)
{
	struct sek_holders *h = sek_alloc(sizeof(*h));
	enum sek_code code;

	h->tally.watch = watch;
	h->families = sek_families_new(s);
	sek_vec_each (blob, blobs)
		*sek_vec_push(&h->wanted) = *blob;
	add_names(h, names, names_n);
	sek_oids_sort(&h->wanted);
	code = sek_leads_find(&h->leads, h->families, blobs, &h->tally, err);
	if (!code)
		code = sek_graph_new(&h->graph, tips, h->families, &h->tally,
		    err);
	if (code) {
		sek_holders_free(h);
		return code;
	}
	*out = h;
	return SEK_OK;
}

void
sek_holders_free(struct sek_holders *h)
{
	if (!h)
		return;
	sek_leads_clear(&h->leads);
	sek_graph_free(h->graph);
	sek_families_free(h->families);
	sek_vec_clear(&h->wanted);
	sek_vec_clear(&h->tree);
	free(h->below);
	free(h->meets);
	free(h->holds);
	free(h->order);
	free(h);
}

#include "repo/holders.h"

#include <search.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "repo/holders_trees.h"

/* More than anybody has: directories in each other, memory for paths, paths of
 * wanted blobs. */
#define DEPTH_MAX  4096
#define MEMORY_MAX ((uint64_t)256 << 20)
#define TOLD_MAX   100000

/* A tree or blob that was met at a path. */
struct met {
	struct sek_oid oid;
	char path[];
};

struct lookup {
	struct sek_leads leads;
	void *met; /* of tsearch */
	struct sek_oid commit;
	struct sek_buf path;
	uint64_t memory;
	uint32_t told;
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
	size_t low = 0, high = l->leads.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_oid_cmp(&l->leads.at[middle].tree, tree) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->leads.n && sek_oid_eq(&l->leads.at[low].tree, tree)
	    ? &l->leads.at[low]
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
	if (l->memory > MEMORY_MAX || l->told > TOLD_MAX ||
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
	const struct sek_lead *end = l->leads.at + l->leads.n;
	enum sek_code r = SEK_OK;

	if (!lead || is_met(l, tree))
		return SEK_OK;
	for (; !r && lead < end && sek_oid_eq(&lead->tree, tree); lead++)
		r = enter(l, lead);
	return r;
}

/* "commit ID", and a line with the id of its tree. */
static enum sek_code
walk_commits(struct lookup *l, struct sek_repo *r, struct sek_err *err)
{
	static const char *const argv[] = {
	    "rev-list",
	    "--date-order",
	    "--reverse",
	    "--format=%T",
	    "--all",
	    "--reflog",
	    NULL,
	};
	sek_auto_git *g = NULL;
	enum sek_code code = sek_git_start(&g, r->dir, argv, err);

	while (!code) {
		struct sek_str line;
		struct sek_oid tree;

		code = sek_git_record(g, '\n', &line, err);
		if (code)
			break;
		if (!line.p)
			return sek_git_finish(&g, NULL, err);
		if (sek_str_starts(line, "commit ")) {
			line.p += strlen("commit ");
			line.n -= strlen("commit ");
			if (sek_oid_parse(&l->commit, line))
				continue;
		} else if (sek_oid_parse(&tree, line)) {
			code = visit(l, &tree);
			continue;
		}
		code = sek_fail(err, SEK_EPARSE,
		    "git rev-list: a line is no commit");
	}
	return code;
}

enum sek_code
sek_holders(struct sek_repo *r, const struct sek_store *s,
    const struct sek_oids *blobs, sek_holder_fn *fn, void *arg,
    struct sek_err *err)
{
	struct lookup l = {.fn = fn, .arg = arg, .err = err};
	enum sek_code code = sek_leads_find(&l.leads, s, blobs, err);

	if (!code && l.leads.n)
		code = walk_commits(&l, r, err);
	sek_leads_clear(&l.leads);
	tdestroy(l.met, free);
	sek_buf_clear(&l.path);
	return code;
}

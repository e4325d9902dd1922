#include "scan/extent.h"

#include <stdlib.h>

#include "base/alloc.h"

static int
by_held(const void *pa, const void *pb)
{
	const struct sek_spread *a = pa, *b = pb;
	int c = strcmp(a->fingerprint, b->fingerprint);

	c = c ? c : sek_oid_cmp(&a->id, &b->id);
	return c ? c : (int)a->blob - (int)b->blob;
}

static void
sort_held(struct sek_spread_list *v)
{
	size_t n = 0;

	if (v->n)
		qsort(v->at, v->n, sizeof(*v->at), by_held);
	for (size_t i = 0; i < v->n; i++)
		if (!n || by_held(&v->at[n - 1], &v->at[i]))
			v->at[n++] = v->at[i];
	v->n = n;
}

/* What is counted of one secret. */
struct secret {
	const char *fingerprint;
	uint64_t blobs;
};

struct secrets SEK_VEC_BODY(struct secret);

static bool
count_all(struct sek_lineage *l, const struct sek_spread_list *v,
    struct secrets *s, uint64_t **commits)
{
	SEK_VEC(struct sek_holding) holding = {0};
	bool go_on = true;

	sek_vec_each (held, v) {
		if (!s->n ||
		    strcmp(s->at[s->n - 1].fingerprint, held->fingerprint))
			*sek_vec_push(s) = (struct secret){
			    held->fingerprint, 0};
		s->at[s->n - 1].blobs += held->blob;
		if (l)
			*sek_vec_push(&holding) = (struct sek_holding){
			    (uint32_t)(s->n - 1), held->id};
	}
	*commits = sek_alloc_n(s->n + 1, sizeof(**commits));
	if (l)
		go_on = sek_lineage_count(l, holding.at, holding.n,
		    (uint32_t)s->n, *commits);
	sek_vec_clear(&holding);
	return go_on;
}

static int
by_fingerprint(const void *a, const void *b)
{
	return strcmp(((const struct secret *)a)->fingerprint,
	    ((const struct secret *)b)->fingerprint);
}

static bool
tell_counts(struct sek_lineage *l, struct sek_spread_list *v,
    struct sek_founds *to)
{
	struct secrets s = {0};
	sek_auto_free uint64_t *commits = NULL;
	bool go_on;

	sort_held(v);
	go_on = count_all(l, v, &s, &commits);
	for (size_t i = 0; i < to->n && s.n; i++) {
		struct sek_finding *f = &to->at[i].finding;
		struct secret key = {f->fingerprint, 0}, *at;

		at = bsearch(&key, s.at, s.n, sizeof(key), by_fingerprint);
		if (!at)
			continue;
		f->blobs = at->blobs;
		f->commits = commits[at - s.at];
	}
	sek_vec_clear(&s);
	return go_on;
}

/* The commit that a finding is in, or what it was found in without one. */
static const struct sek_oid *
object_of(const struct sek_finding *f)
{
	return sek_oid_is_none(&f->commit) ? &f->blob : &f->commit;
}

static void
collect(struct sek_oids *out, const struct sek_founds *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct sek_oid *id = object_of(&v->at[i].finding);

		if (!sek_oid_is_none(id))
			*sek_vec_push(out) = *id;
	}
	sek_oids_sort(out);
}

/* Names of refs, each made fit to be shown once. */
struct names {
	const struct sek_tips *tips;
	struct sek_scanner *scanner;
	struct sek_outcome *out;
	const char **shown; /* of each ref; NULL: not asked for yet */
};

static const char *
name_of(struct names *names, uint32_t ref)
{
	char *name;

	if (!names->shown[ref]) {
		name = sek_scanner_hide(names->scanner,
		    names->tips->refs.at[ref].name);
		*sek_vec_push(&names->out->ref_names) = name;
		names->shown[ref] = name;
	}
	return names->shown[ref];
}

static struct sek_ref_list *
list_of(struct names *names, const struct sek_reach *r)
{
	struct sek_ref_list *l = sek_alloc(sizeof(*l));

	l->count = r->refs;
	l->n = r->at.n;
	l->name = sek_alloc_n(l->n + 1, sizeof(*l->name));
	for (size_t i = 0; i < l->n; i++)
		l->name[i] = name_of(names, r->at.at[i]);
	*sek_vec_push(&names->out->ref_lists) = l;
	return l;
}

static void
give(struct names *names, const struct sek_oids *ids,
    const struct sek_reach *reach)
{
	struct sek_founds *v = &names->out->founds;
	const struct sek_ref_list **list = sek_alloc_n(ids->n + 1,
	    sizeof(*list));

	for (size_t i = 0; i < ids->n; i++)
		if (reach[i].refs)
			list[i] = list_of(names, &reach[i]);
	sek_vec_each (found, v) {
		struct sek_finding *f = &found->finding;
		const struct sek_oid *at = sek_oids_find(ids, object_of(f));

		if (!at)
			continue;
		f->reached = reach[at - ids->at].reached;
		f->refs = list[at - ids->at];
	}
	free(list);
}

static bool
tell_refs(struct sek_lineage *l, struct sek_outcome *o,
    struct sek_scanner *scanner)
{
	struct names names = {
	    .tips = sek_lineage_tips(l),
	    .scanner = scanner,
	    .out = o,
	};
	struct sek_oids ids = {0};
	struct sek_reach *reach;
	bool go_on;

	collect(&ids, &o->founds);
	reach = sek_alloc_n(ids.n + 1, sizeof(*reach));
	names.shown = sek_alloc_n(names.tips->refs.n + 1, sizeof(*names.shown));
	go_on = sek_lineage_reach(l, &ids, reach);
	if (go_on)
		give(&names, &ids, reach);
	for (size_t i = 0; i < ids.n; i++)
		sek_vec_clear(&reach[i].at);
	free(reach);
	free(names.shown);
	sek_vec_clear(&ids);
	return go_on;
}

bool
sek_extent_tell(struct sek_lineage *l, struct sek_spread_list *v,
    struct sek_outcome *o, struct sek_scanner *scanner)
{
	return tell_counts(l, v, &o->founds) &&
	    (!l || tell_refs(l, o, scanner));
}

#include "scan/ranks.h"

#include <stdlib.h>

#include "repo/revs.h"

struct place {
	const struct sek_oid *commit;
	struct sek_finding *finding;
};

struct places SEK_VEC_BODY(struct place);

static int
by_commit(const void *a, const void *b)
{
	return sek_oid_cmp(((const struct place *)a)->commit,
	    ((const struct place *)b)->commit);
}

static void
add_place(struct places *v, struct sek_finding *f)
{
	if (!sek_oid_is_none(&f->commit))
		*sek_vec_push(v) = (struct place){&f->commit, f};
}

static void
set_rank(struct places *v, const struct sek_oid *commit, uint64_t rank)
{
	struct place key = {.commit = commit};
	struct place *p = bsearch(&key, v->at, v->n, sizeof(key), by_commit);

	while (p && p > v->at && !by_commit(p - 1, &key))
		p--;
	for (; p && p < v->at + v->n && !by_commit(p, &key); p++)
		p->finding->rank = rank;
}

void
sek_ranks_tell(struct sek_repo *repo, struct sek_outcome *o)
{
	static const char *const all[] = {"--all", "--reflog", NULL};
	struct places v = {0};
	struct sek_oids commits = {0};
	struct sek_err err;

	sek_vec_each (found, &o->founds) {
		add_place(&v, &found->finding);
		for (size_t i = 0; i < found->finding.more_n; i++)
			add_place(&v, &found->finding.more[i]);
	}
	if (!v.n)
		return;
	qsort(v.at, v.n, sizeof(*v.at), by_commit);
	if (sek_revs_commits(repo, all, &commits, NULL, &err) != SEK_OK)
		sek_outcome_unread(o, SEK_STR("history"),
		    "the order of its commits is not known: %s", err.text);
	for (size_t i = 0; i < commits.n; i++)
		set_rank(&v, &commits.at[i], i + 1);
	sek_vec_clear(&v);
	sek_vec_clear(&commits);
}

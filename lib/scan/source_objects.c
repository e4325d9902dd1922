#include <stdlib.h>

#include "base/alloc.h"
#include "repo/missing.h"
#include "scan/pointer.h"
#include "scan/source.h"
#include "scan/source_store.h"

static enum sek_code
object(void *arg, const struct sek_object *o, struct sek_err *err)
{
	struct sek_engine *e = arg;
	struct sek_job job = sek_source_bare(&o->oid, o->type);

	(void)err;
	sek_engine_add(e, &job);
	return sek_engine_stopped(e) ? SEK_ECANCEL : SEK_OK;
}

/* What a ref names. */
struct tip {
	struct sek_oid oid;
	char *ref; /* owned */
	bool here;
};

struct history {
	struct sek_engine *engine;
	SEK_VEC(struct tip) tips; /* sorted by id */
	const struct sek_oids *only;
	struct sek_shard shard;
};

static void
unread(struct sek_engine *e, const char *name, const char *why)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(name),
	    .why = sek_strdup(why),
	};

	sek_engine_add(e, &job);
}

static enum sek_code
ref(void *arg, struct sek_str name, const struct sek_oid *oid,
    struct sek_err *err)
{
	struct history *h = arg;

	(void)err;
	sek_source_ref_name(h->engine, name);
	*sek_vec_push(&h->tips) = (struct tip){
	    .oid = *oid,
	    .ref = sek_strndup(name.p, name.n),
	};
	return SEK_OK;
}

static int
by_tip(const void *a, const void *b)
{
	return sek_oid_cmp(&((const struct tip *)a)->oid,
	    &((const struct tip *)b)->oid);
}

static enum sek_code
in_history(void *arg, const struct sek_object *o, struct sek_err *err)
{
	struct history *h = arg;
	struct tip key = {.oid = o->oid}, *tip = NULL;

	if (h->tips.n)
		tip = bsearch(&key, h->tips.at, h->tips.n, sizeof(key), by_tip);
	if (tip)
		tip->here = true;
	if (!sek_source_holds(h->only, &o->oid) ||
	    !sek_shard_has(&h->shard, &o->oid))
		return SEK_OK;
	return object(h->engine, o, err);
}

/* By id, each once: one ref's name will do. */
static void
sort_tips(struct history *h)
{
	size_t n = 0;

	if (!h->tips.n)
		return;
	qsort(h->tips.at, h->tips.n, sizeof(*h->tips.at), by_tip);
	for (size_t i = 0; i < h->tips.n; i++) {
		if (n && !by_tip(&h->tips.at[n - 1], &h->tips.at[i]))
			free(h->tips.at[i].ref);
		else
			h->tips.at[n++] = h->tips.at[i];
	}
	h->tips.n = n;
}

/* A repository that lost objects lists the others without a word. */
static void
tell_lost_tips(const struct history *h)
{
	sek_vec_each (tip, &h->tips)
		if (!tip->here)
			unread(h->engine, tip->ref,
			    "what it names is not here");
}

static void
missing_place(void *arg, const char *name, const char *why)
{
	unread(arg, name, why);
}

static void
tell_missing(struct sek_engine *e, uint64_t n)
{
	sek_auto_free char *why = sek_printf("%llu objects are missing here",
	    (unsigned long long)n);

	unread(e, "partial clone", why);
}

static enum sek_code
count_missing(struct sek_engine *e, struct sek_repo *repo, struct sek_err *err)
{
	uint64_t n = 0;
	enum sek_code r = SEK_OK;

	if (repo->partial)
		r = sek_missing_count(repo, &n, err);
	if (n)
		tell_missing(e, n);
	return r;
}

/* As git lists and reads them: what our own reader does not know. */
static enum sek_code
by_git(struct history *h, struct sek_repo *repo, struct sek_err *err)
{
	enum sek_code r = sek_odb_list(repo, false, in_history, h, err);

	return r ? r : sek_missing_places(repo, missing_place, h->engine, err);
}

static void
by_ourselves(struct history *h, struct sek_repo *repo,
    const struct sek_store *store)
{
	sek_source_store(h->engine, repo, store, h->only, &h->shard);
	if (h->shard.of)
		sek_shard_sum(sek_engine_outcome(h->engine)->split, store,
		    h->only);
	sek_vec_each (tip, &h->tips)
		tip->here = sek_store_has(store, &tip->oid);
	sek_vec_each (p, &store->problems)
		unread(h->engine, p->name, p->why);
}

/* Where that cannot be said, everything is looked at. */
static void
list_selected(struct history *h, struct sek_repo *repo,
    const struct sek_selection *selection, struct sek_oids *only)
{
	uint64_t missing;
	struct sek_err err;

	if (sek_select_objects(only, &missing, repo, selection, &err)) {
		unread(h->engine, "what is selected", err.text);
		return;
	}
	h->only = only;
	if (missing && sek_shard_is_first(&h->shard))
		tell_missing(h->engine, missing);
}

static enum sek_code
read_objects(struct history *h, struct sek_repo *repo, struct sek_err *err)
{
	struct sek_store *store = NULL;
	enum sek_code r = SEK_OK;

	if (sek_store_open(&store, repo, NULL) == SEK_OK)
		by_ourselves(h, repo, store);
	else {
		r = by_git(h, repo, err);
		if (h->shard.of) /* by id, whatever the packs */
			strcpy(sek_engine_outcome(h->engine)->split, "git");
	}
	sek_store_free(store);
	return r == SEK_OK && sek_engine_stopped(h->engine) ? SEK_ECANCEL : r;
}

static void
add_content(struct history *h, const struct sek_lfs_pointer *p,
    const struct sek_oid *blob)
{
	char hex[SEK_OID_HEX];
	struct sek_job job = {
	    .place = SEK_PLACE_FILE,
	    .unnamed = true,
	};

	if (blob)
		job = sek_source_bare(blob, SEK_BLOB);
	else
		job.path = sek_printf("LFS object %.12s",
		    sek_oid_hex(&p->oid, hex));
	job.from = SEK_FROM_LFS;
	job.lfs = *p;
	sek_engine_add(h->engine, &job);
}

/* What is kept here for no pointer of those that were seen: of another part of
 * the history, which another shard has, or of none that is left. */
static void
add_other_contents(struct history *h, struct sek_repo *repo,
    const struct sek_oids *named)
{
	struct sek_oids all = {0};
	struct sek_err err;

	if (sek_lfs_list(&all, repo, &err) != SEK_OK)
		unread(h->engine, "LFS objects", err.text);
	sek_vec_each (oid, &all) {
		struct sek_lfs_pointer p = {*oid, SEK_POINTER_ANY_SIZE};

		if (!sek_oids_find(named, oid) && sek_shard_has(&h->shard, oid))
			add_content(h, &p, NULL);
	}
	sek_vec_clear(&all);
}

/*
 * Pointers that differ in what git-lfs does not need may stand for one content,
 * which can be large: a few of them say where it was.
 */
#define POINTERS_MAX 16

static void
follow_pointers(struct history *h, struct sek_repo *repo)
{
	struct sek_kept_pointers kept;
	struct sek_oids named = {0};

	sek_engine_pointers(h->engine, &kept);
	for (size_t i = 0, same = 0; i < kept.n; i++) {
		const struct sek_kept_pointer *p = &kept.at[i];

		if (i && !sek_oid_eq(&p->lfs.oid, &p[-1].lfs.oid))
			same = 0;
		if (!same)
			*sek_vec_push(&named) = p->lfs.oid;
		if (same++ < POINTERS_MAX)
			add_content(h, &p->lfs, &p->blob);
	}
	if (!h->only)
		add_other_contents(h, repo, &named);
	sek_vec_clear(&named);
	sek_vec_clear(&kept);
}

/* Of a selection only what git says of it. */
static bool
is_all(const struct sek_selection *s)
{
	return !s || (!s->tips.n && !s->dated && !s->paths.n);
}

enum sek_code
sek_source_objects(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_selection *selection, const struct sek_shard *shard,
    struct sek_err *err)
{
	struct sek_oids only = {0};
	struct history h = {.engine = e};
	enum sek_code r = SEK_OK;

	if (shard)
		h.shard = *shard;
	if (is_all(selection) && sek_shard_is_first(&h.shard))
		r = sek_revs_refs(repo, ref, &h, err);
	sort_tips(&h);
	if (r == SEK_OK && selection)
		list_selected(&h, repo, selection, &only);
	sek_engine_keep_pointers(e);
	if (r == SEK_OK)
		r = read_objects(&h, repo, err);
	follow_pointers(&h, repo);
	if (repo->shallow)
		sek_outcome_elsewhere(sek_engine_outcome(e), SEK_STR("history"),
		    "a shallow clone: what came before is not here");
	if (r == SEK_OK)
		tell_lost_tips(&h);
	if (r == SEK_OK && !h.only && sek_shard_is_first(&h.shard))
		r = count_missing(e, repo, err);
	sek_vec_each (tip, &h.tips)
		free(tip->ref);
	sek_vec_clear(&h.tips);
	sek_vec_clear(&only);
	return r;
}

struct quarantine {
	struct sek_engine *engine;
	const struct sek_oids *seen;
};

static bool
is_unseen(const void *arg, const struct sek_object *o)
{
	const struct quarantine *q = arg;

	return o->type != SEK_TREE && !sek_oids_find(q->seen, &o->oid);
}

static enum sek_code
quarantined(void *arg, const struct sek_object *o, struct sek_err *err)
{
	struct quarantine *q = arg;

	return object(q->engine, o, err);
}

enum sek_code
sek_source_quarantine(struct sek_engine *e, struct sek_repo *repo,
    struct sek_oids *seen, struct sek_err *err)
{
	struct quarantine q = {.engine = e, .seen = seen};

	sek_oids_sort(seen);
	return sek_odb_list_pushed(repo, is_unseen, quarantined, &q, err);
}

#include "scan/lineage.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/clean_set.h"
#include "scan/lineage_text.h"

#define ANSWER_MAX ((size_t)32 << 20)

struct sek_lineage {
	const struct sek_lineage_of *of;
	struct sek_tips tips;
	struct sek_clean_set *set; /* NULL: nothing is remembered */
	struct sek_buf state;      /* of the store */
	struct sek_clean_subject base;
	struct sek_holders *holders; /* NULL: not needed yet */
	bool lost;                   /* they cannot be had */
};

/* False: what is remembered of it could be wrong later. */
static bool
describe_store(struct sek_buf *b, const struct sek_store *s)
{
	if (s->problems.n || s->needs_git)
		return false;
	sek_buf_printf(b, "store %u %zu %zu ", s->oid_len, s->packs.n,
	    s->loose.n);
	sek_vec_each (p, &s->packs) {
		if (!(*p)->id.steady || !(*p)->index_id.steady ||
		    sek_pack_failed(*p))
			return false;
		sek_clean_add_file(b, &(*p)->id);
		sek_clean_add_file(b, &(*p)->index_id);
	}
	for (size_t i = 0; i < s->loose.n; i++) {
		struct sek_file_id id;

		if (!sek_store_look(s, i, &id))
			return false;
		sek_clean_add_file(b, &id);
		sek_lineage_put_oid(b, &s->loose.at[i].oid);
	}
	return !b->toobig;
}

static void
add_text(struct sek_buf *b, const char *text)
{
	struct sek_str s = sek_str(text);

	sek_lineage_put_number(b, s.n, 4);
	sek_buf_add_str(b, s);
}

/* All that every answer depends on. */
static bool
describe(struct sek_buf *b, const struct sek_lineage *l)
{
	const struct sek_lineage_of *of = l->of;

	sek_buf_add_s(b, "lineage 1 ");
	sek_buf_add_str(b, sek_buf_str(&l->state));
	sek_buf_printf(b, "%zu %zu %zu %zu %d ", l->tips.refs.n,
	    l->tips.reflogs.n, of->blobs->n, of->names_n,
	    l->tips.reflogs_known);
	sek_vec_each (tip, &l->tips.refs) {
		add_text(b, tip->name);
		sek_lineage_put_oid(b, &tip->oid);
	}
	sek_vec_each (oid, &l->tips.reflogs)
		sek_lineage_put_oid(b, oid);
	sek_vec_each (oid, of->blobs)
		sek_lineage_put_oid(b, oid);
	for (size_t i = 0; i < of->names_n; i++) {
		sek_lineage_put_oid(b, &of->names[i].tree);
		sek_lineage_put_oid(b, &of->names[i].id);
		add_text(b, of->names[i].name);
	}
	return !b->toobig;
}

static void
open_set(struct sek_lineage *l, struct sek_outcome *o)
{
	sek_auto_buf text = {0};

	if (!o->cache || !describe_store(&l->state, l->of->store) ||
	    !describe(&text, l))
		return;
	l->set = sek_clean_open(o->cache, &sek_env_system, o->policy,
	    &o->notes);
	if (l->set)
		sek_clean_subject(&l->base, l->set, sek_buf_str(&text));
}

enum sek_code
sek_lineage_open(struct sek_lineage **out, const struct sek_lineage_of *of,
    struct sek_outcome *o, struct sek_err *err)
{
	struct sek_lineage *l = sek_alloc(sizeof(*l));
	enum sek_code r;

	l->of = of;
	r = sek_tips_list(&l->tips, of->repo, err);
	if (r) {
		sek_lineage_close(l);
		return r;
	}
	open_set(l, o);
	*out = l;
	return SEK_OK;
}

void
sek_lineage_close(struct sek_lineage *l)
{
	if (!l)
		return;
	sek_holders_free(l->holders);
	sek_clean_free(l->set);
	sek_tips_clear(&l->tips);
	sek_buf_clear(&l->state);
	free(l);
}

const struct sek_tips *
sek_lineage_tips(const struct sek_lineage *l)
{
	return &l->tips;
}

static enum sek_code
need_holders(struct sek_lineage *l, struct sek_err *err)
{
	const struct sek_lineage_of *of = l->of;
	enum sek_code r;

	if (l->holders)
		return SEK_OK;
	if (l->lost)
		return sek_fail(err, SEK_EIO, "the history cannot be read");
	r = sek_store_place(of->store, err);
	if (!r)
		r = sek_holders_open(&l->holders, &l->tips, of->store,
		    of->blobs, of->names, of->names_n, of->watch, err);
	l->lost = r != SEK_OK;
	return r;
}

/* A question is the base's, its kind, and what it asks for. */
static struct sek_clean_subject
subject_of(struct sek_lineage *l, const char *kind, const struct sek_buf *asked)
{
	struct sek_clean_subject s = {{0}};
	sek_auto_buf text = {0};

	if (!l->set)
		return s;
	sek_buf_add_s(&text, kind);
	sek_buf_add(&text, l->base.id, sizeof(l->base.id));
	sek_buf_add_str(&text, sek_buf_str(asked));
	if (!asked->toobig && !text.toobig) {
		sek_clean_subject(&s, l->set, sek_buf_str(&text));
	} else {
		sek_clean_free(l->set);
		l->set = NULL;
	}
	return s;
}

static bool
recall(struct sek_lineage *l, const struct sek_clean_subject *s,
    struct sek_buf *answer)
{
	*answer = (struct sek_buf){.max = ANSWER_MAX};
	return l->set && sek_clean_load(l->set, s, answer);
}

/* If no file was changed while it was read. */
static void
keep(struct sek_lineage *l, const struct sek_clean_subject *s,
    const struct sek_buf *answer)
{
	sek_auto_buf now = {0};
	struct sek_str was = sek_buf_str(&l->state);

	if (l->set && !answer->toobig && describe_store(&now, l->of->store) &&
	    sek_str_eq(was, sek_buf_str(&now)))
		sek_clean_save(l->set, s, sek_buf_str(answer));
}

/* A walk of which all that is told is noted. */
struct recording {
	struct sek_lineage *l;
	struct sek_buf answer, bare;
	bool secret; /* a path shows one */
	sek_holder_fn *fn;
	void *arg;
};

static void
note(struct recording *r, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id)
{
	const struct sek_lineage_of *of = r->l->of;
	sek_auto_free char *shown = NULL;

	if (!r->l->set || r->secret || r->answer.toobig)
		return;
	sek_lineage_bare(&r->bare, path, of->names, of->names_n);
	if (r->bare.n)
		shown = sek_scanner_hide(of->scanner, r->bare.p);
	r->secret = r->bare.toobig || (shown && strcmp(shown, r->bare.p) != 0);
	if (!r->secret)
		sek_lineage_put_place(&r->answer, commit, path, id, of->names,
		    of->names_n);
}

static enum sek_code
on_place(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id, struct sek_err *err)
{
	struct recording *r = arg;

	note(r, commit, path, id);
	return r->fn(r->arg, commit, path, id, err);
}

static enum sek_code
ignore(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id, struct sek_err *err)
{
	(void)arg;
	(void)commit;
	(void)path;
	(void)id;
	(void)err;
	return SEK_OK;
}

/* False: nothing was told. */
static bool
each_remembered(struct sek_lineage *l, const struct sek_clean_subject *s,
    sek_holder_fn *fn, void *arg, enum sek_code *r, struct sek_err *err)
{
	const struct sek_lineage_of *of = l->of;
	sek_auto_buf answer = {0};
	struct sek_str text;

	if (!recall(l, s, &answer))
		return false;
	text = sek_buf_str(&answer);
	if (sek_lineage_get_places(text, of->names, of->names_n, ignore, NULL,
		NULL))
		return false;
	*r = sek_lineage_get_places(text, of->names, of->names_n, fn, arg, err);
	return true;
}

enum sek_code
sek_lineage_each(struct sek_lineage *l, sek_holder_fn *fn, void *arg,
    struct sek_err *err)
{
	struct recording to = {
	    .l = l,
	    .answer = {.max = ANSWER_MAX},
	    .fn = fn,
	    .arg = arg,
	};
	struct sek_buf none = {0};
	struct sek_clean_subject s = subject_of(l, "places ", &none);
	enum sek_code r;

	if (each_remembered(l, &s, fn, arg, &r, err))
		return r;
	r = need_holders(l, err);
	if (!r)
		r = sek_holders_each(l->holders, on_place, &to, err);
	if (!r && !to.secret)
		keep(l, &s, &to.answer);
	sek_buf_clear(&to.answer);
	sek_buf_clear(&to.bare);
	return r;
}

static int
by_group(const void *pa, const void *pb)
{
	const struct sek_holding *a = pa, *b = pb;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return sek_oid_cmp(&a->id, &b->id);
}

bool
sek_lineage_count(struct sek_lineage *l, struct sek_holding *v, size_t n,
    uint32_t groups, uint64_t *out)
{
	sek_auto_buf asked = {0}, answer = {0};
	struct sek_clean_subject s;
	bool go_on;

	if (n)
		qsort(v, n, sizeof(*v), by_group);
	sek_lineage_put_number(&asked, groups, 4);
	for (size_t i = 0; i < n; i++) {
		sek_lineage_put_number(&asked, v[i].group, 4);
		sek_lineage_put_oid(&asked, &v[i].id);
	}
	s = subject_of(l, "counts ", &asked);
	if (recall(l, &s, &answer) &&
	    !sek_lineage_get_counts(sek_buf_str(&answer), out, groups, NULL))
		return true;
	memset(out, 0, groups * sizeof(*out));
	if (need_holders(l, NULL))
		return true;
	go_on = sek_holders_count(l->holders, v, n, groups, out);
	sek_buf_reset(&answer);
	sek_lineage_put_counts(&answer, out, groups);
	if (go_on)
		keep(l, &s, &answer);
	return go_on;
}

bool
sek_lineage_reach(struct sek_lineage *l, const struct sek_oids *ids,
    struct sek_reach *out)
{
	size_t n = ids->n;
	sek_auto_buf asked = {0}, answer = {0};
	struct sek_clean_subject s;
	bool go_on;

	for (size_t i = 0; i < n; i++)
		sek_lineage_put_oid(&asked, &ids->at[i]);
	s = subject_of(l, "refs ", &asked);
	if (recall(l, &s, &answer)) {
		if (!sek_lineage_get_reach(sek_buf_str(&answer), out, n,
			l->tips.refs.n, NULL))
			return true;
		for (size_t i = 0; i < n; i++) {
			sek_vec_clear(&out[i].at);
			out[i] = (struct sek_reach){0};
		}
	}
	if (need_holders(l, NULL))
		return true;
	go_on = sek_holders_reach(l->holders, ids, out);
	sek_buf_reset(&answer);
	sek_lineage_put_reach(&answer, out, n);
	if (go_on)
		keep(l, &s, &answer);
	return go_on;
}

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/few.h"
#include "repo/git.h"
#include "repo/loose.h"
#include "repo/map.h"
#include "repo/store.h"

/* A larger loose object is inflated for its type alone by git only. */
#define LOOSE_MAX ((size_t)1 << 20)

struct objects SEK_VEC_BODY(struct sek_object);

struct listing {
	sek_wanted_fn *wanted;
	const void *arg;
	struct sek_store *quarantine;
	struct sek_few *before; /* the repository as it is without the push */
	struct sek_inflate *z;
	struct objects pushed;
};

static enum sek_code
only_git(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "what only git can list");
}

/* Whether a pack further ahead has it as well. */
static bool
is_in_packs(const struct sek_store *s, size_t n, const struct sek_oid *oid)
{
	uint32_t number;

	for (size_t i = 0; i < n; i++)
		if (sek_pack_index_find(&s->packs.at[i]->index, oid, &number))
			return true;
	return false;
}

/* ahead: of the quarantine's packs, those that were listed before. */
static enum sek_code
add_new(struct listing *l, const struct sek_object *o, size_t ahead,
    struct sek_err *err)
{
	bool has = false;
	enum sek_code r;

	if ((l->wanted && !l->wanted(l->arg, o)) ||
	    is_in_packs(l->quarantine, ahead, &o->oid))
		return SEK_OK;
	r = sek_few_has(l->before, &o->oid, &has, err);
	if (!r && !has)
		*sek_vec_push(&l->pushed) = *o;
	return r;
}

static enum sek_code
list_loose(struct listing *l, const struct sek_store_loose *one,
    struct sek_err *err)
{
	const char *dir = l->quarantine->dirs.at[one->dir];
	sek_auto_buf content = {.max = LOOSE_MAX};
	sek_auto_free char *path = NULL;
	struct sek_str file = {NULL, 0};
	char hex[SEK_OID_HEX];
	struct sek_object o = {.oid = one->oid};
	size_t body;
	enum sek_code r;

	sek_oid_hex(&one->oid, hex);
	path = sek_printf("%s/%.2s/%s", dir, hex, hex + 2);
	r = sek_map_open(&file, path, err);
	if (!r)
		r = sek_loose_parse(l->z, file, &content, &o.type, &body, err);
	if (sek_map_failed(&file))
		r = only_git(err);
	sek_map_close(&file);
	return r ? r : add_new(l, &o, 0, err);
}

/* The types of a pack's objects by place, as far as they are known. */
struct types {
	const struct sek_pack *pack;
	unsigned char *at;
	SEK_VEC(uint32_t) way; /* from a delta towards what is none */
};

static enum sek_code
find_type(struct types *t, uint32_t place, struct sek_err *err)
{
	const struct sek_pack *p = t->pack;
	uint32_t at = place;

	t->way.n = 0;
	while (!t->at[at]) {
		struct sek_pack_entry e;
		enum sek_code r = sek_pack_entry(p, at, &e, err);

		if (r)
			return r;
		if (e.type) {
			t->at[at] = (unsigned char)e.type;
			break;
		}
		*sek_vec_push(&t->way) = at;
		if (t->way.n > SEK_CHAIN_MAX)
			return only_git(err);
		if (e.base_offset ? !sek_pack_at(p, e.base_offset, &at)
				  : !sek_pack_find(p, &e.base, &at))
			return only_git(err);
	}
	sek_vec_each (delta, &t->way)
		t->at[*delta] = t->at[at];
	return SEK_OK;
}

static enum sek_code
list_pack(struct listing *l, size_t number, struct sek_err *err)
{
	const struct sek_pack *p = l->quarantine->packs.at[number];
	struct types t = {.pack = p};
	enum sek_code r = SEK_OK;

	t.at = sek_alloc_n(p->index.n + (size_t)1, 1);
	for (uint32_t i = 0; !r && i < p->index.n; i++) {
		struct sek_object o = {0};

		sek_pack_oid(p, i, &o.oid);
		r = find_type(&t, i, err);
		o.type = t.at[i];
		if (!r)
			r = add_new(l, &o, number, err);
	}
	if (!r && sek_pack_failed(p))
		r = only_git(err);
	sek_vec_clear(&t.way);
	free(t.at);
	return r;
}

static enum sek_code
open_both(struct listing *l, const struct sek_repo *r, struct sek_err *err)
{
	sek_auto_free char *before = sek_printf("%s/objects", r->common_dir);
	const char *path = getenv("GIT_QUARANTINE_PATH");
	enum sek_code code;

	if (!path || *path != '/')
		return only_git(err);
	code = sek_store_open_of(&l->quarantine, path, r->oid_len, err);
	if (!code && (l->quarantine->dirs.n != 1 || l->quarantine->problems.n))
		code = only_git(err);
	return code ? code
		    : sek_few_open_of(&l->before, before, r->oid_len, err);
}

/* By ourselves, which costs no child; any error: git is to be asked. */
static enum sek_code
list_ourselves(struct listing *l, const struct sek_repo *repo,
    struct sek_err *err)
{
	enum sek_code r = open_both(l, repo, err);
	const struct sek_store *s = l->quarantine;

	if (r)
		return r;
	l->z = sek_inflate_new();
	for (size_t i = 0; !r && i < s->loose.n; i++)
		if (!is_in_packs(s, s->packs.n, &s->loose.at[i].oid))
			r = list_loose(l, &s->loose.at[i], err);
	for (size_t i = 0; !r && i < s->packs.n; i++)
		r = list_pack(l, i, err);
	return r;
}

static void
clear(struct listing *l)
{
	sek_store_free(l->quarantine);
	sek_few_free(l->before);
	sek_inflate_free(l->z);
	sek_vec_clear(&l->pushed);
}

struct collection {
	const struct listing *l;
	struct objects all;
};

static enum sek_code
collect(void *arg, const struct sek_object *object, struct sek_err *err)
{
	struct collection *c = arg;

	(void)err;
	if (!c->l->wanted || c->l->wanted(c->l->arg, object))
		*sek_vec_push(&c->all) = *object;
	return SEK_OK;
}

/* Asks the store as it is without the push; for the type, too, since a damaged
 * object is none that it has. */
static enum sek_code
ask_store(struct sek_repo *r, const struct objects *all, struct sek_git **g,
    struct sek_buf *ids, struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file",
	    "--batch-check=%(objectname) %(objecttype)",
	    NULL,
	};
	sek_auto_free char *store =
	    sek_printf("GIT_OBJECT_DIRECTORY=%s/objects", r->common_dir);
	const char *const env[] = {store, "GIT_QUARANTINE_PATH",
	    "GIT_ALTERNATE_OBJECT_DIRECTORIES", NULL};
	char hex[SEK_OID_HEX];
	enum sek_code code;

	for (size_t i = 0; i < all->n; i++)
		sek_buf_printf(ids, "%s\n", sek_oid_hex(&all->at[i].oid, hex));
	code = sek_buf_check(ids, "ids of pushed objects", err);
	if (!code)
		code = sek_git_start_env(g, r->dir, argv, env, err);
	if (!code)
		sek_git_feed(*g, sek_buf_str(ids));
	return code;
}

static enum sek_code
list_by_git(struct listing *l, struct sek_repo *r, struct sek_err *err)
{
	sek_auto_buf ids = {.max = (size_t)1 << 30};
	sek_auto_git *g = NULL;
	struct collection c = {.l = l};
	struct sek_str line;
	enum sek_code code = sek_odb_list(r, true, collect, &c, err);

	if (!code && c.all.n)
		code = ask_store(r, &c.all, &g, &ids, err);
	for (size_t i = 0; !code && i < c.all.n; i++) {
		code = sek_git_record(g, '\n', &line, err);
		if (!code && !line.p)
			code = sek_fail(err, SEK_EIO,
			    "git answered for %zu of %zu pushed objects", i,
			    c.all.n);
		if (code || !sek_str_ends(line, " missing"))
			continue;
		c.all.at[i].size = 0;
		*sek_vec_push(&l->pushed) = c.all.at[i];
	}
	sek_vec_clear(&c.all);
	return code;
}

enum sek_code
sek_odb_list_pushed(struct sek_repo *r, sek_wanted_fn *wanted,
    sek_object_fn *fn, void *arg, struct sek_err *err)
{
	struct listing l = {.wanted = wanted, .arg = arg};
	enum sek_code code = SEK_OK;

	if (list_ourselves(&l, r, NULL) != SEK_OK) {
		l.pushed.n = 0;
		code = list_by_git(&l, r, err);
	}
	for (size_t i = 0; !code && i < l.pushed.n; i++)
		code = fn(arg, &l.pushed.at[i], err);
	clear(&l);
	return code;
}

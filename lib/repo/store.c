#include "repo/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/loose.h"
#include "repo/map.h"
#include "repo/store_dirs.h"

/* Listing and opening again, when git repacks in between. */
#define TRIES 5

struct names SEK_VEC_BODY(char *);

static void
clear_names(struct names *v)
{
	sek_vec_each (name, v)
		free(*name);
	sek_vec_clear(v);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What of a directory ends so; what cannot be listed is a problem. */
static void
list(struct sek_store *s, struct names *out, const char *path,
    const char *suffix)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	struct sek_err why;

	if (!dir && errno != ENOENT) {
		(void)sek_fail_errno(&why, "cannot be listed");
		sek_store_problem(s, path, why.text);
	}
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (sek_str_ends(sek_str(d->d_name), suffix))
			*sek_vec_push(out) = sek_strdup(d->d_name);
	closedir(dir);
	if (out->n > 1)
		qsort(out->at, out->n, sizeof(*out->at), by_name);
}

/*
 * A pack whose index is not there is read by no one, unless a multi-pack-index
 * stands for it. One that git is still writing has a name that begins in
 * another way. False: it went away.
 */
static bool
open_one(struct sek_store *s, const char *folder, const char *name)
{
	sek_auto_free char *path = sek_printf("%s/%s", folder, name);
	sek_auto_free char *midx = sek_printf("%s/multi-pack-index", folder);
	struct sek_pack *p = NULL;
	struct sek_err why;
	enum sek_code r = s->unplaced
	    ? sek_pack_open_few(&p, path, s->oid_len, &why)
	    : sek_pack_open(&p, path, s->oid_len, &why);

	if (r == SEK_OK)
		*sek_vec_push(&s->packs) = p;
	else if (r != SEK_ENOTFOUND)
		sek_store_problem(s, path, why.text);
	else if (access(path, F_OK))
		return false;
	else if (!sek_str_starts(sek_str(name), "pack-"))
		return true;
	else if (access(midx, F_OK) == 0)
		s->needs_git = true;
	else
		sek_store_problem(s, path, "a pack without an index");
	return true;
}

/* The other way round: git has lost the pack, or is about to lose its index. */
static bool
has_pack(struct sek_store *s, const char *folder, const char *index,
    bool last_try)
{
	size_t stem = strlen(index) - strlen("idx");
	sek_auto_free char *path = sek_printf("%s/%.*spack", folder, (int)stem,
	    index);

	if (access(path, F_OK) == 0)
		return true;
	if (last_try)
		sek_store_problem(s, path, "the pack of an index is not there");
	return false;
}

static void
close_packs(struct sek_store *s, size_t from)
{
	while (s->packs.n > from)
		sek_pack_free(s->packs.at[--s->packs.n]);
}

static void
clear_problems(struct sek_store *s, size_t from)
{
	while (s->problems.n > from) {
		struct sek_store_problem *p = &s->problems.at[--s->problems.n];

		free(p->name);
		free(p->why);
	}
}

static bool
try_packs(struct sek_store *s, const char *folder, bool last_try)
{
	struct names packs = {0}, indices = {0};
	bool all = true;

	list(s, &packs, folder, ".pack");
	list(s, &indices, folder, ".idx");
	sek_vec_each (name, &packs)
		all = open_one(s, folder, *name) && all;
	sek_vec_each (name, &indices)
		all = has_pack(s, folder, *name, last_try) && all;
	clear_names(&packs);
	clear_names(&indices);
	return all;
}

static void
open_packs(struct sek_store *s, const char *dir)
{
	sek_auto_free char *folder = sek_printf("%s/pack", dir);
	size_t packs = s->packs.n, problems = s->problems.n;

	for (int tries = 1;; tries++) {
		if (try_packs(s, folder, tries == TRIES) || tries == TRIES)
			return;
		close_packs(s, packs);
		clear_problems(s, problems);
	}
}

/* Most directories are not there where few objects are loose. */
static void
list_fans(struct sek_store *s, uint32_t dir, bool there[256])
{
	struct names names = {0};
	size_t problems = s->problems.n;
	bool listed;

	list(s, &names, s->dirs.at[dir], "");
	listed = s->problems.n == problems;
	clear_problems(s, problems); /* they may be entered all the same */
	for (unsigned i = 0; i < 256; i++) {
		char hex[3], *key = hex;

		snprintf(hex, sizeof(hex), "%02x", i);
		there[i] = !listed ||
		    (names.n &&
			bsearch(&key, names.at, names.n, sizeof(*names.at),
			    by_name));
	}
	clear_names(&names);
}

static void
list_fan(struct sek_store *s, uint32_t dir, unsigned first)
{
	sek_auto_free char *path = sek_printf("%s/%02x", s->dirs.at[dir],
	    first);
	struct names names = {0};

	list(s, &names, path, "");
	sek_vec_each (name, &names) {
		struct sek_store_loose l = {.dir = dir};
		char hex[SEK_OID_HEX];
		int n = snprintf(hex, sizeof(hex), "%02x%s", first, *name);

		if (n == (int)(2 * s->oid_len) &&
		    sek_oid_parse(&l.oid, sek_str(hex)))
			*sek_vec_push(&s->loose) = l;
	}
	clear_names(&names);
}

static int
by_oid(const void *a, const void *b)
{
	const struct sek_store_loose *x = a, *y = b;
	int c = sek_oid_cmp(&x->oid, &y->oid);

	return c ? c : (x->dir > y->dir) - (x->dir < y->dir);
}

/* Loose objects first: git repacks them into packs, never back. */
static enum sek_code
open_dirs(struct sek_store **out, struct sek_store *s, enum sek_code code,
    struct sek_err *err)
{
	for (uint32_t i = 0; i < s->dirs.n; i++) {
		bool there[256];

		list_fans(s, i, there);
		for (unsigned k = 0; k < 256; k++)
			if (there[k])
				list_fan(s, i, k);
	}
	sek_vec_each (dir, &s->dirs)
		open_packs(s, *dir);
	if (!code && s->needs_git)
		code = sek_fail(err, SEK_EPARSE,
		    "a pack has no index but a multi-pack-index");
	if (code) {
		sek_store_free(s);
		return code;
	}
	if (s->loose.n)
		qsort(s->loose.at, s->loose.n, sizeof(*s->loose.at), by_oid);
	*out = s;
	return SEK_OK;
}

enum sek_code
sek_store_open(struct sek_store **out, const struct sek_repo *r,
    struct sek_err *err)
{
	struct sek_store *s = sek_alloc(sizeof(*s));

	s->oid_len = r->oid_len;
	return open_dirs(out, s, sek_store_dirs(s, r, err), err);
}

enum sek_code
sek_store_open_unplaced(struct sek_store **out, const struct sek_repo *r,
    struct sek_err *err)
{
	struct sek_store *s = sek_alloc(sizeof(*s));

	s->oid_len = r->oid_len;
	s->unplaced = true;
	return open_dirs(out, s, sek_store_dirs(s, r, err), err);
}

enum sek_code
sek_store_place(struct sek_store *s, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	for (size_t i = 0; !r && i < s->packs.n; i++)
		r = sek_pack_place(s->packs.at[i], err);
	s->unplaced = s->unplaced && r;
	return r;
}

enum sek_code
sek_store_open_of(struct sek_store **out, const char *objects, unsigned oid_len,
    struct sek_err *err)
{
	struct sek_store *s = sek_alloc(sizeof(*s));

	s->oid_len = oid_len;
	return open_dirs(out, s, sek_store_dirs_of(s, objects, err), err);
}

void
sek_store_free(struct sek_store *s)
{
	if (!s)
		return;
	sek_vec_each (dir, &s->dirs)
		free(*dir);
	clear_problems(s, 0);
	close_packs(s, 0);
	sek_vec_clear(&s->dirs);
	sek_vec_clear(&s->packs);
	sek_vec_clear(&s->loose);
	sek_vec_clear(&s->problems);
	free(s);
}

static const struct sek_store_loose *
find_loose(const struct sek_store *s, const struct sek_oid *oid)
{
	size_t low = 0, high = s->loose.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_oid_cmp(&s->loose.at[middle].oid, oid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->loose.n && sek_oid_eq(&s->loose.at[low].oid, oid)
	    ? &s->loose.at[low]
	    : NULL;
}

static const struct sek_pack *
find_packed(const struct sek_store *s, const struct sek_oid *oid,
    uint32_t *place)
{
	sek_vec_each (p, &s->packs)
		if (sek_pack_find(*p, oid, place))
			return *p;
	return NULL;
}

bool
sek_store_has(const struct sek_store *s, const struct sek_oid *oid)
{
	uint32_t place;

	return find_packed(s, oid, &place) || find_loose(s, oid);
}

static char *
loose_path(const struct sek_store *s, const struct sek_store_loose *l)
{
	char hex[SEK_OID_HEX];

	sek_oid_hex(&l->oid, hex);
	return sek_printf("%s/%.2s/%s", s->dirs.at[l->dir], hex, hex + 2);
}

bool
sek_store_look(const struct sek_store *s, size_t i, struct sek_file_id *id)
{
	sek_auto_free char *path = loose_path(s, &s->loose.at[i]);
	struct stat st;

	if (lstat(path, &st))
		return false;
	sek_file_id_take(id, &st);
	return id->steady;
}

enum sek_code
sek_store_read_loose(const struct sek_store *s, const struct sek_store_loose *l,
    struct sek_inflate *z, struct sek_buf *out, enum sek_type *type,
    size_t *body, struct sek_err *err)
{
	sek_auto_free char *path = loose_path(s, l);
	struct sek_str file = {NULL, 0};
	enum sek_code r;

	r = sek_map_open(&file, path, err);
	out->max = SEK_OBJECT_MAX;
	*body = 0;
	if (!r)
		r = sek_loose_parse(z, file, out, type, body, err);
	if (sek_map_failed(&file))
		r = sek_fail(err, SEK_EIO, "its file can no longer be read");
	sek_map_close(&file);
	return r;
}

/* The way from an object down to what is no delta. */
struct link {
	const struct sek_pack *pack;
	uint32_t place;
	struct sek_pack_entry entry;
};

struct chain {
	SEK_VEC(struct link) links;
	const struct sek_store_loose *loose; /* the last base is loose */
};

static enum sek_code
follow(const struct sek_store *s, struct sek_oid oid, struct chain *c,
    struct sek_err *err)
{
	struct link l = {0};

	while (c->links.n <= SEK_CHAIN_MAX) {
		enum sek_code r;

		if (l.pack && l.entry.base_offset) {
			if (!sek_pack_at(l.pack, l.entry.base_offset, &l.place))
				return sek_fail(err, SEK_EPARSE,
				    "its base is not in the pack's index");
		} else {
			l.pack = find_packed(s, &oid, &l.place);
			c->loose = l.pack ? NULL : find_loose(s, &oid);
			if (c->loose)
				return SEK_OK;
			if (!l.pack)
				return sek_fail(err, SEK_ENOTFOUND, "%s",
				    c->links.n ? "its base is not here"
					       : "not here");
		}
		r = sek_pack_entry(l.pack, l.place, &l.entry, err);
		if (r)
			return r;
		*sek_vec_push(&c->links) = l;
		if (l.entry.type)
			return SEK_OK;
		oid = l.entry.base;
	}
	return sek_fail(err, SEK_ETOOBIG, "a chain of more than %d deltas",
	    SEK_CHAIN_MAX);
}

static enum sek_code
count_work(uint64_t *work, uint64_t max, size_t n, struct sek_err *err)
{
	*work += n;
	return *work <= max ? SEK_OK
			    : sek_fail(err, SEK_ETOOBIG,
				  "its pack makes more bytes than the limit");
}

/* out: the base's content, then the object's. */
static enum sek_code
apply(const struct link *l, struct sek_inflate *z, struct sek_buf *out,
    uint64_t *work, uint64_t work_max, struct sek_err *err)
{
	sek_auto_buf delta = {0};
	struct sek_delta d;
	enum sek_code r = sek_pack_inflate(l->pack, l->place, &l->entry, z,
	    &delta, err);

	if (!r && sek_delta_open(&d, sek_buf_str(&delta)) &&
	    d.size <= SEK_OBJECT_MAX)
		r = count_work(work, work_max, (size_t)d.size, err);
	if (!r)
		r = sek_delta_build(out, sek_buf_str(&delta), SEK_OBJECT_MAX,
		    err);
	return r;
}

static enum sek_code
read_last(const struct sek_store *s, struct chain *c, struct sek_inflate *z,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err)
{
	struct link *l;
	size_t body;
	enum sek_code r;

	if (!c->loose) {
		l = &c->links.at[--c->links.n];
		*type = l->entry.type;
		return sek_pack_inflate(l->pack, l->place, &l->entry, z, out,
		    err);
	}
	r = sek_store_read_loose(s, c->loose, z, out, type, &body, err);
	if (r)
		return r;
	out->n -= body;
	memmove(out->p, out->p + body, out->n + 1);
	return SEK_OK;
}

enum sek_code
sek_store_read(const struct sek_store *s, const struct sek_oid *oid,
    struct sek_inflate *z, struct sek_buf *out, enum sek_type *type,
    uint64_t *work, uint64_t work_max, struct sek_err *err)
{
	struct chain c = {0};
	enum sek_code r = follow(s, *oid, &c, err);

	if (!r)
		r = read_last(s, &c, z, out, type, err);
	if (!r)
		r = count_work(work, work_max, out->n, err);
	while (!r && c.links.n)
		r = apply(&c.links.at[--c.links.n], z, out, work, work_max,
		    err);
	sek_vec_clear(&c.links);
	return r;
}

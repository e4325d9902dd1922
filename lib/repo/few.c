#include "repo/few.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/few_kept.h"
#include "repo/loose.h"
#include "repo/map.h"
#include "repo/store.h"
#include "repo/store_dirs.h"
#include "repo/sum.h"

/* A larger loose object is not looked into only to know that it is there. */
#define LOOSE_MAX ((size_t)1 << 20)
#define LARGE     ((size_t)1 << 20)

struct few_pack {
	char *path;
	struct sek_pack *pack; /* NULL: not open */
	bool broken;           /* and never will be */
	bool fresh;
};

/* The way from an object down to what is no delta, is kept, or is loose. */
struct link {
	const struct sek_pack *pack; /* NULL: not known */
	uint64_t offset;
	struct sek_pack_entry entry;
};

struct links SEK_VEC_BODY(struct link);

struct sek_few {
	struct sek_store *places; /* its dirs alone */
	SEK_VEC(struct few_pack) packs;
	size_t last; /* the pack that had what was asked for last */
	struct sek_inflate *z;
	bool listed;
	bool unread; /* there are packs that we cannot look into */
	bool fresh;  /* the first place is a quarantine: git has just summed up
			what is in it, and named it so */
	bool summed; /* all that is read now stands there */
	bool fan[256]; /* directories of loose objects */
	bool fans_listed;
	struct sek_few_kept kept;
	struct links links;      /* of the object that is read */
	struct sek_buf spare[2]; /* what is on its way, by turns */
	unsigned spare_at;
	struct sek_buf delta;
};

static struct sek_few *
new_few(unsigned oid_len)
{
	struct sek_few *f = sek_alloc(sizeof(*f));

	f->places = sek_alloc(sizeof(*f->places));
	f->places->oid_len = oid_len;
	f->z = sek_inflate_new();
	return f;
}

enum sek_code
sek_few_open(struct sek_few **out, const struct sek_repo *r,
    struct sek_err *err)
{
	sek_auto_few *f = new_few(r->oid_len);
	enum sek_code code = sek_store_dirs(f->places, r, err);
	const char *quarantine = getenv("GIT_QUARANTINE_PATH");

	if (code)
		return code;
	f->fresh = quarantine && !strcmp(f->places->dirs.at[0], quarantine);
	*out = sek_steal(&f);
	return code;
}

enum sek_code
sek_few_open_of(struct sek_few **out, const char *objects, unsigned oid_len,
    struct sek_err *err)
{
	sek_auto_few *f = new_few(oid_len);
	enum sek_code code = sek_store_dirs_of(f->places, objects, err);

	if (!code)
		*out = sek_steal(&f);
	return code;
}

enum sek_code
sek_few_share(struct sek_few **out, struct sek_repo *r, struct sek_err *err)
{
	enum sek_code code = r->few ? SEK_OK : sek_few_open(&r->few, r, err);

	*out = r->few;
	return code;
}

void
sek_few_free(struct sek_few *f)
{
	if (!f)
		return;
	sek_few_kept_clear(&f->kept);
	sek_vec_clear(&f->links);
	sek_buf_clear(&f->spare[0]);
	sek_buf_clear(&f->spare[1]);
	sek_buf_clear(&f->delta);
	sek_vec_each (p, &f->packs) {
		sek_pack_free(p->pack);
		free(p->path);
	}
	sek_vec_clear(&f->packs);
	sek_store_free(f->places);
	sek_inflate_free(f->z);
	free(f);
}

void
sek_few_free_ptr(struct sek_few **f)
{
	sek_few_free(*f);
	*f = NULL;
}

/* Only a pack that has its index: which comes last, when git makes one. */
static void
list_packs(struct sek_few *f, const char *objects, bool fresh)
{
	sek_auto_free char *folder = sek_printf("%s/pack", objects);
	DIR *dir = opendir(folder);
	const struct dirent *d;
	size_t packs = 0, before = f->packs.n;

	f->unread |= !dir && errno != ENOENT;
	while (dir && (d = readdir(dir))) {
		struct sek_str name = sek_str(d->d_name);

		packs += sek_str_ends(name, ".pack");
		if (sek_str_starts(name, "pack-") && sek_str_ends(name, ".idx"))
			*sek_vec_push(&f->packs) = (struct few_pack){
			    .path = sek_printf("%s/%.*spack", folder,
				(int)name.n - 3, name.p),
			    .fresh = fresh,
			};
	}
	if (dir)
		closedir(dir);
	f->unread |= packs != f->packs.n - before;
}

static const struct sek_pack *
pack_of(struct sek_few *f, size_t i)
{
	struct few_pack *p = &f->packs.at[i];

	if (!p->pack && !p->broken &&
	    sek_pack_open_few(&p->pack, p->path, f->places->oid_len, NULL))
		p->broken = f->unread = true;
	return p->pack;
}

static const struct sek_pack *
find_packed(struct sek_few *f, const struct sek_oid *oid, uint64_t *offset)
{
	if (!f->listed)
		sek_vec_each (dir, &f->places->dirs)
			list_packs(f, *dir,
			    f->fresh && dir == f->places->dirs.at);
	f->listed = true;
	for (size_t k = 0; k < f->packs.n; k++) {
		size_t i = (f->last + k) % f->packs.n;
		const struct sek_pack *p = pack_of(f, i);
		uint32_t number;

		if (!p || !sek_pack_index_find(&p->index, oid, &number))
			continue;
		f->last = i;
		*offset = sek_pack_index_offset(&p->index, number);
		return p;
	}
	return NULL;
}

static enum sek_code
read_loose(struct sek_few *f, const char *dir, const char *hex,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/%.2s/%s", dir, hex, hex + 2);
	struct sek_str file = {NULL, 0};
	size_t body = 0;
	enum sek_code r = sek_map_open(&file, path, err);

	if (!r)
		r = sek_loose_parse(f->z, file, out, type, &body, err);
	if (sek_map_failed(&file))
		r = sek_fail(err, SEK_EIO, "its file can no longer be read");
	sek_map_close(&file);
	if (r)
		return r;
	out->n -= body;
	memmove(out->p, out->p + body, out->n + 1);
	return SEK_OK;
}

static enum sek_code
find_loose(struct sek_few *f, const struct sek_oid *oid, struct sek_buf *out,
    enum sek_type *type, struct sek_err *err)
{
	char hex[SEK_OID_HEX];
	enum sek_code r = SEK_ENOTFOUND;

	sek_oid_hex(oid, hex);
	for (size_t i = 0; r == SEK_ENOTFOUND && i < f->places->dirs.n; i++) {
		r = read_loose(f, f->places->dirs.at[i], hex, out, type, err);
		f->summed = f->summed && (!i || r == SEK_ENOTFOUND);
	}
	return r;
}

/* Where a chain of deltas begins. */
struct end {
	bool kept; /* and this is it, until the next object is kept */
	struct sek_str content;
	enum sek_type type;
	bool loose; /* it is a loose object: `base` */
	struct sek_oid base;
};

/* *l: where the object is, as far as that is known. */
static enum sek_code
follow(struct sek_few *f, const struct sek_oid *oid, struct link *l,
    struct end *e, struct sek_err *err)
{
	e->base = *oid;
	f->links.n = 0;
	while (f->links.n <= SEK_CHAIN_MAX) {
		enum sek_code r;

		if (!l->offset)
			l->pack = find_packed(f, &e->base, &l->offset);
		e->loose = !l->pack && f->links.n;
		if (e->loose)
			return SEK_OK;
		if (!l->pack)
			return sek_fail(err, SEK_ENOTFOUND, "not here");
		f->summed = f->summed && f->packs.at[f->last].fresh;
		e->kept = sek_few_find_kept(&f->kept, l->pack, l->offset,
		    &e->content, &e->type);
		if (e->kept)
			return SEK_OK;
		r = sek_pack_entry_from(l->pack, l->offset, &l->entry, err);
		if (r)
			return r;
		*sek_vec_push(&f->links) = *l;
		if (l->entry.type)
			return SEK_OK;
		l->offset = l->entry.base_offset;
		e->base = l->entry.base;
	}
	return sek_fail(err, SEK_ETOOBIG, "a chain of more than %d deltas",
	    SEK_CHAIN_MAX);
}

/* The next link up, out of the way from the end. */
static struct sek_buf *
next_target(struct sek_few *f, struct sek_buf *out)
{
	f->spare_at = !f->spare_at;
	return f->links.n ? &f->spare[f->spare_at] : out;
}

/* What the chain ends with, until the next object is kept. A base may be larger
 * than what is made of it. */
static enum sek_code
read_end(struct sek_few *f, const struct end *e, struct sek_buf *out,
    struct sek_str *base, enum sek_type *type, size_t max, struct sek_err *err)
{
	struct sek_buf *to = next_target(f, out);
	const struct link *l;
	enum sek_code r;

	if (e->kept) {
		*type = e->type;
		*base = e->content;
		return SEK_OK;
	}
	if (e->loose) {
		sek_buf_reset(to);
		to->max = SEK_OBJECT_MAX;
		r = find_loose(f, &e->base, to, type, err);
		*base = sek_buf_str(to);
		return r;
	}
	if (f->links.n == 1 && f->links.at[0].entry.size > max)
		return sek_fail(err, SEK_ETOOBIG, "over the limit");
	l = &f->links.at[--f->links.n];
	to = f->links.n ? to : out;
	*type = l->entry.type;
	r = sek_pack_inflate_from(l->pack, &l->entry, f->z, to, err);
	*base = sek_buf_str(to);
	if (!r)
		sek_few_keep(&f->kept, l->pack, l->offset, *type, *base);
	return r;
}

static enum sek_code
read_packed(struct sek_few *f, const struct sek_oid *oid, struct link *l,
    struct sek_buf *out, enum sek_type *type, size_t max, struct sek_err *err)
{
	struct end end = {0};
	struct sek_str base = {NULL, 0};
	enum sek_code r = follow(f, oid, l, &end, err);

	if (!r)
		r = read_end(f, &end, out, &base, type, max, err);
	if (!r && end.kept && !f->links.n) {
		sek_buf_reset(out);
		sek_buf_add_str(out, base);
	}
	while (!r && f->links.n) {
		const struct link *up = &f->links.at[--f->links.n];
		struct sek_buf *to = next_target(f, out);

		r = sek_pack_inflate_from(up->pack, &up->entry, f->z, &f->delta,
		    err);
		if (!r)
			r = sek_delta_make(to, base, sek_buf_str(&f->delta),
			    f->links.n ? SEK_OBJECT_MAX : max, err);
		base = sek_buf_str(to);
		if (!r)
			sek_few_keep(&f->kept, up->pack, up->offset, *type,
			    base);
	}
	return r;
}

/* Where many of a push's objects are, none of them is loose. */
static void
look_in_last_pack(const struct sek_few *f, const struct sek_oid *oid,
    struct link *out)
{
	const struct sek_pack *p = f->last < f->packs.n
	    ? f->packs.at[f->last].pack
	    : NULL;
	uint32_t number;

	if (!p || !sek_pack_index_find(&p->index, oid, &number))
		return;
	out->pack = p;
	out->offset = sek_pack_index_offset(&p->index, number);
}

/* Memory for large objects is not held until the next one. */
static void
let_go(struct sek_buf *b)
{
	if (b->cap > LARGE)
		sek_buf_clear(b);
}

enum sek_code
sek_few_read(struct sek_few *f, const struct sek_oid *oid, struct sek_buf *out,
    enum sek_type *type, struct sek_err *err)
{
	size_t max = out->max ? out->max : SEK_BUF_MAX, was = out->max;
	enum sek_code r = SEK_ENOTFOUND;
	struct link l = {0};

	/* A loose object's header is read with it. */
	out->max = max + 64;
	out->toobig = false;
	f->summed = f->fresh;
	look_in_last_pack(f, oid, &l);
	if (!l.pack)
		r = find_loose(f, oid, out, type, err);
	if (r == SEK_ENOTFOUND) {
		out->max = SEK_OBJECT_MAX;
		r = read_packed(f, oid, &l, out, type, max, err);
		let_go(&f->spare[0]);
		let_go(&f->spare[1]);
		let_go(&f->delta);
	}
	out->max = was;
	if (!r && out->n > max)
		r = sek_fail(err, SEK_ETOOBIG, "over the limit");
	if (!r && !f->summed && !sek_sum_is(oid, *type, sek_buf_str(out)))
		r = sek_fail(err, SEK_EPARSE, "its content has another id");
	return r;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void
list_fans(struct sek_few *f, const char *objects)
{
	DIR *dir = opendir(objects);
	const struct dirent *d;

	if (!dir)
		memset(f->fan, true, sizeof(f->fan));
	while (dir && (d = readdir(dir))) {
		int high = hex_digit(d->d_name[0]);
		int low = high < 0 ? -1 : hex_digit(d->d_name[1]);

		if (low >= 0 && !d->d_name[2])
			f->fan[16 * high + low] = true;
	}
	if (dir)
		closedir(dir);
}

/* In any of the places: most ids begin like no loose object at all. */
static bool
has_fan(struct sek_few *f, unsigned char first)
{
	if (!f->fans_listed)
		sek_vec_each (dir, &f->places->dirs)
			list_fans(f, *dir);
	f->fans_listed = true;
	return f->fan[first];
}

enum sek_code
sek_few_has(struct sek_few *f, const struct sek_oid *oid, bool *has,
    struct sek_err *err)
{
	sek_auto_buf content = {.max = LOOSE_MAX};
	struct sek_pack_entry entry;
	uint64_t offset;
	enum sek_type type;
	const struct sek_pack *p = find_packed(f, oid, &offset);
	enum sek_code r = SEK_ENOTFOUND;

	*has = false;
	if (f->unread || f->places->problems.n)
		return sek_fail(err, SEK_EPARSE, "packs that only git reads");
	if (p)
		r = sek_pack_entry_from(p, offset, &entry, err);
	else if (has_fan(f, oid->raw[0]))
		r = find_loose(f, oid, &content, &type, err);
	*has = r == SEK_OK;
	if (!r || r == SEK_ENOTFOUND)
		return SEK_OK;
	return sek_fail(err, SEK_EPARSE, "damaged, or too large to look into");
}

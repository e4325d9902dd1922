#include "scan/clean_store.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/clean_set.h"
#include "scan/source_store.h"

/* Of a loose object's file: so much of its HMAC. */
#define MARK 16

struct clean_pack {
	struct sek_clean_subject about;
	unsigned char *settled; /* NULL: nothing is known of it */
	unsigned char *fresh;   /* marked now; NULL: it is not remembered */
	uint64_t first;         /* number */
};

struct clean_loose {
	unsigned char mark[MARK];
	struct sek_file_id id; /* steady, or it is not remembered */
};

struct sek_clean_store {
	const struct sek_store *store;
	struct sek_clean_set *set;
	struct clean_pack *pack;
	unsigned char **settled;  /* those of pack */
	uint64_t packed;          /* objects in packs */
	struct clean_loose *file; /* of loose objects */
	struct sek_clean_subject loose_about;
	unsigned char *loose_settled, *loose_fresh;
};

static void
set_bit(unsigned char *bits, size_t i)
{
	unsigned char bit = (unsigned char)(1u << (i % 8));

	__atomic_fetch_or(&bits[i / 8], bit, __ATOMIC_RELAXED);
}

static size_t
bytes_of(uint64_t bits)
{
	return (size_t)(bits / 8 + 1);
}

static void
load_pack(struct sek_clean_store *c, struct clean_pack *to,
    const struct sek_pack *p)
{
	sek_auto_buf about = {0}, bits = {0};

	if (!p->id.steady || !p->index_id.steady)
		return;
	sek_buf_printf(&about, "pack %u %u ", p->index.oid_len, p->index.n);
	sek_clean_add_file(&about, &p->id);
	sek_clean_add_file(&about, &p->index_id);
	sek_clean_subject(&to->about, c->set, sek_buf_str(&about));
	to->fresh = sek_alloc(bytes_of(p->index.n));
	if (!sek_clean_load(c->set, &to->about, &bits) ||
	    bits.n != bytes_of(p->index.n))
		return;
	to->settled = sek_alloc(bits.n);
	memcpy(to->settled, bits.p, bits.n);
}

static void
make_mark(struct clean_loose *f, const struct sek_clean_set *set,
    const struct sek_oid *oid)
{
	sek_auto_buf about = {0};
	struct sek_clean_subject whole;

	sek_buf_add_s(&about, "loose object ");
	sek_clean_add_file(&about, &f->id);
	sek_buf_add(&about, oid->raw, oid->len);
	sek_clean_subject(&whole, set, sek_buf_str(&about));
	memcpy(f->mark, whole.id, MARK);
}

static int
by_mark(const void *a, const void *b)
{
	return memcmp(a, b, MARK);
}

static void
load_loose(struct sek_clean_store *c)
{
	const struct sek_store *s = c->store;
	sek_auto_buf about = {0}, marks = {0};
	bool known;

	sek_buf_printf(&about, "loose objects of %s", s->dirs.at[0]);
	sek_clean_subject(&c->loose_about, c->set, sek_buf_str(&about));
	known = sek_clean_load(c->set, &c->loose_about, &marks) && marks.n;
	for (size_t i = 0; i < s->loose.n; i++) {
		struct clean_loose *f = &c->file[i];

		if (!sek_store_look(s, i, &f->id))
			continue;
		make_mark(f, c->set, &s->loose.at[i].oid);
		if (known &&
		    bsearch(f->mark, marks.p, marks.n / MARK, MARK, by_mark))
			set_bit(c->loose_settled, i);
	}
}

static uint64_t
count_known(const struct sek_clean_store *c, const struct sek_oids *only)
{
	const struct sek_store *s = c->store;
	struct sek_oid oid;
	uint64_t n = 0;

	for (size_t k = 0; k < s->packs.n; k++)
		for (uint32_t i = 0; i < s->packs.at[k]->index.n; i++) {
			if (!c->settled[k] || !sek_bit(c->settled[k], i))
				continue;
			if (only)
				sek_pack_oid(s->packs.at[k], i, &oid);
			n += !only || sek_source_holds(only, &oid);
		}
	for (size_t i = 0; i < s->loose.n; i++)
		n += sek_bit(c->loose_settled, i) &&
		    sek_source_holds(only, &s->loose.at[i].oid);
	return n;
}

struct sek_clean_store *
sek_clean_store_open(const struct sek_store *store, const struct sek_oids *only,
    struct sek_engine *e)
{
	const struct sek_engine_options *o = sek_engine_options(e);
	struct sek_outcome *out = sek_engine_outcome(e);
	struct sek_clean_store *c;
	struct sek_clean_set *set = NULL;

	if (o->cache)
		set = sek_clean_open(o->cache, &sek_env_system, o->policy,
		    &out->notes);
	if (!set)
		return NULL;
	c = sek_alloc(sizeof(*c));
	c->store = store;
	c->set = set;
	c->pack = sek_alloc_n(store->packs.n + 1, sizeof(*c->pack));
	c->settled = sek_alloc_n(store->packs.n + 1, sizeof(*c->settled));
	for (size_t k = 0; k < store->packs.n; k++) {
		c->pack[k].first = c->packed;
		c->packed += store->packs.at[k]->index.n;
		load_pack(c, &c->pack[k], store->packs.at[k]);
		c->settled[k] = c->pack[k].settled;
	}
	c->file = sek_alloc_n(store->loose.n + 1, sizeof(*c->file));
	c->loose_settled = sek_alloc(bytes_of(store->loose.n));
	c->loose_fresh = sek_alloc(bytes_of(store->loose.n));
	load_loose(c);
	out->counts.known += count_known(c, only);
	return c;
}

struct sek_settled
sek_clean_store_settled(const struct sek_clean_store *c)
{
	if (!c)
		return (struct sek_settled){NULL, NULL};
	return (struct sek_settled){c->settled, c->loose_settled};
}

void
sek_clean_store_mark(struct sek_clean_store *c, uint64_t number)
{
	size_t k = c ? c->store->packs.n : 0;

	if (!c)
		return;
	if (number >= c->packed) {
		set_bit(c->loose_fresh, (size_t)(number - c->packed));
		return;
	}
	while (c->pack[k - 1].first > number)
		k--;
	if (c->pack[k - 1].fresh)
		set_bit(c->pack[k - 1].fresh,
		    (size_t)(number - c->pack[k - 1].first));
}

static bool
any(const unsigned char *bits, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (bits[i])
			return true;
	return false;
}

/* Of a family whose base stands elsewhere, that may be another one later. */
static void
forget_borrowers(struct clean_pack *p, const struct sek_family_pack *f)
{
	uint32_t n = f->pack->index.n;

	for (uint32_t i = 0; i < n; i++) {
		struct sek_pack_entry e;
		uint32_t at = i;

		if ((p->settled && sek_bit(p->settled, i)) ||
		    f->member[i].base != SEK_NO_MEMBER ||
		    (sek_pack_entry(f->pack, i, &e, NULL) == SEK_OK && e.type))
			continue;
		for (; at != SEK_NO_MEMBER; at = sek_family_next(f, i, at))
			p->fresh[at / 8] &= (unsigned char)~(1u << (at % 8));
	}
}

static void
save_pack(struct sek_clean_store *c, struct clean_pack *p,
    const struct sek_family_pack *f)
{
	size_t bytes = bytes_of(f->pack->index.n);
	sek_auto_buf bits = {0};

	if (!p->fresh || !any(p->fresh, bytes) || sek_pack_failed(f->pack))
		return;
	forget_borrowers(p, f);
	/* What another scan has come to know in the meantime stays. */
	if (sek_clean_load(c->set, &p->about, &bits) && bits.n == bytes)
		for (size_t i = 0; i < bytes; i++)
			p->fresh[i] |= (unsigned char)bits.p[i];
	sek_clean_save(c->set, &p->about,
	    (struct sek_str){(const char *)p->fresh, bytes});
}

/* Unchanged since before it was read. */
static bool
is_same(const struct sek_clean_store *c, size_t i)
{
	struct sek_file_id now;

	return c->file[i].id.steady && sek_store_look(c->store, i, &now) &&
	    sek_file_id_eq(&now, &c->file[i].id);
}

static void
save_loose(struct sek_clean_store *c)
{
	size_t n = c->store->loose.n;
	sek_auto_buf marks = {0};

	if (!any(c->loose_fresh, bytes_of(n)))
		return;
	for (size_t i = 0; i < n; i++)
		if (sek_bit(c->loose_settled, i) ||
		    (sek_bit(c->loose_fresh, i) && is_same(c, i)))
			sek_buf_add(&marks, c->file[i].mark, MARK);
	if (marks.n)
		qsort(marks.p, marks.n / MARK, MARK, by_mark);
	if (!marks.toobig)
		sek_clean_save(c->set, &c->loose_about, sek_buf_str(&marks));
}

void
sek_clean_store_close(struct sek_clean_store *c, const struct sek_families *f)
{
	if (!c)
		return;
	for (size_t k = 0; k < c->store->packs.n; k++) {
		save_pack(c, &c->pack[k], &f->pack[k]);
		free(c->pack[k].settled);
		free(c->pack[k].fresh);
	}
	save_loose(c);
	sek_clean_free(c->set);
	free(c->pack);
	free(c->settled);
	free(c->file);
	free(c->loose_settled);
	free(c->loose_fresh);
	free(c);
}

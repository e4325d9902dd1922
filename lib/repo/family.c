#include "repo/family.h"

#include <stdlib.h>

#include "base/alloc.h"

static void
set_bit(unsigned char *bits, size_t i)
{
	bits[i / 8] |= (unsigned char)(1u << (i % 8));
}

static unsigned char *
bits_new(size_t n)
{
	return sek_alloc(n / 8 + 1);
}

/* Of a delta, its base in the same pack; what is broken is a root, and fails
 * when it is read. */
static uint32_t
base_of(const struct sek_pack *p, uint32_t place)
{
	struct sek_pack_entry e;
	uint32_t base;

	if (sek_pack_entry(p, place, &e, NULL) != SEK_OK || e.type)
		return SEK_NO_MEMBER;
	if (e.base_offset)
		return sek_pack_at(p, e.base_offset, &base) ? base
							    : SEK_NO_MEMBER;
	return sek_pack_find(p, &e.base, &base) ? base : SEK_NO_MEMBER;
}

uint32_t
sek_family_next(const struct sek_family_pack *p, uint32_t top, uint32_t at)
{
	if (p->member[at].child != SEK_NO_MEMBER)
		return p->member[at].child;
	while (at != top && p->member[at].sibling == SEK_NO_MEMBER)
		at = p->member[at].base;
	return at == top ? SEK_NO_MEMBER : p->member[at].sibling;
}

/* Of a pack's objects those that are not settled and all their bases; they
 * learn their bases here. NULL: all. */
static unsigned char *
find_needed(struct sek_family_pack *p, const unsigned char *settled)
{
	uint32_t n = p->pack->index.n;
	unsigned char *needed = settled ? bits_new(n) : NULL;

	for (uint32_t i = 0; needed && i < n; i++) {
		uint32_t at = sek_bit(settled, i) ? SEK_NO_MEMBER : i;

		while (at != SEK_NO_MEMBER && !sek_bit(needed, at)) {
			set_bit(needed, at);
			at = p->member[at].base = base_of(p->pack, at);
		}
	}
	for (uint32_t i = 0; !needed && i < n; i++)
		p->member[i].base = base_of(p->pack, i);
	return needed;
}

/* Only a base that is named by its id can stand after what is made of it. */
static void
find_circles(struct sek_families *f, uint32_t k, size_t first_root,
    const unsigned char *needed)
{
	const struct sek_family_pack *p = &f->pack[k];
	uint32_t n = p->pack->index.n;
	sek_auto_free unsigned char *reached = bits_new(n);

	for (size_t i = first_root; i < f->roots.n; i++) {
		uint32_t root = f->roots.at[i].place, at = root;

		for (; at != SEK_NO_MEMBER; at = sek_family_next(p, root, at))
			set_bit(reached, at);
	}
	for (uint32_t i = 0; i < n; i++)
		if (!sek_bit(reached, i) && (!needed || sek_bit(needed, i)))
			*sek_vec_push(&f->circles) = (struct sek_family_root){
			    k, i};
}

static void
link_pack(struct sek_families *f, uint32_t k, const unsigned char *settled)
{
	struct sek_family_pack *p = &f->pack[k];
	uint32_t n = p->pack->index.n;
	size_t first_root = f->roots.n;
	sek_auto_free unsigned char *needed = NULL;
	bool forward = false;

	p->member = sek_alloc_n(n + (size_t)1, sizeof(*p->member));
	for (uint32_t i = 0; i < n; i++)
		p->member[i] = (struct sek_member){
		    SEK_NO_MEMBER, SEK_NO_MEMBER, SEK_NO_MEMBER};
	needed = find_needed(p, settled);
	for (uint32_t i = n; i-- > 0;) { /* so that children stand in order */
		uint32_t base = p->member[i].base;

		if (base == SEK_NO_MEMBER)
			continue;
		forward = forward || base >= i;
		p->member[i].sibling = p->member[base].child;
		p->member[base].child = i;
	}
	for (uint32_t i = 0; i < n; i++)
		if (p->member[i].base == SEK_NO_MEMBER &&
		    (!needed || sek_bit(needed, i)))
			*sek_vec_push(&f->roots) = (struct sek_family_root){
			    k, i};
	if (forward)
		find_circles(f, k, first_root, needed);
}

static bool
are_all_set(const unsigned char *bits, uint32_t n)
{
	for (uint32_t i = 0; i < n / 8; i++)
		if (bits[i] != 0xff)
			return false;
	for (uint32_t i = n / 8 * 8; i < n; i++)
		if (!sek_bit(bits, i))
			return false;
	return true;
}

static void
find_known(struct sek_families *f, uint32_t k, const unsigned char *settled)
{
	const struct sek_store *s = f->store;
	const struct sek_pack *p = s->packs.at[k];
	struct sek_oid oid;

	f->pack[k].known = bits_new(p->index.n);
	if (settled)
		memcpy(f->pack[k].known, settled, p->index.n / 8 + 1);
	for (uint32_t i = 0; k && i < p->index.n; i++) {
		uint32_t there;

		if (settled && sek_bit(settled, i))
			continue;
		sek_pack_oid(p, i, &oid);
		for (uint32_t other = 0; other < k; other++)
			if (sek_pack_find(s->packs.at[other], &oid, &there)) {
				set_bit(f->pack[k].known, i);
				break;
			}
	}
}

static void
find_known_loose(struct sek_families *f, const unsigned char *settled)
{
	const struct sek_store *s = f->store;

	f->loose_known = bits_new(s->loose.n);
	f->loose_settled = bits_new(s->loose.n);
	if (settled)
		memcpy(f->loose_settled, settled, s->loose.n / 8 + 1);
	for (size_t i = 0; i < s->loose.n; i++) {
		uint32_t there;

		if (sek_bit(f->loose_settled, i) ||
		    (i &&
			sek_oid_eq(&s->loose.at[i - 1].oid,
			    &s->loose.at[i].oid)))
			set_bit(f->loose_known, i);
		sek_vec_each (p, &s->packs)
			if (sek_pack_find(*p, &s->loose.at[i].oid, &there)) {
				set_bit(f->loose_known, i);
				break;
			}
	}
}

static void
take_pack(struct sek_families *f, uint32_t k, const unsigned char *settled)
{
	struct sek_family_pack *p = &f->pack[k];

	p->pack = f->store->packs.at[k];
	p->first = f->packed;
	f->packed += p->pack->index.n;
	if (settled && are_all_set(settled, p->pack->index.n)) {
		p->known = bits_new(p->pack->index.n);
		return;
	}
	link_pack(f, k, settled);
	find_known(f, k, settled);
}

struct sek_families *
sek_families_new_but(const struct sek_store *store,
    const struct sek_settled *settled)
{
	struct sek_families *f = sek_alloc(sizeof(*f));

	f->store = store;
	f->pack = sek_alloc_n(store->packs.n + 1, sizeof(*f->pack));
	for (uint32_t k = 0; k < store->packs.n; k++)
		take_pack(f, k, settled->pack ? settled->pack[k] : NULL);
	find_known_loose(f, settled->loose);
	f->objects = f->packed + store->loose.n;
	return f;
}

struct sek_families *
sek_families_new(const struct sek_store *store)
{
	static const struct sek_settled nothing;

	return sek_families_new_but(store, &nothing);
}

static uint64_t
count_bits(const unsigned char *bits, size_t n)
{
	uint64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += sek_bit(bits, i);
	return count;
}

uint64_t
sek_families_distinct(const struct sek_families *f)
{
	uint64_t known = count_bits(f->loose_known, f->store->loose.n);

	for (size_t k = 0; k < f->store->packs.n; k++)
		known += count_bits(f->pack[k].known, f->pack[k].pack->index.n);
	return f->objects - known;
}

void
sek_families_free(struct sek_families *f)
{
	if (!f)
		return;
	for (size_t k = 0; k < f->store->packs.n; k++) {
		free(f->pack[k].member);
		free(f->pack[k].known);
	}
	free(f->pack);
	free(f->loose_known);
	free(f->loose_settled);
	sek_vec_clear(&f->roots);
	sek_vec_clear(&f->circles);
	free(f);
}

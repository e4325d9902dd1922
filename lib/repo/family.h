#ifndef SEK_REPO_FAMILY_H
#define SEK_REPO_FAMILY_H

#include "repo/store.h"

/*
 * The delta families of a store: which object of a pack is made from which. A
 * family is an object that is no delta of its own pack (its root) with all that
 * is made of it; every object of every pack is in exactly one, but for those
 * that lead in a circle. Made by one thread, then only read.
 */
#define SEK_NO_MEMBER UINT32_MAX

/* Of an object, at its place in the pack. */
struct sek_member {
	uint32_t base;           /* SEK_NO_MEMBER: it is a root */
	uint32_t child, sibling; /* SEK_NO_MEMBER: none */
};

struct sek_family_pack {
	const struct sek_pack *pack;
	struct sek_member *member; /* pack->index.n */
	unsigned char *known;      /* bit: an earlier pack has it, or settled */
	uint64_t first;            /* number of its first object in the store */
};

struct sek_family_root {
	uint32_t pack, place;
};

struct sek_families {
	const struct sek_store *store;
	struct sek_family_pack *pack;
	SEK_VEC(struct sek_family_root) roots; /* in storage order */
	SEK_VEC(struct sek_family_root) circles;
	unsigned char *loose_known;   /* bit: a pack, or an earlier directory,
					 has this loose object, or settled */
	unsigned char *loose_settled; /* bit: it need not be read */
	uint64_t objects; /* numbers: packs in turn, then loose ones */
	uint64_t packed;  /* of which in packs */
};

/* What need not be read again, by pack and place; any may be NULL. */
struct sek_settled {
	unsigned char **pack; /* bits */
	unsigned char *loose; /* bits */
};

struct sek_families *sek_families_new(const struct sek_store *store);
/* Without what is settled, but for the bases of what is not: the rest is in no
 * family. */
struct sek_families *sek_families_new_but(const struct sek_store *store,
    const struct sek_settled *settled);
void sek_families_free(struct sek_families *f); /* NULL is legal */

/* The store's objects, each counted once. */
uint64_t sek_families_distinct(const struct sek_families *f);

static inline bool
sek_bit(const unsigned char *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

/* The next member of the tree below top in depth-first order, from at on;
 * SEK_NO_MEMBER after the last. Needs no stack. */
uint32_t
sek_family_next(const struct sek_family_pack *p, uint32_t top, uint32_t at);

#endif

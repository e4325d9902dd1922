#ifndef SEK_REPO_PACK_INDEX_H
#define SEK_REPO_PACK_INDEX_H

#include "base/err.h"
#include "repo/oid.h"

/*
 * A pack's index, version 1 or 2 (gitformat-pack(5)): the ids of its objects in
 * rising order, where each stands in the pack, and from version 2 on a CRC-32
 * of each as it is stored. Borrows the bytes.
 */
struct sek_pack_index {
	uint32_t n; /* objects */
	unsigned oid_len, version;
	const unsigned char *fanout; /* 256 counts */
	const unsigned char *oid;    /* the first id; the next one `step` on */
	size_t step;
	const unsigned char *crc, *offset, *far; /* version 2 */
	size_t fars;                             /* 64-bit offsets */
};

/* SEK_EPARSE "why" for what is no index of that id length. */
enum sek_code sek_pack_index_open(struct sek_pack_index *out,
    struct sek_str bytes, unsigned oid_len, struct sek_err *err) SEK_CHECKED;

/* i: less than n. */
void sek_pack_index_oid(const struct sek_pack_index *x, uint32_t i,
    struct sek_oid *out);
/* UINT64_MAX: the index is broken there. */
uint64_t sek_pack_index_offset(const struct sek_pack_index *x, uint32_t i);
/* Version 2 only. */
uint32_t sek_pack_index_crc(const struct sek_pack_index *x, uint32_t i);
bool sek_pack_index_find(const struct sek_pack_index *x,
    const struct sek_oid *oid, uint32_t *i);

#endif

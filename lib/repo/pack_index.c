#include "repo/pack_index.h"

#define FANOUT (256 * 4)
#define HEADER 8 /* version 2: a mark and the version */
#define FAR    0x80000000u

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static enum sek_code
broken(struct sek_err *err, const char *why)
{
	return sek_fail(err, SEK_EPARSE, "%s", why);
}

/* The counts rise; the last one is that of all objects. */
static bool
take_fanout(struct sek_pack_index *x, const unsigned char *p)
{
	uint32_t last = 0;

	x->fanout = p;
	for (size_t i = 0; i < 256; i++) {
		uint32_t n = be32(p + 4 * i);

		if (n < last)
			return false;
		last = n;
	}
	x->n = last;
	return true;
}

static enum sek_code
open_1(struct sek_pack_index *x, struct sek_str bytes, struct sek_err *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;

	if (bytes.n < FANOUT || !take_fanout(x, p))
		return broken(err, "not the index of a pack");
	x->step = 4 + x->oid_len;
	if (bytes.n != FANOUT + x->n * x->step + 2 * (size_t)x->oid_len)
		return broken(err, "the index has a wrong size");
	x->oid = p + FANOUT + 4;
	return SEK_OK;
}

static enum sek_code
open_2(struct sek_pack_index *x, struct sek_str bytes, struct sek_err *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t all, rest;

	if (bytes.n < HEADER + FANOUT || be32(p + 4) != 2)
		return broken(err, "an index of an unknown version");
	if (!take_fanout(x, p + HEADER))
		return broken(err, "not the index of a pack");
	x->step = x->oid_len;
	all = HEADER + FANOUT + x->n * (x->step + 8) + 2 * (size_t)x->oid_len;
	rest = bytes.n - (bytes.n < all ? bytes.n : all);
	if (bytes.n < all || rest % 8 || rest / 8 > x->n)
		return broken(err, "the index has a wrong size");
	x->oid = p + HEADER + FANOUT;
	x->crc = x->oid + x->n * x->step;
	x->offset = x->crc + x->n * (size_t)4;
	x->far = x->offset + x->n * (size_t)4;
	x->fars = rest / 8;
	return SEK_OK;
}

enum sek_code
sek_pack_index_open(struct sek_pack_index *out, struct sek_str bytes,
    unsigned oid_len, struct sek_err *err)
{
	*out = (struct sek_pack_index){.oid_len = oid_len, .version = 1};
	if (bytes.n < HEADER || memcmp(bytes.p, "\377tOc", 4))
		return open_1(out, bytes, err);
	out->version = 2;
	return open_2(out, bytes, err);
}

void
sek_pack_index_oid(const struct sek_pack_index *x, uint32_t i,
    struct sek_oid *out)
{
	*out = (struct sek_oid){.len = (unsigned char)x->oid_len};
	memcpy(out->raw, x->oid + i * x->step, x->oid_len);
}

uint64_t
sek_pack_index_offset(const struct sek_pack_index *x, uint32_t i)
{
	uint32_t at;

	if (x->version == 1)
		return be32(x->oid + i * x->step - 4);
	at = be32(x->offset + i * (size_t)4);
	if (!(at & FAR))
		return at;
	at &= ~FAR;
	if (at >= x->fars)
		return UINT64_MAX;
	return (uint64_t)be32(x->far + at * (size_t)8) << 32 |
	    be32(x->far + at * (size_t)8 + 4);
}

uint32_t
sek_pack_index_crc(const struct sek_pack_index *x, uint32_t i)
{
	return be32(x->crc + i * (size_t)4);
}

/*
 * Ids are as good as random, so that where one stands can nearly be told from
 * those that it stands between. Where they are not, halves come to an end.
 */
#define GUESSES 4

bool
sek_pack_index_find(const struct sek_pack_index *x, const struct sek_oid *oid,
    uint32_t *i)
{
	unsigned first = oid->raw[0];
	uint32_t low, high, head = be32(oid->raw);
	uint64_t from = (uint64_t)first << 24, to = from + (1 << 24);

	if (oid->len != x->oid_len)
		return false;
	low = first ? be32(x->fanout + 4 * (size_t)(first - 1)) : 0;
	high = be32(x->fanout + 4 * (size_t)first);
	if (high > x->n) /* the file was changed since it was checked */
		return false;
	for (unsigned tries = 0; low < high; tries++) {
		uint64_t n = high - low, part = n / 2;
		const unsigned char *entry;
		uint32_t middle, at;
		int c;

		/* The file may change while it is read. */
		if (tries < GUESSES && from <= head && head < to)
			part = n * (head - from) / (to - from);
		middle = low + (uint32_t)part;
		entry = x->oid + middle * x->step;
		at = be32(entry);
		c = at < head ? -1 : 1;
		if (at == head)
			c = memcmp(entry, oid->raw, oid->len);
		if (!c) {
			*i = middle;
			return true;
		}
		if (c < 0) {
			low = middle + 1;
			from = at;
		} else {
			high = middle;
			to = (uint64_t)at + 1;
		}
	}
	return false;
}

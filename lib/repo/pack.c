#include "repo/pack.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/map.h"

#define HEADER 12 /* "PACK", version, number of objects */

enum { OFS_DELTA = 6, REF_DELTA = 7 };

static uint32_t
be32(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static enum sek_code
check_header(const struct sek_pack *p, struct sek_err *err)
{
	const char *h = p->bytes.p;

	if (p->bytes.n < HEADER + p->index.oid_len || memcmp(h, "PACK", 4))
		return sek_fail(err, SEK_EPARSE, "%s: not a pack", p->path);
	if (be32(h + 4) != 2 && be32(h + 4) != 3)
		return sek_fail(err, SEK_EPARSE,
		    "%s: a pack of an unknown version", p->path);
	if (be32(h + 8) != p->index.n)
		return sek_fail(err, SEK_EPARSE,
		    "%s: holds %u objects, its index %u", p->path, be32(h + 8),
		    p->index.n);
	return SEK_OK;
}

/* One pass of a radix sort: by 16 bits of the offsets. */
static void
sort_by(struct sek_pack_place *to, const struct sek_pack_place *from,
    uint32_t n, unsigned shift)
{
	sek_auto_free uint32_t *start = sek_alloc_n(65537, sizeof(*start));

	for (uint32_t i = 0; i < n; i++)
		start[(from[i].offset >> shift & 0xffff) + 1]++;
	for (size_t i = 1; i < 65536; i++)
		start[i] += start[i - 1];
	for (uint32_t i = 0; i < n; i++)
		to[start[from[i].offset >> shift & 0xffff]++] = from[i];
}

static void
place_objects(struct sek_pack *p)
{
	uint32_t n = p->index.n;
	struct sek_pack_place *other = sek_alloc_n(n + (size_t)1,
	    sizeof(*other));
	uint64_t all = 0;

	p->place = sek_alloc_n(n + (size_t)1, sizeof(*p->place));
	for (uint32_t i = 0; i < n; i++) {
		p->place[i].number = i;
		p->place[i].offset = sek_pack_index_offset(&p->index, i);
		all |= p->place[i].offset;
	}
	for (unsigned shift = 0; shift < 64 && all >> shift; shift += 16) {
		struct sek_pack_place *sorted = other;

		sort_by(sorted, p->place, n, shift);
		other = p->place;
		p->place = sorted;
	}
	free(other);
}

static enum sek_code
take(struct sek_pack *p, unsigned oid_len, struct sek_err *err)
{
	struct sek_err why;
	enum sek_code r;

	r = sek_pack_index_open(&p->index, p->index_bytes, oid_len, &why);
	if (r)
		return sek_fail(err, r, "%s: %s", p->path, why.text);
	return check_header(p, err);
}

enum sek_code
sek_pack_take(struct sek_pack *p, unsigned oid_len, struct sek_err *err)
{
	enum sek_code r = take(p, oid_len, err);

	if (!r)
		place_objects(p);
	return r;
}

enum sek_code
sek_pack_open_few(struct sek_pack **out, const char *path, unsigned oid_len,
    struct sek_err *err)
{
	size_t stem = strlen(path) - strlen("pack");
	sek_auto_free char *index = sek_printf("%.*sidx", (int)stem, path);
	struct sek_pack *p = sek_alloc(sizeof(*p));
	enum sek_code r;

	p->path = sek_strdup(path);
	r = sek_map_open_id(&p->index_bytes, &p->index_id, index, err);
	if (!r)
		r = sek_map_open_id(&p->bytes, &p->id, path, err);
	if (!r)
		r = take(p, oid_len, err);
	if (!r && sek_pack_failed(p))
		r = sek_fail(err, SEK_EIO, "%s: cannot be read", path);
	if (r)
		sek_pack_free(p);
	else
		*out = p;
	return r;
}

enum sek_code
sek_pack_place(struct sek_pack *p, struct sek_err *err)
{
	if (!p->place)
		place_objects(p);
	return sek_pack_failed(p)
	    ? sek_fail(err, SEK_EIO, "%s: cannot be read", p->path)
	    : SEK_OK;
}

enum sek_code
sek_pack_open(struct sek_pack **out, const char *path, unsigned oid_len,
    struct sek_err *err)
{
	struct sek_pack *p = NULL;
	enum sek_code r = sek_pack_open_few(&p, path, oid_len, err);

	if (!r)
		r = sek_pack_place(p, err);
	if (r)
		sek_pack_free(p);
	else
		*out = p;
	return r;
}

void
sek_pack_free(struct sek_pack *p)
{
	if (!p)
		return;
	sek_map_close(&p->bytes);
	sek_map_close(&p->index_bytes);
	free(p->place);
	free(p->path);
	free(p);
}

void
sek_pack_oid(const struct sek_pack *p, uint32_t place, struct sek_oid *out)
{
	sek_pack_index_oid(&p->index, p->place[place].number, out);
}

bool
sek_pack_at(const struct sek_pack *p, uint64_t offset, uint32_t *place)
{
	uint32_t low = 0, high = p->index.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (p->place[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return low < p->index.n && p->place[low].offset == offset;
}

bool
sek_pack_find(const struct sek_pack *p, const struct sek_oid *oid,
    uint32_t *place)
{
	uint32_t i;

	return sek_pack_index_find(&p->index, oid, &i) &&
	    sek_pack_at(p, sek_pack_index_offset(&p->index, i), place);
}

bool
sek_pack_failed(const struct sek_pack *p)
{
	return sek_map_failed(&p->bytes) || sek_map_failed(&p->index_bytes);
}

/* Of what was read the code, if the pack could be read at all. */
static enum sek_code
if_it_held(const struct sek_pack *p, enum sek_code r, struct sek_err *err)
{
	if (!sek_pack_failed(p))
		return r;
	return sek_fail(err, SEK_EIO, "its pack can no longer be read");
}

static enum sek_code
broken(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "its entry in the pack is broken");
}

/* The bytes from an object's start to that of the next one. */
static struct sek_str
stored(const struct sek_pack *p, uint32_t place)
{
	uint64_t from = p->place[place].offset;
	uint64_t end = p->bytes.n - p->index.oid_len;

	if (from < HEADER || from >= end)
		return (struct sek_str){"", 0};
	while (++place < p->index.n && p->place[place].offset == from)
		;
	if (place < p->index.n && p->place[place].offset < end)
		end = p->place[place].offset;
	return (struct sek_str){p->bytes.p + from, (size_t)(end - from)};
}

/* 4 bits, then 7 in each further byte. */
static bool
read_size(struct sek_str *s, unsigned *type, uint64_t *size)
{
	unsigned char c;
	unsigned shift = 4;

	if (!s->n)
		return false;
	c = (unsigned char)*s->p;
	*type = c >> 4 & 7;
	*size = c & 15;
	for (s->p++, s->n--; c & 128; s->p++, s->n--, shift += 7) {
		if (!s->n || shift > 56)
			return false;
		c = (unsigned char)*s->p;
		*size |= (uint64_t)(c & 127) << shift;
	}
	return true;
}

/* How far back the base is; every further byte adds one more than its bits. */
static bool
read_distance(struct sek_str *s, uint64_t *distance)
{
	unsigned char c;

	if (!s->n)
		return false;
	c = (unsigned char)*s->p;
	*distance = c & 127;
	for (s->p++, s->n--; c & 128; s->p++, s->n--) {
		if (!s->n || *distance >> 55)
			return false;
		c = (unsigned char)*s->p;
		*distance = (*distance + 1) << 7 | (c & 127);
	}
	return true;
}

static bool
read_base(struct sek_str *s, unsigned type, uint64_t offset, unsigned oid_len,
    struct sek_pack_entry *out)
{
	uint64_t distance;

	if (type == OFS_DELTA) {
		if (!read_distance(s, &distance) || !distance ||
		    distance >= offset)
			return false;
		out->base_offset = offset - distance;
		return true;
	}
	if (s->n < oid_len)
		return false;
	out->base.len = (unsigned char)oid_len;
	memcpy(out->base.raw, s->p, oid_len);
	s->p += oid_len;
	s->n -= oid_len;
	return true;
}

static enum sek_code
read_entry(const struct sek_pack *p, uint64_t offset, struct sek_str s,
    struct sek_pack_entry *out, struct sek_err *err)
{
	unsigned type;

	*out = (struct sek_pack_entry){0};
	if (!read_size(&s, &type, &out->size))
		return broken(err);
	if (type == OFS_DELTA || type == REF_DELTA) {
		if (!read_base(&s, type, offset, p->index.oid_len, out))
			return broken(err);
	} else if (type < SEK_COMMIT || type > SEK_TAG) {
		return broken(err);
	} else {
		out->type = (enum sek_type)type;
	}
	if (out->size > SEK_OBJECT_MAX)
		return sek_fail(err, SEK_ETOOBIG, "larger than %zu MiB",
		    SEK_OBJECT_MAX >> 20);
	if (out->size / SEK_INFLATE_RATIO > s.n)
		return sek_fail(err, SEK_ETOOBIG,
		    "it says to be larger than its bytes can be");
	out->stream = s;
	return SEK_OK;
}

enum sek_code
sek_pack_entry(const struct sek_pack *p, uint32_t place,
    struct sek_pack_entry *out, struct sek_err *err)
{
	uint64_t offset = p->place[place].offset;
	enum sek_code r = read_entry(p, offset, stored(p, place), out, err);

	return if_it_held(p, r, err);
}

enum sek_code
sek_pack_entry_from(const struct sek_pack *p, uint64_t offset,
    struct sek_pack_entry *out, struct sek_err *err)
{
	uint64_t end = p->bytes.n - p->index.oid_len;
	struct sek_str s = {"", 0};

	if (offset >= HEADER && offset < end)
		s = (struct sek_str){
		    p->bytes.p + offset, (size_t)(end - offset)};
	return if_it_held(p, read_entry(p, offset, s, out, err), err);
}

void
sek_pack_expect(const struct sek_pack *p, uint32_t place)
{
	const struct sek_pack_place *at = &p->place[place];

	__builtin_prefetch(p->bytes.p + at->offset);
	if (p->index.version > 1)
		__builtin_prefetch(p->index.crc + at->number * (size_t)4);
}

static enum sek_code
inflate(const struct sek_pack_entry *e, struct sek_inflate *z, bool summed,
    struct sek_buf *out, struct sek_err *err)
{
	char *to;

	out->max = SEK_OBJECT_MAX;
	sek_buf_reset(out);
	to = sek_buf_room(out, (size_t)e->size);
	if (!to)
		return sek_fail(err, SEK_ETOOBIG, "not enough memory");
	if (!sek_inflate_exact(z, e->stream, to, (size_t)e->size, summed))
		return sek_fail(err, SEK_EPARSE,
		    "damaged: its stream does not inflate");
	out->n = (size_t)e->size;
	out->p[out->n] = '\0';
	return SEK_OK;
}

enum sek_code
sek_pack_inflate(const struct sek_pack *p, uint32_t place,
    const struct sek_pack_entry *e, struct sek_inflate *z, struct sek_buf *out,
    struct sek_err *err)
{
	bool summed = p->index.version > 1;

	if (summed &&
	    sek_crc32(stored(p, place)) !=
		sek_pack_index_crc(&p->index, p->place[place].number))
		return if_it_held(p,
		    sek_fail(err, SEK_EPARSE,
			"damaged: the sum in the pack's index is another one"),
		    err);
	return if_it_held(p, inflate(e, z, summed, out, err), err);
}

enum sek_code
sek_pack_inflate_from(const struct sek_pack *p, const struct sek_pack_entry *e,
    struct sek_inflate *z, struct sek_buf *out, struct sek_err *err)
{
	return if_it_held(p, inflate(e, z, false, out, err), err);
}

#ifndef SEK_TESTS_UNIT_PACKER_H
#define SEK_TESTS_UNIT_PACKER_H

#include <libdeflate.h>

#include "base/file.h"
#include "fixture.h"
#include "repo/store.h"

/*
 * Packs as a hostile hand would write them: whatever one likes stands in their
 * headers. Ids are made up: no reader of packs looks whose they are.
 */
struct packed {
	struct sek_oid oid;
	uint64_t offset;
	uint32_t crc;
};

struct packer {
	struct sek_buf bytes;
	SEK_VEC(struct packed) objects;
	unsigned oid_len;
	uint64_t salt; /* of the ids */
};

enum { PACK_OFS = 6, PACK_REF = 7 };

FIXTURE_UNUSED static struct sek_oid
packer_oid(uint64_t salt, uint64_t n, unsigned len)
{
	struct sek_oid oid = {.len = (unsigned char)len};
	uint64_t x = salt * 0x9e3779b97f4a7c15ULL + n + 1;

	for (unsigned i = 0; i < len; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		oid.raw[i] = (unsigned char)(x >> 32);
	}
	return oid;
}

FIXTURE_UNUSED static void
put32(struct sek_buf *b, uint64_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sek_buf_add_c(b, (char)(n >> shift));
}

FIXTURE_UNUSED static struct packer
packer_new(unsigned oid_len)
{
	struct packer p = {.oid_len = oid_len, .bytes = {.max = 1u << 30}};

	sek_buf_add(&p.bytes, "PACK\0\0\0\2\0\0\0\0", 12);
	return p;
}

FIXTURE_UNUSED static void
packer_clear(struct packer *p)
{
	sek_buf_clear(&p->bytes);
	sek_vec_clear(&p->objects);
}

FIXTURE_UNUSED static void
deflate_to(struct sek_buf *out, struct sek_str s)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	size_t max = libdeflate_zlib_compress_bound(c, s.n);
	char *to = sek_buf_room(out, max);

	assert_non_null(to);
	out->n += libdeflate_zlib_compress(c, s.p, s.n, to, max);
	libdeflate_free_compressor(c);
}

/* An object of any type, any size and any base; its number is given back. */
FIXTURE_UNUSED static size_t
packer_raw(struct packer *p, unsigned type, uint64_t size, uint64_t distance,
    const struct sek_oid *base, struct sek_str stream)
{
	size_t n = p->objects.n;
	struct packed o = {
	    .oid = packer_oid(p->salt, n, p->oid_len),
	    .offset = p->bytes.n,
	};
	unsigned char back[10];
	size_t at = sizeof(back);
	unsigned first = (unsigned)(type << 4 | (size & 15));

	for (size >>= 4; size; size >>= 7) {
		sek_buf_add_c(&p->bytes, (char)(first | 128));
		first = size & 127;
	}
	sek_buf_add_c(&p->bytes, (char)first);
	if (type == PACK_OFS) {
		back[--at] = distance & 127;
		while (distance >>= 7)
			back[--at] = (unsigned char)(128 | (--distance & 127));
		sek_buf_add(&p->bytes, back + at, sizeof(back) - at);
	}
	if (base)
		sek_buf_add(&p->bytes, base->raw, p->oid_len);
	sek_buf_add_str(&p->bytes, stream);
	o.crc = libdeflate_crc32(0, p->bytes.p + o.offset,
	    p->bytes.n - o.offset);
	*sek_vec_push(&p->objects) = o;
	return n;
}

FIXTURE_UNUSED static size_t
packer_add(struct packer *p, enum sek_type type, struct sek_str content)
{
	struct sek_buf stream = {.max = 1u << 30};
	size_t n;

	deflate_to(&stream, content);
	n = packer_raw(p, type, content.n, 0, NULL, sek_buf_str(&stream));
	sek_buf_clear(&stream);
	return n;
}

/* A delta of an object of this pack, named by its place or by its id. */
FIXTURE_UNUSED static size_t
packer_delta(struct packer *p, size_t base, bool by_id, struct sek_str delta)
{
	struct sek_buf stream = {.max = 1u << 30};
	const struct packed *b = &p->objects.at[base];
	struct sek_oid oid = b->oid;
	size_t n;

	deflate_to(&stream, delta);
	n = packer_raw(p, by_id ? PACK_REF : PACK_OFS, delta.n,
	    p->bytes.n - b->offset, by_id ? &oid : NULL, sek_buf_str(&stream));
	sek_buf_clear(&stream);
	return n;
}

static int
packer_order(const void *a, const void *b)
{
	return sek_oid_cmp(&((const struct packed *)a)->oid,
	    &((const struct packed *)b)->oid);
}

FIXTURE_UNUSED static void
packer_fanout(const struct packer *p, const struct packed *at,
    struct sek_buf *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < 256; i++) {
		while (n < p->objects.n && at[n].oid.raw[0] <= i)
			n++;
		put32(out, n);
	}
}

/* far: every offset stands in the table of 64-bit ones. */
FIXTURE_UNUSED static void
packer_index(const struct packer *p, unsigned version, bool far,
    struct sek_buf *out)
{
	size_t n = p->objects.n;
	struct packed *at = sek_alloc_n(n + 1, sizeof(*at));
	char zero[2 * SEK_OID_MAX] = {0};

	if (n)
		memcpy(at, p->objects.at, n * sizeof(*at));
	qsort(at, n, sizeof(*at), packer_order);
	if (version == 2)
		sek_buf_add(out, "\377tOc\0\0\0\2", 8);
	packer_fanout(p, at, out);
	for (size_t i = 0; i < n; i++) {
		if (version == 1)
			put32(out, at[i].offset);
		sek_buf_add(out, at[i].oid.raw, p->oid_len);
	}
	for (size_t i = 0; version == 2 && i < n; i++)
		put32(out, at[i].crc);
	for (size_t i = 0; version == 2 && i < n; i++)
		put32(out, far ? 0x80000000u | i : at[i].offset);
	for (size_t i = 0; version == 2 && far && i < n; i++) {
		put32(out, at[i].offset >> 32);
		put32(out, at[i].offset);
	}
	sek_buf_add(out, zero, 2 * (size_t)p->oid_len);
	free(at);
}

FIXTURE_UNUSED static void
write_file(const char *path, struct sek_str s)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

/* What is still to be written of the pack: its count and a sum nobody reads. */
FIXTURE_UNUSED static void
packer_finish(struct packer *p)
{
	struct sek_buf count = {0};
	char zero[SEK_OID_MAX] = {0};

	put32(&count, p->objects.n);
	memcpy(p->bytes.p + 8, count.p, 4);
	sek_buf_add(&p->bytes, zero, p->oid_len);
	sek_buf_clear(&count);
}

/* Into ./objects/pack, with an index of that version. */
FIXTURE_UNUSED static void
packer_write(struct packer *p, const char *name, unsigned version, bool far)
{
	struct sek_buf index = {.max = 1u << 30};
	char *path = sek_printf("objects/pack/pack-%s.pack", name);

	sh("mkdir -p objects/pack");
	packer_finish(p);
	packer_index(p, version, far, &index);
	write_file(path, sek_buf_str(&p->bytes));
	memcpy(path + strlen(path) - 4, "idx", 4);
	write_file(path, sek_buf_str(&index));
	free(path);
	sek_buf_clear(&index);
}

/* The store of ./objects. */
FIXTURE_UNUSED static struct sek_store *
packer_store(unsigned oid_len)
{
	static char here[] = ".";
	struct sek_repo r = {
	    .common_dir = here, .dir = here, .oid_len = oid_len};
	struct sek_store *s = NULL;
	struct sek_err err = {0};

	if (sek_store_open(&s, &r, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return s;
}

/* Deltas, part by part. */
FIXTURE_UNUSED static void
delta_size(struct sek_buf *d, uint64_t n)
{
	for (; n > 127; n >>= 7)
		sek_buf_add_c(d, (char)(n | 128));
	sek_buf_add_c(d, (char)n);
}

FIXTURE_UNUSED static void
delta_copy(struct sek_buf *d, size_t from, size_t n)
{
	unsigned char args[7], command = 128;
	size_t args_n = 0;

	assert_true(n && n <= 0xffffff);
	for (unsigned i = 0; i < 4; i++)
		if (from >> 8 * i & 255) {
			command |= (unsigned char)(1 << i);
			args[args_n++] = (unsigned char)(from >> 8 * i);
		}
	for (unsigned i = 0; i < 3; i++)
		if (n >> 8 * i & 255) {
			command |= (unsigned char)(16 << i);
			args[args_n++] = (unsigned char)(n >> 8 * i);
		}
	sek_buf_add_c(d, (char)command);
	sek_buf_add(d, args, args_n);
}

FIXTURE_UNUSED static void
delta_text(struct sek_buf *d, const char *p, size_t n)
{
	while (n) {
		size_t part = n < 127 ? n : 127;

		sek_buf_add_c(d, (char)part);
		sek_buf_add(d, p, part);
		p += part;
		n -= part;
	}
}

#endif

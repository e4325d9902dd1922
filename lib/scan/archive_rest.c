#include "scan/archive_rest.h"

#include <stdint.h>
#include <zlib.h>

#include "base/library.h"

#define PART  ((size_t)64 << 10)
#define STEPS 100000 /* beginnings that are tried behind damage */

#define FUNCTIONS(X) X(inflateInit2_) X(inflate) X(inflateReset) X(inflateEnd)

static struct {
	FUNCTIONS(SEK_LIBRARY_FIELD)
} lib;
static const char *const names[] = {FUNCTIONS(SEK_LIBRARY_NAME)};
static struct sek_library library = SEK_LIBRARY(SEK_LIBZ, names, &lib);

/* Up to the end of one stream, or its damage. *used: of packed. */
static bool
inflate_one(z_stream *z, struct sek_str packed, size_t *used,
    struct sek_buf *out)
{
	int code = Z_OK;

	z->next_in = (z_const Bytef *)(uintptr_t)packed.p;
	z->avail_in = packed.n < UINT32_MAX ? (uInt)packed.n : UINT32_MAX;
	while (code == Z_OK) {
		char *room = sek_buf_room(out, PART);
		size_t had = z->avail_in;

		if (!room)
			break;
		z->next_out = (Bytef *)room;
		z->avail_out = PART;
		code = lib.inflate(z, Z_NO_FLUSH);
		out->n += PART - z->avail_out;
		if (z->avail_out == PART && z->avail_in == had)
			break;
	}
	*used = (size_t)((const char *)z->next_in - packed.p);
	return code == Z_STREAM_END;
}

/* RFC 1952: the magic, deflate, no reserved flag, and what systems write as
 * extra flags. */
static bool
begins_gzip(const char *p)
{
	return !memcmp(p, "\x1f\x8b\x08", 3) && !(p[3] & 0xe0) &&
	    (p[8] == 0 || p[8] == 2 || p[8] == 4);
}

static size_t
next_gzip(struct sek_str s, size_t from)
{
	while (from + 18 <= s.n) {
		const char *p = memchr(s.p + from, 0x1f, s.n - from - 17);

		if (!p)
			break;
		from = (size_t)(p - s.p);
		if (begins_gzip(p))
			return from;
		from++;
	}
	return SIZE_MAX;
}

static void
inflate_all(z_stream *z, struct sek_str packed, bool gzip, struct sek_buf *out)
{
	size_t at = 0, used;

	for (int i = 0; i < STEPS && at != SIZE_MAX; i++) {
		bool whole;

		whole = inflate_one(z,
		    (struct sek_str){packed.p + at, packed.n - at}, &used, out);
		if (!gzip || out->toobig || lib.inflateReset(z) != Z_OK)
			return;
		at = next_gzip(packed, at + (whole && used ? used : 1));
	}
}

bool
sek_rest_inflate(struct sek_str packed, bool gzip, struct sek_buf *out)
{
	z_stream z = {0};

	if (!sek_library_ready(&library) ||
	    lib.inflateInit2_(&z, gzip ? 15 + 16 : -15, ZLIB_VERSION,
		(int)sizeof(z)) != Z_OK)
		return false;
	inflate_all(&z, packed, gzip, out);
	lib.inflateEnd(&z);
	return true;
}

static size_t
word(const char *p)
{
	return (size_t)((unsigned char)p[0] | (unsigned char)p[1] << 8);
}

size_t
sek_rest_zip_entry(struct sek_str zip, size_t from, size_t *header,
    bool *deflated)
{
	const char *p;
	size_t data;

	if (from >= zip.n)
		return SIZE_MAX;
	p = memmem(zip.p + from, zip.n - from, "PK\3\4", 4);
	if (!p || zip.n - (size_t)(p - zip.p) < 30)
		return SIZE_MAX;
	*header = (size_t)(p - zip.p);
	*deflated = word(p + 8) == 8;
	data = *header + 30 + word(p + 26) + word(p + 28);
	return data <= zip.n ? data : zip.n;
}

/* Blocks begin at any bit, with the digits of pi. */
bool
sek_rest_one_block(struct sek_str bzip2)
{
	const uint64_t magic = 0x314159265359, mask = ((uint64_t)1 << 48) - 1;
	uint64_t last = 0;
	size_t blocks = 0;

	for (size_t i = 0; i < bzip2.n; i++) {
		last = last << 8 | (unsigned char)bzip2.p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			blocks += (last >> bit & mask) == magic;
	}
	return blocks < 2;
}

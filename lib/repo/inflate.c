#include "repo/inflate.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "base/alloc.h"

#define ZLIB_HEADER 2

struct sek_inflate {
	struct libdeflate_decompressor *d;
};

struct sek_inflate *
sek_inflate_new(void)
{
	struct sek_inflate *z = sek_alloc(sizeof(*z));

	z->d = libdeflate_alloc_decompressor();
	if (!z->d)
		abort();
	return z;
}

void
sek_inflate_free(struct sek_inflate *z)
{
	if (!z)
		return;
	libdeflate_free_decompressor(z->d);
	free(z);
}

/* Deflate, no preset dictionary, and the two bytes' own check. */
static bool
is_zlib(struct sek_str in)
{
	const unsigned char *p = (const unsigned char *)in.p;

	return in.n > ZLIB_HEADER && (p[0] & 15) == 8 && !(p[1] & 32) &&
	    (p[0] * 256u + p[1]) % 31 == 0;
}

bool
sek_inflate_exact(struct sek_inflate *z, struct sek_str in, char *out, size_t n,
    bool summed)
{
	size_t used;

	if (!is_zlib(in))
		return false;
	if (!summed)
		return libdeflate_zlib_decompress_ex(z->d, in.p, in.n, out, n,
			   &used, NULL) == LIBDEFLATE_SUCCESS;
	return libdeflate_deflate_decompress_ex(z->d, in.p + ZLIB_HEADER,
		   in.n - ZLIB_HEADER, out, n, &used,
		   NULL) == LIBDEFLATE_SUCCESS;
}

enum sek_code
sek_inflate_all(struct sek_inflate *z, struct sek_str in, struct sek_buf *out)
{
	size_t max = out->max ? out->max : SEK_BUF_MAX;
	size_t room = 4 * in.n + 4096, n = 0;

	if (!is_zlib(in))
		return SEK_EPARSE;
	for (;; room *= 2) {
		enum libdeflate_result r;
		char *to;

		room = room < max ? room : max;
		sek_buf_reset(out);
		to = sek_buf_room(out, room);
		if (!to)
			return SEK_ETOOBIG;
		r = libdeflate_zlib_decompress(z->d, in.p, in.n, to, room, &n);
		if (r == LIBDEFLATE_SUCCESS)
			break;
		if (r != LIBDEFLATE_INSUFFICIENT_SPACE)
			return SEK_EPARSE;
		if (room == max)
			return SEK_ETOOBIG;
	}
	out->n = n;
	out->p[n] = '\0';
	return SEK_OK;
}

uint32_t
sek_crc32(struct sek_str bytes)
{
	return libdeflate_crc32(0, bytes.p, bytes.n);
}

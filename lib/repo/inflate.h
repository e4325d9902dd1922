#ifndef SEK_REPO_INFLATE_H
#define SEK_REPO_INFLATE_H

#include "base/buf.h"

/* zlib streams (RFC 1950) as git objects are stored in, by libdeflate, and the
 * sum that a pack's index keeps of each object (CRC-32 of zlib). */
struct sek_inflate; /* one per thread */
struct sek_inflate *sek_inflate_new(void);
void sek_inflate_free(struct sek_inflate *z); /* NULL is legal */

/* No deflate stream grows to more than this many times its size. */
#define SEK_INFLATE_RATIO 1032

/*
 * The stream at the start of `in` to exactly n bytes at out; what follows it is
 * not looked at. Its own sum is not if summed says that another one was.
 */
bool sek_inflate_exact(struct sek_inflate *z, struct sek_str in, char *out,
    size_t n, bool summed);

/* Replaces out by a stream of unknown size that fills all of `in`. SEK_ETOOBIG
 * (over out's limit), SEK_EPARSE. */
enum sek_code sek_inflate_all(struct sek_inflate *z, struct sek_str in,
    struct sek_buf *out) SEK_CHECKED;

uint32_t sek_crc32(struct sek_str bytes);

#endif

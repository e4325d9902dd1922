#ifndef SEK_BASE_ENC_H
#define SEK_BASE_ENC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

void sek_hex(struct sek_buf *out, const void *p, size_t n); /* lower case */
bool sek_unhex(struct sek_str hex, unsigned char *out); /* n/2 bytes; even n */

/*
 * Base64 (RFC 4648), standard and url-safe alphabet both accepted, padding
 * optional but right if it is there, no blanks; bits left over at the end are
 * not looked at. False (out unchanged) on anything else, or if it does not fit.
 */
bool sek_unbase64(struct sek_str in, struct sek_buf *out);
void sek_base64(struct sek_buf *out, const void *p, size_t n);
/* 0 to 63, of both alphabets; -1: none */
extern const signed char sek_base64_digits[128];
static inline int
sek_base64_digit(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 128 ? sek_base64_digits[u] : -1;
}

/* The CRC-32 of zip and zlib in six digits, 0-9A-Za-z, the highest first. */
#define SEK_CRC32_BASE62 6
void sek_crc32_base62(char out[SEK_CRC32_BASE62], struct sek_str in);

/* %XX for everything but RFC 3986 unreserved characters and those in keep. */
void sek_percent(struct sek_buf *out, struct sek_str in, const char *keep);

/* Length of the first character of s, 0 if there is none or it is not UTF-8. */
size_t sek_utf8_next(struct sek_str s, uint32_t *point);
bool sek_utf8_valid(struct sek_str s);

#endif

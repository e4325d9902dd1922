#include "base/enc.h"

#include <string.h>

void
sek_hex(struct sek_buf *out, const void *p, size_t n)
{
	const unsigned char *from = p;

	for (size_t i = 0; i < n; i++) {
		sek_buf_add_c(out, "0123456789abcdef"[from[i] >> 4]);
		sek_buf_add_c(out, "0123456789abcdef"[from[i] & 15]);
	}
}

/* One more than what a digit stands for; 0: it is none. Ids are read in great
 * numbers. */
static const unsigned char hex_digits[256] = {
    ['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    ['a'] = 11,
    ['b'] = 12,
    ['c'] = 13,
    ['d'] = 14,
    ['e'] = 15,
    ['f'] = 16,
    ['A'] = 11,
    ['B'] = 12,
    ['C'] = 13,
    ['D'] = 14,
    ['E'] = 15,
    ['F'] = 16,
};

bool
sek_unhex(struct sek_str hex, unsigned char *out)
{
	if (hex.n % 2 != 0)
		return false;
	for (size_t i = 0; i < hex.n; i += 2) {
		unsigned high = hex_digits[(unsigned char)hex.p[i]];
		unsigned low = hex_digits[(unsigned char)hex.p[i + 1]];

		if (!high || !low)
			return false;
		out[i / 2] = (unsigned char)((high - 1) << 4 | (low - 1));
	}
	return true;
}

/* By ASCII: whole contents are asked for character by character. */
const signed char sek_base64_digits[128] = {-1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1,
    63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0,
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, -1, -1, -1, -1, 63, -1, 26, 27, 28, 29, 30, 31, 32, 33, 34,
    35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1,
    -1, -1, -1};

/* Without its padding, which fills up a group of four if it is there at all. */
static bool
strip_padding(struct sek_str *in)
{
	size_t n = in->n;

	while (in->n > 0 && n - in->n < 2 && in->p[in->n - 1] == '=')
		in->n--;
	return in->n % 4 != 1 && (n == in->n || n % 4 == 0);
}

bool
sek_unbase64(struct sek_str in, struct sek_buf *out)
{
	unsigned bits = 0, held = 0;
	size_t n = 0;
	char *to;

	if (!strip_padding(&in))
		return false;
	for (size_t i = 0; i < in.n; i++)
		if (sek_base64_digit(in.p[i]) < 0)
			return false;
	to = sek_buf_room(out, in.n / 4 * 3 + in.n % 4 * 3 / 4);
	if (!to)
		return false;
	for (size_t i = 0; i < in.n; i++) {
		bits = (bits << 6 | (unsigned)sek_base64_digit(in.p[i])) &
		    0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[n++] = (char)(bits >> held);
		}
	}
	out->n += n;
	return true;
}

void
sek_base64(struct sek_buf *out, const void *p, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = p;

	for (size_t i = 0; i < n; i += 3) {
		unsigned bits = (unsigned)from[i] << 16;
		char four[4];

		if (i + 1 < n)
			bits |= (unsigned)from[i + 1] << 8;
		if (i + 2 < n)
			bits |= from[i + 2];
		four[0] = digit[bits >> 18];
		four[1] = digit[bits >> 12 & 63];
		four[2] = i + 1 < n ? digit[bits >> 6 & 63] : '=';
		four[3] = i + 2 < n ? digit[bits & 63] : '=';
		sek_buf_add(out, four, sizeof(four));
	}
}

void
sek_crc32_base62(char out[SEK_CRC32_BASE62], struct sek_str in)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz";
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < in.n; i++) {
		crc ^= (unsigned char)in.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc = ~crc;
	for (size_t i = SEK_CRC32_BASE62; i-- > 0; crc /= 62)
		out[i] = digit[crc % 62];
}

static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

void
sek_percent(struct sek_buf *out, struct sek_str in, const char *keep)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];

		if (is_unreserved(c) || (c != '\0' && strchr(keep, c)))
			sek_buf_add_c(out, c);
		else
			sek_buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

size_t
sek_utf8_next(struct sek_str s, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n;

	if (s.n == 0)
		return 0;
	if (*p < 0x80) {
		*point = *p;
		return 1;
	}
	n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	if (*p < 0xc2 || *p > 0xf4 || s.n < n)
		return 0;
	*point = *p & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (p[i] & 0x3f);
	}
	if (*point < least[n] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return n;
}

bool
sek_utf8_valid(struct sek_str s)
{
	uint32_t point;

	while (s.n > 0) {
		size_t n = sek_utf8_next(s, &point);

		if (n == 0)
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

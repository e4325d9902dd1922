#ifndef SEK_SCAN_DECODE_ESCAPE_H
#define SEK_SCAN_DECODE_ESCAPE_H

#include <stdint.h>

#include "base/str.h"

/* Of a hexadecimal digit; -1: it is none. */
int sek_hex_value(char c);

/*
 * The escape that s begins with: %41 (a byte: RFC 3986), \n, \/, \x41, \101,
 * \u0041 (JSON, C and their kin), &#65;, &#x41;, &quot; (HTML). Its length and
 * the character; 0: there is none.
 */
size_t sek_escape_read(struct sek_str s, uint32_t *value);

/* A byte of quoted-printable text and its length; 0: s ends before. */
size_t sek_quoted_read(struct sek_str s, unsigned char *byte);

#endif

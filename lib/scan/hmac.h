#ifndef SEK_SCAN_HMAC_H
#define SEK_SCAN_HMAC_H

#include "base/str.h"

#define SEK_HMAC_BYTES 32
#define SEK_HMAC_KEY   32

/* HMAC-SHA-256 (RFC 2104, FIPS 180-4). */
void sek_hmac(unsigned char out[SEK_HMAC_BYTES],
    const unsigned char key[SEK_HMAC_KEY], struct sek_str data);

/* In a time that does not depend on where they differ. */
bool sek_hmac_eq(const unsigned char a[SEK_HMAC_BYTES],
    const unsigned char b[SEK_HMAC_BYTES]);

#endif

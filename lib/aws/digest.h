#ifndef SEK_AWS_DIGEST_H
#define SEK_AWS_DIGEST_H

#include "base/err.h"
#include "base/str.h"

/*
 * OpenSSL gets its memory from wipe_alloc.h, TLS connections included. For that
 * this MUST run before anything else of OpenSSL does: first thing in main, after
 * the process was hardened. SEK_EIO: something was sooner. Once more is legal.
 */
enum sek_code sek_crypto_init(struct sek_err *err) SEK_CHECKED;

/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104) by OpenSSL. */
#define SEK_SHA256_SIZE 32

/* SEK_EIO: the library refuses (a FIPS policy, no memory). */
enum sek_code sek_sha256(unsigned char out[SEK_SHA256_SIZE], struct sek_str in,
    struct sek_err *err) SEK_CHECKED;
enum sek_code sek_hmac_sha256(unsigned char out[SEK_SHA256_SIZE],
    struct sek_str key, struct sek_str in, struct sek_err *err) SEK_CHECKED;

#endif

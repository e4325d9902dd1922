#include "aws/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>

#include "base/wipe_alloc.h"

static void *
crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return sek_wipe_malloc(n);
}

static void *
crypto_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return sek_wipe_realloc(p, n);
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	sek_wipe_free(p);
}

enum sek_code
sek_crypto_init(struct sek_err *err)
{
	static bool done;

	done = done ||
	    CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc,
		crypto_free);
	return done ? SEK_OK
		    : sek_fail(err, SEK_EIO,
			  "OpenSSL: in use before its memory could be wiped");
}

enum sek_code
sek_sha256(unsigned char out[SEK_SHA256_SIZE], struct sek_str in,
    struct sek_err *err)
{
	if (!EVP_Digest(in.n ? in.p : "", in.n, out, NULL, EVP_sha256(), NULL))
		return sek_fail(err, SEK_EIO, "OpenSSL: SHA-256 is refused");
	return SEK_OK;
}

enum sek_code
sek_hmac_sha256(unsigned char out[SEK_SHA256_SIZE], struct sek_str key,
    struct sek_str in, struct sek_err *err)
{
	/* With key NULL it would go on with the key it had. */
	if (key.n > INT_MAX ||
	    !HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n,
		(const unsigned char *)(in.n ? in.p : ""), in.n, out, NULL))
		return sek_fail(err, SEK_EIO,
		    "OpenSSL: HMAC with SHA-256 is refused");
	return SEK_OK;
}

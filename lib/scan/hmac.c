#include "scan/hmac.h"

#include <sys/types.h>

#include <sha2.h>

#define BLOCK 64

static void
add_key(SHA2_CTX *ctx, const unsigned char *key, unsigned char pad)
{
	uint8_t block[BLOCK];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < SEK_HMAC_KEY; i++)
		block[i] ^= key[i];
	SHA256Init(ctx);
	SHA256Update(ctx, block, sizeof(block));
	explicit_bzero(block, sizeof(block));
}

void
sek_hmac(unsigned char out[SEK_HMAC_BYTES],
    const unsigned char key[SEK_HMAC_KEY], struct sek_str data)
{
	SHA2_CTX ctx;

	_Static_assert(SEK_HMAC_BYTES == SHA256_DIGEST_LENGTH, "SHA-256");
	add_key(&ctx, key, 0x36);
	if (data.n)
		SHA256Update(&ctx, (const uint8_t *)data.p, data.n);
	SHA256Final(out, &ctx);
	add_key(&ctx, key, 0x5c);
	SHA256Update(&ctx, out, SEK_HMAC_BYTES);
	SHA256Final(out, &ctx);
	explicit_bzero(&ctx, sizeof(ctx));
}

bool
sek_hmac_eq(const unsigned char a[SEK_HMAC_BYTES],
    const unsigned char b[SEK_HMAC_BYTES])
{
	unsigned char differ = 0;

	for (size_t i = 0; i < SEK_HMAC_BYTES; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

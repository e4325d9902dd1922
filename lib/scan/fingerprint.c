#include <sys/types.h>

#include <sha2.h>

#include "base/enc.h"
#include "scan/finding.h"

#define FINGERPRINT_BYTES 12

static void
add(SHA2_CTX *ctx, const char *p, size_t n)
{
	if (n)
		SHA256Update(ctx, (const uint8_t *)p, n);
}

/* With its NUL: no two lists of strings hash the same bytes. */
static void
add_field(SHA2_CTX *ctx, struct sek_str s)
{
	add(ctx, s.p, s.n);
	add(ctx, "", 1);
}

/*
 * People keep fingerprints in files: what goes in here, and how, can never
 * change without a new name in the first field.
 */
void
sek_fingerprint(char out[25], const struct sek_rule *rule,
    struct sek_str secret, struct sek_str path, struct sek_str context)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	sek_auto_buf hex = {0};
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	add_field(&ctx,
	    rule->guessable ? SEK_STR("sekisho/v1 place")
			    : SEK_STR("sekisho/v1 secret"));
	add_field(&ctx, sek_str(rule->id));
	if (rule->guessable) {
		add_field(&ctx, path);
		add(&ctx, context.p, context.n);
	} else {
		add(&ctx, secret.p, secret.n);
	}
	SHA256Final(digest, &ctx);
	explicit_bzero(&ctx, sizeof(ctx));
	sek_hex(&hex, digest, FINGERPRINT_BYTES);
	memcpy(out, hex.p, 2 * FINGERPRINT_BYTES + 1);
}

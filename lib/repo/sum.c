#include "repo/sum.h"

#include <stdio.h>
#include <sys/types.h>

#include <sha1.h>
#include <sha2.h>

static const char *
name_of(enum sek_type type)
{
	switch (type) {
	case SEK_COMMIT:
		return "commit";
	case SEK_TREE:
		return "tree";
	case SEK_BLOB:
		return "blob";
	case SEK_TAG:
		return "tag";
	}
	return "";
}

static void
sum_1(unsigned char *out, struct sek_str head, struct sek_str content)
{
	SHA1_CTX ctx;

	SHA1Init(&ctx);
	SHA1Update(&ctx, (const uint8_t *)head.p, head.n);
	if (content.n)
		SHA1Update(&ctx, (const uint8_t *)content.p, content.n);
	SHA1Final(out, &ctx);
}

static void
sum_256(unsigned char *out, struct sek_str head, struct sek_str content)
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)head.p, head.n);
	if (content.n)
		SHA256Update(&ctx, (const uint8_t *)content.p, content.n);
	SHA256Final(out, &ctx);
}

bool
sek_sum_make(struct sek_oid *out, unsigned char len, struct sek_str head,
    struct sek_str content)
{
	*out = (struct sek_oid){.len = len};
	if (len == SHA1_DIGEST_LENGTH)
		sum_1(out->raw, head, content);
	else if (len == SHA256_DIGEST_LENGTH)
		sum_256(out->raw, head, content);
	else
		return false;
	return true;
}

bool
sek_sum_is(const struct sek_oid *oid, enum sek_type type,
    struct sek_str content)
{
	struct sek_oid sum;
	char text[32];
	struct sek_str head = {text, 0};

	/* Its NUL is part of what is summed up. */
	head.n = (size_t)snprintf(text, sizeof(text), "%s %zu", name_of(type),
		     content.n) +
	    1;
	return sek_sum_make(&sum, oid->len, head, content) &&
	    sek_oid_eq(&sum, oid);
}

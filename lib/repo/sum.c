#include "repo/sum.h"

#include <stdio.h>
#include <sys/types.h>

#include <sha1.h>
#include <sha2.h>

#include "repo/sum_blocks.h"

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

#define BLOCK 64

/* What one of the two sums is made of. */
struct method {
	sek_sum_blocks_fn *blocks;
	unsigned char len; /* of an id */
	uint32_t start[8];
};

static const struct method methods[] = {
    {
	.blocks = sek_sum_blocks_1,
	.len = SHA1_DIGEST_LENGTH,
	.start = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
    },
    {
	.blocks = sek_sum_blocks_256,
	.len = SHA256_DIGEST_LENGTH,
	.start = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
	    0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
    },
};

static void
put_be(unsigned char *to, uint64_t value, size_t n)
{
	while (n--) {
		to[n] = (unsigned char)value;
		value >>= 8;
	}
}

/* head and content as one message: head is shorter than a block. */
static void
sum_fast(const struct method *m, unsigned char *out, struct sek_str head,
    struct sek_str content)
{
	const unsigned char *p = (const unsigned char *)content.p;
	unsigned char text[2 * BLOCK] = {0};
	uint64_t bits = 8 * ((uint64_t)head.n + content.n);
	size_t first = BLOCK - head.n, n = content.n, held = head.n;
	uint32_t state[8];

	memcpy(state, m->start, sizeof(state));
	memcpy(text, head.p, head.n);
	if (n >= first) {
		memcpy(text + held, p, first);
		m->blocks(state, text, 1);
		p += first;
		n -= first;
		m->blocks(state, p, n / BLOCK);
		p += n / BLOCK * BLOCK;
		n %= BLOCK;
		held = 0;
		memset(text, 0, BLOCK);
	}
	if (n)
		memcpy(text + held, p, n);
	held += n;
	text[held] = 0x80;
	held = held + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	put_be(text + held - 8, bits, 8);
	m->blocks(state, text, held / BLOCK);
	for (size_t i = 0; i < m->len / 4u; i++)
		put_be(out + 4 * i, state[i], 4);
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
    struct sek_str content, bool fast)
{
	const struct method *m = &methods[len == methods[1].len];

	*out = (struct sek_oid){.len = len};
	if (len != m->len)
		return false;
	if (fast && sek_sum_blocks_work())
		sum_fast(m, out->raw, head, content);
	else if (m == methods)
		sum_1(out->raw, head, content);
	else
		sum_256(out->raw, head, content);
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
	return sek_sum_make(&sum, oid->len, head, content, true) &&
	    sek_oid_eq(&sum, oid);
}

#include "repo/shard.h"

#include <inttypes.h>
#include <stdio.h>

/* FNV-1a, 64 bits. */
static void
add(uint64_t *sum, const void *p, size_t n)
{
	const unsigned char *at = p;

	for (size_t i = 0; i < n; i++)
		*sum = (*sum ^ at[i]) * UINT64_C(0x100000001b3);
}

static void
add_number(uint64_t *sum, uint64_t n)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(n >> 8 * i);
	add(sum, bytes, sizeof(bytes));
}

void
sek_shard_sum(char out[17], const struct sek_store *store,
    const struct sek_oids *only)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	add_number(&sum, store->packs.n);
	sek_vec_each (p, &store->packs) {
		struct sek_str bytes = (*p)->bytes;
		size_t end = bytes.n < store->oid_len ? bytes.n
						      : store->oid_len;

		add_number(&sum, bytes.n);
		add(&sum, bytes.p + bytes.n - end, end); /* its checksum */
	}
	add_number(&sum, store->loose.n);
	sek_vec_each (l, &store->loose)
		add(&sum, l->oid.raw, l->oid.len);
	add_number(&sum, only ? only->n : UINT64_MAX);
	for (size_t i = 0; only && i < only->n; i++)
		add(&sum, only->at[i].raw, only->at[i].len);
	snprintf(out, 17, "%016" PRIx64, sum);
}

#ifndef SEK_REPO_FEW_KEPT_H
#define SEK_REPO_FEW_KEPT_H

#include "repo/pack.h"

/*
 * Objects of packs that were put together lately, so that what is made of them
 * need not start anew; for few.c alone. They stand in a ring, one behind the
 * other, and the newest takes the place of the oldest. Zeroed: empty.
 */
#define SEK_KEPT_SLOTS 4096
#define SEK_KEPT_BYTES ((size_t)32 << 20)

struct sek_kept {
	const struct sek_pack *pack; /* NULL: empty */
	uint64_t offset;
	uint64_t at; /* of all bytes that were ever kept the first one of it */
	uint32_t n;
	enum sek_type type;
};

struct sek_few_kept {
	struct sek_kept *slot; /* NULL: neither is there yet */
	char *ring;
	uint64_t next; /* `at` of what is kept next */
};

/* False: not there. content is valid until the next sek_few_keep. */
bool
sek_few_find_kept(const struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, struct sek_str *content, enum sek_type *type);
void sek_few_keep(struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, enum sek_type type, struct sek_str content);
void sek_few_kept_clear(struct sek_few_kept *k);

#endif

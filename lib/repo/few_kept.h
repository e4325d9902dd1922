#ifndef SEK_REPO_FEW_KEPT_H
#define SEK_REPO_FEW_KEPT_H

#include "repo/pack.h"

/*
 * Objects of packs that were put together lately, so that what is made of them
 * need not start anew; for few.c alone. Holds no more than SEK_KEPT_BYTES.
 */
#define SEK_KEPT_SLOTS 4096
#define SEK_KEPT_BYTES ((size_t)32 << 20)

struct sek_kept {
	const struct sek_pack *pack; /* NULL: empty */
	uint64_t offset;
	enum sek_type type;
	struct sek_buf content;
};

struct sek_few_kept {
	struct sek_kept slot[SEK_KEPT_SLOTS];
	size_t bytes, hand;
};

/* NULL: not there. Valid until the next sek_few_keep. */
const struct sek_kept *sek_few_find_kept(const struct sek_few_kept *k,
    const struct sek_pack *pack, uint64_t offset);
void sek_few_keep(struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, enum sek_type type, struct sek_str content);
void sek_few_kept_clear(struct sek_few_kept *k);

#endif

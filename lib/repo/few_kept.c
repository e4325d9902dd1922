#include "repo/few_kept.h"

#include <sys/mman.h>

/* More of one object would leave too little for all others. */
#define LARGE (SEK_KEPT_BYTES / 16)

/* A hook that reads little is not to pay for the clearing of a large page. */
#define SMALL_PAGES ((size_t)2 << 20)

#define SLOTS_SIZE (SEK_KEPT_SLOTS * sizeof(struct sek_kept)) /* whole pages */

static size_t
slot_of(const struct sek_pack *pack, uint64_t offset)
{
	uint64_t x = (offset ^ (uintptr_t)pack) * 0x9e3779b97f4a7c15ULL;

	return (size_t)(x >> 40) % SEK_KEPT_SLOTS;
}

bool
sek_few_find_kept(const struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, struct sek_str *content, enum sek_type *type)
{
	const struct sek_kept *s;

	if (!k->slot)
		return false;
	s = &k->slot[slot_of(pack, offset)];
	if (s->pack != pack || s->offset != offset ||
	    k->next - s->at > SEK_KEPT_BYTES)
		return false;
	*content = (struct sek_str){k->ring + s->at % SEK_KEPT_BYTES, s->n};
	*type = s->type;
	return true;
}

/* Its pages are there, and zero, when they are first met. */
static bool
open_ring(struct sek_few_kept *k)
{
	char *p;

	if (k->slot)
		return true;
	p = mmap(NULL, SLOTS_SIZE + SEK_KEPT_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	k->slot = (void *)p;
	k->ring = p + SLOTS_SIZE;
	(void)madvise(k->ring + SMALL_PAGES, SEK_KEPT_BYTES - SMALL_PAGES,
	    MADV_HUGEPAGE);
	return true;
}

void
sek_few_keep(struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, enum sek_type type, struct sek_str content)
{
	size_t at = k->next % SEK_KEPT_BYTES;
	struct sek_kept *s;

	if (content.n > LARGE || !open_ring(k))
		return;
	if (content.n > SEK_KEPT_BYTES - at) /* none stands across its end */
		k->next += SEK_KEPT_BYTES - at;
	s = &k->slot[slot_of(pack, offset)];
	*s = (struct sek_kept){
	    .pack = pack,
	    .offset = offset,
	    .at = k->next,
	    .n = (uint32_t)content.n,
	    .type = type,
	};
	if (content.n)
		memcpy(k->ring + s->at % SEK_KEPT_BYTES, content.p, content.n);
	k->next += (content.n + 15) & ~(uint64_t)15;
}

void
sek_few_kept_clear(struct sek_few_kept *k)
{
	if (k->slot)
		munmap(k->slot, SLOTS_SIZE + SEK_KEPT_BYTES);
	*k = (struct sek_few_kept){0};
}

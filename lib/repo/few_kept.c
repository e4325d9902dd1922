#include "repo/few_kept.h"

/* More of one object would leave too little for all others. */
#define LARGE (SEK_KEPT_BYTES / 16)

static size_t
slot_of(const struct sek_pack *pack, uint64_t offset)
{
	uint64_t x = (offset ^ (uintptr_t)pack) * 0x9e3779b97f4a7c15ULL;

	return (size_t)(x >> 40) % SEK_KEPT_SLOTS;
}

const struct sek_kept *
sek_few_find_kept(const struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset)
{
	const struct sek_kept *s = &k->slot[slot_of(pack, offset)];

	return s->pack == pack && s->offset == offset ? s : NULL;
}

static void
drop(struct sek_few_kept *k, struct sek_kept *s)
{
	k->bytes -= s->content.cap;
	sek_buf_clear(&s->content);
	s->pack = NULL;
}

void
sek_few_keep(struct sek_few_kept *k, const struct sek_pack *pack,
    uint64_t offset, enum sek_type type, struct sek_str content)
{
	struct sek_kept *s = &k->slot[slot_of(pack, offset)];

	if (content.n > LARGE)
		return;
	if (s->content.cap <= content.n || s->content.cap / 2 > content.n)
		drop(k, s);
	/* The slot itself may be dropped, too. */
	while (k->bytes - s->content.cap + content.n + 64 > SEK_KEPT_BYTES)
		drop(k, &k->slot[k->hand++ % SEK_KEPT_SLOTS]);
	k->bytes -= s->content.cap;
	sek_buf_reset(&s->content);
	s->pack = pack;
	s->offset = offset;
	s->type = type;
	sek_buf_add_str(&s->content, content);
	k->bytes += s->content.cap;
}

void
sek_few_kept_clear(struct sek_few_kept *k)
{
	for (size_t i = 0; k->bytes && i < SEK_KEPT_SLOTS; i++)
		drop(k, &k->slot[i]);
}

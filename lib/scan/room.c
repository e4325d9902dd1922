#include "scan/room.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DIGITS 24

struct slot {
	char fingerprint[DIGITS]; /* "": it is free */
};

struct sek_room {
	pthread_mutex_t lock;
	uint64_t secrets, bytes; /* left */
	struct slot *slot;       /* of a table with open addresses */
	size_t slots, used;      /* slots: a power of two */
};

struct sek_room *
sek_room_new(uint64_t secrets, uint64_t bytes)
{
	struct sek_room *r = sek_alloc(sizeof(*r));

	pthread_mutex_init(&r->lock, NULL);
	r->secrets = secrets;
	r->bytes = bytes;
	r->slots = 64;
	r->slot = sek_alloc_n(r->slots, sizeof(*r->slot));
	return r;
}

void
sek_room_free(struct sek_room *r)
{
	if (!r)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r->slot);
	free(r);
}

/* Digits of a sum are as good as any sum of them. */
static struct slot *
slot_of(const struct sek_room *r, const char *fingerprint)
{
	uint64_t hash = 0;
	size_t at;

	memcpy(&hash, fingerprint, sizeof(hash));
	hash = (hash ^ hash >> 29) * 0x9e3779b97f4a7c15u;
	at = (size_t)(hash >> 20) & (r->slots - 1);
	while (*r->slot[at].fingerprint &&
	    memcmp(r->slot[at].fingerprint, fingerprint, DIGITS) != 0)
		at = (at + 1) & (r->slots - 1);
	return &r->slot[at];
}

static void
grow(struct sek_room *r)
{
	struct slot *old = r->slot;
	size_t n = r->slots;

	r->slots *= 2;
	r->slot = sek_alloc_n(r->slots, sizeof(*r->slot));
	for (size_t i = 0; i < n; i++)
		if (*old[i].fingerprint)
			*slot_of(r, old[i].fingerprint) = old[i];
	free(old);
}

static bool
charge(struct sek_room *r, uint64_t bytes)
{
	bool fits = r->bytes >= bytes;

	if (fits)
		r->bytes -= bytes;
	return fits;
}

static enum sek_room_for
take(struct sek_room *r, const char *fingerprint, uint64_t first,
    uint64_t again)
{
	struct slot *slot = slot_of(r, fingerprint);

	if (*slot->fingerprint)
		return charge(r, again) ? SEK_ROOM_AGAIN : SEK_ROOM_CROWDED;
	if (!r->secrets)
		return SEK_ROOM_MANY;
	if (!charge(r, first))
		return SEK_ROOM_CROWDED;
	r->secrets--;
	memcpy(slot->fingerprint, fingerprint, DIGITS);
	if (2 * ++r->used > r->slots)
		grow(r);
	return SEK_ROOM_FIRST;
}

enum sek_room_for
sek_room_take(struct sek_room *r, const char *fingerprint, uint64_t first,
    uint64_t again)
{
	enum sek_room_for answer;

	pthread_mutex_lock(&r->lock);
	answer = take(r, fingerprint, first, again);
	pthread_mutex_unlock(&r->lock);
	return answer;
}

bool
sek_room_charge(struct sek_room *r, uint64_t bytes)
{
	bool fits;

	pthread_mutex_lock(&r->lock);
	fits = charge(r, bytes);
	pthread_mutex_unlock(&r->lock);
	return fits;
}

void
sek_room_give(struct sek_room *r, uint64_t bytes)
{
	pthread_mutex_lock(&r->lock);
	r->bytes += bytes;
	pthread_mutex_unlock(&r->lock);
}

#ifndef SEK_SCAN_ROOM_H
#define SEK_SCAN_ROOM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How much a run keeps, by all threads of it: so many secrets, told apart by
 * their fingerprints, and so many bytes for all the places that they stand at.
 * A repository of a few megabytes can hold millions of either.
 */
#define SEK_SECRETS_KEPT 300000
#define SEK_PLACES_BYTES ((uint64_t)512 << 20)

struct sek_room;
struct sek_room *sek_room_new(uint64_t secrets, uint64_t bytes);
void sek_room_free(struct sek_room *r); /* NULL is legal */

enum sek_room_for {
	SEK_ROOM_FIRST,  /* for the first place of a secret: `first` bytes */
	SEK_ROOM_AGAIN,  /* for another one of a secret: `again` bytes */
	SEK_ROOM_MANY,   /* not for one more secret */
	SEK_ROOM_CROWDED /* not for one more place */
};
/* Takes it. fingerprint: 24 hex digits. */
enum sek_room_for sek_room_take(struct sek_room *r, const char *fingerprint,
    uint64_t first, uint64_t again);
/* Bytes alone. */
bool sek_room_charge(struct sek_room *r, uint64_t bytes);
void sek_room_give(struct sek_room *r, uint64_t bytes);

#endif

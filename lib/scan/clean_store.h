#ifndef SEK_SCAN_CLEAN_STORE_H
#define SEK_SCAN_CLEAN_STORE_H

#include "repo/family.h"
#include "scan/engine.h"

/*
 * Which objects of a store earlier scans found clean: no match, allowed or not,
 * no pointer to what is elsewhere, nothing unread. These are not read again.
 *
 * Not the objects' ids are remembered: an id is whatever a pack's index says,
 * and whoever makes a repository could give a key the id of something harmless,
 * or in one repository clear the id of what stands in another. What is
 * remembered is a file with its identity (file_id.h): of a pack a bit for each
 * of its objects, of loose objects each one's file. So a pack that git makes
 * anew is read anew, whatever it holds; one that git leaves as it is, never.
 *
 * Not remembered is what depends on another file, too: families whose base
 * stands outside their pack, and what another pack was scanned for.
 */
struct sek_clean_store;

/* NULL where nothing is remembered. store outlives it. What of `only` is known
 * (NULL: of all) is counted in the outcome. */
struct sek_clean_store *sek_clean_store_open(const struct sek_store *store,
    const struct sek_oids *only, struct sek_engine *e);

/* What need not be read; c may be NULL. */
struct sek_settled sek_clean_store_settled(const struct sek_clean_store *c);

/* An object, by its number in the store, was read now and is clean. Any
 * thread; c may be NULL. */
void sek_clean_store_mark(struct sek_clean_store *c, uint64_t number);

/* Remembers what was marked and frees c, which may be NULL. */
void
sek_clean_store_close(struct sek_clean_store *c, const struct sek_families *f);

#endif

#ifndef SEK_REPO_HOLDERS_TREES_H
#define SEK_REPO_HOLDERS_TREES_H

#include "repo/store.h"

/* An entry of a tree that is a wanted blob or leads to one. */
struct sek_lead {
	struct sek_oid tree, child;
	char *name; /* owned */
	bool dir;
};
struct sek_leads SEK_VEC_BODY(struct sek_lead);

/* All such entries of all trees of a store, by tree, then name; for holders.c
 * alone. SEK_EPARSE: a tree cannot be read. */
enum sek_code sek_leads_find(struct sek_leads *out, const struct sek_store *s,
    const struct sek_oids *blobs, struct sek_err *err) SEK_CHECKED;
void sek_leads_clear(struct sek_leads *v);

#endif

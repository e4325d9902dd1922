#ifndef SEK_REPO_HOLDERS_TREES_H
#define SEK_REPO_HOLDERS_TREES_H

#include "repo/crew.h"
#include "repo/family.h"

/* For holders*.c alone. */

/* An entry of a tree that is wanted or leads to what is. */
struct sek_lead {
	struct sek_oid tree, child;
	char *name; /* owned */
	bool dir;
};
struct sek_leads SEK_VEC_BODY(struct sek_lead);

/* Adds all such entries of all trees of a store; then those that were in out
 * before, whose trees are wanted, too, are among them. By tree, then name.
 * SEK_EPARSE: a tree cannot be read; SEK_ECANCEL. */
enum sek_code sek_leads_find(struct sek_leads *out,
    const struct sek_families *f, const struct sek_oids *blobs,
    struct sek_tally *t, struct sek_err *err) SEK_CHECKED;
void sek_leads_clear(struct sek_leads *v);

#endif

#ifndef SEK_SCAN_EXTENT_H
#define SEK_SCAN_EXTENT_H

#include "scan/lineage.h"

/*
 * How far each secret of a history spread: how many blobs hold it, how many
 * commits do, and which refs lead to where it came in. What that means is said
 * in places.h.
 */

/* An object that holds a secret. */
struct sek_spread {
	char fingerprint[25];
	bool blob;         /* in its content: it counts as a blob */
	struct sek_oid id; /* of a name: the id that stands for it */
};
struct sek_spread_list SEK_VEC_BODY(struct sek_spread);

/* v is sorted here. l NULL: only blobs are counted. False: its watch ended it;
 * then some of o's findings know more than others. */
bool sek_extent_tell(struct sek_lineage *l, struct sek_spread_list *v,
    struct sek_outcome *o, struct sek_scanner *scanner) SEK_CHECKED;

#endif

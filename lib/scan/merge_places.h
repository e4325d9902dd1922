#ifndef SEK_SCAN_MERGE_PLACES_H
#define SEK_SCAN_MERGE_PLACES_H

#include "scan/outcome.h"

/* For merge.c alone. */

/* A finding with all its places, one for each; f is left empty. */
void sek_merge_flatten(struct sek_founds *to, struct sek_finding *f);

/*
 * Of a secret at a path of a history the first one stays; then its places come
 * together: as sek_attribute and sek_places_tell do it for one run. A finding
 * that no commit brings is the same only if it stands at the same byte.
 */
void sek_merge_places(struct sek_founds *v);

#endif

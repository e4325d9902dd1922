#ifndef SEK_SCAN_PLACES_H
#define SEK_SCAN_PLACES_H

#include "scan/engine.h"

/*
 * After sek_attribute: what more is known of where a history's findings are.
 * One secret is one finding, at the place where it first came in; the paths that
 * it came to later are its `more`. Of commits that bring something: author and
 * date. Of files: does HEAD hold the secret there? What cannot be found out is
 * left open.
 */
void sek_places_tell(struct sek_repo *repo, struct sek_outcome *o);

#endif

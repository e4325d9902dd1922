#ifndef SEK_SCAN_RANKS_H
#define SEK_SCAN_RANKS_H

#include "scan/outcome.h"

/*
 * After sek_places_tell, of a shard: gives each place of a finding that a commit
 * brings that commit's number in the order in which sek_attribute looks for the
 * first one. With it, sek_merge finds the first one among those of all shards.
 * Without it, o says so as unread.
 */
void sek_ranks_tell(struct sek_repo *repo, struct sek_outcome *o);

#endif

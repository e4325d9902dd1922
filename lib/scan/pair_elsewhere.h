#ifndef SEK_SCAN_PAIR_ELSEWHERE_H
#define SEK_SCAN_PAIR_ELSEWHERE_H

#include "scan/job.h"

/*
 * Pairs key ids and secrets that found no other half in their own content with
 * one in another content of the same commit, of the same staged change, or of
 * the same directory of files. Only where there is no doubt: they are the only
 * ones there whose names share a stem (PROD_KEY_ID in one file, PROD_SECRET in
 * another), or the only ones left in a directory, or in all of the commit. The
 * same value in several places is one. Does not depend on the order of v.
 *
 * Findings in objects whose place is not known take no part.
 */
void sek_pair_elsewhere(struct sek_founds *v);

#endif

#ifndef SEK_SCAN_ATTRIBUTE_H
#define SEK_SCAN_ATTRIBUTE_H

#include "scan/engine.h"

/*
 * Says of findings in bare objects where they came from: every path that the
 * blob stood at, and the first commit (in parents-first order, over all refs,
 * reflogs and HEAD) that brought it there. Entries of the allow-list for paths
 * are asked now: what they allow is told only if the blob also stood where they
 * do not. A blob that no commit brings keeps its id as its path. Then the same
 * secret at the same path is told once, as it first came in.
 *
 * Findings are never lost: if the history cannot be walked, o says so as
 * unread, and the rest keep their ids.
 */
void sek_attribute(struct sek_repo *repo, struct sek_outcome *o);

#endif

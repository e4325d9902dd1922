#ifndef SEK_SCAN_ATTRIBUTE_H
#define SEK_SCAN_ATTRIBUTE_H

#include "repo/crew.h"
#include "scan/engine.h"

/*
 * Says of findings in bare objects where they came from: every path that the
 * blob stood at, and the first commit (in the order of graph.h) that brought it
 * there; of names, every path with that name, that of a directory with a slash
 * at its end; and of blobs that could not be looked at whole, which are told by
 * their paths then. Entries of the allow-list for paths are asked now: what they allow
 * is told only if the blob also stood where they do not. A blob that no commit
 * brings keeps its id as its path. Then the same secret at the same path is told
 * once, as it first came in, and of each is told how far it spread (extent.h).
 *
 * Findings are never lost: if the history cannot be walked, o says so as
 * unread, and the rest keep their ids. If the watch (may be NULL) ends it, all
 * keep their ids, and o says that it was interrupted.
 */
void sek_attribute(struct sek_repo *repo, struct sek_outcome *o,
    const struct sek_watch *watch);

#endif

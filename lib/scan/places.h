#ifndef SEK_SCAN_PLACES_H
#define SEK_SCAN_PLACES_H

#include "scan/engine.h"

/*
 * After sek_attribute: what more is known of where a history's findings are.
 * One secret is one finding, at the place where it first came in; the files,
 * names and messages that it came to later are its `more`. Of commits that bring something: author and
 * date. Of files: does HEAD hold the secret there? What cannot be found out is
 * left open; so is all that the watch (may be NULL) ends, and of an interrupted
 * outcome nothing is asked: then its findings only come together.
 *
 * Of the place where a secret came in, sek_attribute has told the refs that lead
 * to its commit, or without a commit to its blob; of the secret as a whole, how
 * many blobs and commits hold it. Blobs: each content, as the bytes that have
 * one id, that the secret was found in and is not allowed in, however many paths
 * and commits have it. Commits: each commit that the repository holds, reached
 * by a ref or not, whose tree has one of these blobs, or a name with the secret,
 * at any path, or whose own text has it.
 */
void sek_places_tell(struct sek_repo *repo, struct sek_outcome *o,
    const struct sek_watch *watch);

#endif

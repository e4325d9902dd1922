#ifndef SEK_SCAN_NEW_H
#define SEK_SCAN_NEW_H

#include "repo/changes.h"
#include "scan/job.h"

/*
 * "New" means: in no parent. Takes those findings out of v whose lines stood,
 * as they are now, in any parent of their commit: in the file at the same path,
 * or in a file that the commit removes or changes (so a renamed file, or lines
 * moved to another file, bring nothing new). An LFS pointer holds the content that
 * it stands for, where that is here. A file name is new if no parent
 * has a file of that name. Findings without an origin stay.
 *
 * others: the other parents of the commit to be. When a parent's content cannot
 * be read, or there is more to search than a few GiB, its findings stay, for
 * what is not known to be old is new.
 */
enum sek_code sek_new_keep(struct sek_repo *repo, const struct sek_oids *others,
    struct sek_founds *v, struct sek_err *err) SEK_CHECKED;

#endif

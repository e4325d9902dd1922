#ifndef SEK_REPO_REVS_NEW_H
#define SEK_REPO_REVS_NEW_H

#include "repo/repo.h"

/*
 * In a push: the commits that the given ids lead to and that no ref of the
 * repository leads to yet, in the order of sek_revs_commits.
 *
 * By ourselves where it is plain: a commit that only the quarantine has no ref
 * can lead to, and where a new commit has a parent that was here before, a ref
 * must be at that parent. Anything else git is asked. (They differ only in a
 * repository that has lost commits, when a push brings some of them back: to us
 * these are new.)
 */
struct sek_new_tip {
	struct sek_oid oid;
	struct sek_str ref; /* which is to get it: is likely at the parent */
};

enum sek_code sek_revs_new(struct sek_repo *r, const struct sek_new_tip *tips,
    size_t n, struct sek_oids *out, struct sek_err *err) SEK_CHECKED;

/* The part without git, for sek_revs_new and tests. Any error: ask git. */
enum sek_code sek_own_new(struct sek_repo *r, const struct sek_new_tip *tips,
    size_t n, struct sek_oids *out, struct sek_err *err) SEK_CHECKED;

#endif

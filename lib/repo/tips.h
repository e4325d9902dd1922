#ifndef SEK_REPO_TIPS_H
#define SEK_REPO_TIPS_H

#include "repo/repo.h"

/* What a repository's history hangs on: refs, HEADs, and what reflogs name. */
struct sek_tip {
	char *name; /* "refs/...", or of a HEAD that is at no branch's tip
		       "HEAD", "worktrees/NAME/HEAD"; owned */
	struct sek_oid oid;
};

struct sek_tips {
	SEK_VEC(struct sek_tip) refs; /* HEADs, then by name */
	struct sek_oids reflogs;      /* by id */
	bool reflogs_known;           /* false: they cannot be read */
};

/* out: zeroed; to clear after an error, too. */
enum sek_code sek_tips_list(struct sek_tips *out, struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;
void sek_tips_clear(struct sek_tips *t);

#endif

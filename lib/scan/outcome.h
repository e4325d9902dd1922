#ifndef SEK_SCAN_OUTCOME_H
#define SEK_SCAN_OUTCOME_H

#include "scan/job.h"
#include "scan/policy.h"
#include "scan/report.h"
#include "scan/room.h"

/*
 * What came of a run: findings, what was looked at, and what was not. Content
 * that should have been read and was not is kept as a line and makes the run
 * fail in the end; it never stops it.
 */
struct sek_lines { /* owned lines of text, in no order */
	char **at;
	size_t n, cap; /* a SEK_VEC */
};

/* A blob without a path of which something is unread, and how many lines say
 * so: with its path (attribute.h) they may be others, or none. */
struct sek_doubt {
	struct sek_oid blob;
	uint64_t unread;
};

struct sek_repeat {
	struct sek_oid blob;
	uint64_t order;
};

struct sek_outcome {
	struct sek_founds
	    founds; /* by job order, name before content, then offset */
	struct sek_counts counts;
	struct sek_lines unread;    /* "NAME: why": should have been read */
	struct sek_lines elsewhere; /* "NAME: an LFS pointer": by design */
	struct sek_lines allowed;   /* "NAME:LINE: rule: by what" */
	struct sek_room *room;      /* borrowed; NULL: everything is kept */
	/* Of bare blobs with a secret that is told already only this is kept, if
	 * `attributed` says that sek_attribute comes: */
	SEK_VEC(struct sek_repeat) repeats;
	bool attributed;
	uint64_t crowded;       /* of counts.dropped: places of secrets */
	struct sek_lines notes; /* on the run itself, for `-v` */
	SEK_VEC(struct sek_doubt) doubts;
	bool interrupted;
	bool
	    allow_changed; /* what was scanned changes .sekisho or .gitallowed */
	char split[17];    /* sek_shard_sum of what a shard is of, or "" */
	const char *cache; /* where to remember (clean_set.h); borrowed; NULL:
			      nowhere */
	struct sek_policy *policy; /* owned: findings point to its rules */
	/* Owned; findings point to these, too: */
	SEK_VEC(struct sek_ref_list *) ref_lists;
	SEK_VEC(char *) ref_names;
};

void sek_outcome_clear(struct sek_outcome *o);
/* Moves all of from into o; from is left empty. */
void sek_outcome_merge(struct sek_outcome *o, struct sek_outcome *from);
/* As founds says. A secret in a directory's name is kept once. */
void sek_outcome_sort(struct sek_outcome *o);

/* Takes a finding; bare: in a bare blob (source.h). What there is no room for
 * is counted, and makes the run fail. */
void sek_outcome_keep(struct sek_outcome *o, struct sek_found *f, bool bare);
/* Takes one out again, but not of founds. */
void sek_outcome_forget(struct sek_outcome *o, struct sek_found *f);
/* Says of what was dropped that it is unread. */
void sek_outcome_tell_dropped(struct sek_outcome *o);

/* NAME is quoted if need be, and must not hold a secret. At most SEK_LINES_KEPT lines of a kind are kept;
 * the counts go on. */
#define SEK_LINES_KEPT 1000
void sek_outcome_unread(struct sek_outcome *o, struct sek_str name,
    const char *fmt, ...) SEK_PRINTF(3, 4);
/* Takes back what is unread of that blob, as "blob 0123abcd!..." */
void sek_outcome_settle(struct sek_outcome *o, const struct sek_doubt *d);
void sek_outcome_elsewhere(struct sek_outcome *o, struct sek_str name,
    const char *fmt, ...) SEK_PRINTF(3, 4);
void sek_outcome_allowed(struct sek_outcome *o, const struct sek_finding *f,
    const char *why);

#endif

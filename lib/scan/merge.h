#ifndef SEK_SCAN_MERGE_H
#define SEK_SCAN_MERGE_H

#include "scan/outcome.h"

/*
 * Reports in JSON lines of several runs (parts of a history, repositories) put
 * together: for each repository one outcome, as one run would have had it. The
 * same secret is one finding, at the place where it first came in, with all
 * other places; counts are summed.
 *
 * What is wrong with a report hides nothing of the others, nor what stands before
 * it in the same one: it becomes a line of unread, and the outcome `broken`. So
 * do a report without its closing line, a run that was interrupted, and parts
 * that are not all there or are not of the same objects.
 */
struct sek_merged {
	char *repository; /* NULL: not said */
	struct sek_outcome outcome;
	int status; /* the worst that a run had for an end */
	bool broken;
};

struct sek_merge;
struct sek_merge *sek_merge_new(void);
void sek_merge_free(struct sek_merge *m); /* NULL is legal */

/* A whole report; name stands in lines of unread, "NAME:LINE: why". */
void sek_merge_add(struct sek_merge *m, struct sek_str text, const char *name);
/* The same of one that cannot be read. */
void sek_merge_add_lost(struct sek_merge *m, const char *name, const char *why);

/* After the last one. Repositories in order of their names. */
void sek_merge_end(struct sek_merge *m);
size_t sek_merge_count(const struct sek_merge *m);
struct sek_merged *sek_merge_at(struct sek_merge *m, size_t i);
/* The rules of all findings. */
const struct sek_ruleset *sek_merge_rules(const struct sek_merge *m);

#endif

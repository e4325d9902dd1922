#ifndef SEK_SEKISHO_OUTPUT_H
#define SEK_SEKISHO_OUTPUT_H

#include "cli/cli.h"
#include "scan/outcome.h"

/*
 * How outcomes are shown, and what exit status they have together: findings go
 * to the file or standard output; what was not read, and with -v what was, to
 * standard error.
 */
struct output {
	const char *format; /* "text" (or NULL), "jsonl", "sarif" */
	const char *file;   /* NULL: standard output */
	bool verbose;
	bool strict; /* content that is elsewhere counts as unread */

	/* of the next outcome */
	const char *base; /* absolute directory that paths are relative to */
	struct sek_shard shard; /* of 0: everything was scanned */
	const char *repository; /* NULL: the only one, without a name */
	bool after;             /* another one will follow */
	const struct sek_ruleset *rules; /* NULL: the policy's */
	bool broken; /* status 3, whatever was found: not all of it is here */
	int status;  /* at least this */

	/* its own */
	struct sek_buf text;
	struct sek_counts total;
	uint64_t outcomes;
	bool found, failed, ended; /* ended: by an interrupt, or broken */
};

void output_add(struct output *o, const struct sek_outcome *outcome);
/* Returns the exit status; frees what o holds. */
int output_end(struct output *o);
/* Both, for one that is alone. */
int output_report(struct output *o, const struct sek_outcome *outcome);

#endif

#ifndef SEK_SEKISHO_OUTPUT_H
#define SEK_SEKISHO_OUTPUT_H

#include "cli/cli.h"
#include "scan/outcome.h"

/* How a run's outcome is shown, and what exit status it has. */
struct output {
	const char *format; /* "text" (or NULL), "jsonl", "sarif" */
	const char *file;   /* NULL: standard output */
	bool verbose;
	bool strict;      /* content that is elsewhere counts as unread */
	const char *base; /* absolute directory that paths are relative to */
	struct sek_shard shard; /* of 0: everything was scanned */
};

/*
 * Findings to the file or standard output; what was not read, and with -v what
 * was, to standard error. Returns the exit status.
 */
int output_report(const struct output *o, const struct sek_outcome *outcome);

#endif

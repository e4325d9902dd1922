#ifndef SEK_SEKISHO_SCAN_WHAT_H
#define SEK_SEKISHO_SCAN_WHAT_H

#include "cli/cli.h"
#include "repo/select.h"
#include "repo/shard.h"
#include "scan/run.h"

/*
 * What is scanned: the options and operands that `scan` and `explain` share, so
 * that the one finds what the other told.
 */
struct scan_what {
	bool staged, history, whole, reachable;
	const char *range, *since;
	struct cli_list rules, repos;
	const char *repos_from;
};

/* Their rows in a table of options; field: a struct scan_what's place. */
#define SCAN_WHAT_OPTS(field)                                                  \
	{0, "staged", CLI_FLAG, (field) + offsetof(struct scan_what, staged),  \
	    NULL, NULL, "What the next commit would hold, from the index",     \
	    false},                                                            \
	    {0, "range", CLI_STRING,                                           \
		(field) + offsetof(struct scan_what, range), "A..B", NULL,     \
		"What the commits of a range bring: messages, files, names",   \
		false},                                                        \
	    {0, "history", CLI_FLAG,                                           \
		(field) + offsetof(struct scan_what, history), NULL, NULL,     \
		"Every object that the repository has ever held", false},      \
	    {0, "reachable", CLI_FLAG,                                         \
		(field) + offsetof(struct scan_what, reachable), NULL, NULL,   \
		"With --history: only what branches, tags and other refs "     \
		"reach",                                                       \
		false},                                                        \
	    {0, "since", CLI_STRING,                                           \
		(field) + offsetof(struct scan_what, since), "DATE", NULL,     \
		"With --history: only what commits since then bring", false},  \
	    {0, "whole", CLI_FLAG,                                             \
		(field) + offsetof(struct scan_what, whole), NULL, NULL,       \
		"With --staged or --range: old lines of changed files, too",   \
		false},                                                        \
	    {0, "repo", CLI_LIST, (field) + offsetof(struct scan_what, repos), \
		"DIR", NULL,                                                   \
		"With --history: in this repository; more than once: in each", \
		false},                                                        \
	    {0, "repos-from", CLI_FILE,                                        \
		(field) + offsetof(struct scan_what, repos_from), "FILE",      \
		NULL,                                                          \
		"With --history: the same of those that FILE names, or - for " \
		"input",                                                       \
		false},                                                        \
	{                                                                      \
		0, "rules", CLI_LIST,                                          \
		    (field) + offsetof(struct scan_what, rules), "FILE", NULL, \
		    "Rules of your own, see sekisho-rules(5)", false           \
	}

struct scan {
	const struct scan_what *what;
	struct sek_run run;
	struct sek_shard shard;
	const char **operands; /* files, or revisions; NULL-terminated */
	const char **paths;    /* of a history, after `--`; NULL-terminated */
	const char **rules;    /* NULL-terminated */
	struct sek_selection selection;
};

/* Fills s from what and the operands; what policy and caches are to be is left
 * to the caller. SEK_ECONFIG for what does not go together. scan_clear in any
 * case. */
enum sek_code scan_begin(struct scan *s, const struct scan_what *what,
    const char *const *argv, size_t n, struct sek_err *err) SEK_CHECKED;
void scan_clear(struct scan *s);

/* The repository here, if there has to be one, and what holds for it. */
enum sek_code scan_open(struct scan *s, struct sek_repo **repo,
    struct sek_config **config, struct sek_err *err) SEK_CHECKED;

/* Scans s->run.repo, with a line of progress where there is a terminal. */
enum sek_code scan_run(struct scan *s, struct sek_outcome *out,
    struct sek_err *err) SEK_CHECKED;

#endif

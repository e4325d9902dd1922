#ifndef SEK_SCAN_RUN_H
#define SEK_SCAN_RUN_H

#include "scan/engine.h"

/*
 * A whole run: policy, engine, source, and for changes the question what of it
 * is new.
 */
typedef enum sek_code
sek_feed_fn(void *arg, struct sek_engine *e, struct sek_err *err);

struct sek_run {
	struct sek_repo *repo; /* may be NULL outside a repository */
	const struct sek_config *config;
	struct sek_policy_options policy;
	bool quick; /* the repository's allow-list is read only if needed */
	enum sek_odb_use use;
	unsigned threads;
	const char *cache; /* see engine.h */
	bool attributed;   /* see outcome.h */
	const volatile int *stop;
	sek_progress_fn *progress;
	void *progress_arg;
};

/* Everything that feed gives, against the policy. A run that is stopped says so
 * as unread, too, so that no form of report passes for a whole one. */
enum sek_code sek_run(const struct sek_run *run, sek_feed_fn *feed, void *arg,
    struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;

/*
 * The same for what a commit or a push brings, keeping what is new (new.h). If
 * the run is to be quick, a first pass does without the allow-list of the
 * repository: only when it finds something, or the list itself changes, is that
 * read, so that a clean commit does not pay for it.
 */
enum sek_code sek_run_changes(const struct sek_run *run,
    const struct sek_oids *others, sek_feed_fn *feed, void *arg,
    struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_COMPAT_H
#define SEK_SCAN_COMPAT_H

#include "scan/compat_files.h"

/*
 * git-secrets' scans, over the engine: what is scanned, against what the
 * configuration says, told line by line. Configuration, beside the original's:
 *   secrets.builtin       false: only the user's patterns and providers
 *   secrets.redact        true: providers' short values, too; false: nothing
 *   secrets.unreachable   false: of history only what refs reach
 *   secrets.nothingStaged true: a commit of nothing has the index scanned
 */
struct sek_compat;

/* Where a scan makes sense; elsewhere it is SEK_ENOTFOUND. */
enum sek_compat_need {
	SEK_COMPAT_NEED_NOTHING,
	SEK_COMPAT_NEED_REPO,
	SEK_COMPAT_NEED_WORK_TREE,
};

/* missing is told of providers that cannot be started. */
enum sek_code
sek_compat_open(struct sek_compat **out, enum sek_compat_need need,
    sek_compat_missing_fn *missing, void *arg, struct sek_err *err) SEK_CHECKED;
void sek_compat_close(struct sek_compat *c); /* NULL is legal */

/* On an error there may be lines, too. */
struct sek_compat_result {
	struct sek_buf lines;    /* of output; empty: clean */
	struct sek_lines unread; /* "NAME: why" */
	uint64_t unread_n;       /* of which some lines may be left out */
};
void sek_compat_result_clear(struct sek_compat_result *r);

/* What --scan was given. */
struct sek_compat_scan {
	bool recursive, cached, no_index, untracked;
	const char *const *name; /* NULL-ended */
};
enum sek_code
sek_compat_scan(struct sek_compat *c, const struct sek_compat_scan *s,
    struct sek_compat_result *out, struct sek_err *err) SEK_CHECKED;

/* Every object of the repository; if nothing is found there, the files that git
 * tracks, as the original does. */
enum sek_code sek_compat_history(struct sek_compat *c,
    struct sek_compat_result *out, struct sek_err *err) SEK_CHECKED;

/*
 * pre-commit: all of each file that the commit would change. While a merge is
 * being completed also what it brings, as in sek_compat_merge.
 */
enum sek_code sek_compat_staged(struct sek_compat *c,
    struct sek_compat_result *out, struct sek_err *err) SEK_CHECKED;

/* commit-msg: what git will store of the message file. */
enum sek_code sek_compat_message(struct sek_compat *c, const char *path,
    struct sek_compat_result *out, struct sek_err *err) SEK_CHECKED;

/* prepare-commit-msg of a merge: what the commits of every merged branch bring
 * that HEAD does not have. */
enum sek_code sek_compat_merge(struct sek_compat *c,
    struct sek_compat_result *out, struct sek_err *err) SEK_CHECKED;

#endif

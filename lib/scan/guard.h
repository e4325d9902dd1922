#ifndef SEK_SCAN_GUARD_H
#define SEK_SCAN_GUARD_H

#include "scan/hook_input.h"
#include "scan/run.h"

/*
 * What hooks check. Each takes a prepared run (repository, configuration,
 * threads), says in it which allowances are believed, and gives what is new.
 */

/* A file with a commit message. edited: see hook_message.h. */
struct sek_message_file {
	const char *path;
	bool edited;
};

/* What git would commit now, and its message if that is not NULL. whole: all of
 * each changed file. */
enum sek_code sek_guard_staged(struct sek_run *run, bool whole,
    const struct sek_message_file *message, struct sek_outcome *out,
    struct sek_err *err) SEK_CHECKED;

/* A commit message alone, as git will store it. */
enum sek_code
sek_guard_message(struct sek_run *run, const struct sek_message_file *message,
    struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;

/*
 * prepare-commit-msg: cherry-pick, revert and rebase run no other hook, so the
 * index has to be checked with the message; commit and merge have run theirs.
 * Told from the files beside the message, without asking git: this hook runs at
 * every commit. A revert without conflict leaves no REVERT_HEAD, but git's own
 * text (which it does not translate). True in doubt.
 */
bool sek_guard_must_check_prepared(const char *message_path);

/* "A..B" or any revisions: what these commits bring. What A allows holds; what
 * the commits themselves allow does not. */
enum sek_code sek_guard_range(struct sek_run *run, const char *range,
    bool whole, struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;

/*
 * pre-push: what the remote lacks, as far as is known here. remote: its name,
 * or its URL when it has none. Its remote-tracking refs are believed unless one
 * of them names a branch that is pushed and that the remote does not have. The
 * work tree's allow-list holds.
 */
enum sek_code sek_guard_push(struct sek_run *run, const char *remote,
    const struct sek_push_refs *refs, struct sek_outcome *out,
    struct sek_err *err) SEK_CHECKED;

/*
 * pre-receive: what is reachable from the new tips and from no ref that is
 * there, plus whatever else stands in the quarantine. Allowances from the
 * repository hold only if sekisho.trustAllowances is true: then HEAD's, and
 * markers on the line.
 */
enum sek_code
sek_guard_receive(struct sek_run *run, const struct sek_receive_refs *refs,
    struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;

/* What the staged change set adds to .sekisho and .gitallowed. */
enum sek_code sek_guard_added(struct sek_run *run, sek_allow_fn *fn, void *arg,
    struct sek_err *err) SEK_CHECKED;

#endif

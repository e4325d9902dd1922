#ifndef SEK_REPO_GIT_H
#define SEK_REPO_GIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

/*
 * The git program as a child that does nothing but answer: hooks, fsmonitor,
 * lazy fetches (also on gits that know no GIT_NO_LAZY_FETCH: every transport is
 * refused), replace refs, grafts, commit-graphs, pager, prompts and external
 * diffs are off; messages are in the C locale. GIT_DIR, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY
 * and the like are inherited, as a hook needs; where they are relative they
 * mean what they mean to this process, wherever the child starts. Arguments
 * never pass through a shell. A broken pipe raises no signal here.
 */
struct sek_git;

/* git -C dir argv...: argv NULL-terminated, without "git"; dir may be NULL. */
enum sek_code sek_git_start(struct sek_git **out, const char *dir,
    const char *const *argv, struct sek_err *err) SEK_CHECKED;
/* env: NULL-terminated, for this child; `NAME=value` sets, `NAME` unsets. */
enum sek_code sek_git_start_env(struct sek_git **out, const char *dir,
    const char *const *argv, const char *const *env,
    struct sek_err *err) SEK_CHECKED;
/* As sek_git_start, but core.hooksPath and core.fsmonitor are the user's own:
 * for questions about configuration, which run neither. */
enum sek_code sek_git_start_real(struct sek_git **out, const char *dir,
    const char *const *argv, struct sek_err *err) SEK_CHECKED;

/*
 * Standard input may be written while output is read, so that neither side can
 * block the other: a read pumps the input into the child. sek_git_feed gives
 * all of it (borrowed until the child ends), after which the child sees the end
 * of its input; sek_git_ask gives one question (borrowed until its answer was
 * read) and leaves the input open. Without either the child's input is empty.
 */
void sek_git_feed(struct sek_git *g, struct sek_str input);
void sek_git_ask(struct sek_git *g, struct sek_str question);

/* The next record up to sep (not included), borrowed until the next call.
 * At the end *out has p == NULL. A record over 64 MiB is SEK_ETOOBIG. */
enum sek_code sek_git_record(struct sek_git *g, char sep, struct sek_str *out,
    struct sek_err *err) SEK_CHECKED;
/* Exactly n bytes, appended. SEK_EIO if the child ends first; SEK_ETOOBIG, and
 * nothing was read, if they pass out's limit. */
enum sek_code sek_git_bytes(struct sek_git *g, size_t n, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_git_skip(struct sek_git *g, uint64_t n, struct sek_err *err) SEK_CHECKED;

/* What the child said on stderr since the last question (since its start),
 * one line without its "fatal: "; NULL: nothing. To free. */
char *sek_git_complaint(struct sek_git *g);

/*
 * Reads to the end of the output and waits. An exit status other than 0 is an
 * error that tells the child's complaint: SEK_ENOTFOUND (no repository there,
 * or an object that only a promisor has), SEK_EDENIED (safe.directory), else
 * SEK_EIO. *status (may be NULL) receives it, and then SEK_OK is returned for
 * any status; err is filled all the same.
 */
enum sek_code sek_git_finish(struct sek_git **g, int *status,
    struct sek_err *err) SEK_CHECKED;
void sek_git_kill(struct sek_git **g); /* NULL inside is legal */
#define sek_auto_git __attribute__((cleanup(sek_git_kill))) struct sek_git

/* All of a short command's output, trailing newline cut. */
enum sek_code sek_git_output(const char *dir, const char *const *argv,
    struct sek_buf *out, int *status, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_HOOK_CHAIN_H
#define SEK_SCAN_HOOK_CHAIN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The hook that was there before ours. It runs first (so that a formatter that
 * changes the index does so before the check) and its failure ends the hook.
 * git's own rules hold for it: absent or not executable is skipped, a file
 * without `#!` is given to /bin/sh.
 */

/*
 * Runs it to its end. argv is what git gave after the hook's name,
 * NULL-terminated. input: what it reads on standard input, or NULL for ours as
 * it is. *status: 0 also when there is no such hook; its exit status; 128 + n
 * when a signal n ended it. SEK_EIO when it could not be started.
 */
enum sek_code sek_hook_chain_run(const char *path, char *const *argv,
    const struct sek_str *input, int *status, struct sek_err *err) SEK_CHECKED;

/*
 * For a hook that is only passed through: becomes it, and does not come back.
 * SEK_OK means that there is none to become; only then the caller goes on.
 */
enum sek_code sek_hook_chain_exec(const char *path, char *const *argv,
    struct sek_err *err) SEK_CHECKED;

/*
 * The repository's own hook of that name, which a core.hooksPath for all
 * repositories switches off: in hooks/ of the common directory. To be called
 * where git runs hooks, with its environment. When that is a script of ours
 * (the repository was installed too), what it would chain. *out is to be freed.
 */
enum sek_code sek_hook_chain_repository(const char *name, char **out,
    struct sek_err *err) SEK_CHECKED;

#endif

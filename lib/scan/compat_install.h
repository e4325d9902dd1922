#ifndef SEK_SCAN_COMPAT_INSTALL_H
#define SEK_SCAN_COMPAT_INSTALL_H

#include "base/buf.h"
#include "repo/config.h"

/*
 * git-secrets --install: three hooks of two lines each, as the original writes
 * them, in the directory that git runs hooks from (core.hooksPath, linked
 * worktrees and submodules known), or hooks/ of any other directory. With
 * secrets.hooksPath false: in hooks/ of the git directory, whatever git runs.
 */

/* The directory that is to hold the hooks, with the path as people know it. dir
 * NULL: of the repository here (SEK_ENOTFOUND). */
enum sek_code sek_compat_install_dir(struct sek_buf *out, const char *dir,
    struct sek_err *err) SEK_CHECKED;

/* Called for each hook that is installed; kept: where the one that stood there
 * is now, or NULL. */
typedef void
sek_compat_installed_fn(const char *hook, const char *path, const char *kept);
/*
 * Makes the directory. SEK_ECONFIG where a hook is there already and force is
 * not given; hooks written before it stay. With force a hook of someone else is
 * renamed, not lost.
 */
enum sek_code sek_compat_install(const char *hooks_dir, bool force,
    sek_compat_installed_fn *installed, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_HOOK_PLACE_H
#define SEK_SCAN_HOOK_PLACE_H

#include "repo/repo.h"
#include "scan/hook_install.h"

/*
 * Where hooks are installed: the directory that git runs a repository's hooks
 * from, a template for new repositories, or one for all repositories of a user
 * (SEK_SCOPE_GLOBAL) or machine (SEK_SCOPE_SYSTEM). Lines said and *left are as
 * in hook_install.h; program is the absolute path of sekisho.
 */

/* Says also what a person should know about that directory: that it is a hook
 * manager's, for all repositories, or tracked. */
enum sek_code
sek_hook_place_install(const struct sek_repo *repo, const char *program,
    sek_hook_say_fn *say, void *arg, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_hook_place_uninstall(const struct sek_repo *repo, sek_hook_say_fn *say,
    void *arg, size_t *left, struct sek_err *err) SEK_CHECKED;

/* hooks/ in the directory that init.templateDir, or `git init --template`,
 * names. */
enum sek_code
sek_hook_place_install_template(const char *template_dir, const char *program,
    sek_hook_say_fn *say, void *arg, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_hook_place_uninstall_template(const char *template_dir,
    sek_hook_say_fn *say, void *arg, size_t *left,
    struct sek_err *err) SEK_CHECKED;

/*
 * Into dir, with core.hooksPath set to it; or, where core.hooksPath is set
 * there already, into that directory. Uninstall unsets core.hooksPath if it is
 * still dir, and removes dir if it is empty then. dir NULL: sekisho/hooks in
 * the user's configuration directory, or /etc/sekisho/hooks.
 */
enum sek_code sek_hook_place_install_shared(enum sek_scope scope,
    const char *dir, const char *program, sek_hook_say_fn *say, void *arg,
    struct sek_err *err) SEK_CHECKED;
enum sek_code sek_hook_place_uninstall_shared(enum sek_scope scope,
    const char *dir, sek_hook_say_fn *say, void *arg, size_t *left,
    struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_REPO_GIT_ENV_H
#define SEK_REPO_GIT_ENV_H

#include "base/err.h"

/*
 * What a git child is started with. Only git.c uses this.
 *
 * The environment is ours, with what would make git run a command, reach the
 * network, rewrite objects or change its output taken out or overridden. Paths
 * to the repository (GIT_DIR, GIT_WORK_TREE, GIT_COMMON_DIR) become absolute,
 * since the child is started elsewhere; git takes the relative GIT_INDEX_FILE
 * and GIT_OBJECT_DIRECTORY from the top of the work tree, wherever it starts,
 * so those stay as they are.
 */

/* own: `NAME=value` sets, `NAME` unsets; NULL-terminated, may be NULL. */
enum sek_code sek_git_env_make(char ***out, const char *const *own,
    struct sek_err *err) SEK_CHECKED;
/* Frees a NULL-terminated vector of strings; NULL inside is legal. */
void sek_git_strings_free(char ***strings);
#define sek_auto_git_strings                                                   \
	__attribute__((cleanup(sek_git_strings_free))) char **

/*
 * Absolute path of the git program, to free. Relative entries of PATH are
 * skipped: they would name files of the repository that is being scanned.
 */
enum sek_code sek_git_env_program(char **out, struct sek_err *err) SEK_CHECKED;

#endif

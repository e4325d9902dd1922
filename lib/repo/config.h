#ifndef SEK_REPO_CONFIG_H
#define SEK_REPO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Git configuration as `git config --list --show-scope -z` tells it, in git's
 * order (system, global, local, worktree, command). Keys are as git prints
 * them: section and name in lower case, subsection as written.
 */
enum sek_scope {
	SEK_SCOPE_SYSTEM,
	SEK_SCOPE_GLOBAL,
	SEK_SCOPE_LOCAL,
	SEK_SCOPE_WORKTREE,
	SEK_SCOPE_COMMAND,
};

struct sek_config_entry {
	enum sek_scope scope;
	char *key;
	char *value;  /* NULL for a key without `=`, which means true */
	char *origin; /* what git calls the place, as "file:.git/config" */
};

struct sek_config;

/* dir: where git is asked (NULL: here). Works outside a repository too. */
enum sek_code sek_config_load(struct sek_config **out, const char *dir,
    struct sek_err *err) SEK_CHECKED;
void sek_config_free(struct sek_config *c);
const struct sek_config_entry *
sek_config_at(const struct sek_config *c, size_t i); /* NULL past the end */
/* The last value of a key, NULL when unset. */
const struct sek_config_entry *
sek_config_last(const struct sek_config *c, const char *key);
/* git's booleans; SEK_ECONFIG when the value is none of them. */
enum sek_code sek_config_bool(const struct sek_config *c, const char *key,
    bool fallback, bool *out, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_HOOK_INSTALL_H
#define SEK_SCAN_HOOK_INSTALL_H

#include <stddef.h>

#include "base/err.h"

/*
 * Puts hook scripts of ours into a directory that git runs hooks from, and
 * takes them out again. A hook of someone else is never overwritten: it is
 * renamed to NAME.chained, run first by ours, and renamed back by uninstall.
 * All is looked at before anything is changed: what is refused leaves the
 * directory as it was. An edited script of ours, or one that someone replaced,
 * is left alone.
 */
enum sek_hook_set {
	SEK_HOOKS_CLIENT, /* a repository with a work tree */
	SEK_HOOKS_SERVER, /* a bare one: pre-receive */
	SEK_HOOKS_BOTH,   /* a directory that may serve either */
	/* Every name of githooks(5), each chaining the repository's own hook,
	 * for a core.hooksPath that holds in all repositories. */
	SEK_HOOKS_SHARED,
};

struct sek_hook_place {
	const char *dir; /* absolute; made when it is not there */
	enum sek_hook_set set;
	const char *program; /* absolute path of sekisho; install only */
};

/* One line for people, without newline: "installed pre-commit in DIR". */
typedef void sek_hook_say_fn(void *arg, const char *line);

/*
 * SEK_ECONFIG: refused, the text says what stands in the way. Installing again
 * changes nothing but scripts of another version, which it replaces; scripts
 * that chain the repository's own hook stay of that kind.
 */
enum sek_code sek_hook_install(const struct sek_hook_place *place,
    sek_hook_say_fn *say, void *arg, struct sek_err *err) SEK_CHECKED;

/* Adds to *left how many hooks could not be put back as they were, each said.
 * Scripts for all repositories go only with SEK_HOOKS_SHARED. */
enum sek_code
sek_hook_uninstall(const struct sek_hook_place *place, sek_hook_say_fn *say,
    void *arg, size_t *left, struct sek_err *err) SEK_CHECKED;

#endif

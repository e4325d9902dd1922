#ifndef SEK_SCAN_HOOK_SCRIPT_H
#define SEK_SCAN_HOOK_SCRIPT_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * The text of a hook script, made from the templates in hooks/, and how one is
 * known again: by its mark, a line with a sum over all the rest of the text, so
 * that scripts of every version are known and edited ones told apart.
 */

/* Appended to the name of a hook that ours replaced. */
#define SEK_HOOK_CHAINED ".chained"

struct sek_hook_name {
	const char *name;
	bool client; /* checked in a repository with a work tree */
	bool server; /* checked in a bare one */
};
/* Every name of githooks(5) that git looks for in the hooks directory; ended by
 * one without a name. */
extern const struct sek_hook_name sek_hook_names[];

/*
 * Appends the script. shared: for a directory that holds for all repositories;
 * it chains the repository's own hook instead of the one beside it, and where
 * we check nothing it runs just that one. program: absolute path of sekisho.
 */
void sek_hook_script(struct sek_buf *out, const struct sek_hook_name *hook,
    bool shared, const char *program);

enum sek_hook_mark {
	SEK_HOOK_FOREIGN,     /* no mark */
	SEK_HOOK_OURS,        /* as we wrote it */
	SEK_HOOK_OURS_SHARED, /* the same, for all repositories */
	SEK_HOOK_EDITED,      /* our mark, but not what we wrote */
};
enum sek_hook_mark sek_hook_script_mark(struct sek_str text);

/* Does the file carry our mark, edited or not? False if it cannot be read. */
bool sek_hook_script_is_ours(const char *path);

/* Compiled from hooks/ at build time. */
extern const char sek_hook_template_check[];
extern const char sek_hook_template_pass[];
extern const char sek_hook_template_push_to_checkout[];

#endif

#ifndef SEK_REPO_GIT_NOTE_H
#define SEK_REPO_GIT_NOTE_H

#include "base/err.h"
#include "base/str.h"

/* What git said on stderr, as one line of an error. Only git.c uses it. */

/* The line that says most, without "fatal: " and control characters, with git's
 * advice where the repository belongs to somebody else. NULL: none. To free. */
char *sek_git_note_text(struct sek_str note);
/* SEK_ENOTFOUND: no repository, or an object that only a promisor has.
 * SEK_EDENIED: safe.directory. SEK_EIO: all else. */
enum sek_code sek_git_note_code(const char *text);

#endif

#ifndef SEK_SCAN_HOOK_MESSAGE_H
#define SEK_SCAN_HOOK_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * A commit message file as git will store it. What git will remove is known
 * only from facts that a hook can see; where they leave a doubt (options of the
 * command line are not seen) the text stays, so that more is scanned, not less.
 */
struct sek_message_facts {
	/*
	 * Was an editor started? commit-msg: not if GIT_EDITOR is ":", which
	 * git sets for that hook when it starts none. prepare-commit-msg: no,
	 * the message may be stored as it is.
	 */
	bool edited;
	const char *cleanup;        /* commit.cleanup, or NULL */
	const char *comment_char;   /* core.commentChar, or NULL */
	const char *comment_string; /* core.commentString, or NULL */
};

/*
 * Appends the text to out: comment lines that git will remove become empty
 * lines, so that line numbers stay, and what it will cut off at the end (the
 * diff of `commit -v`, all below a scissors line) is left out.
 * SEK_ETOOBIG past out's limit.
 */
enum sek_code
sek_hook_message(struct sek_str text, const struct sek_message_facts *facts,
    struct sek_buf *out, struct sek_err *err) SEK_CHECKED;

#endif

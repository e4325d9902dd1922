#ifndef SEK_VAULT_STATE_FILE_H
#define SEK_VAULT_STATE_FILE_H

#include "base/buf.h"

/* The small files of state.h. Private to its modules. */

/* "DIR/NAME.SUFFIX", to free. */
char *sek_state_path(const char *dir, const char *name, const char *suffix);

/*
 * A regular file of this user's, up to b's limit. SEK_EDENIED: of another
 * kind or owner; a link is not followed and a pipe not waited for.
 */
enum sek_code sek_state_read(const char *path, struct sek_buf *b,
    struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_COMPAT_CONFIG_H
#define SEK_SCAN_COMPAT_CONFIG_H

#include "base/buf.h"

/* git-secrets' writing and listing of git configuration, by the git program. */

/*
 * Adds a value to a key, in the repository's configuration or the user's.
 * *status: 0 added; 1 there is one already that holds it (of every scope, or
 * with global of the user's alone); else git's, and err says why.
 */
enum sek_code sek_compat_config_add(const char *key, const char *value,
    bool global, int *status, struct sek_err *err) SEK_CHECKED;

/* The value as a pattern that matches just it. */
void sek_compat_config_literal(struct sek_buf *out, const char *value);

/* Adds the AWS patterns of git-secrets, its allowed examples and its provider.
 * *last: the status of the last one. */
enum sek_code sek_compat_config_register(bool global, int *last,
    struct sek_err *err) SEK_CHECKED;

/* "KEY VALUE" lines of the secrets section. *status: 1 when there is none. */
enum sek_code sek_compat_config_list(bool global, struct sek_buf *out,
    int *status, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_VAULT_KEY_VALUE_H
#define SEK_VAULT_KEY_VALUE_H

#include "vault/creds.h"

/*
 * A long-term key as a keyring stores it (SEK_KEYRING_KEY): lines, so that
 * libc is enough to read it. With its account, if that is known.
 */

/* SEK_EPARSE: it has a session token or an end, so it is no long-term key. */
enum sek_code sek_key_value_write(const struct sek_creds *key,
    struct sek_secret *out, struct sek_err *err) SEK_CHECKED;

/* SEK_EPARSE: damaged, or of another version; nothing of it is quoted. */
enum sek_code sek_key_value_read(struct sek_creds *out, struct sek_str value,
    struct sek_err *err) SEK_CHECKED;

/* Of what is written, in bytes. */
#define SEK_KEY_VALUE_MAX ((size_t)2048)

#endif

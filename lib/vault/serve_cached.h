#ifndef SEK_VAULT_SERVE_CACHED_H
#define SEK_VAULT_SERVE_CACHED_H

#include "vault/keyring.h"
#include "vault/record.h"

/*
 * Private to serve. The record of a plan's text, however old. SEK_ENOTFOUND:
 * none, or one of another plan whose name is the same; SEK_EPARSE: damaged.
 */
enum sek_code sek_serve_look(struct sek_record *out, struct sek_keyring *cache,
    const char *text, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_VAULT_SHELL_H
#define SEK_VAULT_SHELL_H

#include "vault/creds.h"

/* Credentials as assignments for a shell to evaluate: POSIX sh, fish,
 * PowerShell. Quoted, so that no value can be more than a value. */
enum sek_shell { SEK_SHELL_SH, SEK_SHELL_FISH, SEK_SHELL_POWERSHELL };

/* region NULL: not set. SEK_EPARSE: a region with a character that none has. */
enum sek_code sek_shell_assign(struct sek_secret *out, enum sek_shell shell,
    const struct sek_creds *creds, const char *region,
    struct sek_err *err) SEK_CHECKED;

#endif

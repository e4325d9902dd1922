#ifndef SEK_VAULT_PROMPT_H
#define SEK_VAULT_PROMPT_H

#include <stdbool.h>

#include "base/env.h"
#include "base/secret.h"

/*
 * Asks on /dev/tty, whatever standard input and output are: an AWS SDK keeps
 * both. hidden: what is typed is not shown. The terminal is put back on every
 * way out, signals included; a stopped process asks again when it is continued.
 * One line, without its newline, of at most 4000 bytes (SEK_ETOOBIG), into
 * locked pages. One thread at a time. SEK_ENOTFOUND: no terminal, or it is not
 * ours to read because we run in the background; SEK_ECANCEL: interrupted, end
 * of file, or no line within seconds.
 */
enum sek_code sek_prompt(struct sek_secret **out, const char *question,
    bool hidden, int seconds, struct sek_err *err) SEK_CHECKED;

/* There is a terminal to ask on, and we are in its foreground. */
bool sek_prompt_possible(void); /* there is a terminal to ask on */

#endif

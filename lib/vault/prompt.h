#ifndef SEK_VAULT_PROMPT_H
#define SEK_VAULT_PROMPT_H

#include <stdbool.h>

#include "base/env.h"
#include "base/secret.h"

/*
 * Asks on /dev/tty, whatever standard input and output are: an AWS SDK keeps
 * both. hidden: what is typed is not shown. The terminal is put back on every
 * way out, signals included. One line, without its newline, into locked pages.
 * SEK_ENOTFOUND: no terminal; SEK_ECANCEL: interrupted, end of file, or nothing
 * typed for seconds.
 */
enum sek_code sek_prompt(struct sek_secret **out, const char *question,
    bool hidden, int seconds, struct sek_err *err) SEK_CHECKED;

bool sek_prompt_possible(void); /* there is a terminal to ask on */

#endif

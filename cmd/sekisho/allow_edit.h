#ifndef SEK_SEKISHO_ALLOW_EDIT_H
#define SEK_SEKISHO_ALLOW_EDIT_H

#include "scan/policy.h"

/*
 * Adds entries to .sekisho at the top of the work tree, in one step: a file
 * that does not parse, before or after, is left as it was. Says on standard
 * output what is allowed now and was not before.
 */
typedef void allow_edit_fn(struct sek_buf *text, const void *arg);
enum sek_code allow_edit(struct sek_repo *repo, const struct sek_ruleset *rules,
    allow_edit_fn *add, const void *arg, struct sek_err *err) SEK_CHECKED;

#endif

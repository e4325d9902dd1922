#ifndef RULES_COMPILE_EMIT_H
#define RULES_COMPILE_EMIT_H

#include "scan/ruleset.h"

/* C source of constant data. The same input gives the same bytes. */

/* The whole file: defines sek_ruleset_builtin. */
void emit_ruleset(struct sek_buf *out, const struct sek_ruleset *r);

/* Defines `static const struct sek_prefilter prefilter` and its arrays. */
void emit_prefilter(struct sek_buf *out, const struct sek_prefilter *f);

/* A string literal, or NULL. */
void emit_string(struct sek_buf *out, const char *s);

#endif

#ifndef SEK_SCAN_COMPAT_POLICY_H
#define SEK_SCAN_COMPAT_POLICY_H

#include "scan/policy.h"

/*
 * What git-secrets looks for and lets pass, from the configuration:
 * secrets.patterns, secrets.providers, secrets.allowed, and the built-in AWS
 * rules unless secrets.builtin is false. Nothing is left out: what cannot be
 * read as a pattern is SEK_ECONFIG.
 */

/* Who asked for a rule. What the user wrote is looked for in lines of text, and
 * shown; what the other two find is a credential. */
enum sek_compat_kind {
	SEK_COMPAT_USER,
	SEK_COMPAT_PROVIDER,
	SEK_COMPAT_BUILTIN,
};
enum sek_compat_kind sek_compat_kind(const struct sek_rule *rule);

/* Runs the providers of every scope. missing: called with the name of each that
 * cannot be started. *out is NULL when there is nothing to look for. */
typedef void sek_compat_missing_fn(void *arg, const char *command);
enum sek_code
sek_compat_policy_load(struct sek_policy **out, const struct sek_config *config,
    sek_compat_missing_fn *missing, void *arg, struct sek_err *err) SEK_CHECKED;

/* Allowed patterns, found anywhere in a whole line of output. */
struct sek_compat_allow;
/* top: the work tree, whose .gitallowed is read; NULL: none. A pattern that
 * would allow everything is SEK_ECONFIG, too. */
enum sek_code sek_compat_allow_load(struct sek_compat_allow **out,
    const struct sek_config *config, const char *top,
    struct sek_err *err) SEK_CHECKED;
void sek_compat_allow_free(struct sek_compat_allow *a); /* NULL is legal */
enum sek_code sek_compat_allow_ask(const struct sek_compat_allow *a,
    struct sek_str line, bool *yes, struct sek_err *err) SEK_CHECKED;

#endif

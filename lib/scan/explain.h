#ifndef SEK_SCAN_EXPLAIN_H
#define SEK_SCAN_EXPLAIN_H

#include "scan/finding.h"

/*
 * Why a finding is one, in plain English for people: the rule, what matched
 * (redacted; never the secret), every signal with what it means, what the
 * credential says of itself, how to make it useless to others, and how to allow
 * it if it is no secret.
 */
void sek_explain(struct sek_buf *out, const struct sek_finding *f);

/*
 * What makes a credential of this rule worthless, as one or more indented
 * lines; general words for rules that are not known here. user: whose it is, or
 * "" for a placeholder.
 */
void sek_advice(struct sek_buf *out, const struct sek_finding *f);

#endif

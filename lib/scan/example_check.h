#ifndef SEK_SCAN_EXAMPLE_CHECK_H
#define SEK_SCAN_EXAMPLE_CHECK_H

#include "scan/match.h"

/*
 * Does an example show what it says? It is expanded with several seeds; each
 * time the rules must find something as rule `id` (wanted) or nothing as it.
 * The matcher must be one of these rules.
 */
enum sek_code sek_example_holds(struct sek_matcher *m,
    const struct sek_ruleset *rules, const char *id, const char *text,
    bool wanted, bool *holds, struct sek_err *err) SEK_CHECKED;

#endif

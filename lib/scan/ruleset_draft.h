#ifndef SEK_SCAN_RULESET_DRAFT_H
#define SEK_SCAN_RULESET_DRAFT_H

#include "base/vec.h"
#include "scan/ruleset.h"

/*
 * Rules being collected, one struct per rule id: between ruleset.c, which makes
 * a ruleset of them, and ruleset_text.c, which reads them from a file. All that
 * is pointed to belongs to `own`, or to the built-in rules.
 */
#define SEK_RULES_MAX 4096 /* each regex of a rule counts */

struct sek_ruleset_own {
	SEK_VEC(void *) block;
	struct sek_prefilter *prefilter;
};

struct sek_draft_rule {
	struct sek_rule rule; /* all but the regex and what comes of it */
	SEK_VEC(const char *) regex;
	bool ere; /* from sek_ruleset_add_ere */
};

struct sek_ruleset_draft {
	SEK_VEC(struct sek_draft_rule) rule;
	size_t regexes;
	bool decode; /* with the literals of encodings */
	struct sek_ruleset_own *own;
};

/* Makes own free p with the rest; returns p. */
void *sek_ruleset_own_keep(struct sek_ruleset_own *own, void *p);

/* The text as a string of own's. */
const char *sek_ruleset_own_str(struct sek_ruleset_own *own, struct sek_str s);

struct sek_draft_rule *
sek_ruleset_draft_find(const struct sek_ruleset_draft *d, const char *id);

/*
 * Takes r, in the place of one with its id if there is one, and makes it empty.
 * SEK_ECONFIG when there are too many.
 */
enum sek_code sek_ruleset_draft_put(struct sek_ruleset_draft *d,
    struct sek_draft_rule *r, struct sek_err *err) SEK_CHECKED;

/* Is it a regex for a rule? SEK_ECONFIG with "column N: why". */
enum sek_code
sek_ruleset_check_regex(const char *regex, struct sek_err *err) SEK_CHECKED;

void sek_draft_rule_clear(struct sek_draft_rule *r);

#endif

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "scan/match.h"

/*
 * A rules file, and as content the same bytes: whatever is taken must match
 * without a byte read out of place. Each rule may take a second or two before
 * it is given up, so only files of a few are run.
 */
#define RULES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
match(const struct sek_ruleset *rules, struct sek_str content)
{
	struct sek_program *program = sek_program_new(rules);
	struct sek_matcher *m = sek_matcher_new(program);
	struct sek_hits hits = {0};
	struct sek_err err;

	if (sek_matcher_run(m, content, 0, content.n, &hits, &err) != SEK_OK &&
	    !*err.text)
		abort();
	sek_vec_clear(&hits);
	sek_matcher_free(m);
	sek_program_free(program);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_str text = {(const char *)data, size};
	struct sek_ruleset *rules = NULL;
	struct sek_err err;

	if (sek_ruleset_add_file(d, text, "fuzz", &err)) {
		sek_ruleset_draft_free(d);
		return 0;
	}
	if (!sek_ruleset_make(d, &rules, &err) && rules->rules <= RULES_MAX)
		match(rules, text);
	sek_ruleset_free(rules);
	return 0;
}

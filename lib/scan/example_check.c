#include "scan/example_check.h"

#define SEEDS 32

static bool
found_as(const struct sek_ruleset *rules, const struct sek_hits *hits,
    const char *id)
{
	for (size_t i = 0; i < hits->n; i++)
		if (strcmp(rules->rule[hits->at[i].match.rule].id, id) == 0)
			return true;
	return false;
}

enum sek_code
sek_example_holds(struct sek_matcher *m, const struct sek_ruleset *rules,
    const char *id, const char *text, bool wanted, bool *holds,
    struct sek_err *err)
{
	struct sek_hits hits = {0};
	sek_auto_buf expanded = {0};
	enum sek_code code = SEK_OK;

	*holds = true;
	for (uint64_t seed = 0; !code && *holds && seed < SEEDS; seed++) {
		hits.n = 0;
		sek_buf_reset(&expanded);
		code = sek_example_expand(text, seed, &expanded, err);
		if (!code)
			code = sek_matcher_run(m, sek_buf_str(&expanded), 0,
			    expanded.n, &hits, err);
		if (!code)
			*holds = found_as(rules, &hits, id) == wanted;
	}
	sek_vec_clear(&hits);
	return code;
}

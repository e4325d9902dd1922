#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "vault/plan.h"
#include "vault/profile_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *
get(const struct sek_env *env, const char *name)
{
	return env && !strcmp(name, "AWS_REGION") ? "eu-west-1" : NULL;
}

/* The text of a plan is lines of printable ASCII. */
static void
check(void *arg, const struct sek_profile *profile)
{
	const struct sek_env env = {.get = get};
	sek_auto_plan *plan = NULL;

	if (sek_plan_make(&plan, arg, sek_profile_name(profile), &env, NULL))
		return;
	for (const char *c = sek_plan_text(plan, plan->n); *c; c++)
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_profiles *set = sek_alloc(sizeof(*set));
	sek_auto_free char *text = sek_strndup(n ? (const char *)p : "", n);

	set->paths[SEK_PROFILE_CONFIG] = sek_strdup("fuzz");
	if (!sek_profile_parse(set, SEK_PROFILE_CONFIG, text, n, NULL))
		sek_profiles_each(set, check, set);
	return 0;
}

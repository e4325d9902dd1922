#include "sekisho-vault-hit/hit.h"

#include "base/alloc.h"
#include "vault/serve.h"
#include "vault/settings.h"

/* False: it is for the full program. *profile NULL: none is named. */
static bool
asks_for_get(int argc, char **argv, const char **profile)
{
	int at = 2;

	if (argc < 2 || strcmp(argv[1], "get") != 0)
		return false;
	if (at < argc && !strcmp(argv[at], "--"))
		at++;
	else if (at < argc && argv[at][0] == '-')
		return false;
	*profile = at < argc ? argv[at++] : NULL;
	return at == argc && (!*profile || **profile);
}

/* As keyring_choice.h has it for sessions. */
static bool
is_in_the_kernel(const struct sek_plan *plan, const struct sek_env *env)
{
	const char *why;

	return plan->keyring ? !strcmp(plan->keyring, "kernel")
			     : sek_keyring_kernel_is_ours(env, &why);
}

static bool
look(struct sek_record *out, const struct sek_plan *plan,
    const struct sek_env *env)
{
	sek_auto_keyring *cache = NULL;

	return is_in_the_kernel(plan, env) &&
	    !sek_keyring_kernel_open(&cache, env, NULL) &&
	    !sek_serve_cached(cache, plan, env, out, NULL) &&
	    (!plan->account || !strcmp(out->creds.account, plan->account));
}

struct sek_secret *
sek_hit(const struct sek_env *env, int argc, char **argv)
{
	sek_auto_profiles *profiles = NULL;
	sek_auto_plan *plan = NULL;
	sek_auto_record record = {0};
	sek_auto_secret *json = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	struct sek_settings settings;
	const char *profile;

	if (!asks_for_get(argc, argv, &profile) ||
	    sek_profiles_load_files(&profiles, env, NULL) ||
	    /* for its errors: what it sets the plan has, where it matters here */
	    sek_settings_read(&settings, profiles, NULL) ||
	    sek_plan_make(&plan, profiles,
		profile ? profile : sek_plan_default_profile(env), env, NULL) ||
	    !look(&record, plan, env) ||
	    sek_creds_json(&record.creds, json, NULL))
		return NULL;
	return sek_steal(&json);
}

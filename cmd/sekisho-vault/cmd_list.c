#include <stdio.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

/* A profile that cannot be used says why, in place of its hops. */
static void
show_profile(void *arg, const struct sek_profile *profile)
{
	const struct vault *v = arg;
	const char *name = sek_profile_name(profile);
	sek_auto_plan *plan = NULL;
	sek_auto_buf hops = {0};
	struct sek_err err;

	if (sek_plan_make(&plan, v->profiles, name, v->env, &err)) {
		printf("profile %s: cannot be used: %s\n", name, err.text);
		return;
	}
	sek_plan_describe(plan, plan->n, &hops);
	printf("profile %s: %s\n", name, hops.p);
}

static enum sek_code
show_key(void *arg, const char *name, struct sek_err *err)
{
	const struct vault *v = arg;

	(void)err;
	printf("key %s: in %s\n", name, v->keys->ops->name);
	return SEK_OK;
}

static enum sek_code
list(struct sek_err *err)
{
	auto_vault v = {0};
	enum sek_code code = vault_open(&v, err);

	if (code)
		return code;
	sek_profiles_each(v.profiles, show_profile, &v);
	code = vault_keys(&v, err);
	return code
	    ? code
	    : sek_keyring_each(v.keys, SEK_KEYRING_KEY, show_key, &v, err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)opts;
	(void)argc;
	(void)argv;
	return list(&err) ? cli_fail(&err) : CLI_EXIT_OK;
}

const struct cli_cmd cmd_list = {
    .name = "list",
    .summary = "list profiles, with their hops, and long-term keys",
    .operand = {"", CLI_FLAG, NULL, 0, 0},
    .run = run,
};

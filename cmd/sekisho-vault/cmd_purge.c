#include <stdio.h>
#include <string.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

/* Any hop of the plan, so that nothing of it is served again. */
static bool
is_of(const void *arg, const struct sek_record *r)
{
	const struct sek_plan *plan = arg;

	for (size_t n = 1; plan && n <= plan->n; n++)
		if (!strcmp(sek_plan_text(plan, n), r->plan))
			return true;
	return !plan;
}

static enum sek_code
purge(const char *profile, struct sek_err *err)
{
	auto_vault v = {0};
	enum sek_code code;
	size_t n;

	if ((code = vault_open(&v, err)) ||
	    (profile && (code = vault_plan(&v, profile, err))))
		return code;
	code = vault_forget(&v, is_of, v.plan, &n, err);
	printf("%zu cached credentials removed\n", n);
	return code;
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)opts;
	return purge(argc > 0 ? argv[0] : NULL, &err) ? cli_fail(&err)
						      : CLI_EXIT_OK;
}

const struct cli_cmd cmd_purge = {
    .name = "purge",
    .summary = "remove cached credentials",
    .details = "Of PROFILE, the sessions it shares with others included; "
	       "without PROFILE all. They stay valid at AWS until they end: "
	       "only AWS can revoke a role's sessions.",
    .operand = {"[PROFILE]", CLI_FLAG, NULL, 0, 1},
    .run = run,
};

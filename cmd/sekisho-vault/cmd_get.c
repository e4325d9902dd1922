#include <stddef.h>
#include <unistd.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

struct get {
	bool refresh;
	bool show_secrets;
};

static const struct cli_opt options[] = {
    {.long_name = "refresh",
	.kind = CLI_FLAG,
	.offset = offsetof(struct get, refresh),
	.help = "get new credentials even if the cached ones are fresh"},
    {.long_name = "show-secrets",
	.kind = CLI_FLAG,
	.offset = offsetof(struct get, show_secrets),
	.help = "print to a terminal, too"},
    {0},
};

static enum sek_code
get(const struct get *o, const char *profile, struct sek_err *err)
{
	auto_vault v = {0};
	sek_auto_creds creds = {0};
	sek_auto_secret *json = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	enum sek_code code;

	if ((code = vault_check_terminal(o->show_secrets, "get", err)) ||
	    (code = vault_open(&v, err)) ||
	    (code = vault_plan(&v, profile, err)) ||
	    (code = vault_credentials(&v, o->refresh, &creds, err)) ||
	    (code = sek_creds_json(&creds, json, err)))
		return code;
	return sek_secret_write(json, STDOUT_FILENO, err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	if (get(opts, argc > 0 ? argv[0] : NULL, &err))
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

const struct cli_cmd cmd_get = {
    .name = "get",
    .summary = "print a profile's credentials for an AWS SDK",
    .details = "Prints the JSON object that credential_process is specified "
	       "to print, and nothing else. Without PROFILE: the one that "
	       "AWS_PROFILE names, else `default`.",
    .operand = {"[PROFILE]", CLI_FLAG, NULL, 0, 1},
    .opts = options,
    .opts_size = sizeof(struct get),
    .run = run,
};

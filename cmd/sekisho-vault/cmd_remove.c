#include <stdio.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

/* The sessions go first: without them the key could still be used for hours. */
static enum sek_code
remove_key(const char *name, struct sek_err *err)
{
	auto_vault v = {0};
	enum sek_code code;

	if ((code = vault_open(&v, err)) || (code = vault_keys(&v, err)) ||
	    (code = vault_forget_key(&v, name, err)) ||
	    (code = sek_keyring_remove(v.keys, SEK_KEYRING_KEY, name, err)))
		return code;
	printf("%s is removed from %s; it is still valid at AWS until it is "
	       "deleted there\n",
	    name, v.keys->ops->name);
	return SEK_OK;
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)opts;
	(void)argc;
	return remove_key(argv[0], &err) ? cli_fail(&err) : CLI_EXIT_OK;
}

const struct cli_cmd cmd_remove = {
    .name = "remove",
    .summary = "remove a long-term access key from the keyring",
    .details = "And what was cached from it.",
    .operand = {"NAME", CLI_FLAG, NULL, 1, 1},
    .run = run,
};

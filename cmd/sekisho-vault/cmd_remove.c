#include <stdio.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

/* Sessions that cannot be removed do not keep the key. */
static enum sek_code
remove_key(const char *name, struct sek_err *err)
{
	auto_vault v = {0};
	struct sek_err kept;
	enum sek_code code, sessions;

	if ((code = vault_open(&v, err)) || (code = vault_keys(&v, err)))
		return code;
	sessions = vault_forget_key(&v, name, &kept);
	if ((code = sek_keyring_remove(v.keys, SEK_KEYRING_KEY, name, err)))
		return code;
	printf("%s is removed from %s; it is still valid at AWS until it is "
	       "deleted there\n",
	    name, v.keys->ops->name);
	return sessions ? sek_fail(err, sessions, "%s", kept.text) : SEK_OK;
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

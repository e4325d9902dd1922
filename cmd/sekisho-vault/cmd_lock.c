#include <stdio.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

static bool
all(const void *arg, const struct sek_record *r)
{
	(void)arg;
	(void)r;
	return true;
}

static enum sek_code
no_lock(const struct sek_keyring *k, struct sek_err *err)
{
	return sek_fail(err, SEK_ECONFIG,
	    "%s: has nothing to lock; file_protection = passphrase in "
	    "[sekisho] gives the file a lock",
	    k->ops->name);
}

/* What is cached would be served without the lock: it goes first, but for what
 * lies behind the lock already. */
static enum sek_code
lock(struct vault *v, struct sek_err *err)
{
	size_t n;
	enum sek_code code;

	if (!v->keys->ops->lock)
		return no_lock(v->keys, err);
	code = vault_forget(v, all, NULL, &n, err);
	if (code && code != SEK_EDENIED)
		return code;
	code = v->keys->ops->lock(v->keys, err);
	if (!code)
		printf("%s is locked; %zu cached credentials removed\n",
		    v->keys->ops->name, n);
	return code;
}

static enum sek_code
unlock(struct vault *v, struct sek_err *err)
{
	enum sek_code code;

	if (!v->keys->ops->unlock)
		return no_lock(v->keys, err);
	code = v->keys->ops->unlock(v->keys, err);
	if (!code)
		printf("%s is unlocked\n", v->keys->ops->name);
	return code;
}

static int
    with_vault(enum sek_code (*what)(struct vault *v, struct sek_err *err))
{
	auto_vault v = {0};
	struct sek_err err;

	if (vault_open(&v, &err) || vault_keys(&v, &err) || what(&v, &err))
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

static int
run_lock(const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	(void)argv;
	return with_vault(lock);
}

static int
run_unlock(const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	(void)argv;
	return with_vault(unlock);
}

const struct cli_cmd cmd_lock = {
    .name = "lock",
    .summary = "lock the keyring and remove cached credentials",
    .details = "Of the Secret Service, the whole collection: other programs "
	       "find it locked, too.",
    .operand = {"", CLI_FLAG, NULL, 0, 0},
    .run = run_lock,
};

const struct cli_cmd cmd_unlock = {
    .name = "unlock",
    .summary = "unlock the keyring",
    .details = "The encrypted file asks for its passphrase on the terminal, "
	       "the Secret Service on the desktop.",
    .operand = {"", CLI_FLAG, NULL, 0, 0},
    .run = run_unlock,
};

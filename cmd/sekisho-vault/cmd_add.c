#include <stdio.h>
#include <unistd.h>

#include "aws/held_key.h"
#include "base/alloc.h"
#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"
#include "vault/key_value.h"
#include "vault/prompt.h"

#define PATIENCE_S 300

static enum sek_code
read_terminal(struct sek_creds *out, struct sek_err *err)
{
	sek_auto_secret *id = NULL, *secret = NULL;
	const struct sek_str no_token = {NULL, 0};
	enum sek_code code;

	if ((code = sek_prompt(&id, "Access key id: ", false, PATIENCE_S,
		 err)) ||
	    (code = sek_prompt(&secret, "Secret access key (not shown): ", true,
		 PATIENCE_S, err)))
		return code;
	return sek_creds_set(out, sek_str_trim(sek_secret_str(id)),
	    sek_str_trim(sek_secret_str(secret)), no_token, 0, err);
}

static enum sek_code
read_all(struct sek_secret *text, struct sek_err *err)
{
	for (;;) {
		char *room;
		ssize_t n;
		enum sek_code code = sek_secret_room(&room, text, 1024, err);

		if (code)
			return sek_fail(err, code,
			    "standard input: larger than %zu bytes",
			    SEK_KEYRING_VALUE_MAX);
		n = read(STDIN_FILENO, room, 1024);
		if (n < 0)
			return sek_fail_errno(err, "standard input");
		sek_secret_filled(text, (size_t)n);
		if (n == 0)
			return SEK_OK;
	}
}

/* Two lines, id and secret, as they are typed at the terminal. */
static bool
read_lines(struct sek_creds *out, struct sek_str text)
{
	const struct sek_str no_token = {NULL, 0};
	struct sek_str rest = sek_str_trim(text);
	struct sek_str id = sek_str_trim(sek_str_cut(&rest, '\n'));
	struct sek_str secret = sek_str_trim(sek_str_cut(&rest, '\n'));

	return id.n >= 16 && secret.n && !rest.p && !memchr(id.p, '=', id.n) &&
	    !memchr(id.p, ':', id.n) &&
	    !sek_creds_set(out, id, secret, no_token, 0, NULL);
}

/* What `aws iam create-access-key` prints, or a key in any form in which a
 * secret may hold one. */
static enum sek_code
read_input(struct sek_creds *out, struct sek_err *err)
{
	sek_auto_secret *text = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	const struct sek_hop hop = {
	    .kind = SEK_HOP_KEYRING, .name = "standard input"};
	sek_auto_free char *role = NULL;
	enum sek_code code = read_all(text, err);

	if (code || read_lines(out, sek_secret_str(text)))
		return code;
	return sek_held_key_read(out, &role, sek_secret_str(text), &hop, err);
}

/* Sessions of an earlier key of this name are not the new key's. */
static enum sek_code
add(const char *name, struct sek_err *err)
{
	auto_vault v = {0};
	sek_auto_creds key = {0};
	sek_auto_secret *value = sek_secret_new(SEK_KEY_VALUE_MAX);
	enum sek_code code;

	if ((code = vault_open(&v, err)) || (code = vault_keys(&v, err)) ||
	    (code = isatty(STDIN_FILENO) ? read_terminal(&key, err)
					 : read_input(&key, err)) ||
	    (code = sek_key_value_write(&key, value, err)) ||
	    (code = sek_keyring_put(v.keys, SEK_KEYRING_KEY, name,
		 sek_secret_str(value), 0, err)))
		return code;
	printf("%s is kept in %s\n", name, v.keys->ops->name);
	return vault_forget_key(&v, name, err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)opts;
	(void)argc;
	return add(argv[0], &err) ? cli_fail(&err) : CLI_EXIT_OK;
}

const struct cli_cmd cmd_add = {
    .name = "add",
    .summary = "keep a long-term access key in the keyring",
    .details = "Asks for the key on the terminal, or reads it from standard "
	       "input:\n"
	       " aws iam create-access-key | sekisho-vault add work\n"
	       "A profile uses it by `sekisho_source = keyring:NAME`. A key of "
	       "that name is replaced, and what was cached from it removed.",
    .operand = {"NAME", CLI_FLAG, NULL, 1, 1},
    .run = run,
};

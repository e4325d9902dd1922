#include "vault/key_value.h"

/*
 * A line each, in this order, the last one ended too: what is cut short is
 * noticed. sek_creds_set sees to it that no value holds a line break.
 */
#define HEAD "sekisho-key 1"

static enum sek_code
add(struct sek_secret *out, const char *key, struct sek_str value,
    struct sek_err *err)
{
	const struct sek_str parts[] = {
	    sek_str(key), SEK_STR(" "), value, SEK_STR("\n")};
	enum sek_code code = SEK_OK;

	for (size_t i = 0; !code && i < sizeof(parts) / sizeof(*parts); i++)
		code = sek_secret_add(out, parts[i].p, parts[i].n, err);
	return code;
}

enum sek_code
sek_key_value_write(const struct sek_creds *key, struct sek_secret *out,
    struct sek_err *err)
{
	enum sek_code code;

	if (key->token || key->expires)
		return sek_fail(err, SEK_EPARSE,
		    "credentials with a session token are short-lived: only a "
		    "long-term key is stored");
	if ((code = sek_secret_add(out, HEAD "\n", sizeof(HEAD), err)) ||
	    (code = add(out, "id", sek_str(key->id), err)) ||
	    (code = add(out, "account", sek_str(key->account), err)))
		return code;
	return add(out, "secret", sek_secret_str(key->secret), err);
}

/* The value of the next line, which must have this key. */
static bool
take(struct sek_str *rest, const char *key, struct sek_str *value)
{
	struct sek_str line = sek_str_cut(rest, '\n');
	size_t n = strlen(key);

	if (!rest->p || !sek_str_starts(line, key) || line.n == n ||
	    line.p[n] != ' ')
		return false;
	*value = (struct sek_str){line.p + n + 1, line.n - n - 1};
	return true;
}

enum sek_code
sek_key_value_read(struct sek_creds *out, struct sek_str value,
    struct sek_err *err)
{
	const struct sek_str none = {NULL, 0};
	struct sek_str id, account, secret;
	sek_auto_creds made = {0};

	if (value.n > SEK_KEY_VALUE_MAX ||
	    !sek_str_is(sek_str_cut(&value, '\n'), HEAD) || !value.p ||
	    !take(&value, "id", &id) || !take(&value, "account", &account) ||
	    !take(&value, "secret", &secret) || value.n > 0 ||
	    sek_creds_set(&made, id, secret, none, 0, NULL) ||
	    (account.n > 0 && sek_creds_set_account(&made, account, NULL)))
		return sek_fail(err, SEK_EPARSE,
		    "what is stored is damaged, or of another version: add "
		    "the key again");
	sek_creds_move(out, &made);
	return SEK_OK;
}

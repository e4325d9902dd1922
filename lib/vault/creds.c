#include "vault/creds.h"

#include <string.h>

#include "base/rfc3339.h"

void
sek_creds_clear(struct sek_creds *c)
{
	sek_secret_free(c->secret);
	sek_secret_free(c->token);
	*c = (struct sek_creds){0};
}

static enum sek_code
check(const char *what, struct sek_str s, size_t max, struct sek_err *err)
{
	if (s.n == 0)
		return sek_fail(err, SEK_EPARSE, "the %s is missing", what);
	if (s.n > max)
		return sek_fail(err, SEK_EPARSE,
		    "the %s is longer than %zu characters", what, max);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return sek_fail(err, SEK_EPARSE,
			    "the %s holds a character that none has", what);
	return SEK_OK;
}

static enum sek_code
keep(struct sek_secret **out, struct sek_str s, struct sek_err *err)
{
	sek_auto_secret *kept = sek_secret_new(s.n);
	enum sek_code code = sek_secret_add(kept, s.p, s.n, err);

	if (code)
		return code;
	sek_secret_free(*out);
	*out = kept;
	kept = NULL;
	return SEK_OK;
}

enum sek_code
sek_creds_set(struct sek_creds *c, struct sek_str id, struct sek_str secret,
    struct sek_str token, int64_t expires, struct sek_err *err)
{
	sek_auto_creds made = {.expires = expires};
	enum sek_code code;

	if ((code = check("access key id", id, SEK_CREDS_ID_MAX, err)) ||
	    (code = check("secret access key", secret, SEK_CREDS_SECRET_MAX,
		 err)) ||
	    (token.n > 0 &&
		(code = check("session token", token, SEK_CREDS_TOKEN_MAX,
		     err))))
		return code;
	memcpy(made.id, id.p, id.n);
	if ((code = keep(&made.secret, secret, err)) ||
	    (token.n > 0 && (code = keep(&made.token, token, err))))
		return code;
	sek_creds_move(c, &made);
	return SEK_OK;
}

enum sek_code
sek_creds_set_account(struct sek_creds *c, struct sek_str account,
    struct sek_err *err)
{
	bool right = account.n == sizeof(c->account) - 1;

	for (size_t i = 0; right && i < account.n; i++)
		right = account.p[i] >= '0' && account.p[i] <= '9';
	if (!right)
		return sek_fail(err, SEK_EPARSE,
		    "an account id is not 12 digits");
	memcpy(c->account, account.p, account.n);
	c->account[account.n] = '\0';
	return SEK_OK;
}

void
sek_creds_move(struct sek_creds *to, struct sek_creds *from)
{
	sek_creds_clear(to);
	*to = *from;
	*from = (struct sek_creds){0};
}

static bool
same(const struct sek_secret *a, const struct sek_secret *b)
{
	if (!a || !b)
		return a == b;
	return sek_str_eq(sek_secret_str(a), sek_secret_str(b));
}

bool
sek_creds_same(const struct sek_creds *a, const struct sek_creds *b)
{
	return !strcmp(a->id, b->id) && a->expires == b->expires &&
	    same(a->secret, b->secret) && same(a->token, b->token);
}

/* ,"NAME":"VALUE", or nothing for an empty value. Nothing needs escaping: see
 * sek_creds_set. */
static enum sek_code
add(struct sek_secret *out, const char *name, struct sek_str value,
    struct sek_err *err)
{
	enum sek_code code = SEK_OK;
	const struct sek_str parts[] = {SEK_STR(",\""), sek_str(name),
	    SEK_STR("\":\""), value, SEK_STR("\"")};

	for (size_t i = 0; value.n && !code && i < 5; i++)
		code = sek_secret_add(out, parts[i].p, parts[i].n, err);
	return code;
}

enum sek_code
sek_creds_json(const struct sek_creds *c, struct sek_secret *out,
    struct sek_err *err)
{
	static const char first[] = "{\"Version\":1";
	const struct sek_str none = {"", 0};
	char expires[SEK_RFC3339_SIZE] = "";
	enum sek_code code;

	if (c->expires)
		sek_rfc3339_write(expires, c->expires);
	if ((code = sek_secret_add(out, first, sizeof(first) - 1, err)) ||
	    (code = add(out, "AccessKeyId", sek_str(c->id), err)) ||
	    (code = add(out, "SecretAccessKey", sek_secret_str(c->secret),
		 err)) ||
	    (code = add(out, "SessionToken",
		 c->token ? sek_secret_str(c->token) : none, err)) ||
	    (code = add(out, "Expiration", sek_str(expires), err)) ||
	    (code = add(out, "AccountId", sek_str(c->account), err)))
		return code;
	return sek_secret_add(out, "}\n", 2, err);
}

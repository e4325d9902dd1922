#include "aws/chain.h"

#include <stdio.h>

#include "aws/container.h"
#include "aws/held_key.h"
#include "aws/imds.h"
#include "aws/mfa_code.h"
#include "aws/plain.h"
#include "aws/process.h"
#include "aws/secretsmanager.h"
#include "aws/sts.h"
#include "base/alloc.h"
#include "vault/key_value.h"

/*
 * A key that was read from a keyring or a secret is in memory for one hop: serve
 * hands it to the next and wipes it.
 */

static enum sek_code
from_keyring(struct sek_chain *c, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	sek_auto_keyring *keys = NULL;
	sek_auto_secret *value = NULL;
	struct sek_err why = {0};
	enum sek_code code;

	if ((code = c->open_keys(c, &keys, err)))
		return code;
	code = sek_keyring_get(keys, SEK_KEYRING_KEY, hop->name, &value, &why);
	if (code == SEK_ENOTFOUND)
		return sek_fail(err, code,
		    "no key %.100s is stored in %.160s: `sekisho-vault add "
		    "%.100s`",
		    hop->name, c->why_keys ? c->why_keys : keys->ops->name,
		    hop->name);
	if (!code)
		code = sek_key_value_read(out, sek_secret_str(value), &why);
	if (code)
		return sek_fail(err, code, "key %.200s: %s", hop->name,
		    why.text);
	return SEK_OK;
}

/* A key in Secrets Manager or Parameter Store, and the role that it is for. */
static enum sek_code
from_secret(struct sek_chain *c, const struct sek_hop *hop,
    const struct sek_creds *reader, struct sek_creds *out, struct sek_err *err)
{
	sek_auto_secret *value = NULL;
	sek_auto_free char *role = NULL;
	enum sek_code code = hop->kind == SEK_HOP_SSM
	    ? sek_ssm_get(c->aws, hop, reader, &value, err)
	    : sek_secretsmanager_get(c->aws, hop, reader, &value, err);

	if (code ||
	    (code = sek_held_key_read(out, &role, sek_secret_str(value), hop,
		 err)))
		return code;
	if (role)
		(void)snprintf(c->held_role, sizeof(c->held_role), "%s", role);
	return SEK_OK;
}

typedef enum sek_code sts_fn(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_str code, struct sek_creds *out,
    struct sek_err *err);

static enum sek_code
from_sts(sts_fn *ask, struct sek_chain *c, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_creds *out, struct sek_err *err)
{
	sek_auto_secret *mfa = NULL;
	struct sek_str digits = {NULL, 0};
	enum sek_code code;

	if (hop->mfa_serial && (code = sek_mfa_code(&mfa, c, hop, err)))
		return code;
	if (mfa)
		digits = sek_secret_str(mfa);
	return ask(c->aws, hop, source, digits, out, err);
}

/* STS gives no session token for credentials that have one. */
static enum sek_code
pass_on(struct sek_chain *c, const struct sek_creds *source,
    struct sek_creds *out, struct sek_err *err)
{
	const struct sek_env *env = c->aws->env;
	enum sek_code code;

	if (!source->expires)
		return sek_fail(err, SEK_EDENIED,
		    "the key has a session token already and does not say when "
		    "it ends: store a long-term key, or its Expiration with "
		    "it, or name a role_arn");
	if (source->expires <= env->now(env))
		return sek_fail(err, SEK_EEXPIRED,
		    "the key and its session token have ended: store new ones");
	code = sek_creds_set(out, sek_str(source->id),
	    sek_secret_str(source->secret), sek_secret_str(source->token),
	    source->expires, err);
	if (!code)
		memcpy(out->account, source->account, sizeof(out->account));
	return code;
}

/* held_role: that the secret before names, or "". */
static enum sek_code
get_session(struct sek_chain *c, const struct sek_hop *hop,
    const struct sek_creds *source, const char *held_role,
    struct sek_creds *out, struct sek_err *err)
{
	struct sek_hop assumed = *hop;

	if (!*held_role)
		return source->token
		    ? pass_on(c, source, out, err)
		    : from_sts(sek_sts_session_token, c, hop, source, out, err);
	assumed.kind = SEK_HOP_ASSUME_ROLE;
	assumed.role_arn = held_role;
	return from_sts(sek_sts_assume_role, c, &assumed, source, out, err);
}

static enum sek_code
get(struct sek_chain *c, const struct sek_hop *hop,
    const struct sek_creds *source, const char *held_role,
    struct sek_creds *out, struct sek_err *err)
{
	switch (hop->kind) {
	case SEK_HOP_ENVIRONMENT:
		return sek_plain_environment(c->aws->env, hop, out, err);
	case SEK_HOP_STATIC:
		return sek_plain_static(hop, out, err);
	case SEK_HOP_KEYRING:
		return from_keyring(c, hop, out, err);
	case SEK_HOP_PROCESS:
		return sek_process_get(c->aws, hop, out, err);
	case SEK_HOP_IMDS:
		return sek_imds_get(c->aws, hop, out, err);
	case SEK_HOP_CONTAINER:
		return sek_container_get(c->aws, hop, out, err);
	case SEK_HOP_WEB_IDENTITY:
		return sek_sts_web_identity(c->aws, hop, out, err);
	case SEK_HOP_SECRETSMANAGER:
	case SEK_HOP_SSM:
		return from_secret(c, hop, source, out, err);
	case SEK_HOP_ASSUME_ROLE:
		return from_sts(sek_sts_assume_role, c, hop, source, out, err);
	case SEK_HOP_SESSION_TOKEN:
		return get_session(c, hop, source, held_role, out, err);
	}
	return sek_fail(err, SEK_ECONFIG, "a hop of a kind that is not known");
}

enum sek_code
sek_chain_check_account(struct sek_chain *c, struct sek_creds *creds,
    struct sek_err *err)
{
	const char *wanted = c->plan->account;
	enum sek_code code;

	if (!wanted)
		return SEK_OK;
	if (!*creds->account &&
	    (code = sek_sts_caller_identity(c->aws, &c->plan->sts, creds,
		 creds->account, NULL, err)))
		return code;
	if (strcmp(creds->account, wanted))
		return sek_fail(err, SEK_EDENIED,
		    "the credentials belong to account %s, but "
		    "sekisho_account is %s: they are not given out",
		    creds->account, wanted);
	return SEK_OK;
}

/*
 * What the plan comes to is held against its account here too, so that the cache
 * has an account to be checked without a call. What a user or a tool says of
 * its own key is not enough for that.
 */
static enum sek_code
check_last(struct sek_chain *c, const struct sek_hop *hop,
    struct sek_creds *creds, struct sek_err *err)
{
	bool is_claim = hop->kind == SEK_HOP_ENVIRONMENT ||
	    hop->kind == SEK_HOP_STATIC || hop->kind == SEK_HOP_KEYRING ||
	    hop->kind == SEK_HOP_PROCESS;

	if (is_claim && c->plan->account)
		creds->account[0] = '\0';
	return sek_chain_check_account(c, creds, err);
}

static enum sek_code
fetch(struct sek_fetch *f, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_creds *out, struct sek_err *err)
{
	struct sek_chain *c = (struct sek_chain *)f;
	char held_role[sizeof(c->held_role)];
	enum sek_code code;

	memcpy(held_role, c->held_role, sizeof(held_role));
	c->held_role[0] = '\0';
	c->aws->retry_after = 0;
	code = get(c, hop, source, held_role, out, err);
	if (!code && hop == &c->plan->hops[c->plan->n - 1])
		code = check_last(c, hop, out, err);
	if (code) {
		sek_creds_clear(out);
		f->retry_after = c->aws->retry_after;
	}
	return code;
}

void
sek_chain_init(struct sek_chain *c)
{
	*c = (struct sek_chain){.fetch.fetch = fetch};
}

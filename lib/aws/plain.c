#include "aws/plain.h"

#include "base/rfc3339.h"

struct plain {
	const char *id;
	const char *secret;
	const char *token;
	const char *account;
	int64_t expires;
};

static enum sek_code
set(struct sek_creds *out, const struct plain *p, struct sek_err *err)
{
	sek_auto_creds made = {0};
	enum sek_code code = sek_creds_set(&made, sek_str(p->id),
	    sek_str(p->secret), sek_str(p->token), p->expires, err);

	if (!code && p->account && *p->account)
		code = sek_creds_set_account(&made, sek_str(p->account), err);
	if (!code)
		sek_creds_move(out, &made);
	return code;
}

static enum sek_code
take_end(int64_t *expires, const struct sek_env *env, struct sek_err *err)
{
	const char *text = env->get(env, "AWS_CREDENTIAL_EXPIRATION");

	if (!text)
		return SEK_OK;
	if (!sek_rfc3339_read(sek_str(text), expires) || *expires <= 0)
		return sek_fail(err, SEK_ECONFIG,
		    "environment: AWS_CREDENTIAL_EXPIRATION is no time as "
		    "RFC 3339 writes it");
	if (*expires <= env->now(env))
		return sek_fail(err, SEK_EEXPIRED,
		    "environment: its credentials have ended: set new ones, or "
		    "unset AWS_ACCESS_KEY_ID and its fellows");
	return SEK_OK;
}

enum sek_code
sek_plain_environment(const struct sek_env *env, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	struct plain p = {
	    .id = env->get(env, "AWS_ACCESS_KEY_ID"),
	    .secret = env->get(env, "AWS_SECRET_ACCESS_KEY"),
	    .token = env->get(env, "AWS_SESSION_TOKEN"),
	    .account = env->get(env, "AWS_ACCOUNT_ID"),
	};
	struct sek_err why;
	enum sek_code code;

	(void)hop;
	if (!p.token)
		p.token = env->get(env, "AWS_SECURITY_TOKEN");
	if (!p.id && !p.secret)
		return sek_fail(err, SEK_ENOTFOUND,
		    "environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
		    "are not set");
	if (!p.id || !p.secret)
		return sek_fail(err, SEK_ECONFIG,
		    "environment: %s is set, but %s is not",
		    p.id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
		    p.id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	if ((code = take_end(&p.expires, env, err)))
		return code;
	if (set(out, &p, &why))
		return sek_fail(err, SEK_ECONFIG, "environment: %s", why.text);
	return SEK_OK;
}

enum sek_code
sek_plain_static(const struct sek_hop *hop, struct sek_creds *out,
    struct sek_err *err)
{
	const struct sek_profile *profile = hop->profile;
	struct plain p = {
	    .id = sek_profile_get(profile, "aws_access_key_id"),
	    .secret = sek_profile_get(profile, "aws_secret_access_key"),
	    .token = sek_profile_get(profile, "aws_session_token"),
	    .account = sek_profile_get(profile, "aws_account_id"),
	};
	struct sek_err why;

	if (!p.token || !*p.token)
		p.token = sek_profile_get(profile, "aws_security_token");
	if (set(out, &p, &why))
		return sek_fail(err, SEK_ECONFIG, "%s: %s",
		    sek_profile_where(profile,
			p.id ? "aws_access_key_id" : NULL),
		    why.text);
	return SEK_OK;
}

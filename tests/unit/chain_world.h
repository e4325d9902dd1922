#ifndef SEK_TESTS_UNIT_CHAIN_WORLD_H
#define SEK_TESTS_UNIT_CHAIN_WORLD_H

#include "fake_profile.h"
#include "metadata_answer.h"

#include "aws/chain.h"
#include "vault/key_value.h"

#define ROLE "arn:aws:iam::123456789012:role/deploy"
#define MINE "123456789012"
#define HOPS 4

/*
 * Whole plans over a fake AWS and a keyring in memory, hop by hop as serve does
 * it.
 */
struct chain {
	struct fake fake;
	struct sek_chain chain;
	struct sek_plan plan;
	struct sek_hop hops[HOPS];
	struct sek_profile profile;
	struct sek_creds out;
	struct sek_err err;
	/* the keyring */
	struct sek_keyring keyring;
	struct sek_creds stored;
	const char *damaged; /* what is stored instead */
	enum sek_code open_fails, get_fails;
	int opened, closed;
};

static enum sek_code
keyring_get(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_secret **out, struct sek_err *err)
{
	struct chain *c = (struct chain *)((char *)k -
	    offsetof(struct chain, keyring));

	assert_int_equal(class, SEK_KEYRING_KEY);
	if (c->get_fails)
		return sek_fail(err, c->get_fails, "is locked: unlock it");
	if (strcmp(name, "work"))
		return sek_fail(err, SEK_ENOTFOUND, "not there");
	*out = sek_secret_new(SEK_KEY_VALUE_MAX);
	return c->damaged
	    ? sek_secret_add(*out, c->damaged, strlen(c->damaged), err)
	    : sek_key_value_write(&c->stored, *out, err);
}

FAKE_UNUSED static void
keyring_close(struct sek_keyring *k)
{
	((struct chain *)((char *)k - offsetof(struct chain, keyring)))
	    ->closed++;
}

static enum sek_code
open_keys(struct sek_chain *chain, struct sek_keyring **out,
    struct sek_err *err)
{
	static const struct sek_keyring_ops ops = {
	    .name = "fake", .get = keyring_get, .close = keyring_close};
	struct chain *c = chain->arg;

	if (c->open_fails)
		return sek_fail(err, c->open_fails, "no keyring");
	c->opened++;
	c->keyring.ops = &ops;
	*out = &c->keyring;
	return SEK_OK;
}

FAKE_UNUSED static void
start(struct chain *c, const struct fake_answer *answers, size_t n)
{
	memset(c, 0, sizeof(*c));
	fake_start(&c->fake, answers, n);
	fake_creds(&c->stored, false);
	c->plan.profile = "work";
	c->plan.region = "eu-west-1";
	c->plan.hops = c->hops;
	sek_chain_init(&c->chain);
	c->chain.aws = &c->fake.aws;
	c->chain.plan = &c->plan;
	c->chain.open_keys = open_keys;
	c->chain.arg = c;
}
#define START(c, answers)                                                      \
	start(c, answers, sizeof(answers) / sizeof(*(answers)))

FAKE_UNUSED static struct sek_hop *
add(struct chain *c, enum sek_hop_kind kind, const char *name)
{
	struct sek_hop *hop = &c->hops[c->plan.n++];

	*hop = (struct sek_hop){.kind = kind, .name = name};
	hop->profile = &c->profile;
	hop->reach.region = "eu-west-1";
	if (kind == SEK_HOP_ASSUME_ROLE)
		hop->role_arn = ROLE;
	return hop;
}

/* The credentials after the hops from first on; source: before them, wiped. */
FAKE_UNUSED static enum sek_code
fetch_from(struct chain *c, size_t first, struct sek_creds *source)
{
	for (size_t i = first; i < c->plan.n; i++) {
		sek_auto_creds got = {0};
		enum sek_code code = c->chain.fetch.fetch(&c->chain.fetch,
		    &c->hops[i], i ? source : NULL, &got, &c->err);

		if (code) {
			assert_null(got.secret);
			assert_quotes_nothing(c->err.text);
			return code;
		}
		sek_creds_move(source, &got);
	}
	sek_creds_move(&c->out, source);
	return SEK_OK;
}

FAKE_UNUSED static enum sek_code
fetch(struct chain *c)
{
	sek_auto_creds source = {0};

	return fetch_from(c, 0, &source);
}

FAKE_UNUSED static void
end(struct chain *c)
{
	assert_int_equal(c->opened, c->closed);
	fake_end(&c->fake);
	sek_creds_clear(&c->stored);
	sek_creds_clear(&c->out);
}

/* What STS answers; to free. user: of AssumeRole. */
FAKE_UNUSED static char *
sts(const char *action, const char *account)
{
	sek_auto_free char *creds =
	    made_fill("<AccessKeyId>$I</AccessKeyId><SecretAccessKey>$S"
		      "</SecretAccessKey><SessionToken>$T</SessionToken>"
		      "<Expiration>" MADE_END "</Expiration>");
	sek_auto_free char *user = account
	    ? sek_printf("<AssumedRoleUser><Arn>arn:aws:sts::%s:assumed-role/"
			 "r/s</Arn></AssumedRoleUser>",
		  account)
	    : sek_strdup("");

	return sek_printf("<%sResponse><%sResult><Credentials>%s</Credentials>"
			  "%s</%sResult></%sResponse>",
	    action, action, creds, user, action, action);
}

FAKE_UNUSED static char *
identity(const char *account)
{
	return sek_printf(
	    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
	    "<Arn>arn:aws:iam::%s:user/u</Arn><Account>%s</Account>"
	    "</GetCallerIdentityResult></GetCallerIdentityResponse>",
	    account, account);
}

/* What Secrets Manager answers, the secret's text given; to free. */
FAKE_UNUSED static char *
secret(const char *text)
{
	struct sek_buf out = {0};
	sek_auto_free char *full = made_fill(text);

	sek_buf_add_s(&out, "{\"SecretString\":\"");
	for (const char *at = full; *at; at++) {
		if (*at == '"')
			sek_buf_add_c(&out, '\\');
		sek_buf_add_c(&out, *at);
	}
	sek_buf_add_s(&out, "\"}");
	return sek_buf_take(&out);
}

#define OK(text)                                                               \
	{                                                                      \
		.status = 200, .body = (text)                                  \
	}
#define HELD "\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\""

/* Signed by this key? */
FAKE_UNUSED static void
assert_signed_by(const struct chain *c, size_t request, const char *id)
{
	sek_auto_free char *by = sek_printf("Credential=%s/", id);

	assert_true(request < c->fake.n);
	assert_has(c->fake.requests[request].headers, by);
}

FAKE_UNUSED static void
set_variables(struct chain *c)
{
	static char id[21], key[41];

	fake_letters(id, 20, "AKIA");
	fake_letters(key, 40, "env/");
	c->fake.vars[0] = "AWS_ACCESS_KEY_ID";
	c->fake.vars[1] = id;
	c->fake.vars[2] = "AWS_SECRET_ACCESS_KEY";
	c->fake.vars[3] = key;
}

#endif

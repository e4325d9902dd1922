#include <unistd.h>

#include "chain_world.h"

#include "aws/chain.h"

static void
a_stored_key_assumes_a_role(void **state)
{
	sek_auto_free char *role = sts("AssumeRole", MINE);
	const struct fake_answer answers[] = {OK(role)};
	struct chain c;

	(void)state;
	START(&c, answers);
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, MINE);
	assert_signed_by(&c, 0, c.stored.id);
	assert_int_equal(c.opened, 1);
	end(&c);
}

static void
a_stored_key_is_given_with_its_account(void **state)
{
	struct chain c;

	(void)state;
	start(&c, NULL, 0);
	assert_int_equal(sek_creds_set_account(&c.stored, SEK_STR(MINE), NULL),
	    SEK_OK);
	add(&c, SEK_HOP_KEYRING, "work");
	assert_int_equal(fetch(&c), SEK_OK);
	assert_true(sek_creds_same(&c.out, &c.stored));
	assert_string_equal(c.out.account, MINE);
	end(&c);
}

static void
assert_keyring_fails(struct chain *c, enum sek_code want, const char *text)
{
	assert_int_equal(fetch(c), want);
	assert_string_equal(c->err.text, text);
	end(c);
}

static void
a_key_that_cannot_be_had_says_what_to_do(void **state)
{
	struct chain c;

	(void)state;
	start(&c, NULL, 0);
	add(&c, SEK_HOP_KEYRING, "other");
	assert_keyring_fails(&c, SEK_ENOTFOUND,
	    "no key other is stored in fake: `sekisho-vault add other`");
	start(&c, NULL, 0);
	c.get_fails = SEK_EDENIED;
	add(&c, SEK_HOP_KEYRING, "work");
	assert_keyring_fails(&c, SEK_EDENIED, "key work: is locked: unlock it");
	start(&c, NULL, 0);
	c.open_fails = SEK_ENOTFOUND;
	add(&c, SEK_HOP_KEYRING, "work");
	assert_keyring_fails(&c, SEK_ENOTFOUND, "no keyring");
	start(&c, NULL, 0);
	c.damaged = "x";
	add(&c, SEK_HOP_KEYRING, "work");
	assert_keyring_fails(&c, SEK_EPARSE,
	    "key work: what is stored is damaged, or of another version: add "
	    "the key again");
}

static void
a_key_in_secrets_manager_gets_a_session(void **state)
{
	sek_auto_free char *held = secret("{" HELD "}");
	sek_auto_free char *session = sts("GetSessionToken", NULL);
	const struct fake_answer answers[] = {OK(held), OK(session)};
	struct chain c;

	(void)state;
	START(&c, answers);
	set_variables(&c);
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	add(&c, SEK_HOP_SECRETSMANAGER, "app/key");
	add(&c, SEK_HOP_SESSION_TOKEN, NULL)->duration = 3600;
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, "");
	assert_signed_by(&c, 0, c.fake.vars[1]);
	assert_string_equal(c.fake.requests[0].body,
	    "{\"SecretId\":\"app/key\"}");
	assert_signed_by(&c, 1, made_id);
	assert_has(c.fake.requests[1].body, "Action=GetSessionToken&");
	assert_has(c.fake.requests[1].body, "DurationSeconds=3600");
	end(&c);
}

static void
a_key_in_parameter_store_assumes_a_role(void **state)
{
	sek_auto_free char *text =
	    made_fill("{\"Parameter\":{\"Value\":\"AWS_ACCESS_KEY_ID=$I\\n"
		      "AWS_SECRET_ACCESS_KEY=$S\"}}");
	sek_auto_free char *role = sts("AssumeRole", MINE);
	const struct fake_answer answers[] = {OK(text), OK(role)};
	struct chain c;

	(void)state;
	START(&c, answers);
	set_variables(&c);
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	add(&c, SEK_HOP_SSM, "/app/key");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, MINE);
	assert_has(c.fake.requests[0].headers, "AmazonSSM.GetParameter");
	assert_signed_by(&c, 1, made_id);
	end(&c);
}

#define HELD_ROLE "arn:aws:iam::999999999999:role/held"
#define SENT_ROLE "RoleArn=arn%3Aaws%3Aiam%3A%3A"

static void
the_secrets_own_role_is_assumed_where_the_profile_has_none(void **state)
{
	sek_auto_free char *held = secret("{" HELD ",\"role_arn\":\"" HELD_ROLE
					  "\"}");
	sek_auto_free char *role = sts("AssumeRole", "999999999999");
	const struct fake_answer answers[] = {OK(held), OK(role)};
	struct sek_hop *last;
	struct chain c;

	(void)state;
	START(&c, answers);
	set_variables(&c);
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	add(&c, SEK_HOP_SECRETSMANAGER, "app/key");
	last = add(&c, SEK_HOP_SESSION_TOKEN, NULL);
	last->session_name = "me";
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, "999999999999");
	assert_has(c.fake.requests[1].body, "Action=AssumeRole&");
	assert_has(c.fake.requests[1].body,
	    SENT_ROLE "999999999999%3Arole%2Fheld");
	assert_has(c.fake.requests[1].body, "RoleSessionName=me");
	assert_null(last->role_arn);
	end(&c);
}

static void
the_profiles_role_beats_the_secrets(void **state)
{
	sek_auto_free char *held = secret("{" HELD ",\"role_arn\":\"" HELD_ROLE
					  "\"}");
	sek_auto_free char *role = sts("AssumeRole", MINE);
	const struct fake_answer answers[] = {OK(held), OK(role)};
	struct chain c;

	(void)state;
	START(&c, answers);
	set_variables(&c);
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	add(&c, SEK_HOP_SECRETSMANAGER, "app/key");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_has(c.fake.requests[1].body,
	    SENT_ROLE "123456789012%3Arole%2Fdeploy");
	end(&c);
}

/* After it, another key may ask for a session. */
static void
a_held_role_lasts_for_one_hop(void **state)
{
	sek_auto_free char *held = secret("{" HELD ",\"role_arn\":\"" HELD_ROLE
					  "\"}");
	sek_auto_free char *session = sts("GetSessionToken", NULL);
	const struct fake_answer answers[] = {OK(held), OK(session)};
	struct chain c;

	(void)state;
	START(&c, answers);
	set_variables(&c);
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	add(&c, SEK_HOP_SECRETSMANAGER, "app/key");
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_SESSION_TOKEN, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_has(c.fake.requests[1].body, "Action=GetSessionToken&");
	end(&c);
}

/* The held text, then a session from it; other: what STS answers, if asked. */
static enum sek_code
fetch_held(struct chain *c, const char *text, const char *other)
{
	static struct fake_answer answers[2];
	static char *held;

	free(held);
	held = secret(text);
	answers[0] = (struct fake_answer)OK(held);
	answers[1] = (struct fake_answer)OK(other);
	start(c, answers, other ? 2 : 1);
	set_variables(c);
	add(c, SEK_HOP_ENVIRONMENT, NULL);
	add(c, SEK_HOP_SECRETSMANAGER, "app/key");
	add(c, SEK_HOP_SESSION_TOKEN, NULL);
	return fetch(c);
}

static void
a_held_session_is_passed_on_until_it_ends(void **state)
{
	struct chain c;

	(void)state;
	assert_int_equal(fetch_held(&c,
			     "{" HELD ",\"SessionToken\":\"$T\","
			     "\"Expiration\":\"" MADE_END "\"}",
			     NULL),
	    SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, "");
	end(&c);
	assert_int_equal(fetch_held(&c,
			     "{" HELD ",\"SessionToken\":\"$T\","
			     "\"Expiration\":\"2026-01-01T00:00:00Z\"}",
			     NULL),
	    SEK_EEXPIRED);
	assert_has(c.err.text, "have ended");
	end(&c);
	assert_int_equal(fetch_held(&c, "{" HELD ",\"SessionToken\":\"$T\"}",
			     NULL),
	    SEK_EDENIED);
	assert_has(c.err.text, "does not say when it ends");
	end(&c);
}

static void
a_held_session_assumes_the_secrets_role(void **state)
{
	sek_auto_free char *role = sts("AssumeRole", MINE);
	struct chain c;

	(void)state;
	assert_int_equal(fetch_held(&c,
			     "{" HELD ",\"SessionToken\":\"$T\",\"role_arn\":"
			     "\"" HELD_ROLE "\"}",
			     role),
	    SEK_OK);
	assert_has(c.fake.requests[1].headers, "x-amz-security-token: ");
	assert_has(c.fake.requests[1].body, "Action=AssumeRole&");
	end(&c);
}

static void
a_secret_without_a_key_is_told(void **state)
{
	struct chain c;

	(void)state;
	assert_int_equal(fetch_held(&c, "{\"password\":\"$S\"}", NULL),
	    SEK_EPARSE);
	assert_has(c.err.text, "app/key: holds no access key id");
	end(&c);
}

static void
the_other_sources_are_reached(void **state)
{
	static const char *const pairs[] = {
	    "aws_access_key_id", "A", "aws_secret_access_key", "s"};
	sek_auto_free char *body = made_fill("{" MADE_BODY "}");
	const struct fake_answer imds[] = {OK("t"), OK("r"), OK(body)};
	const struct fake_answer container[] = {OK(body)};
	struct chain c;

	(void)state;
	start(&c, NULL, 0);
	add(&c, SEK_HOP_STATIC, NULL);
	memcpy(c.profile.pairs, pairs, sizeof(pairs));
	assert_int_equal(fetch(&c), SEK_OK);
	assert_string_equal(c.out.id, "A");
	end(&c);

	START(&c, imds);
	add(&c, SEK_HOP_IMDS, NULL)->reach.region = NULL;
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, "");
	end(&c);

	START(&c, container);
	add(&c, SEK_HOP_CONTAINER, NULL);
	c.fake.vars[0] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
	c.fake.vars[1] = "/c";
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, "");
	end(&c);

	start(&c, NULL, 0);
	add(&c, SEK_HOP_PROCESS,
	    "echo '{\"Version\":1,\"AccessKeyId\":\"B\","
	    "\"SecretAccessKey\":\"s\"}'");
	assert_int_equal(fetch(&c), SEK_OK);
	assert_string_equal(c.out.id, "B");
	end(&c);

	start(&c, NULL, 0);
	add(&c, SEK_HOP_WEB_IDENTITY, "/nonexistent/token")->role_arn = ROLE;
	assert_int_equal(fetch(&c), SEK_ENOTFOUND);
	assert_has(c.err.text, "/nonexistent/token");
	end(&c);
}

static char dir[64];

static void
add_device(struct chain *c, struct sek_hop *hop, const char *process)
{
	hop->mfa_serial = "arn:aws:iam::123456789012:mfa/me";
	hop->mfa_process = process;
	c->chain.state = dir;
}

static void
a_code_is_spent_and_sent_once(void **state)
{
	sek_auto_free char *role = sts("AssumeRole", MINE);
	sek_auto_free char *session = sts("GetSessionToken", NULL);
	const struct fake_answer first[] = {OK(role)};
	const struct fake_answer second[] = {OK(session)};
	const struct fake_answer lost[] = {{.code = SEK_ENET}};
	struct chain c;

	(void)state;
	START(&c, first);
	add(&c, SEK_HOP_KEYRING, "work");
	add_device(&c, add(&c, SEK_HOP_ASSUME_ROLE, NULL), "echo 123456");
	assert_int_equal(fetch(&c), SEK_OK);
	assert_has(c.fake.requests[0].body, "TokenCode=123456");
	end(&c);

	start(&c, NULL, 0);
	add(&c, SEK_HOP_KEYRING, "work");
	add_device(&c, add(&c, SEK_HOP_SESSION_TOKEN, NULL), "echo 123456");
	assert_int_equal(fetch(&c), SEK_EDENIED);
	assert_has(c.err.text, "was used already");
	end(&c);

	START(&c, second);
	add(&c, SEK_HOP_KEYRING, "work");
	add_device(&c, add(&c, SEK_HOP_SESSION_TOKEN, NULL), "echo 234567");
	assert_int_equal(fetch(&c), SEK_OK);
	assert_has(c.fake.requests[0].body, "TokenCode=234567");
	end(&c);

	START(&c, lost);
	add(&c, SEK_HOP_KEYRING, "work");
	add_device(&c, add(&c, SEK_HOP_SESSION_TOKEN, NULL), "echo 345678");
	assert_int_equal(fetch(&c), SEK_ENET);
	end(&c);
}

static void
nothing_is_sent_where_nobody_can_be_asked(void **state)
{
	struct chain c;

	(void)state;
	start(&c, NULL, 0);
	add(&c, SEK_HOP_KEYRING, "work");
	add_device(&c, add(&c, SEK_HOP_ASSUME_ROLE, NULL), NULL);
	assert_int_equal(fetch(&c), SEK_ENOTFOUND);
	assert_has(c.err.text, "run `sekisho-vault get work` in a terminal");
	end(&c);
}

static void
what_a_service_asks_to_wait_is_handed_on(void **state)
{
	const struct fake_answer answers[] = {
	    {.status = 400,
		.body = FAKE_XML_ERROR("Throttling", "Rate exceeded"),
		.retry_after = "120"},
	};
	struct chain c;

	(void)state;
	START(&c, answers);
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_ECANCEL);
	assert_int_equal(c.chain.fetch.retry_after, 120);
	end(&c);
}

static int
make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/sek-chain-XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", dir);

	(void)state;
	return system(rm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_stored_key_assumes_a_role),
	    cmocka_unit_test(a_stored_key_is_given_with_its_account),
	    cmocka_unit_test(a_key_that_cannot_be_had_says_what_to_do),
	    cmocka_unit_test(a_key_in_secrets_manager_gets_a_session),
	    cmocka_unit_test(a_key_in_parameter_store_assumes_a_role),
	    cmocka_unit_test(
		the_secrets_own_role_is_assumed_where_the_profile_has_none),
	    cmocka_unit_test(the_profiles_role_beats_the_secrets),
	    cmocka_unit_test(a_held_role_lasts_for_one_hop),
	    cmocka_unit_test(a_held_session_is_passed_on_until_it_ends),
	    cmocka_unit_test(a_held_session_assumes_the_secrets_role),
	    cmocka_unit_test(a_secret_without_a_key_is_told),
	    cmocka_unit_test(the_other_sources_are_reached),
	    cmocka_unit_test(a_code_is_spent_and_sent_once),
	    cmocka_unit_test(nothing_is_sent_where_nobody_can_be_asked),
	    cmocka_unit_test(what_a_service_asks_to_wait_is_handed_on),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

#include "chain_world.h"

#include "aws/chain.h"

static void
pin(struct chain *c, const char *region)
{
	c->plan.account = MINE;
	c->plan.sts = (struct sek_reach){.region = region};
}

static void
a_role_in_another_account_is_not_given(void **state)
{
	sek_auto_free char *role = sts("AssumeRole", "999999999999");
	const struct fake_answer answers[] = {OK(role)};
	struct chain c;

	(void)state;
	START(&c, answers);
	pin(&c, "eu-central-1");
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_EDENIED);
	assert_string_equal(c.err.text,
	    "the credentials belong to account 999999999999, but "
	    "sekisho_account is 123456789012: they are not given out");
	end(&c);
}

/* Of the last hop alone: the way there may lead through other accounts. */
static void
a_role_in_the_plans_account_is(void **state)
{
	sek_auto_free char *other = sts("AssumeRole", "999999999999");
	sek_auto_free char *role = sts("AssumeRole", MINE);
	const struct fake_answer answers[] = {OK(other), OK(role)};
	struct chain c;

	(void)state;
	START(&c, answers);
	pin(&c, "eu-central-1");
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	add(&c, SEK_HOP_ASSUME_ROLE, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, MINE);
	end(&c);
}

static void
what_is_not_known_is_asked_of_sts(void **state)
{
	sek_auto_free char *session = sts("GetSessionToken", NULL);
	sek_auto_free char *who = identity(MINE);
	const struct fake_answer answers[] = {OK(session), OK(who)};
	struct chain c;

	(void)state;
	START(&c, answers);
	pin(&c, "eu-central-1");
	add(&c, SEK_HOP_KEYRING, "work");
	add(&c, SEK_HOP_SESSION_TOKEN, NULL);
	assert_int_equal(fetch(&c), SEK_OK);
	assert_made(&c.out, FAKE_NOW + MADE_HOURS, MINE);
	assert_has(c.fake.requests[1].body, "Action=GetCallerIdentity&");
	assert_signed_by(&c, 1, made_id);
	/* known now, so not asked again */
	assert_int_equal(sek_chain_check_account(&c.chain, &c.out, &c.err),
	    SEK_OK);
	end(&c);
}

static void
what_sts_does_not_say_is_not_given(void **state)
{
	const struct fake_answer answers[] = {{.status = 403,
	    .body = FAKE_XML_ERROR("InvalidClientTokenId", "no")}};
	struct chain c;

	(void)state;
	START(&c, answers);
	pin(&c, "eu-central-1");
	add(&c, SEK_HOP_KEYRING, "work");
	assert_int_equal(fetch(&c), SEK_EDENIED);
	assert_has(c.err.text, "GetCallerIdentity");
	end(&c);
}

static void
what_a_key_says_of_itself_is_not_believed(void **state)
{
	sek_auto_free char *who = identity("999999999999");
	const struct fake_answer answers[] = {OK(who)};
	struct chain c;

	(void)state;
	START(&c, answers);
	pin(&c, "eu-central-1");
	set_variables(&c);
	c.fake.vars[4] = "AWS_ACCOUNT_ID";
	c.fake.vars[5] = MINE;
	add(&c, SEK_HOP_ENVIRONMENT, NULL);
	assert_int_equal(fetch(&c), SEK_EDENIED);
	assert_has(c.err.text, "account 999999999999");
	end(&c);
}

static void
an_instances_account_is_asked_of_sts_not_of_imds(void **state)
{
	sek_auto_free char *body = made_fill("{" MADE_BODY "}");
	sek_auto_free char *who = identity(MINE);
	const struct fake_answer answers[] = {
	    OK("t"), OK("r"), OK(body), OK(who)};
	static const char *const regions[][2] = {
	    {"eu-west-1", "https://sts.eu-west-1.amazonaws.com/"},
	    {"us-east-1", "https://sts.us-east-1.amazonaws.com/"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sek_hop *hop;
		struct chain c;

		START(&c, answers);
		pin(&c, regions[i][0]);
		hop = add(&c, SEK_HOP_IMDS, NULL);
		hop->reach = (struct sek_reach){
		    .endpoint = "http://[fd00:ec2::254]"};
		assert_int_equal(fetch(&c), SEK_OK);
		assert_made(&c.out, FAKE_NOW + MADE_HOURS, MINE);
		assert_string_equal(c.fake.requests[3].url, regions[i][1]);
		end(&c);
	}
}

static void
without_an_account_in_the_plan_any_will_do(void **state)
{
	struct chain c;

	(void)state;
	start(&c, NULL, 0);
	add(&c, SEK_HOP_KEYRING, "work");
	assert_int_equal(fetch(&c), SEK_OK);
	assert_int_equal(sek_chain_check_account(&c.chain, &c.out, &c.err),
	    SEK_OK);
	end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_role_in_another_account_is_not_given),
	    cmocka_unit_test(a_role_in_the_plans_account_is),
	    cmocka_unit_test(what_is_not_known_is_asked_of_sts),
	    cmocka_unit_test(what_sts_does_not_say_is_not_given),
	    cmocka_unit_test(what_a_key_says_of_itself_is_not_believed),
	    cmocka_unit_test(an_instances_account_is_asked_of_sts_not_of_imds),
	    cmocka_unit_test(without_an_account_in_the_plan_any_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

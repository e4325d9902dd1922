#include "plan_fixture.h"
#include "vault/plan.h"

#define TEXT 20000

/* [profile A] with a stored key, a role unless none is wanted, and a line. */
SEK_PRINTF(2, 3) static void profile(bool role, const char *fmt, ...)
{
	sek_auto_free char *line = sek_alloc(TEXT), *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vsnprintf(line, TEXT, fmt, ap) < TEXT);
	va_end(ap);
	text = sek_printf("[profile A]\nsekisho_source = keyring:k\n%s%s\n",
	    role ? ROLE("r") : "", line);
	ours(text);
}

/* n times c */
static const char *
times(size_t n, char c)
{
	static char text[TEXT];

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static void
accept(void)
{
	if (make("A"))
		fail_msg("%s", at.err.text);
}

static void
values_are_as_long_as_aws_takes_them(void **state)
{
	static const struct {
		const char *key;
		size_t min, max;
	} limits[] = {{"role_session_name", 2, 64}, {"external_id", 2, 1224},
	    {"mfa_serial", 9, 256}, {"source_identity", 2, 64}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *key = limits[i].key;

		profile(true, "%s = %s", key, times(limits[i].min, 'x'));
		accept();
		profile(true, "%s = %s", key, times(limits[i].max, 'x'));
		accept();
		profile(true, "%s = %s", key, times(limits[i].min - 1, 'x'));
		assert_refused("A", "characters (a limit of AWS)");
		profile(true, "%s = %s", key, times(limits[i].max + 1, 'x'));
		assert_refused("A", key);
	}
}

static void
values_have_the_characters_that_aws_takes(void **state)
{
	static const char *const right[] = {"role_session_name = aZ09_+=,.@-",
	    "external_id = aZ09_+=,.@:/-", "mfa_serial = aZ09_+=/:,.@-",
	    "source_identity = aZ09_+=,.@-"};
	static const char *const wrong[] = {"role_session_name = a b",
	    "role_session_name = a/b", "external_id = a b", "external_id = a*b",
	    "mfa_serial = GAHT1234567#", "source_identity = aws:me",
	    "source_identity = caf\xc3\xa9", "external_id = a\xff",
	    "external_id = a\n b"};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++) {
		profile(true, "%s", right[i]);
		accept();
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		profile(true, "%s", wrong[i]);
		assert_refused("A", "character");
		assert_null(strpbrk(at.err.text, "\n*#\xff"));
	}
}

static void
a_role_is_named_by_its_arn(void **state)
{
	static const char *const wrong[] = {"admin", "arn:aws:iam::1:role",
	    "arn:aws:iam::123456789012:user/admin",
	    "arn:aws:sts::123456789012:role/admin",
	    "arn:aws:iam:eu-west-1:123456789012:role/admin",
	    "arn:aws:iam::account:role/admin", "arn:aws:iam::123456789012:role",
	    "arn::iam::123456789012:role/admin",
	    "arn:aws:iam::123456789012:role/ad min"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		profile(false, "role_arn = %s", wrong[i]);
		assert_refused("A", "role_arn");
	}
	profile(false, "role_arn = arn:aws:iam::123456789012:role/a/%s",
	    times(2048 - 33, 'x'));
	accept();
	profile(false, "role_arn = arn:aws:iam::123456789012:role/a/%s",
	    times(2049 - 33, 'x'));
	assert_refused("A", "20 to 2048");
	set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
	set("AWS_ROLE_ARN", "admin");
	ours("[profile A]\ncredential_source = Environment\n");
	assert_refused("A", "AWS_ROLE_ARN");
}

static void
durations_have_limits_that_the_source_narrows(void **state)
{
	static const char *const wrong[] = {
	    "899", "0", "-900", "15m", "9e2", "43201", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		profile(true, "duration_seconds = %s", wrong[i]);
		assert_refused("A", "900 to 43200 for assume-role");
	}
	profile(false, "duration_seconds = 129600");
	accept();
	profile(false, "duration_seconds = 129601");
	assert_refused("A", "900 to 129600 for session-token");
}

/* What comes before role A; temporary: it is cut to an hour. */
static const struct {
	const char *source;
	bool temporary;
} chained[] = {
    {"credential_source = Ec2InstanceMetadata\n", true},
    {"credential_source = EcsContainer\n", true},
    {"source_profile = B\n[profile B]\n" ROLE(
	 "b") "web_identity_token_file = /t\n",
	true},
    {"source_profile = B\n[profile B]\n" ROLE(
	 "b") "sekisho_source = keyring:k\n",
	true},
    {"source_profile = B\n[profile B]\nsekisho_source = keyring:k\n"
     "mfa_serial = GAHT12345678\n",
	true},
    {"source_profile = B\n[profile B]\n" KEY "aws_session_token = x\n", true},
    {"source_profile = B\n[profile B]\n" KEY, false},
    {"source_profile = B\n[profile B]\ncredential_process = x\n", false},
    {"source_profile = B\n[profile B]\nsekisho_source = keyring:k\n", false},
    {"sekisho_source = ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/x\n"
     "sekisho_reader_source = Ec2InstanceMetadata\n",
	false},
};

static void
a_chained_role_lasts_an_hour_at_most(void **state)
{
	(void)state;
	set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1");
	for (size_t i = 0; i < sizeof(chained) / sizeof(*chained); i++) {
		sek_auto_free char *text = sek_printf(
		    "[profile A]\n" ROLE("a") "duration_seconds = 3601\n%s",
		    chained[i].source);
		sek_auto_free char *hour = sek_printf(
		    "[profile A]\n" ROLE("a") "duration_seconds = 3600\n%s",
		    chained[i].source);

		ours(hour);
		accept();
		ours(text);
		if (chained[i].temporary)
			assert_refused("A", "3600 at most");
		else
			accept();
	}
}

static void
a_web_identity_takes_less_than_a_role(void **state)
{
	static const char *const others[] = {"external_id = abc",
	    "session_tags = a=b", "transitive_session_tags = a",
	    "source_identity = me", "mfa_serial = GAHT12345678"};
	static const char web[] = "[profile A]\n" ROLE(
	    "a") "web_identity_token_file = /t\nduration_seconds = 43200\n"
		 "sekisho_policy = {}\n";

	(void)state;
	ours(web);
	accept();
	assert_string_equal(last()->policy, "{}");
	assert_int_equal(last()->duration, 43200);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		sek_auto_free char *text = sek_printf("%s%s\n", web, others[i]);

		ours(text);
		assert_refused("A", "a web identity goes to STS without");
	}
}

static void
tags_are_pairs(void **state)
{
	(void)state;
	profile(true,
	    "session_tags = team = a=b , Caf\xc3\xa9=x y,empty=\n"
	    "transitive_session_tags = empty, team");
	accept();
	assert_int_equal(last()->n_tags, 3);
	assert_string_equal(last()->tags[0].key, "team");
	assert_string_equal(last()->tags[0].value, "a=b");
	assert_true(last()->tags[0].transitive);
	assert_string_equal(last()->tags[1].key, "Caf\xc3\xa9");
	assert_string_equal(last()->tags[1].value, "x y");
	assert_false(last()->tags[1].transitive);
	assert_string_equal(last()->tags[2].value, "");
	assert_true(last()->tags[2].transitive);
}

static void
tags_that_sts_refuses_are_refused_here(void **state)
{
	static const char *const wrong[] = {"a", "=b", "a=b,", ",a=b", "a=b;c",
	    "a!=b", "aws:x=y", "AWS:x=y", "a=b,A=c", "a=\xff", "a=b\n c=d"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		profile(true, "session_tags = %s", wrong[i]);
		assert_refused("A", "session_tags");
	}
	profile(true, "session_tags = a=b\ntransitive_session_tags = A");
	assert_refused("A", "entry 1 of transitive_session_tags is no key of");
	profile(true, "transitive_session_tags = a");
	assert_refused("A", "transitive_session_tags");
	profile(true, "session_tags = k=%s", times(256, 'x'));
	accept();
	profile(true, "session_tags = k=%s", times(257, 'x'));
	assert_refused("A", "up to 256");
	profile(true, "session_tags = %s=v", times(128, 'x'));
	accept();
	profile(true, "session_tags = %s=v", times(129, 'x'));
	assert_refused("A", "1 to 128");
}

static void
what_a_chain_hands_on_is_not_set_again(void **state)
{
	static const char first[] =
	    "[profile A]\n" ROLE("a") "source_profile = B\n";
	static const char others[] = "\n[profile B]\n" ROLE(
	    "b") "source_profile = C\n"
		 "[profile C]\n" ROLE(
		     "c") "sekisho_source = keyring:k\n"
			  "session_tags = "
			  "team=x,cost=y\ntransitive_session_tags = team\n"
			  "source_identity = someone\n";
	static const struct {
		const char *line, *refused;
	} cases[] = {
	    {"session_tags = cost=z,other=z", NULL},
	    {"session_tags = other=z,Team=x", "entry 2 of session_tags"},
	    {"source_identity = someone", NULL},
	    {"source_identity = somebody", "profile C sets another"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sek_auto_free char *text = sek_printf("%s%s%s", first,
		    cases[i].line, others);

		ours(text);
		if (cases[i].refused)
			assert_refused("A", cases[i].refused);
		else
			accept();
	}
	/* The reader of a key hands nothing on to who uses the key. */
	ours("[profile A]\n" ROLE(
	    "a") "region = eu-west-1\n"
		 "sekisho_source = ssm:x\nsekisho_reader_profile = B\n"
		 "source_identity = somebody\n[profile B]\n" ROLE(
		     "b") "sekisho_source = keyring:k\nsource_identity = "
			  "someone\n");
	accept();
}

static void
fifty_tags_and_no_more(void **state)
{
	sek_auto_buf tags = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		sek_buf_printf(&tags, "%sk%d=v", i ? "," : "", i);
	profile(true, "session_tags = %s", tags.p);
	accept();
	assert_int_equal(last()->n_tags, 50);
	profile(true, "session_tags = %s,k50=v", tags.p);
	assert_refused("A", "more than 50");
}

static void
a_policy_is_json_of_a_certain_size(void **state)
{
	(void)state;
	profile(true, "sekisho_policy =  {\"a\":\"\xc3\xa9\"} ");
	accept();
	assert_string_equal(last()->policy, "{\"a\":\"\xc3\xa9\"}");
	profile(true, "sekisho_policy = {%s}", times(2046, 'x'));
	accept();
	profile(true, "sekisho_policy = {%s}", times(2047, 'x'));
	assert_refused("A", "2049 characters, and STS takes 2048");
	profile(true, "sekisho_policy = []");
	assert_refused("A", "as JSON, or file:PATH");
	profile(true, "sekisho_policy = {");
	assert_refused("A", "as JSON");
	profile(true, "sekisho_policy = {\xe2\x82\xac}");
	assert_refused("A", "\\uXXXX");
	profile(true, "sekisho_policy = {\x01}");
	assert_refused("A", "\\uXXXX");
}

static void
policy_arns_are_ten_at_most(void **state)
{
	static const char arn[] = "arn:aws:iam::aws:policy/x";
	sek_auto_buf arns = {0};

	(void)state;
	for (int i = 0; i < 10; i++)
		sek_buf_printf(&arns, "%s%s%d", i ? " , " : "", arn, i);
	profile(true, "sekisho_policy_arns = %s", arns.p);
	accept();
	assert_string_equal(last()->policy_arns[0],
	    "arn:aws:iam::aws:policy/x0");
	assert_string_equal(last()->policy_arns[9],
	    "arn:aws:iam::aws:policy/x9");
	assert_null(last()->policy_arns[10]);
	assert_null(last()->policy);
	profile(true, "sekisho_policy_arns = %s,%s", arns.p, arn);
	assert_refused("A", "more than 10");
	profile(true, "sekisho_policy_arns = %s,", arn);
	assert_refused("A", "entry 2 of sekisho_policy_arns is no ARN");
	profile(true, "sekisho_policy_arns = ReadOnlyAccess-and-more");
	assert_refused("A", "entry 1 of");
	/* Policy and ARNs count together. */
	profile(true, "sekisho_policy_arns = %s\nsekisho_policy = {%s}", arn,
	    times(2048 - 2 - 25, 'x'));
	accept();
	profile(true, "sekisho_policy_arns = %s\nsekisho_policy = {%s}", arn,
	    times(2048 - 1 - 25, 'x'));
	assert_refused("A", "2049 characters");
}

static void
a_policy_may_lie_in_a_file_of_ours(void **state)
{
	sek_auto_free char *path = sek_printf("%s/policy", at.home);

	(void)state;
	file("policy", "\n {\"Version\":\"2012-10-17\"}\n\n");
	profile(true, "sekisho_policy = file:%s", path);
	accept();
	assert_string_equal(last()->policy, "{\"Version\":\"2012-10-17\"}");
	file("policy", "{\"Version\":\"other\"}");
	accept();
	assert_string_equal(last()->policy, "{\"Version\":\"other\"}");
	assert_int_equal(chmod(path, 0620), 0);
	assert_refused("A", "chmod go-w");
	assert_int_equal(unlink(path), 0);
	assert_refused("A", "No such file");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused("A", "what is no file");
	profile(true, "sekisho_policy = file:policy");
	assert_refused("A", "whole path");
	profile(true, "sekisho_policy = file:/dev/zero");
	assert_refused("A", "what is no file");
	file("big", times(TEXT - 1, ' '));
	profile(true, "sekisho_policy = file:%s/big", at.home);
	assert_refused("A", "as JSON");
}

static void
a_policy_file_has_a_limit(void **state)
{
	sek_auto_free char *path = sek_printf("%s/policy", at.home);

	(void)state;
	file("policy", "{}");
	profile(true, "sekisho_policy = file:%s", path);
	accept();
	assert_int_equal(truncate(path, 1 << 20), 0);
	assert_refused("A", "larger than 65536 bytes");
}

static void
a_secrets_version_has_limits(void **state)
{
	static const char secret[] = "[profile A]\nregion = eu-west-1\n"
				     "sekisho_source = secretsmanager:x\n"
				     "sekisho_reader_source = "
				     "Ec2InstanceMetadata\n";
	sek_auto_free char
	    *version = sek_printf("%ssekisho_secret_version_id = %s\n", secret,
		times(32, 'a'));
	sek_auto_free char
	    *more = sek_printf("%ssekisho_secret_version_id = %s\n", secret,
		times(31, 'a'));
	sek_auto_free char
	    *stage = sek_printf("%ssekisho_secret_version_stage = %s\n", secret,
		times(257, 'a'));

	(void)state;
	ours(version);
	accept();
	assert_string_equal(at.plan->hops[1].version_id, times(32, 'a'));
	ours(more);
	assert_refused("A", "32 to 64");
	ours(stage);
	assert_refused("A", "1 to 256");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    plan_test(values_are_as_long_as_aws_takes_them),
	    plan_test(values_have_the_characters_that_aws_takes),
	    plan_test(a_role_is_named_by_its_arn),
	    plan_test(durations_have_limits_that_the_source_narrows),
	    plan_test(a_chained_role_lasts_an_hour_at_most),
	    plan_test(a_web_identity_takes_less_than_a_role),
	    plan_test(tags_are_pairs),
	    plan_test(tags_that_sts_refuses_are_refused_here),
	    plan_test(what_a_chain_hands_on_is_not_set_again),
	    plan_test(fifty_tags_and_no_more),
	    plan_test(a_policy_is_json_of_a_certain_size),
	    plan_test(policy_arns_are_ten_at_most),
	    plan_test(a_policy_may_lie_in_a_file_of_ours),
	    plan_test(a_policy_file_has_a_limit),
	    plan_test(a_secrets_version_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

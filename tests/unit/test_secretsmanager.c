#include "fake_aws.h"

#include "aws/secretsmanager.h"

/* ARNs of secrets, and what their names are in requests. */
#define ARN(region) "arn:aws:secretsmanager:" region ":123456789012:secret:db-x"

struct reading {
	struct fake fake;
	struct fake_answer answer;
	struct sek_hop hop;
	struct sek_creds reader;
	struct sek_secret *out;
	struct sek_err err;
};

static void
start(struct reading *r, const char *name, const char *answer)
{
	memset(r, 0, sizeof(*r));
	r->answer = (struct fake_answer){.status = 200, .body = answer};
	r->hop.name = name;
	r->hop.reach.region = "eu-west-1";
	fake_start(&r->fake, &r->answer, 1);
	fake_creds(&r->reader, true);
}

static void
end(struct reading *r)
{
	fake_end(&r->fake);
	sek_creds_clear(&r->reader);
	sek_secret_free(r->out);
}

static enum sek_code
get_secret(struct reading *r)
{
	return sek_secretsmanager_get(&r->fake.aws, &r->hop, &r->reader,
	    &r->out, &r->err);
}

static enum sek_code
get_parameter(struct reading *r)
{
	return sek_ssm_get(&r->fake.aws, &r->hop, &r->reader, &r->out, &r->err);
}

static void
assert_value(const struct reading *r, const char *value, size_t n)
{
	assert_true(sek_str_eq(sek_secret_str(r->out),
	    (struct sek_str){value, n}));
}

static void
a_secret_is_read_by_its_name(void **state)
{
	struct reading r;

	(void)state;
	start(&r, "app/\"db\"",
	    "{\"ARN\":\"a\",\"SecretString\":\"{\\\"k\\\":\\\"\\u00e9\\\"}\"}");
	assert_int_equal(get_secret(&r), SEK_OK);
	assert_value(&r, "{\"k\":\"\xc3\xa9\"}", 10);
	assert_string_equal(r.fake.requests[0].url,
	    "https://secretsmanager.eu-west-1.amazonaws.com/");
	assert_has(r.fake.requests[0].headers,
	    "x-amz-target: secretsmanager.GetSecretValue\n");
	assert_has(r.fake.requests[0].headers,
	    "/eu-west-1/secretsmanager/aws4_request");
	assert_string_equal(r.fake.requests[0].body,
	    "{\"SecretId\":\"app/\\\"db\\\"\"}");
	end(&r);
}

static void
a_version_may_be_named(void **state)
{
	struct reading r;

	(void)state;
	start(&r, "db", "{\"SecretString\":\"\"}");
	r.hop.version_id = "11111111-2222-3333-4444-555555555555";
	r.hop.version_stage = "AWSPENDING";
	assert_int_equal(get_secret(&r), SEK_OK);
	assert_value(&r, "", 0);
	assert_string_equal(r.fake.requests[0].body,
	    "{\"SecretId\":\"db\","
	    "\"VersionId\":\"11111111-2222-3333-4444-555555555555\","
	    "\"VersionStage\":\"AWSPENDING\"}");
	end(&r);
}

static void
an_arn_is_asked_in_its_own_region(void **state)
{
	static const struct {
		const char *arn, *host;
	} cases[] = {
	    {ARN("us-east-2"), "secretsmanager.us-east-2.amazonaws.com"},
	    {"arn:aws-cn:secretsmanager:cn-north-1:1:secret:x",
		"secretsmanager.cn-north-1.amazonaws.com.cn"},
	    {ARN(""), "secretsmanager.eu-west-1.amazonaws.com"},
	    {"arn:aws:secretsmanager",
		"secretsmanager.eu-west-1.amazonaws.com"},
	    {"arn-of-mine", "secretsmanager.eu-west-1.amazonaws.com"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sek_auto_free char *url = sek_printf("https://%s/",
		    cases[i].host);
		struct reading r;

		start(&r, cases[i].arn, "{\"SecretString\":\"x\"}");
		assert_int_equal(get_secret(&r), SEK_OK);
		assert_string_equal(r.fake.requests[0].url, url);
		end(&r);
	}
}

static void
the_region_of_an_arn_is_no_way_to_another_host(void **state)
{
	static const char *const arns[] = {ARN("evil.example.com/"), ARN("a@b"),
	    ARN("EU-WEST-1"), ARN("a\r\nb"),
	    ARN("a234567890123456789012345678901234567890"
		"123456789012345678901234")};

	(void)state;
	for (size_t i = 0; i < sizeof(arns) / sizeof(arns[0]); i++) {
		struct reading r;

		start(&r, arns[i], "{}");
		r.fake.n_answers = 0;
		assert_int_equal(get_secret(&r), SEK_ECONFIG);
		assert_has(r.err.text, "the region in this ARN is none");
		end(&r);
	}
}

static void
a_binary_secret_is_decoded(void **state)
{
	static const struct {
		const char *text, *bytes;
		size_t n;
	} cases[] = {
	    {"", "", 0},
	    {"AA==", "\0", 1},
	    {"/+8=", "\xff\xef", 2},
	    {"Zm9v", "foo", 3},
	    {"Zm9vYg==", "foob", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sek_auto_free char *body =
		    sek_printf("{\"SecretBinary\":\"%s\"}", cases[i].text);
		struct reading r;

		start(&r, "db", body);
		assert_int_equal(get_secret(&r), SEK_OK);
		assert_value(&r, cases[i].bytes, cases[i].n);
		end(&r);
	}
}

static void
an_answer_without_a_value_is_refused(void **state)
{
	static const struct {
		const char *body, *why;
	} cases[] = {
	    {"{}", "the answer has no value"},
	    {"{\"SecretString\":7}", "the answer has no value"},
	    {"[]", "the answer is no JSON object"},
	    {"", "not JSON"},
	    {"<a/>", "not JSON"},
	    {"{\"SecretBinary\":\"A\"}", "no base64"},
	    {"{\"SecretBinary\":\"AAA\"}", "no base64"},
	    {"{\"SecretBinary\":\"A===\"}", "no base64"},
	    {"{\"SecretBinary\":\"====\"}", "no base64"},
	    {"{\"SecretBinary\":\"AA=A\"}", "no base64"},
	    {"{\"SecretBinary\":\"AA==AAAA\"}", "no base64"},
	    {"{\"SecretBinary\":\"AA A\"}", "no base64"},
	    {"{\"SecretBinary\":\"AA-_\"}", "no base64"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		start(&r, "db", cases[i].body);
		assert_int_equal(get_secret(&r), SEK_EPARSE);
		assert_has(r.err.text, "GetSecretValue db: ");
		assert_has(r.err.text, cases[i].why);
		assert_null(r.out);
		end(&r);
	}
}

static void
a_parameter_is_decrypted(void **state)
{
	static const char *const names[] = {"/app/key", "/app/key:3",
	    "/aws/reference/secretsmanager/app",
	    "arn:aws:ssm:us-east-2:123456789012:parameter/app/key"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sek_auto_free char *body =
		    sek_printf("{\"Name\":\"%s\",\"WithDecryption\":true}",
			names[i]);
		struct reading r;

		start(&r, names[i],
		    "{\"Parameter\":{\"Type\":\"SecureString\","
		    "\"Value\":\"a=b\\nc=d\"}}");
		assert_int_equal(get_parameter(&r), SEK_OK);
		assert_value(&r, "a=b\nc=d", 7);
		assert_has(r.fake.requests[0].headers,
		    "x-amz-target: AmazonSSM.GetParameter\n");
		assert_string_equal(r.fake.requests[0].body, body);
		assert_string_equal(r.fake.requests[0].url,
		    i < 3 ? "https://ssm.eu-west-1.amazonaws.com/"
			  : "https://ssm.us-east-2.amazonaws.com/");
		end(&r);
	}
}

static void
a_parameter_without_a_value_is_refused(void **state)
{
	static const char *const bodies[] = {"{}", "{\"Parameter\":{}}",
	    "{\"Parameter\":\"Value\"}", "{\"Parameter\":{\"Value\":[]}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct reading r;

		start(&r, "/app/key", bodies[i]);
		assert_int_equal(get_parameter(&r), SEK_EPARSE);
		assert_string_equal(r.err.text,
		    "GetParameter /app/key: the answer has no value");
		assert_null(r.out);
		end(&r);
	}
}

static void
what_is_not_there_is_told_from_what_is_denied(void **state)
{
	static const struct {
		const char *body;
		enum sek_code code;
	} cases[] = {
	    {"{\"__type\":\"ResourceNotFoundException\",\"Message\":\"x\"}",
		SEK_ENOTFOUND},
	    {"{\"__type\":\"ParameterNotFound\"}", SEK_ENOTFOUND},
	    {"{\"__type\":\"ParameterVersionNotFound\"}", SEK_ENOTFOUND},
	    {"{\"__type\":\"AccessDeniedException\"}", SEK_EDENIED},
	    {"{\"__type\":\"DecryptionFailure\"}", SEK_EDENIED},
	    {"{\"__type\":\"InvalidKeyId\"}", SEK_EDENIED},
	    {"{\"__type\":\"ExpiredTokenException\"}", SEK_EEXPIRED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		start(&r, "db", cases[i].body);
		r.answer.status = 400;
		assert_int_equal(get_secret(&r), cases[i].code);
		assert_int_equal(strncmp(r.err.text, "GetSecretValue db: ", 19),
		    0);
		end(&r);
		start(&r, "db", cases[i].body);
		r.answer.status = 400;
		assert_int_equal(get_parameter(&r), cases[i].code);
		end(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_is_read_by_its_name),
	    cmocka_unit_test(a_version_may_be_named),
	    cmocka_unit_test(an_arn_is_asked_in_its_own_region),
	    cmocka_unit_test(the_region_of_an_arn_is_no_way_to_another_host),
	    cmocka_unit_test(a_binary_secret_is_decoded),
	    cmocka_unit_test(an_answer_without_a_value_is_refused),
	    cmocka_unit_test(a_parameter_is_decrypted),
	    cmocka_unit_test(a_parameter_without_a_value_is_refused),
	    cmocka_unit_test(what_is_not_there_is_told_from_what_is_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fake_aws.h"

#include "aws/call.h"

#define BODY "Action=GetCallerIdentity&Version=2011-06-15"
#define OK                                                                     \
	{                                                                      \
		.status = 200, .body = "<fine/>"                               \
	}
#define BUSY                                                                   \
	{                                                                      \
		.status = 400,                                                 \
		.body = FAKE_XML_ERROR("Throttling", "Rate exceeded")          \
	}
#define BROKEN                                                                 \
	{                                                                      \
		.status = 503, .body = "<html>no</html>"                       \
	}
#define CUT                                                                    \
	{                                                                      \
		.code = SEK_ENET                                               \
	}
#define TEN_MINUTES_ON "Thu, 01 Jan 2026 00:10:00 GMT"
#define SKEWED(why)                                                            \
	{                                                                      \
		.status = 403, .date = TEN_MINUTES_ON,                         \
		.body = FAKE_XML_ERROR(why, "not now")                         \
	}

static const struct sek_reach reach = {.region = "eu-west-1"};

struct call {
	struct fake fake;
	struct sek_creds creds;
	struct sek_call call;
	struct sek_secret *body;
	struct sek_err err;
};

static void
start(struct call *c, const struct fake_answer *answers, size_t n)
{
	*c = (struct call){.call = {
			       .service = "sts",
			       .reach = &reach,
			       .what = "GetCallerIdentity",
			       .body = SEK_STR(BODY),
			   }};
	fake_start(&c->fake, answers, n);
	fake_creds(&c->creds, true);
	c->call.creds = &c->creds;
}
#define START(c, answers)                                                      \
	start(c, answers, sizeof(answers) / sizeof(*(answers)))

static enum sek_code
run(struct call *c)
{
	return sek_call(&c->body, &c->fake.aws, &c->call, &c->err);
}

static void
end(struct call *c)
{
	fake_end(&c->fake);
	sek_creds_clear(&c->creds);
	sek_secret_free(c->body);
}

static void
a_query_call_is_a_signed_form(void **state)
{
	static const struct fake_answer answers[] = {OK};
	const struct fake_request *r;
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_true(sek_str_is(sek_secret_str(c.body), "<fine/>"));
	r = &c.fake.requests[0];
	assert_string_equal(r->url, "https://sts.eu-west-1.amazonaws.com/");
	assert_string_equal(r->body, BODY);
	assert_has(r->headers,
	    "content-type: application/x-www-form-urlencoded; charset=utf-8\n");
	assert_has(r->headers, "user-agent: sekisho-vault/");
	assert_has(r->headers, "x-amz-date: 20260101T000000Z\n");
	assert_has(r->headers, "x-amz-security-token: token/");
	assert_has(r->headers, "authorization: AWS4-HMAC-SHA256 Credential=");
	assert_has(r->headers, "/20260101/eu-west-1/sts/aws4_request");
	assert_has(r->headers,
	    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,");
	assert_lacks(r->headers, "x-amz-target");
	assert_false(r->plain);
	assert_false(r->direct);
	assert_int_equal(r->connect_ms, 3000);
	assert_int_equal(r->total_ms, 10000);
	end(&c);
}

static void
a_json_call_names_its_target(void **state)
{
	static const struct fake_answer answers[] = {OK};
	const struct fake_request *r;
	struct call c;

	(void)state;
	START(&c, answers);
	c.call.service = "ssm";
	c.call.target = "AmazonSSM.GetParameter";
	c.call.body = SEK_STR("{}");
	assert_int_equal(run(&c), SEK_OK);
	r = &c.fake.requests[0];
	assert_string_equal(r->url, "https://ssm.eu-west-1.amazonaws.com/");
	assert_has(r->headers, "content-type: application/x-amz-json-1.1\n");
	assert_has(r->headers, "x-amz-target: AmazonSSM.GetParameter\n");
	assert_has(r->headers, ";x-amz-target,");
	assert_string_equal(r->body, "{}");
	end(&c);
}

static void
a_call_without_credentials_is_not_signed(void **state)
{
	static const struct fake_answer answers[] = {OK};
	struct call c;

	(void)state;
	START(&c, answers);
	c.call.creds = NULL;
	assert_int_equal(run(&c), SEK_OK);
	assert_lacks(c.fake.requests[0].headers, "authorization");
	assert_lacks(c.fake.requests[0].headers, "x-amz");
	end(&c);
}

static void
a_long_term_key_sends_no_token(void **state)
{
	static const struct fake_answer answers[] = {OK};
	struct call c;

	(void)state;
	START(&c, answers);
	fake_creds(&c.creds, false);
	assert_int_equal(run(&c), SEK_OK);
	assert_has(c.fake.requests[0].headers, "authorization: ");
	assert_lacks(c.fake.requests[0].headers, "x-amz-security-token");
	end(&c);
}

static void
an_endpoint_of_the_users_is_used_as_it_is(void **state)
{
	static const struct {
		const char *endpoint, *url;
		bool local;
	} cases[] = {
	    {"http://127.0.0.1:5000", "http://127.0.0.1:5000/", true},
	    {"http://localhost:5000/", "http://localhost:5000/", true},
	    {"https://vpce.example.com/sts", "https://vpce.example.com/sts",
		false},
	};
	static const struct fake_answer answers[] = {OK};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sek_reach there = {.region = "eu-west-1",
		    .endpoint = cases[i].endpoint,
		    .ca_bundle = "/etc/ca.pem"};
		struct call c;

		START(&c, answers);
		c.call.reach = &there;
		assert_int_equal(run(&c), SEK_OK);
		assert_string_equal(c.fake.requests[0].url, cases[i].url);
		assert_string_equal(c.fake.requests[0].method, "POST");
		assert_string_equal(c.fake.requests[0].ca_bundle,
		    "/etc/ca.pem");
		assert_int_equal(c.fake.requests[0].plain, cases[i].local);
		assert_int_equal(c.fake.requests[0].direct, cases[i].local);
		end(&c);
	}
}

static void
nothing_is_sent_in_the_clear_beyond_this_machine(void **state)
{
	struct sek_reach there = {
	    .region = "eu-west-1", .endpoint = "http://sts.example.com"};
	struct call c;

	(void)state;
	start(&c, NULL, 0);
	c.call.reach = &there;
	assert_int_equal(run(&c), SEK_ECONFIG);
	assert_int_equal(strncmp(c.err.text, "GetCallerIdentity: ", 19), 0);
	end(&c);
}

static void
a_transient_failure_is_tried_again(void **state)
{
	static const struct fake_answer answers[] = {CUT, BROKEN, OK};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(c.fake.n_slept, 2);
	assert_int_equal(c.fake.slept[0], 50);
	assert_int_equal(c.fake.slept[1], 100);
	end(&c);
}

static void
each_attempt_is_signed_for_its_own_moment(void **state)
{
	static const struct fake_answer answers[] = {BUSY, OK};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_has(c.fake.requests[0].headers, "x-amz-date: 20260101T000000Z");
	assert_has(c.fake.requests[1].headers, "x-amz-date: 20260101T000001Z");
	end(&c);
}

static void
three_attempts_are_all(void **state)
{
	static const struct fake_answer answers[] = {CUT, CUT, CUT};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_ENET);
	assert_string_equal(c.err.text,
	    "GetCallerIdentity: host: cut short (after 3 attempts)");
	assert_int_equal(c.fake.aws.retry_after, 0);
	end(&c);
}

static void
the_user_may_ask_for_one_attempt(void **state)
{
	static const struct fake_answer answers[] = {BROKEN};
	struct call c;

	(void)state;
	START(&c, answers);
	c.fake.vars[0] = "AWS_MAX_ATTEMPTS";
	c.fake.vars[1] = "1";
	assert_int_equal(run(&c), SEK_ENET);
	assert_string_equal(c.err.text,
	    "GetCallerIdentity: HTTP 503 without an error of AWS's");
	end(&c);
}

static void
throttling_says_when_to_come_back(void **state)
{
	static const struct fake_answer answers[] = {BUSY, BUSY, BUSY};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_ECANCEL);
	assert_string_equal(c.err.text,
	    "GetCallerIdentity: Throttling (after 3 attempts): Rate exceeded; "
	    "too many requests of this account: try again later");
	assert_int_equal(c.fake.slept[0], 1000);
	assert_int_equal(c.fake.slept[1], 2000);
	assert_int_equal(c.fake.aws.retry_after, 4);
	end(&c);
}

static void
a_wait_past_the_deadline_is_left_to_the_caller(void **state)
{
	static const struct fake_answer answers[] = {{
	    .status = 503,
	    .retry_after = "30",
	}};
	struct call c;

	(void)state;
	START(&c, answers);
	c.fake.aws.deadline = FAKE_TICKS + 4000;
	assert_int_equal(run(&c), SEK_ENET);
	assert_int_equal(c.fake.n_slept, 0);
	assert_int_equal(c.fake.aws.retry_after, 30);
	end(&c);
}

static void
the_services_own_wait_is_kept(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 503, .amz_retry_after = "1500"}, OK};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(c.fake.slept[0], 1500);
	assert_int_equal(c.fake.aws.retry_after, 0);
	end(&c);
}

static void
no_attempt_outlasts_the_deadline(void **state)
{
	static const struct fake_answer answers[] = {
	    {.code = SEK_ECANCEL, .took_ms = 3000}, OK};
	struct call c;

	(void)state;
	START(&c, answers);
	c.fake.aws.deadline = FAKE_TICKS + 4000;
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(c.fake.requests[0].total_ms, 4000);
	assert_int_equal(c.fake.requests[1].total_ms, 950);
	assert_int_equal(c.fake.requests[1].connect_ms, 950);
	end(&c);
}

static void
nothing_is_sent_after_the_deadline(void **state)
{
	struct call c;

	(void)state;
	start(&c, NULL, 0);
	c.fake.ticks = c.fake.aws.deadline;
	assert_int_equal(run(&c), SEK_ECANCEL);
	assert_has(c.err.text, "GetCallerIdentity: no time is left");
	end(&c);
}

static void
a_refusal_is_not_tried_again(void **state)
{
	static const struct fake_answer answers[] = {{
	    .status = 403,
	    .body = FAKE_XML_ERROR("InvalidClientTokenId",
		"The security token included in the request is invalid."),
	}};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_EDENIED);
	assert_string_equal(c.err.text,
	    "GetCallerIdentity: InvalidClientTokenId: The security token "
	    "included in the request is invalid; the key was deleted or "
	    "deactivated, or belongs to another region or partition");
	end(&c);
}

static void
a_one_time_code_is_not_sent_again_without_an_answer(void **state)
{
	static const struct fake_answer answers[][1] = {
	    {CUT}, {{.code = SEK_ECANCEL}}, {BROKEN}, {BUSY}};
	static const enum sek_code codes[] = {
	    SEK_ENET, SEK_ECANCEL, SEK_ENET, SEK_ECANCEL};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct call c;

		START(&c, answers[i]);
		c.call.once = true;
		assert_int_equal(run(&c), codes[i]);
		assert_int_equal(c.fake.requests[0].total_ms, 60000);
		if (i < 2)
			assert_has(c.err.text,
			    "; the code may be spent: use the next one");
		end(&c);
	}
}

static void
a_wrong_clock_is_corrected_once(void **state)
{
	static const struct fake_answer answers[] = {
	    SKEWED("SignatureDoesNotMatch"), OK};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(c.fake.n_slept, 0);
	assert_int_equal(c.fake.aws.clock_offset, 600);
	assert_has(c.fake.requests[0].headers, "x-amz-date: 20260101T000000Z");
	assert_has(c.fake.requests[1].headers, "x-amz-date: 20260101T001000Z");
	end(&c);
}

static void
a_clock_that_was_corrected_is_not_blamed_again(void **state)
{
	static const struct fake_answer answers[] = {
	    SKEWED("SignatureDoesNotMatch"), SKEWED("SignatureDoesNotMatch"),
	    SKEWED("SignatureDoesNotMatch")};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_EDENIED);
	assert_int_equal(c.fake.n, 2);
	/* Nor in the next call, which starts with the corrected one. */
	assert_int_equal(run(&c), SEK_EDENIED);
	assert_int_equal(c.fake.aws.clock_offset, 600);
	assert_has(c.fake.requests[2].headers, "x-amz-date: 20260101T001000Z");
	end(&c);
}

static void
a_right_clock_is_not_touched(void **state)
{
	static const struct fake_answer answers[][1] = {
	    {{.status = 403,
		.date = "Thu, 01 Jan 2026 00:03:59 GMT",
		.body = FAKE_XML_ERROR("SignatureDoesNotMatch", "x")}},
	    {{.status = 403,
		.date = TEN_MINUTES_ON,
		.age = true,
		.body = FAKE_XML_ERROR("SignatureDoesNotMatch", "x")}},
	    {SKEWED("ValidationError")},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct call c;

		START(&c, answers[i]);
		assert_int_equal(run(&c), SEK_EDENIED);
		assert_int_equal(c.fake.aws.clock_offset, 0);
		end(&c);
	}
}

static void
the_clock_counts_for_no_attempt(void **state)
{
	static const struct fake_answer answers[] = {
	    CUT, SKEWED("RequestTimeTooSkewed"), CUT, OK};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(c.fake.n_slept, 2);
	end(&c);
}

static void
a_code_is_sent_again_if_only_the_signature_was_refused(void **state)
{
	static const struct fake_answer again[] = {
	    SKEWED("SignatureDoesNotMatch"), OK};
	static const struct fake_answer never[] = {
	    SKEWED("AccessDeniedException")};
	struct call c;

	(void)state;
	START(&c, again);
	c.call.once = true;
	assert_int_equal(run(&c), SEK_OK);
	end(&c);
	START(&c, never);
	c.call.once = true;
	assert_int_equal(run(&c), SEK_EDENIED);
	end(&c);
}

static void
an_unsigned_call_has_no_clock(void **state)
{
	static const struct fake_answer answers[] = {
	    SKEWED("AccessDeniedException")};
	struct call c;

	(void)state;
	START(&c, answers);
	c.call.creds = NULL;
	assert_int_equal(run(&c), SEK_EDENIED);
	assert_int_equal(c.fake.aws.clock_offset, 0);
	end(&c);
}

static enum sek_code
count_body(const struct sek_call *call, struct sek_secret **body,
    struct sek_err *err)
{
	struct call *c = (struct call *)(uintptr_t)call->arg;

	if (c->fake.n == 2)
		return sek_fail(err, SEK_ENOTFOUND, "/token: gone");
	*body = sek_secret_new(8);
	return sek_secret_add(*body, c->fake.n ? "second" : "first",
	    c->fake.n ? 6 : 5, err);
}

static void
a_body_may_be_made_anew_for_each_attempt(void **state)
{
	static const struct fake_answer answers[] = {CUT, CUT};
	struct call c;

	(void)state;
	START(&c, answers);
	c.call.make = count_body;
	c.call.arg = &c;
	assert_int_equal(run(&c), SEK_ENOTFOUND);
	assert_string_equal(c.err.text, "GetCallerIdentity: /token: gone");
	assert_string_equal(c.fake.requests[0].body, "first");
	assert_string_equal(c.fake.requests[1].body, "second");
	end(&c);
}

static void
an_empty_answer_is_an_answer(void **state)
{
	static const struct fake_answer answers[] = {{.status = 200}};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_OK);
	assert_int_equal(sek_secret_str(c.body).n, 0);
	end(&c);
}

static void
a_redirect_is_a_failure(void **state)
{
	static const struct fake_answer answers[] = {{.status = 302}};
	struct call c;

	(void)state;
	START(&c, answers);
	assert_int_equal(run(&c), SEK_EDENIED);
	assert_string_equal(c.err.text,
	    "GetCallerIdentity: HTTP 302 without an error of AWS's; a proxy or "
	    "another server may have answered");
	end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_query_call_is_a_signed_form),
	    cmocka_unit_test(a_json_call_names_its_target),
	    cmocka_unit_test(a_call_without_credentials_is_not_signed),
	    cmocka_unit_test(a_long_term_key_sends_no_token),
	    cmocka_unit_test(an_endpoint_of_the_users_is_used_as_it_is),
	    cmocka_unit_test(nothing_is_sent_in_the_clear_beyond_this_machine),
	    cmocka_unit_test(a_transient_failure_is_tried_again),
	    cmocka_unit_test(each_attempt_is_signed_for_its_own_moment),
	    cmocka_unit_test(three_attempts_are_all),
	    cmocka_unit_test(the_user_may_ask_for_one_attempt),
	    cmocka_unit_test(throttling_says_when_to_come_back),
	    cmocka_unit_test(a_wait_past_the_deadline_is_left_to_the_caller),
	    cmocka_unit_test(the_services_own_wait_is_kept),
	    cmocka_unit_test(no_attempt_outlasts_the_deadline),
	    cmocka_unit_test(nothing_is_sent_after_the_deadline),
	    cmocka_unit_test(a_refusal_is_not_tried_again),
	    cmocka_unit_test(
		a_one_time_code_is_not_sent_again_without_an_answer),
	    cmocka_unit_test(a_wrong_clock_is_corrected_once),
	    cmocka_unit_test(a_clock_that_was_corrected_is_not_blamed_again),
	    cmocka_unit_test(a_right_clock_is_not_touched),
	    cmocka_unit_test(the_clock_counts_for_no_attempt),
	    cmocka_unit_test(
		a_code_is_sent_again_if_only_the_signature_was_refused),
	    cmocka_unit_test(an_unsigned_call_has_no_clock),
	    cmocka_unit_test(a_body_may_be_made_anew_for_each_attempt),
	    cmocka_unit_test(an_empty_answer_is_an_answer),
	    cmocka_unit_test(a_redirect_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "metadata_answer.h"

#include "aws/imds.h"

#define HOST  "http://169.254.169.254"
#define TOKEN HOST "/latest/api/token"
#define ROLES HOST "/latest/meta-data/iam/security-credentials/"
#define IS(text)                                                               \
	{                                                                      \
		.status = 200, .body = (text)                                  \
	}
#define STATUS(n)                                                              \
	{                                                                      \
		.status = (n)                                                  \
	}
#define SILENCE                                                                \
	{                                                                      \
		.code = SEK_ECANCEL, .took_ms = 1000                           \
	}
#define REFUSED                                                                \
	{                                                                      \
		.code = SEK_ENET                                               \
	}

static char *body; /* what IMDS answers for the role */

static int
make_body(void **state)
{
	(void)state;
	body = made_fill("{\"Code\":\"Success\"," MADE_BODY "}");
	return 0;
}

static int
free_body(void **state)
{
	(void)state;
	free(body);
	return 0;
}

struct imds {
	struct fake fake;
	struct sek_hop hop;
	struct sek_creds out;
	struct sek_err err;
};

static void
start(struct imds *i, const struct fake_answer *answers, size_t n)
{
	memset(i, 0, sizeof(*i));
	i->hop.kind = SEK_HOP_IMDS;
	fake_start(&i->fake, answers, n);
}
#define START(i, answers)                                                      \
	start(i, answers, sizeof(answers) / sizeof(*(answers)))

static enum sek_code
get(struct imds *i)
{
	enum sek_code code = sek_imds_get(&i->fake.aws, &i->hop, &i->out,
	    &i->err);

	if (code) {
		assert_null(i->out.secret);
		assert_int_equal(strncmp(i->err.text, "IMDS: ", 6), 0);
		assert_quotes_nothing(i->err.text);
		assert_true(strlen(i->err.text) < 400);
	}
	return code;
}

static void
end(struct imds *i)
{
	fake_end(&i->fake);
	sek_creds_clear(&i->out);
}

/* request: its number from 0. */
static void
assert_sent(const struct imds *i, size_t request, const char *method,
    const char *url, const char *headers)
{
	const struct fake_request *r = &i->fake.requests[request];

	assert_true(request < i->fake.n);
	assert_string_equal(r->method, method);
	assert_string_equal(r->url, url);
	assert_string_equal(r->headers, headers);
	assert_true(r->plain);
	assert_true(r->direct);
}

#define TTL     "x-aws-ec2-metadata-token-ttl-seconds: 21600\n"
#define WITH(t) "x-aws-ec2-metadata-token: " t "\n"

static void
a_role_is_found_with_a_token(void **state)
{
	const struct fake_answer answers[] = {
	    IS("tok1=="), IS("web-role"), IS(body)};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_OK);
	assert_made(&i.out, FAKE_NOW + MADE_HOURS, "");
	assert_sent(&i, 0, "PUT", TOKEN, TTL);
	assert_sent(&i, 1, "GET", ROLES, WITH("tok1=="));
	assert_sent(&i, 2, "GET", ROLES "web-role", WITH("tok1=="));
	assert_int_equal(i.fake.requests[0].total_ms, 1000);
	assert_string_equal(i.fake.requests[0].body, "");
	end(&i);
}

static void
the_first_line_is_the_role(void **state)
{
	const struct fake_answer answers[] = {
	    IS("t"), IS("a+b=c,d.e@f_g-0\r\nother\n"), IS(body)};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_OK);
	assert_sent(&i, 2, "GET", ROLES "a+b=c,d.e@f_g-0", WITH("t"));
	end(&i);
}

static void
what_cannot_be_a_role_enters_no_url(void **state)
{
	char long_one[66];
	const char *const names[] = {"..", ".", "a/b", "../x", "a?b", "a#b",
	    "a b", "a%2e", "<html>", "a\tb", "r\xc3\xb4le", "a:b", long_one};

	(void)state;
	fake_letters(long_one, 65, "r");
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		const struct fake_answer answers[] = {IS("t"), IS(names[n])};
		struct imds i;

		START(&i, answers);
		assert_int_equal(get(&i), SEK_EPARSE);
		assert_has(i.err.text, "role's name is none");
		end(&i);
	}
}

static void
what_cannot_be_a_token_enters_no_header(void **state)
{
	char longest[1026];
	const char *const tokens[] = {"", "a b", "a\r\nx: y", "\xff", longest};

	(void)state;
	memset(longest, 'a', 1025);
	longest[1025] = '\0';
	for (size_t n = 0; n < sizeof(tokens) / sizeof(tokens[0]); n++) {
		const struct fake_answer answers[] = {IS(tokens[n])};
		struct imds i;

		START(&i, answers);
		assert_int_equal(get(&i), SEK_EPARSE);
		assert_has(i.err.text, "token is none");
		end(&i);
	}
}

static void
a_refused_token_is_renewed_once(void **state)
{
	const struct fake_answer answers[] = {
	    IS("t1"), STATUS(401), IS("t2"), IS("r"), IS(body)};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_OK);
	assert_sent(&i, 1, "GET", ROLES, WITH("t1"));
	assert_sent(&i, 2, "PUT", TOKEN, TTL);
	assert_sent(&i, 3, "GET", ROLES, WITH("t2"));
	assert_sent(&i, 4, "GET", ROLES "r", WITH("t2"));
	end(&i);
}

static void
a_token_refused_again_is_an_error(void **state)
{
	const struct fake_answer at_once[] = {
	    IS("t1"), STATUS(401), IS("t2"), STATUS(401)};
	const struct fake_answer later[] = {
	    IS("t1"), STATUS(401), IS("t2"), IS("r"), STATUS(401)};
	struct imds i;

	(void)state;
	START(&i, at_once);
	assert_int_equal(get(&i), SEK_EDENIED);
	end(&i);
	START(&i, later);
	assert_int_equal(get(&i), SEK_EDENIED);
	assert_has(i.err.text, "refuses its own token");
	end(&i);
}

static void
no_answer_to_the_token_request_names_the_hop_limit(void **state)
{
	const struct fake_answer answers[] = {SILENCE, SILENCE, SILENCE};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_ECANCEL);
	assert_has(i.err.text, "host: no answer (after 3 attempts)");
	assert_has(i.err.text,
	    "`aws ec2 modify-instance-metadata-options "
	    "--http-put-response-hop-limit 2`");
	assert_has(i.err.text, "firewall");
	for (size_t n = 0; n < 3; n++)
		assert_sent(&i, n, "PUT", TOKEN, TTL);
	end(&i);
}

static void
no_answer_to_another_request_does_not(void **state)
{
	const struct fake_answer answers[] = {
	    IS("t"), SILENCE, SILENCE, SILENCE};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_ECANCEL);
	assert_lacks(i.err.text, "hop");
	end(&i);
}

static void
nothing_is_sent_when_no_time_is_left(void **state)
{
	struct imds i;

	(void)state;
	start(&i, NULL, 0);
	i.fake.aws.deadline = FAKE_TICKS;
	assert_int_equal(sek_imds_get(&i.fake.aws, &i.hop, &i.out, &i.err),
	    SEK_ECANCEL);
	assert_has(i.err.text, "no time is left");
	assert_lacks(i.err.text, "hop");
	end(&i);
}

static void
the_deadline_ends_the_attempts(void **state)
{
	const struct fake_answer answers[] = {
	    SILENCE, {.code = SEK_ECANCEL, .took_ms = 450}};
	struct imds i;

	(void)state;
	START(&i, answers);
	i.fake.aws.deadline = FAKE_TICKS + 1500;
	assert_int_equal(get(&i), SEK_ECANCEL);
	assert_true(i.fake.requests[1].total_ms <= 500);
	end(&i);
}

static void
faults_are_tried_again(void **state)
{
	const struct fake_answer answers[] = {STATUS(503), REFUSED, IS("t"),
	    STATUS(500), IS("r"), SILENCE, STATUS(429), IS(body)};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_OK);
	end(&i);
}

static void
a_lasting_fault_is_told(void **state)
{
	const struct fake_answer faults[] = {
	    STATUS(503), STATUS(503), STATUS(503)};
	const struct fake_answer refusals[] = {REFUSED, REFUSED, REFUSED};
	struct imds i;

	(void)state;
	START(&i, faults);
	assert_int_equal(get(&i), SEK_ENET);
	assert_has(i.err.text, "HTTP 503 to the request for a token");
	end(&i);
	START(&i, refusals);
	assert_int_equal(get(&i), SEK_ENET);
	assert_has(i.err.text, "cut short (after 3 attempts)");
	end(&i);
}

/* Of the token request, of the list, of the role. */
static void
a_status_says_what_is_wrong(void **state)
{
	static const struct {
		int at, status;
		enum sek_code code;
		const char *says;
	} cases[] = {
	    {0, 400, SEK_EPARSE, "HTTP 400 to the request for a token"},
	    {0, 403, SEK_ENOTFOUND, "is switched off"},
	    {0, 404, SEK_ENOTFOUND, "no version 2"},
	    {0, 405, SEK_ENOTFOUND, "no version 2"},
	    {0, 301, SEK_EPARSE, "HTTP 301"},
	    {1, 403, SEK_ENOTFOUND, "is switched off"},
	    {1, 404, SEK_ENOTFOUND, "no role is attached"},
	    {1, 400, SEK_EPARSE, "HTTP 400 to the request for the role's name"},
	    {2, 404, SEK_ENOTFOUND, "no role is attached"},
	    {2, 418, SEK_EPARSE, "HTTP 418"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct fake_answer answers[] = {IS("t"), IS("r"), IS(body)};
		struct imds i;

		answers[cases[n].at] = (struct fake_answer){
		    .status = cases[n].status, .body = body};
		start(&i, answers, (size_t)cases[n].at + 1);
		assert_int_equal(get(&i), cases[n].code);
		assert_has(i.err.text, cases[n].says);
		end(&i);
	}
}

static void
an_empty_list_has_no_role(void **state)
{
	const struct fake_answer answers[] = {IS("t"), IS("\n")};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_ENOTFOUND);
	assert_has(i.err.text, "no role is attached");
	end(&i);
}

static void
what_imds_says_of_the_role_is_told(void **state)
{
	const struct fake_answer answers[] = {IS("t"), IS("r"),
	    IS("{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 "
	       "cannot assume the role\"}")};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_EDENIED);
	assert_string_equal(i.err.text,
	    "IMDS: role r: AssumeRoleUnauthorizedAccess: EC2 cannot assume "
	    "the role");
	end(&i);
}

static void
stale_credentials_are_given_with_their_end(void **state)
{
	sek_auto_free char *stale = made_fill(
	    "{\"Code\":\"Success\",\"AccessKeyId\":\"$I\",\"SecretAccessKey\":"
	    "\"$S\",\"Token\":\"$T\",\"Expiration\":\"2025-12-31T23:59:00Z\","
	    "\"AccountId\":\"123456789012\"}");
	const struct fake_answer answers[] = {IS("t"), IS("r"), IS(stale)};
	struct imds i;

	(void)state;
	START(&i, answers);
	assert_int_equal(get(&i), SEK_OK);
	assert_made(&i.out, FAKE_NOW - 60, "123456789012");
	end(&i);
}

static void
imds_can_be_switched_off(void **state)
{
	struct imds i;

	(void)state;
	start(&i, NULL, 0);
	i.fake.vars[0] = "AWS_EC2_METADATA_DISABLED";
	i.fake.vars[1] = "True";
	assert_int_equal(get(&i), SEK_ENOTFOUND);
	assert_has(i.err.text, "AWS_EC2_METADATA_DISABLED");
	end(&i);
}

static void
time_and_attempts_can_be_set(void **state)
{
	const struct fake_answer answers[] = {
	    {.code = SEK_ECANCEL, .took_ms = 5000}};
	struct imds i;

	(void)state;
	START(&i, answers);
	i.fake.vars[0] = "AWS_METADATA_SERVICE_TIMEOUT";
	i.fake.vars[1] = "5";
	i.fake.vars[2] = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
	i.fake.vars[3] = "1";
	assert_int_equal(get(&i), SEK_ECANCEL);
	assert_int_equal(i.fake.requests[0].total_ms, 5000);
	end(&i);
}

static void
what_is_no_number_sets_nothing(void **state)
{
	static const char *const values[] = {"0", "-1", "x", "1.5", ""};

	(void)state;
	for (size_t n = 0; n < sizeof(values) / sizeof(values[0]); n++) {
		const struct fake_answer answers[] = {
		    SILENCE, SILENCE, SILENCE};
		struct imds i;

		START(&i, answers);
		i.fake.vars[0] = "AWS_METADATA_SERVICE_TIMEOUT";
		i.fake.vars[2] = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
		i.fake.vars[1] = i.fake.vars[3] = values[n];
		assert_int_equal(get(&i), SEK_ECANCEL);
		assert_int_equal(i.fake.requests[0].total_ms, 1000);
		end(&i);
	}
}

static void
another_endpoint_can_be_named(void **state)
{
	static const struct {
		const char *endpoint, *url;
	} cases[] = {
	    {"http://[fd00:ec2::254]",
		"http://[fd00:ec2::254]/latest/api/token"},
	    {"http://[fd00:ec2::254]/",
		"http://[fd00:ec2::254]/latest/api/token"},
	    {"http://127.0.0.1:1338", "http://127.0.0.1:1338/latest/api/token"},
	    {"http://localhost:1338/a//",
		"http://localhost:1338/a/latest/api/token"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		const struct fake_answer answers[] = {
		    IS("t"), IS("r"), IS(body)};
		struct imds i;

		START(&i, answers);
		i.hop.reach.endpoint = cases[n].endpoint;
		assert_int_equal(get(&i), SEK_OK);
		assert_sent(&i, 0, "PUT", cases[n].url, TTL);
		end(&i);
	}
}

static void
an_endpoint_that_others_could_answer_is_refused(void **state)
{
	static const char *const endpoints[] = {"http://imds.example",
	    "http://10.0.0.1", "http://169.254.169.253", "http://[fd00::1]",
	    "http://127.1", "ftp://127.0.0.1", "127.0.0.1",
	    "http://u@127.0.0.1", "http://127.0.0.1/?x=1", "http://", "",
	    "///"};

	(void)state;
	for (size_t n = 0; n < sizeof(endpoints) / sizeof(*endpoints); n++) {
		struct imds i;

		start(&i, NULL, 0);
		i.hop.reach.endpoint = endpoints[n];
		assert_int_equal(get(&i), SEK_ECONFIG);
		end(&i);
	}
}

static void
tls_is_direct_and_not_plain(void **state)
{
	const struct fake_answer answers[] = {IS("t"), IS("r"), IS(body)};
	struct imds i;

	(void)state;
	START(&i, answers);
	i.hop.reach.endpoint = "https://imds.example";
	assert_int_equal(get(&i), SEK_OK);
	for (size_t n = 0; n < 3; n++) {
		assert_false(i.fake.requests[n].plain);
		assert_true(i.fake.requests[n].direct);
	}
	end(&i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_role_is_found_with_a_token),
	    cmocka_unit_test(the_first_line_is_the_role),
	    cmocka_unit_test(what_cannot_be_a_role_enters_no_url),
	    cmocka_unit_test(what_cannot_be_a_token_enters_no_header),
	    cmocka_unit_test(a_refused_token_is_renewed_once),
	    cmocka_unit_test(a_token_refused_again_is_an_error),
	    cmocka_unit_test(
		no_answer_to_the_token_request_names_the_hop_limit),
	    cmocka_unit_test(no_answer_to_another_request_does_not),
	    cmocka_unit_test(nothing_is_sent_when_no_time_is_left),
	    cmocka_unit_test(the_deadline_ends_the_attempts),
	    cmocka_unit_test(faults_are_tried_again),
	    cmocka_unit_test(a_lasting_fault_is_told),
	    cmocka_unit_test(a_status_says_what_is_wrong),
	    cmocka_unit_test(an_empty_list_has_no_role),
	    cmocka_unit_test(what_imds_says_of_the_role_is_told),
	    cmocka_unit_test(stale_credentials_are_given_with_their_end),
	    cmocka_unit_test(imds_can_be_switched_off),
	    cmocka_unit_test(time_and_attempts_can_be_set),
	    cmocka_unit_test(what_is_no_number_sets_nothing),
	    cmocka_unit_test(another_endpoint_can_be_named),
	    cmocka_unit_test(an_endpoint_that_others_could_answer_is_refused),
	    cmocka_unit_test(tls_is_direct_and_not_plain),
	};

	return cmocka_run_group_tests(tests, make_body, free_body);
}

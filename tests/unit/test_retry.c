#include "fake_aws.h"

#include "aws/clock.h"
#include "aws/retry.h"

static void
what_the_network_does_is_transient(void **state)
{
	(void)state;
	assert_int_equal(sek_retry_classify(SEK_ENET, 0, ""),
	    SEK_RETRY_TRANSIENT);
	assert_int_equal(sek_retry_classify(SEK_ECANCEL, 0, ""),
	    SEK_RETRY_TRANSIENT);
	assert_int_equal(sek_retry_classify(SEK_ETOOBIG, 0, ""), SEK_RETRY_NOT);
	assert_int_equal(sek_retry_classify(SEK_EPARSE, 0, ""), SEK_RETRY_NOT);
	assert_int_equal(sek_retry_classify(SEK_ECONFIG, 0, ""), SEK_RETRY_NOT);
}

static void
the_codes_of_the_sdks_are_told_apart(void **state)
{
	static const char *const throttle[] = {"Throttling",
	    "ThrottlingException", "ThrottledException",
	    "RequestThrottledException", "TooManyRequestsException",
	    "ProvisionedThroughputExceededException",
	    "TransactionInProgressException", "RequestLimitExceeded",
	    "BandwidthLimitExceeded", "LimitExceededException",
	    "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
	    "EC2ThrottledException"};
	static const char *const transient[] = {"RequestTimeout",
	    "RequestTimeoutException", "IDPCommunicationError"};
	static const char *const final[] = {"MalformedPolicyDocument",
	    "PackedPolicyTooLarge", "RegionDisabledException",
	    "ExpiredTokenException", "IDPRejectedClaim", "InvalidIdentityToken",
	    "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch",
	    "ValidationError", "throttling", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(throttle) / sizeof(*throttle); i++)
		assert_int_equal(sek_retry_classify(SEK_OK, 400, throttle[i]),
		    SEK_RETRY_THROTTLE);
	for (size_t i = 0; i < sizeof(transient) / sizeof(*transient); i++)
		assert_int_equal(sek_retry_classify(SEK_OK, 400, transient[i]),
		    SEK_RETRY_TRANSIENT);
	for (size_t i = 0; i < sizeof(final) / sizeof(*final); i++)
		assert_int_equal(sek_retry_classify(SEK_OK, 403, final[i]),
		    SEK_RETRY_NOT);
}

static void
a_status_stands_where_there_is_no_code(void **state)
{
	(void)state;
	for (int status = 500; status < 600; status++)
		assert_int_equal(sek_retry_classify(SEK_OK, status, ""),
		    status == 500 || status == 502 || status == 503 ||
			    status == 504
			? SEK_RETRY_TRANSIENT
			: SEK_RETRY_NOT);
	assert_int_equal(sek_retry_classify(SEK_OK, 503, "SlowDown"),
	    SEK_RETRY_THROTTLE);
	assert_int_equal(sek_retry_classify(SEK_OK, 429, ""),
	    SEK_RETRY_THROTTLE);
	assert_int_equal(sek_retry_classify(SEK_OK, 302, ""), SEK_RETRY_NOT);
}

static void
the_longest_wait_doubles_up_to_twenty_seconds(void **state)
{
	(void)state;
	assert_int_equal(sek_retry_backoff(SEK_RETRY_TRANSIENT, 1), 50);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_TRANSIENT, 2), 100);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_TRANSIENT, 9), 12800);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_TRANSIENT, 10), 20000);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_THROTTLE, 1), 1000);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_THROTTLE, 3), 4000);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_THROTTLE, 6), 20000);
	assert_int_equal(sek_retry_backoff(SEK_RETRY_THROTTLE, 1000), 20000);
}

static struct sek_retry
throttled(void)
{
	return (struct sek_retry){
	    .class = SEK_RETRY_THROTTLE,
	    .attempts = 3,
	    .number = 1,
	    .left = 30000,
	    .random = UINT32_MAX,
	};
}

static void
the_wait_is_any_part_of_the_longest(void **state)
{
	struct sek_retry r = throttled();
	int64_t wait = -1;

	(void)state;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 1000);
	r.random = 0;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 0);
	r.number = 2;
	r.random = UINT32_MAX / 2;
	assert_true(sek_retry_next(&wait, &r));
	assert_in_range(wait, 999, 1000);
}

static void
the_last_attempt_is_the_last(void **state)
{
	struct sek_retry r = throttled();
	int64_t wait;

	(void)state;
	r.number = 3;
	assert_false(sek_retry_next(&wait, &r));
	r.attempts = 4;
	assert_true(sek_retry_next(&wait, &r));
	r.class = SEK_RETRY_NOT;
	assert_false(sek_retry_next(&wait, &r));
}

static void
no_wait_goes_past_the_deadline(void **state)
{
	struct sek_retry r = throttled();
	int64_t wait;

	(void)state;
	r.left = 1100;
	assert_true(sek_retry_next(&wait, &r));
	r.left = 1099; /* nothing could be sent in what remains */
	assert_false(sek_retry_next(&wait, &r));
	r.left = -5;
	r.random = 0;
	assert_false(sek_retry_next(&wait, &r));
}

static void
a_wait_that_the_service_asks_for_is_kept(void **state)
{
	struct sek_retry r = throttled();
	int64_t wait;

	(void)state;
	r.retry_after = 7000;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 7000);
	r.retry_after = 500; /* our own is longer */
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 1000);
	r.retry_after = 40000;
	assert_false(sek_retry_next(&wait, &r));
}

static void
aws_own_header_adds_five_seconds_at_most(void **state)
{
	struct sek_retry r = throttled();
	int64_t wait;

	(void)state;
	r.retry_after = 20000; /* the other one is more exact */
	r.amz_retry_after = 1500;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 1500);
	r.amz_retry_after = 60000;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 6000);
	r.amz_retry_after = 1;
	assert_true(sek_retry_next(&wait, &r));
	assert_int_equal(wait, 1000);
}

static void
the_number_of_attempts_is_the_users(void **state)
{
	static const struct {
		const char *value;
		int attempts;
	} cases[] = {{"1", 1}, {"5", 5}, {"10", 10}, {"11", 10},
	    {"99999999999999999999", 3}, {"0", 3}, {"-1", 3}, {"two", 3},
	    {"", 3}};
	struct fake f;

	(void)state;
	fake_start(&f, NULL, 0);
	assert_int_equal(sek_retry_attempts(&f.env), 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f.vars[0] = "AWS_MAX_ATTEMPTS";
		f.vars[1] = cases[i].value;
		assert_int_equal(sek_retry_attempts(&f.env), cases[i].attempts);
	}
}

static void
retry_after_is_seconds_or_a_date(void **state)
{
	const char *date = "Thu, 01 Jan 2026 00:00:30 GMT";

	(void)state;
	assert_int_equal(sek_retry_after("3", FAKE_NOW), 3000);
	assert_int_equal(sek_retry_after(date, FAKE_NOW), 30000);
	assert_int_equal(sek_retry_after(date, FAKE_NOW + 31), 0);
	assert_int_equal(sek_retry_after(date, 0), 900000);
	assert_int_equal(sek_retry_after("18446744073709551615", 0), 900000);
	assert_int_equal(sek_retry_after("", FAKE_NOW), 0);
	assert_int_equal(sek_retry_after("soon", FAKE_NOW), 0);
	assert_int_equal(sek_retry_after("-3", FAKE_NOW), 0);
	assert_int_equal(sek_retry_amz_after("1500"), 1500);
	assert_int_equal(sek_retry_amz_after("18446744073709551615"), 900000);
	assert_int_equal(sek_retry_amz_after("1.5"), 0);
	assert_int_equal(sek_retry_amz_after(""), 0);
}

static void
dates_of_http_are_read(void **state)
{
	static const char *const broken[] = {
	    "",
	    "Thu, 01 Jan 2026 00:00:00 CET",
	    "Thu, 01 jan 2026 00:00:00 GMT",
	    "Thu, 01 anF 2026 00:00:00 GMT",
	    "Thu, 31 Feb 2026 00:00:00 GMT",
	    "Thu, 01 Jan 2026 24:00:00 GMT",
	    "Thu, 01-Jan-2026 00:00:00 GMT",
	    "Thu, 01 Jan 2026 00:00:00 GMT ",
	    "Thursday, 01-Jan-26 00:00:00 GMT",
	};
	int64_t t = 7;

	(void)state;
	assert_true(
	    sek_clock_read_date(SEK_STR("Sun, 06 Nov 1994 08:49:37 GMT"), &t));
	assert_int_equal(t, 784111777);
	assert_true(
	    sek_clock_read_date(SEK_STR("Thu, 31 Dec 2026 23:59:59 GMT"), &t));
	assert_int_equal(t, 1798761599);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_false(sek_clock_read_date(sek_str(broken[i]), &t));
	assert_false(
	    sek_clock_read_date(SEK_STR("Thu, 01 \0an 2026 00:00:00 GMT"), &t));
	assert_int_equal(t, 1798761599);
}

static void
an_answer_shows_the_services_clock(void **state)
{
	struct sek_http_response r = {.date = "Thu, 01 Jan 2026 00:10:00 GMT"};
	int64_t offset = 0;

	(void)state;
	assert_true(sek_clock_offset(&offset, &r, FAKE_NOW));
	assert_int_equal(offset, 600);
	assert_true(sek_clock_offset(&offset, &r, FAKE_NOW + 3600));
	assert_int_equal(offset, -3000);
	r.took_ms = 900000;
	assert_true(sek_clock_offset(&offset, &r, FAKE_NOW));
	r.took_ms = 900001;
	assert_false(sek_clock_offset(&offset, &r, FAKE_NOW));
	r.took_ms = 0;
	r.age = true; /* it comes out of a cache */
	assert_false(sek_clock_offset(&offset, &r, FAKE_NOW));
	r.age = false;
	r.date[0] = '\0';
	assert_false(sek_clock_offset(&offset, &r, FAKE_NOW));
}

static void
a_clock_is_wrong_from_four_minutes_on(void **state)
{
	static const char error[] = "SignatureDoesNotMatch";

	(void)state;
	assert_true(sek_clock_is_wrong(error, 240, 0, false));
	assert_true(sek_clock_is_wrong(error, -240, 0, false));
	assert_false(sek_clock_is_wrong(error, 239, 0, false));
	assert_false(sek_clock_is_wrong(error, -239, 0, false));
	assert_false(sek_clock_is_wrong(error, 600, 600, false));
	assert_true(sek_clock_is_wrong(error, 0, 600, false));
}

static void
only_some_errors_blame_the_clock(void **state)
{
	static const char *const signature[] = {"InvalidSignatureException",
	    "SignatureDoesNotMatch", "RequestExpired", "RequestInTheFuture",
	    "RequestTimeTooSkewed"};

	(void)state;
	for (size_t i = 0; i < sizeof(signature) / sizeof(*signature); i++) {
		assert_true(sek_clock_is_wrong(signature[i], 999, 0, false));
		assert_true(sek_clock_is_wrong(signature[i], 999, 0, true));
	}
	assert_true(sek_clock_is_wrong("AuthFailure", 999, 0, false));
	assert_true(sek_clock_is_wrong("AccessDeniedException", 999, 0, false));
	assert_false(sek_clock_is_wrong("AuthFailure", 999, 0, true));
	assert_false(sek_clock_is_wrong("AccessDeniedException", 999, 0, true));
	assert_false(sek_clock_is_wrong("AccessDenied", 999, 0, false));
	assert_false(sek_clock_is_wrong("", 999, 0, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_network_does_is_transient),
	    cmocka_unit_test(the_codes_of_the_sdks_are_told_apart),
	    cmocka_unit_test(a_status_stands_where_there_is_no_code),
	    cmocka_unit_test(the_longest_wait_doubles_up_to_twenty_seconds),
	    cmocka_unit_test(the_wait_is_any_part_of_the_longest),
	    cmocka_unit_test(the_last_attempt_is_the_last),
	    cmocka_unit_test(no_wait_goes_past_the_deadline),
	    cmocka_unit_test(a_wait_that_the_service_asks_for_is_kept),
	    cmocka_unit_test(aws_own_header_adds_five_seconds_at_most),
	    cmocka_unit_test(the_number_of_attempts_is_the_users),
	    cmocka_unit_test(retry_after_is_seconds_or_a_date),
	    cmocka_unit_test(dates_of_http_are_read),
	    cmocka_unit_test(an_answer_shows_the_services_clock),
	    cmocka_unit_test(a_clock_is_wrong_from_four_minutes_on),
	    cmocka_unit_test(only_some_errors_blame_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

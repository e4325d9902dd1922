#include "metadata_answer.h"

#include "aws/metadata_creds.h"

static enum sek_code
read_text(struct sek_creds *out, const char *text, enum sek_metadata_form form,
    struct sek_err *err)
{
	sek_auto_free char *full = made_fill(text);

	return sek_metadata_creds_read(out, sek_str(full), form, NULL, "here",
	    err);
}

static void
assert_service(const char *text, const char *account)
{
	sek_auto_creds out = {0};
	struct sek_err err;

	if (read_text(&out, text, SEK_METADATA_SERVICE, &err))
		fail_msg("%s: %s", text, err.text);
	assert_made(&out, FAKE_NOW + MADE_HOURS, account);
}

static void
what_services_answer_is_read(void **state)
{
	(void)state;
	assert_service("{\"Code\":\"Success\",\"LastUpdated\":\"2026-01-01T00:"
		       "00:00Z\",\"Type\":\"AWS-HMAC\"," MADE_BODY "}",
	    "");
	assert_service("{" MADE_BODY ",\"AccountId\":\"123456789012\"}",
	    "123456789012");
	assert_service("{\"RoleArn\":\"arn:x\"," MADE_BODY
		       ",\"AccountId\":null}\n",
	    "");
}

static void
an_end_that_is_past_is_given_as_it_is(void **state)
{
	sek_auto_creds out = {0};

	(void)state;
	assert_int_equal(
	    read_text(&out,
		"{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","
		"\"Token\":\"$T\",\"Expiration\":\"2025-12-31T23:00:00Z\"}",
		SEK_METADATA_SERVICE, NULL),
	    SEK_OK);
	assert_made(&out, FAKE_NOW - 3600, "");
}

#define PROCESS "\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\""

static void
what_a_process_prints_is_read(void **state)
{
	sek_auto_creds out = {0};

	(void)state;
	assert_int_equal(read_text(&out,
			     "{\"Version\":1," PROCESS
			     ",\"SessionToken\":\"$T\",\"Expiration\":"
			     "\"2026-01-01T15:00:00+09:00\","
			     "\"AccountId\":\"123456789012\"}",
			     SEK_METADATA_PROCESS, NULL),
	    SEK_OK);
	assert_made(&out, FAKE_NOW + MADE_HOURS, "123456789012");
}

static void
a_process_may_leave_out_token_and_end(void **state)
{
	static const char *const texts[] = {
	    "{\"Version\":1," PROCESS "}",
	    "{\"Version\":1.0," PROCESS ",\"SessionToken\":null,"
	    "\"Expiration\":null,\"AccountId\":null}",
	    "{\"Version\":1," PROCESS ",\"SessionToken\":\"\","
	    "\"Expiration\":\"\",\"AccountId\":\"\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sek_auto_creds out = {0};

		assert_int_equal(read_text(&out, texts[i], SEK_METADATA_PROCESS,
				     NULL),
		    SEK_OK);
		assert_string_equal(out.id, made_id);
		assert_null(out.token);
		assert_int_equal(out.expires, 0);
		assert_string_equal(out.account, "");
	}
}

static void
assert_fails(enum sek_code want, const char *text, enum sek_metadata_form form,
    const char *why)
{
	sek_auto_creds out = {0};
	struct sek_err err;

	assert_int_equal(read_text(&out, text, form, &err), want);
	assert_int_equal(strncmp(err.text, "here: ", 6), 0);
	assert_has(err.text, why);
	assert_quotes_nothing(err.text);
	assert_null(out.secret);
	assert_string_equal(out.id, "");
}

static void
a_code_other_than_success_is_told_with_its_message(void **state)
{
	(void)state;
	assert_fails(SEK_EDENIED,
	    "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 "
	    "cannot assume the role r.\"}",
	    SEK_METADATA_SERVICE,
	    "here: AssumeRoleUnauthorizedAccess: EC2 cannot assume the role r");
	assert_fails(SEK_EDENIED, "{\"Code\":\"Failed\"," MADE_BODY "}",
	    SEK_METADATA_SERVICE, "here: Failed");
	assert_fails(SEK_EDENIED, "{\"Code\":\"a b\\u001b[2J\"," MADE_BODY "}",
	    SEK_METADATA_SERVICE, "here: no Code of success");
	assert_fails(SEK_EDENIED, "{\"Code\":1," MADE_BODY "}",
	    SEK_METADATA_SERVICE, "no Code of success");
}

static void
a_message_that_repeats_what_was_sent_is_left_out(void **state)
{
	sek_auto_secret *sent = sek_secret_new(400);
	sek_auto_free char *text =
	    made_fill("{\"Code\":\"Failed\",\"Message\":\"no token $T\"}");
	sek_auto_creds out = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_secret_add(sent, made_token, 300, NULL), SEK_OK);
	assert_int_equal(sek_metadata_creds_read(&out, sek_str(text),
			     SEK_METADATA_SERVICE, sent, "here", &err),
	    SEK_EDENIED);
	assert_string_equal(err.text, "here: Failed");
}

static void
the_version_is_the_number_1(void **state)
{
	static const char *const heads[] = {"", "\"Version\":2,",
	    "\"Version\":\"1\",", "\"Version\":true,", "\"Version\":1.5,",
	    "\"Version\":null,", "\"version\":1,"};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		sek_auto_free char *text = sek_printf("{%s" PROCESS "}",
		    heads[i]);

		assert_fails(SEK_EPARSE, text, SEK_METADATA_PROCESS,
		    "Version is not the number 1");
	}
}

static void
what_is_missing_is_named(void **state)
{
	(void)state;
	assert_fails(SEK_EPARSE, "{\"Version\":1,\"SecretAccessKey\":\"$S\"}",
	    SEK_METADATA_PROCESS, "access key id is missing");
	assert_fails(SEK_EPARSE, "{\"Version\":1,\"AccessKeyId\":\"$I\"}",
	    SEK_METADATA_PROCESS, "secret access key is missing");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1,\"AccessKeyId\":\"$I\",\"SecretAccessKey\":7}",
	    SEK_METADATA_PROCESS, "secret access key is missing");
	assert_fails(SEK_EPARSE,
	    "{" PROCESS ",\"Expiration\":\"" MADE_END "\"}",
	    SEK_METADATA_SERVICE, "session token is missing");
	assert_fails(SEK_EPARSE, "{" PROCESS ",\"Token\":\"$T\"}",
	    SEK_METADATA_SERVICE, "Expiration is missing, or no time");
	assert_fails(SEK_EPARSE, "{}", SEK_METADATA_SERVICE, "is missing");
}

/* Were it taken as if it had none, it would never be renewed. */
static void
what_is_there_but_wrong_is_refused(void **state)
{
	(void)state;
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS ",\"Expiration\":1767247200}",
	    SEK_METADATA_PROCESS, "no time");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS ",\"Expiration\":\"tomorrow\"}",
	    SEK_METADATA_PROCESS, "no time");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS
	    ",\"Expiration\":\"1970-01-01T00:00:00Z\"}",
	    SEK_METADATA_PROCESS, "no time");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS ",\"SessionToken\":{\"a\":\"$T\"}}",
	    SEK_METADATA_PROCESS, "session token");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS ",\"SessionToken\":\"$T\\r\\nx: y\"}",
	    SEK_METADATA_PROCESS, "session token holds a character");
	assert_fails(SEK_EPARSE,
	    "{\"Version\":1," PROCESS ",\"AccountId\":123456789012}",
	    SEK_METADATA_PROCESS, "AccountId is no text");
	assert_fails(SEK_EPARSE, "{" MADE_BODY ",\"AccountId\":\"1234\"}",
	    SEK_METADATA_SERVICE, "not 12 digits");
}

static void
what_is_no_json_object_is_refused(void **state)
{
	static const char *const texts[] = {"", "$S", "[]", "\"$S\"", "null",
	    "{" MADE_BODY, "{" MADE_BODY "} $S", "<html>$T</html>",
	    "{" MADE_BODY ",\"Token\":\"x\"}", "[{" MADE_BODY "}]"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_fails(SEK_EPARSE, texts[i], SEK_METADATA_SERVICE, "");
		assert_fails(SEK_EPARSE, texts[i], SEK_METADATA_PROCESS, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_services_answer_is_read),
	    cmocka_unit_test(an_end_that_is_past_is_given_as_it_is),
	    cmocka_unit_test(what_a_process_prints_is_read),
	    cmocka_unit_test(a_process_may_leave_out_token_and_end),
	    cmocka_unit_test(
		a_code_other_than_success_is_told_with_its_message),
	    cmocka_unit_test(a_message_that_repeats_what_was_sent_is_left_out),
	    cmocka_unit_test(the_version_is_the_number_1),
	    cmocka_unit_test(what_is_missing_is_named),
	    cmocka_unit_test(what_is_there_but_wrong_is_refused),
	    cmocka_unit_test(what_is_no_json_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

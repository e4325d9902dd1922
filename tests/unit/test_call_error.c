#include "fake_aws.h"

#include "aws/call_error.h"

static const struct sek_str nothing = {NULL, 0};

static void
read_error(struct sek_call_error *e, const char *type, const char *body,
    const struct sek_creds *creds, struct sek_str sent)
{
	struct sek_http_response r = {.status = 400};

	fake_copy(r.error_type, sizeof(r.error_type), type);
	if (body) {
		r.body = sek_secret_new(strlen(body));
		assert_int_equal(sek_secret_add(r.body, body, strlen(body),
				     NULL),
		    SEK_OK);
	}
	memset(e, 'x', sizeof(*e));
	sek_call_error_read(e, &r, creds, sent);
	sek_secret_free(r.body);
}

static void
codes_are_found_wherever_a_service_puts_them(void **state)
{
	static const struct {
		const char *type, *body, *code, *message;
	} cases[] = {
	    {"", FAKE_XML_ERROR("AccessDenied", "No."), "AccessDenied", "No"},
	    {"",
		"\n <Response><Errors><Error><Code>AuthFailure</Code>"
		"<Message>m</Message></Error></Errors></Response>",
		"AuthFailure", "m"},
	    {"", "<Error><Code>SlowDown</Code></Error>", "SlowDown", ""},
	    {"", "{\"__type\":\"ParameterNotFound\",\"message\":\"m\"}",
		"ParameterNotFound", "m"},
	    {"",
		" {\"__type\":\"com.amazonaws.ssm#InvalidKeyId\","
		"\"Message\":\"m\"}",
		"InvalidKeyId", "m"},
	    {"", "{\"code\":\"Throttling\"}", "Throttling", ""},
	    {"ThrottlingException:http://internal.amazon.com/coral/x#y", NULL,
		"ThrottlingException", ""},
	    {"a.b#DecryptionFailure:http://c", "{\"message\":\"m\"}",
		"DecryptionFailure", "m"},
	    {"FromHeader", "{\"__type\":\"FromBody\",\"message\":\"m\"}",
		"FromHeader", "m"},
	};
	struct sek_call_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_error(&e, cases[i].type, cases[i].body, NULL, nothing);
		assert_string_equal(e.code, cases[i].code);
		assert_string_equal(e.message, cases[i].message);
	}
}

static void
what_is_no_error_has_no_code(void **state)
{
	static const char *const bodies[] = {NULL, "", "<html>", "{", "[]",
	    "\"AccessDenied\"", "AccessDenied", "{\"__type\":7}",
	    "{\"__type\":\"not a name\"}", "{\"__type\":\"\"}",
	    "{\"__type\":\"#\"}", "<Code>x</Code>",
	    "<a><Code>two words</Code></a>",
	    "<!DOCTYPE a [<!ENTITY b \"c\">]><a><Code>&b;</Code></a>"};
	char long_name[200] = "{\"__type\":\"";
	struct sek_call_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		read_error(&e, "", bodies[i], NULL, nothing);
		assert_string_equal(e.code, "");
	}
	memset(long_name + strlen(long_name), 'x', 96);
	memcpy(long_name + strlen(long_name), "\"}", 3);
	read_error(&e, "", long_name, NULL, nothing);
	assert_string_equal(e.code, "");
}

static void
a_message_is_its_first_line_and_safe_to_show(void **state)
{
	static const struct {
		const char *message, *shown;
	} cases[] = {
	    {"one\\ntwo", "one"},
	    {"\\r\\none\\rtwo", "one"},
	    {"a\\u001b[31mb", "\"a\\033[31mb\""},
	    {"a\\u202eb", "\"a\\342\\200\\256b\""},
	    {"caf\\u00e9", "caf\xc3\xa9"},
	};
	struct sek_call_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sek_auto_free char
		    *body = sek_printf("{\"__type\":\"X\",\"message\":\"%s\"}",
			cases[i].message);

		read_error(&e, "", body, NULL, nothing);
		assert_string_equal(e.message, cases[i].shown);
	}
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	struct sek_buf body = {0};
	struct sek_call_error e;

	(void)state;
	sek_buf_add_s(&body, "{\"__type\":\"X\",\"message\":\"x");
	for (int i = 0; i < 5000; i++)
		sek_buf_add_s(&body, "\xc3\xa9");
	sek_buf_add_s(&body, "\"}");
	read_error(&e, "", body.p, NULL, nothing);
	assert_int_equal(strlen(e.message), SEK_CALL_MESSAGE_MAX - 1);
	assert_memory_equal(e.message + SEK_CALL_MESSAGE_MAX - 3, "\xc3\xa9",
	    3);
	sek_buf_clear(&body);
}

static void
key_ids_are_shortened(void **state)
{
	char id[21], temporary[21], expected[128];
	sek_auto_free char *body = NULL;
	struct sek_call_error e;

	(void)state;
	fake_letters(id, 20, "AKIA");
	fake_letters(temporary, 20, "ASIA");
	body = sek_printf("{\"__type\":\"X\",\"message\":\"key %s, %s; %.15s is"
			  " not\"}",
	    id, temporary, id);
	snprintf(expected, sizeof(expected),
	    "key AKIA...%s, ASIA...%s; %.15s is not", id + 18, temporary + 18,
	    id);
	read_error(&e, "", body, NULL, nothing);
	assert_string_equal(e.message, expected);
}

static void
a_key_id_that_is_cut_is_not_shown(void **state)
{
	sek_auto_free char *body = NULL;
	struct sek_call_error e;
	char id[21];

	(void)state;
	fake_letters(id, 20, "AKIA");
	body = sek_printf("{\"__type\":\"X\",\"message\":\"%0*d %s\"}",
	    SEK_CALL_MESSAGE_MAX - 16, 0, id);
	read_error(&e, "", body, NULL, nothing);
	assert_has(e.message, "0 (15 characters)");
	assert_lacks(e.message, "AKIA");
}

static void
a_message_that_repeats_a_secret_is_dropped(void **state)
{
	sek_auto_creds creds = {0};
	struct sek_str secrets[2], tail;
	struct sek_call_error e;

	(void)state;
	fake_creds(&creds, true);
	secrets[0] = sek_secret_str(creds.secret);
	secrets[1] = sek_secret_str(creds.token);
	for (size_t i = 0; i < 2; i++) {
		sek_auto_free char *body = NULL;

		tail = secrets[i];
		tail.p += tail.n - 16;
		body =
		    sek_printf("{\"__type\":\"X\",\"message\":\"bad: %.16s!\"}",
			tail.p);
		read_error(&e, "", body, &creds, nothing);
		assert_string_equal(e.code, "X");
		assert_string_equal(e.message, "");
		read_error(&e, "", body, NULL, nothing);
		assert_has(e.message, "bad: ");
	}
}

static void
a_message_that_repeats_a_token_of_the_body_is_dropped(void **state)
{
	sek_auto_free char *sent = NULL, *all = NULL, *name = NULL;
	struct sek_call_error e;
	char token[301];

	(void)state;
	fake_letters(token, 300, "eyJ");
	sent = sek_printf("Action=x&WebIdentityToken=%s&y=z", token);
	all = sek_printf("<E><Code>X</Code><Message>of %.65s</Message></E>",
	    token + 100);
	name = sek_printf("<E><Code>X</Code><Message>of %.64s</Message></E>",
	    token + 100);
	read_error(&e, "", all, NULL, sek_str(sent));
	assert_string_equal(e.message, "");
	/* As long as the longest name in an ARN. */
	read_error(&e, "", name, NULL, sek_str(sent));
	assert_has(e.message, "of ");
}

static void
nothing_is_quoted_about_a_signature(void **state)
{
	struct sek_call_error e;

	(void)state;
	read_error(&e, "", FAKE_XML_ERROR("SignatureDoesNotMatch", "secrets"),
	    NULL, nothing);
	assert_string_equal(e.message, "");
	read_error(&e, "",
	    "{\"__type\":\"InvalidSignatureException\",\"message\":\"s\"}",
	    NULL, nothing);
	assert_string_equal(e.code, "InvalidSignatureException");
	assert_string_equal(e.message, "");
}

static void
each_refusal_says_what_to_do(void **state)
{
	static const struct {
		const char *code, *message;
		enum sek_code means;
		const char *advice;
	} cases[] = {
	    {"ExpiredToken", "x", SEK_EEXPIRED, "must be renewed"},
	    {"ExpiredTokenException", "x", SEK_EEXPIRED, "token file must be"},
	    {"AccessDenied",
		"MultiFactorAuthentication failed with invalid MFA one time "
		"pass code.",
		SEK_EDENIED, "wait for the next one"},
	    {"AccessDenied",
		"MultiFactorAuthentication failed, unable to validate MFA "
		"code.",
		SEK_EDENIED, "must be the ARN of a device"},
	    {"AccessDenied",
		"MultiFactorAuthentication failed, must provide both MFA "
		"serial number and one time pass code.",
		SEK_EDENIED, "needs the mfa_serial"},
	    {"AccessDenied",
		"User: arn:aws:iam::123456789012:user/u is not authorized to "
		"perform: sts:AssumeRole on resource: "
		"arn:aws:iam::123456789012:role/r with an explicit deny in "
		"an identity-based policy",
		SEK_EDENIED, "a policy forbids it"},
	    {"AccessDenied",
		"User: arn:aws:iam::123456789012:user/u is not authorized to "
		"perform: sts:AssumeRole on resource: "
		"arn:aws:iam::123456789012:role/r",
		SEK_EDENIED, "trust policy and the source's own policy"},
	    {"AccessDenied",
		"Not authorized to perform sts:AssumeRoleWithWebIdentity",
		SEK_EDENIED, "issuer, subject and audience"},
	    {"AccessDenied",
		"Cannot call GetSessionToken with session credentials",
		SEK_EDENIED, "only a user's long-term key"},
	    {"AccessDeniedException", "no", SEK_EDENIED, "must allow it"},
	    {"AccessDeniedException", "Access to KMS is not allowed",
		SEK_EDENIED, "kms:Decrypt"},
	    {"DecryptionFailure", "x", SEK_EDENIED, "kms:Decrypt"},
	    {"InvalidKeyId", "x", SEK_EDENIED, "disabled or gone"},
	    {"InvalidClientTokenId", "x", SEK_EDENIED, "another region or"},
	    {"UnrecognizedClientException", "x", SEK_EDENIED, "deleted or"},
	    {"SignatureDoesNotMatch", "", SEK_EDENIED, "is not that of the"},
	    {"InvalidSignatureException", "", SEK_EDENIED, "or a proxy"},
	    {"RequestExpired", "x", SEK_EDENIED, "clock is wrong"},
	    {"RegionDisabledException", "x", SEK_EDENIED, "switch it on"},
	    {"MalformedPolicyDocument", "x", SEK_EDENIED, "session policy"},
	    {"PackedPolicyTooLarge", "x", SEK_EDENIED, "shorten them"},
	    {"ValidationError",
		"The requested DurationSeconds exceeds the 1 hour session "
		"limit for roles assumed by role chaining",
		SEK_EDENIED, "1 hour at most: lower duration_seconds"},
	    {"ValidationError",
		"The requested DurationSeconds exceeds the MaxSessionDuration "
		"set for this role.",
		SEK_EDENIED, "raise the role's maximum"},
	    {"IDPRejectedClaim", "x", SEK_EDENIED, "renew the token file"},
	    {"InvalidIdentityToken", "x", SEK_EDENIED, "identity provider"},
	    {"IDPCommunicationError", "x", SEK_ENET, "does not reach"},
	    {"ResourceNotFoundException", "x", SEK_ENOTFOUND,
		"check the name, "},
	    {"ParameterNotFound", "", SEK_ENOTFOUND, "check the name, "},
	    {"ParameterVersionNotFound", "", SEK_ENOTFOUND, "or label"},
	    {"InvalidRequestException",
		"You can't perform this operation on the secret because it "
		"was marked for deletion.",
		SEK_EDENIED, "restore the secret"},
	    {"ThrottlingException", "x", SEK_ECANCEL, "try again later"},
	};
	struct sek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sek_call_error e = {{0}, {0}};

		fake_copy(e.code, sizeof(e.code), cases[i].code);
		fake_copy(e.message, sizeof(e.message), cases[i].message);
		assert_int_equal(sek_call_error_fail(&e, 400, "AssumeRole x", 1,
				     &err),
		    cases[i].means);
		assert_has(err.text, cases[i].code);
		assert_has(err.text, cases[i].message);
		assert_has(err.text, cases[i].advice);
		assert_has(err.text, "; ");
	}
}

static void
an_unknown_code_is_said_as_it_is(void **state)
{
	struct sek_call_error e = {"NewThing", "happened"};
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_call_error_fail(&e, 400, "x", 1, &err),
	    SEK_EDENIED);
	assert_string_equal(err.text, "x: NewThing: happened");
	e.message[0] = '\0';
	assert_int_equal(sek_call_error_fail(&e, 500, "x", 3, &err), SEK_ENET);
	assert_string_equal(err.text, "x: NewThing (after 3 attempts)");
	assert_int_equal(sek_call_error_fail(&e, 400, "x", 1, NULL),
	    SEK_EDENIED);
}

static void
a_long_message_leaves_room_for_what_to_do(void **state)
{
	struct sek_call_error e = {"AccessDenied", ""};
	struct sek_err err;
	char what[200];

	(void)state;
	memset(e.message, 'm', SEK_CALL_MESSAGE_MAX);
	fake_letters(what, 199, "AssumeRole ");
	assert_int_equal(sek_call_error_fail(&e, 403, what, 3, &err),
	    SEK_EDENIED);
	assert_has(err.text, "mmm; a policy of this identity must allow it");
}

static void
a_message_found_elsewhere_is_treated_the_same(void **state)
{
	sek_auto_secret *sent = sek_secret_new(100);
	struct sek_call_error e;
	char token[41], *message;

	(void)state;
	fake_letters(token, 40, "t/");
	assert_int_equal(sek_secret_add(sent, token, 40, NULL), SEK_OK);
	sek_call_error_set(&e, SEK_STR("ns#Gone"), SEK_STR("It went.\nx"),
	    sent);
	assert_string_equal(e.code, "Gone");
	assert_string_equal(e.message, "It went");
	sek_call_error_set(&e, SEK_STR("no code"), nothing, NULL);
	assert_string_equal(e.code, "");
	assert_string_equal(e.message, "");
	message = sek_printf("not this: %.16s", token + 20);
	sek_call_error_set(&e, nothing, sek_str(message), sent);
	assert_string_equal(e.message, "");
	message[strlen(message) - 1] = '\0';
	sek_call_error_set(&e, nothing, sek_str(message), sent);
	assert_string_equal(e.message, message);
	free(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_found_wherever_a_service_puts_them),
	    cmocka_unit_test(what_is_no_error_has_no_code),
	    cmocka_unit_test(a_message_is_its_first_line_and_safe_to_show),
	    cmocka_unit_test(a_long_message_is_cut_between_characters),
	    cmocka_unit_test(key_ids_are_shortened),
	    cmocka_unit_test(a_key_id_that_is_cut_is_not_shown),
	    cmocka_unit_test(a_message_that_repeats_a_secret_is_dropped),
	    cmocka_unit_test(
		a_message_that_repeats_a_token_of_the_body_is_dropped),
	    cmocka_unit_test(nothing_is_quoted_about_a_signature),
	    cmocka_unit_test(each_refusal_says_what_to_do),
	    cmocka_unit_test(an_unknown_code_is_said_as_it_is),
	    cmocka_unit_test(a_long_message_leaves_room_for_what_to_do),
	    cmocka_unit_test(a_message_found_elsewhere_is_treated_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

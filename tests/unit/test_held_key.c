#include "fake_aws.h"

#include "aws/held_key.h"

/* Made at run time, so that nothing here looks like a key. */
static char id[21], secret[41], token[101];
#define ROLE "arn:aws:iam::123456789012:role/r"

struct reading {
	struct sek_hop hop;
	struct sek_creds creds;
	char *role;
	struct sek_err err;
};

static int
make_key(void **state)
{
	(void)state;
	fake_letters(id, 20, "AKIA");
	fake_letters(secret, 40, "s/+");
	fake_letters(token, 100, "t==");
	return 0;
}

/* $I, $S and $T in text are the key's parts. */
static char *
fill(const char *text)
{
	struct sek_buf out = {0};

	for (; *text; text++) {
		if (*text != '$') {
			sek_buf_add_c(&out, *text);
			continue;
		}
		text++;
		sek_buf_add_s(&out,
		    *text == 'I'       ? id
			: *text == 'S' ? secret
				       : token);
	}
	sek_buf_add_c(&out, '\0');
	return sek_buf_take(&out);
}

static enum sek_code
read_key(struct reading *r, const char *text)
{
	sek_auto_free char *full = fill(text);

	r->hop.name = "app/key";
	return sek_held_key_read(&r->creds, &r->role, sek_str(full), &r->hop,
	    &r->err);
}

static void
clear(struct reading *r)
{
	sek_creds_clear(&r->creds);
	free(r->role);
}

static void
assert_key_until(const char *text, bool with_token, const char *role,
    int64_t expires)
{
	struct reading r = {0};

	if (read_key(&r, text))
		fail_msg("%s: %s", text, r.err.text);
	assert_string_equal(r.creds.id, id);
	assert_true(sek_str_is(sek_secret_str(r.creds.secret), secret));
	assert_int_equal(r.creds.token != NULL, with_token);
	if (with_token)
		assert_true(sek_str_is(sek_secret_str(r.creds.token), token));
	assert_int_equal(r.creds.expires, expires);
	if (role)
		assert_string_equal(r.role, role);
	else
		assert_null(r.role);
	clear(&r);
}

static void
assert_key(const char *text, bool with_token, const char *role)
{
	assert_key_until(text, with_token, role, 0);
}

static void
assert_none(const char *text, const char *why)
{
	struct reading r = {.role = (char *)(uintptr_t) "kept"};

	assert_int_equal(read_key(&r, text), SEK_EPARSE);
	assert_int_equal(strncmp(r.err.text, "app/key: ", 9), 0);
	assert_has(r.err.text, why);
	assert_lacks(r.err.text, id);
	assert_lacks(r.err.text, secret);
	assert_string_equal(r.creds.id, "");
	assert_null(r.role);
	clear(&r);
}

static void
the_usual_names_are_known(void **state)
{
	static const char *const texts[] = {
	    "{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\"}",
	    "{\"aws_access_key_id\":\"$I\",\"aws_secret_access_key\":\"$S\"}",
	    "{\"AWS_ACCESS_KEY_ID\":\"$I\",\"AWS_SECRET_ACCESS_KEY\":\"$S\"}",
	    "{\"access_key_id\":\"$I\",\"secret_access_key\":\"$S\"}",
	    "{\"accessKeyId\":\"$I\",\"secretAccessKey\":\"$S\"}",
	    "{\"access_key\":\"$I\",\"secret_key\":\"$S\"}",
	    "{\"accessKey\":\"$I\",\"secretKey\":\"$S\"}",
	    "{\"AccessKey\":\"$I\",\"SecretKey\":\"$S\"}",
	    "{\"aws_access_key\":\"$I\",\"aws_secret_key\":\"$S\"}",
	    "{\"aws-access-key-id\":\"$I\",\"Aws Secret.Access Key\":\"$S\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_key(texts[i], false, NULL);
}

static void
token_and_role_are_known(void **state)
{
	(void)state;
	assert_key("{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","
		   "\"SessionToken\":\"$T\",\"RoleArn\":\"" ROLE "\"}",
	    true, ROLE);
	assert_key("{\"access_key\":\"$I\",\"secret_key\":\"$S\","
		   "\"aws_session_token\":\"$T\",\"role_arn\":\"" ROLE "\"}",
	    true, ROLE);
	assert_key("{\"access_key\":\"$I\",\"secret_key\":\"$S\","
		   "\"aws_security_token\":\"$T\",\"AWS_ROLE_ARN\":\"" ROLE
		   "\"}",
	    true, ROLE);
}

static void
what_is_empty_or_no_text_is_not_there(void **state)
{
	(void)state;
	assert_key("{\"AccessKeyId\":\" $I\\n\",\"SecretAccessKey\":\"$S\\n\","
		   "\"SessionToken\":null,\"RoleArn\":\"\",\"n\":7,\"a\":[]}",
	    false, NULL);
	assert_none("{\"AccessKeyId\":7,\"SecretAccessKey\":\"$S\"}",
	    "holds no access key id");
	assert_none("{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":[\"$S\"]}",
	    "holds no secret access key");
}

static void
what_the_aws_cli_prints_is_known(void **state)
{
	(void)state;
	assert_key("{\"AccessKey\":{\"UserName\":\"u\",\"AccessKeyId\":\"$I\","
		   "\"Status\":\"Active\",\"SecretAccessKey\":\"$S\"}}",
	    false, NULL);
	assert_key_until("{\"Credentials\":{\"AccessKeyId\":\"$I\","
			 "\"SecretAccessKey\":\"$S\",\"SessionToken\":\"$T\","
			 "\"Expiration\":\"2026-01-01T00:00:00Z\"},"
			 "\"AssumedRoleUser\":{\"Arn\":\"x\"}}",
	    true, NULL, FAKE_NOW);
	assert_key_until("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY=$S\n"
			 "AWS_SESSION_TOKEN=$T\n"
			 "AWS_CREDENTIAL_EXPIRATION=2026-01-01T01:00:00Z\n",
	    true, NULL, FAKE_NOW + 3600);
}

static void
an_end_belongs_to_a_session_alone(void **state)
{
	(void)state;
	assert_key("{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","
		   "\"Expiration\":\"at the audit\"}",
	    false, NULL);
	assert_key("{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","
		   "\"SessionToken\":\"$T\",\"Expiration\":null}",
	    true, NULL);
	assert_none("{\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","
		    "\"SessionToken\":\"$T\",\"Expiration\":\"at the audit\"}",
	    "holds an expiration that is no time");
}

static void
other_nesting_is_not_looked_into(void **state)
{
	(void)state;
	assert_none("{\"prod\":{\"AccessKeyId\":\"$I\","
		    "\"SecretAccessKey\":\"$S\"}}",
	    "holds no access key id (its fields: prod)");
	assert_none("{\"Credentials\":{\"Credentials\":{\"AccessKeyId\":\"$I\","
		    "\"SecretAccessKey\":\"$S\"}}}",
	    "holds no access key id");
}

static void
an_env_file_is_known(void **state)
{
	(void)state;
	assert_key("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY=$S\n", false,
	    NULL);
	assert_key("\xef\xbb\xbf# deploy\r\n\r\nexport AWS_ACCESS_KEY_ID='$I'"
		   "\r\n  export\tAWS_SECRET_ACCESS_KEY = \"$S\" # mine\r\n"
		   "OTHER=x\r\nno pair\r\nAWS_SESSION_TOKEN=$T\r\n"
		   "AWS_ROLE_ARN=" ROLE,
	    true, ROLE);
}

static void
a_credentials_file_with_one_profile_is_known(void **state)
{
	(void)state;
	assert_key("[default]\naws_access_key_id = $I ; mine\n"
		   "aws_secret_access_key = $S\t# mine\n; end\n",
	    false, NULL);
	assert_none("[a]\naws_access_key_id=$I\naws_secret_access_key=$S\n"
		    "[b]\nregion=x\n",
	    "holds more than one profile");
}

static void
a_bare_pair_is_known_if_it_can_be_nothing_else(void **state)
{
	(void)state;
	assert_key("$I:$S", false, NULL);
	assert_key("$I $S\n", false, NULL);
	assert_key(" $I\t  $S", false, NULL);
	assert_none("$S:$I", "holds no access key id");
	assert_none("$I/$S", "holds no access key id");
	assert_none("$I$S", "holds no access key id");
	assert_none("$I:$Sx", "holds no access key id");
	assert_none("$I\n$S", "holds no access key id");
	assert_none("$I:$I", "holds no access key id");
	assert_none("user:password", "holds no access key id");
	assert_none("$I:", "holds no access key id");
	assert_none("$I", "holds no access key id");
}

static void
two_values_for_one_thing_are_refused(void **state)
{
	(void)state;
	assert_none("{\"AccessKeyId\":\"$I\",\"access_key\":\"other\","
		    "\"SecretAccessKey\":\"$S\"}",
	    "holds two values for the access key id");
	assert_none("{\"AccessKey\":{\"AccessKeyId\":\"$I\","
		    "\"SecretAccessKey\":\"$S\"},\"secret_key\":\"x\"}",
	    "holds two values for the secret access key");
	assert_none("AWS_ACCESS_KEY_ID=$I\nAWS_ACCESS_KEY_ID=b\n"
		    "AWS_SECRET_ACCESS_KEY=$S",
	    "holds two values for the access key id");
	assert_none("{\"AccessKeyId\":\"$I\",\"AccessKeyId\":\"$I\","
		    "\"SecretAccessKey\":\"$S\"}",
	    "not JSON");
	/* The same one twice is one. */
	assert_key("{\"AccessKeyId\":\"$I\",\"access_key\":\"$I\","
		   "\"SecretAccessKey\":\"$S\"}",
	    false, NULL);
}

static void
half_a_key_is_refused(void **state)
{
	(void)state;
	assert_none("{\"AccessKeyId\":\"$I\"}", "holds no secret access key");
	assert_none("AWS_SECRET_ACCESS_KEY=$S", "holds no access key id");
	assert_none("{}", "holds no access key id; sekisho-vault-config(5)");
	assert_none("", "holds no access key id; sekisho-vault-config(5)");
	assert_none("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY=a b",
	    "the secret access key holds a character that none has");
	assert_none("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY=\"$S",
	    "holds a secret access key with a quote that does not end it");
	assert_none("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY='$S'x",
	    "holds a secret access key with a quote that does not end it");
	/* What nobody asked for may be as it likes. */
	assert_key("AWS_ACCESS_KEY_ID=$I\nAWS_SECRET_ACCESS_KEY=$S\nA='x\n",
	    false, NULL);
}

static void
fields_may_be_named(void **state)
{
	struct reading r = {.hop = {.id_field = "user",
				.secret_field = "access_key",
				.token_field = "t.1"}};

	(void)state;
	assert_int_equal(
	    read_key(&r,
		"{\"user\":\"$I\",\"access_key\":\"$S\",\"t.1\":\"$T\","
		"\"AccessKeyId\":\"x\",\"secret_key\":\"y\","
		"\"SessionToken\":\"z\"}"),
	    SEK_OK);
	assert_string_equal(r.creds.id, id);
	assert_true(sek_str_is(sek_secret_str(r.creds.secret), secret));
	assert_true(sek_str_is(sek_secret_str(r.creds.token), token));
	clear(&r);
}

static void
a_field_that_is_named_is_the_only_one(void **state)
{
	struct reading r = {.hop = {.id_field = "user"}};

	(void)state;
	assert_int_equal(read_key(&r,
			     "{\"User\":\"$I\",\"AccessKeyId\":\"$I\","
			     "\"SecretAccessKey\":\"$S\"}"),
	    SEK_EPARSE);
	assert_has(r.err.text,
	    "holds no access key id (its fields: User, AccessKeyId, "
	    "SecretAccessKey)");
	assert_int_equal(read_key(&r, "$I:$S"), SEK_EPARSE);
	assert_int_equal(read_key(&r, "user=$I\nsecret_key=$S"), SEK_OK);
	clear(&r);
}

static void
a_role_that_is_none_is_refused(void **state)
{
	(void)state;
	assert_none("{\"access_key\":\"$I\",\"secret_key\":\"$S\","
		    "\"role_arn\":\"reader\"}",
	    "holds a role ARN that is none");
	assert_none("{\"access_key\":\"$I\",\"secret_key\":\"$S\","
		    "\"role_arn\":\"arn:a\\tb\"}",
	    "holds a role ARN that is none");
}

static void
only_names_that_are_no_value_are_shown(void **state)
{
	(void)state;
	assert_none("{\"$I\":\"$S\"}",
	    "holds no access key id; sekisho-vault-config(5)");
	assert_none("{\"$S\":\"$I\",\"ok_1\":\"\",\"a b\":\"\",\"\":\"\"}",
	    "(its fields: ok_1)");
	assert_none("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,"
		    "\"h\":1,\"i\":1}",
	    "(its fields: a, b, c, d, e, f, g, h);");
	assert_none("$S=x\n", "holds no access key id; ");
	assert_none("{\"AccessKeyId\":\"$I\" \"$S\"", "not JSON (line 1");
}

static void
a_text_has_a_limit(void **state)
{
	size_t n = ((size_t)64 << 10) + 1;
	sek_auto_free char *text = sek_alloc(n);
	struct reading r = {0};

	(void)state;
	memset(text, '\n', n);
	assert_int_equal(sek_held_key_read(&r.creds, &r.role,
			     (struct sek_str){text, n}, &r.hop, &r.err),
	    SEK_EPARSE);
	assert_string_equal(r.err.text,
	    "the secret: is larger than 65536 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_usual_names_are_known),
	    cmocka_unit_test(token_and_role_are_known),
	    cmocka_unit_test(what_is_empty_or_no_text_is_not_there),
	    cmocka_unit_test(what_the_aws_cli_prints_is_known),
	    cmocka_unit_test(an_end_belongs_to_a_session_alone),
	    cmocka_unit_test(other_nesting_is_not_looked_into),
	    cmocka_unit_test(an_env_file_is_known),
	    cmocka_unit_test(a_credentials_file_with_one_profile_is_known),
	    cmocka_unit_test(a_bare_pair_is_known_if_it_can_be_nothing_else),
	    cmocka_unit_test(two_values_for_one_thing_are_refused),
	    cmocka_unit_test(half_a_key_is_refused),
	    cmocka_unit_test(fields_may_be_named),
	    cmocka_unit_test(a_field_that_is_named_is_the_only_one),
	    cmocka_unit_test(a_role_that_is_none_is_refused),
	    cmocka_unit_test(only_names_that_are_no_value_are_shown),
	    cmocka_unit_test(a_text_has_a_limit),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}

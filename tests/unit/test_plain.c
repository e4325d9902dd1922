#include "fake_profile.h"
#include "metadata_answer.h"

#include "aws/plain.h"

static const char id[] = "AWS_ACCESS_KEY_ID";
static const char secret[] = "AWS_SECRET_ACCESS_KEY";
#define END "AWS_CREDENTIAL_EXPIRATION"

struct plain {
	struct fake fake;
	struct sek_hop hop;
	struct sek_profile profile;
	struct sek_creds out;
	struct sek_err err;
};

/* vars: NAME, VALUE, ..., NULL. */
static enum sek_code
get(struct plain *p, const char *const *vars)
{
	enum sek_code code;

	memset(p, 0, sizeof(*p));
	fake_start(&p->fake, NULL, 0);
	for (size_t i = 0; vars[i]; i++)
		p->fake.vars[i] = vars[i];
	code = sek_plain_environment(&p->fake.env, &p->hop, &p->out, &p->err);
	if (code) {
		assert_null(p->out.secret);
		assert_int_equal(strncmp(p->err.text, "environment: ", 13), 0);
		assert_quotes_nothing(p->err.text);
	}
	return code;
}
#define GET(p, ...) get(p, (const char *const[]){__VA_ARGS__, NULL})

static int
make_key(void **state)
{
	(void)state;
	free(made_fill(""));
	return 0;
}

static void
a_key_in_the_environment_is_taken(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET(&p, id, made_id, secret, made_secret), SEK_OK);
	assert_string_equal(p.out.id, made_id);
	assert_true(sek_str_is(sek_secret_str(p.out.secret), made_secret));
	assert_null(p.out.token);
	assert_int_equal(p.out.expires, 0);
	sek_creds_clear(&p.out);
}

static void
and_all_that_belongs_to_it(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET(&p, id, made_id, secret, made_secret,
			     "AWS_SESSION_TOKEN", made_token,
			     "AWS_SECURITY_TOKEN", "old", END, MADE_END,
			     "AWS_ACCOUNT_ID", "123456789012"),
	    SEK_OK);
	assert_made(&p.out, FAKE_NOW + MADE_HOURS, "123456789012");
	sek_creds_clear(&p.out);
	assert_int_equal(GET(&p, id, made_id, secret, made_secret,
			     "AWS_SECURITY_TOKEN", made_token),
	    SEK_OK);
	assert_made(&p.out, 0, "");
	sek_creds_clear(&p.out);
}

static void
what_is_missing_is_named(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET(&p, "AWS_SESSION_TOKEN", made_token),
	    SEK_ENOTFOUND);
	assert_int_equal(GET(&p, id, made_id), SEK_ECONFIG);
	assert_has(p.err.text,
	    "AWS_ACCESS_KEY_ID is set, but "
	    "AWS_SECRET_ACCESS_KEY is not");
	assert_int_equal(GET(&p, secret, made_secret), SEK_ECONFIG);
	assert_has(p.err.text,
	    "AWS_SECRET_ACCESS_KEY is set, but "
	    "AWS_ACCESS_KEY_ID is not");
}

static void
what_is_wrong_is_told_without_the_value(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET(&p, id, "two words", secret, made_secret),
	    SEK_ECONFIG);
	assert_int_equal(GET(&p, id, made_id, secret, made_secret,
			     "AWS_ACCOUNT_ID", "1234-5678-9012"),
	    SEK_ECONFIG);
	assert_has(p.err.text, "12 digits");
	assert_int_equal(GET(&p, id, made_id, secret, made_secret, END, "soon"),
	    SEK_ECONFIG);
	assert_has(p.err.text, END);
}

static void
what_has_ended_is_refused(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET(&p, id, made_id, secret, made_secret, END,
			     "2026-01-01T00:00:00Z"),
	    SEK_EEXPIRED);
	assert_int_equal(GET(&p, id, made_id, secret, made_secret, END,
			     "2026-01-01T00:00:01Z"),
	    SEK_OK);
	sek_creds_clear(&p.out);
}

static enum sek_code
get_static(struct plain *p, const char *const *pairs)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; pairs[i]; i++)
		p->profile.pairs[i] = pairs[i];
	p->hop.profile = &p->profile;
	return sek_plain_static(&p->hop, &p->out, &p->err);
}
#define GET_STATIC(p, ...)                                                     \
	get_static(p, (const char *const[]){__VA_ARGS__, NULL})

static void
the_keys_of_a_profile_are_taken(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET_STATIC(&p, "aws_access_key_id", made_id,
			     "aws_secret_access_key", made_secret),
	    SEK_OK);
	assert_string_equal(p.out.id, made_id);
	assert_null(p.out.token);
	sek_creds_clear(&p.out);
	assert_int_equal(GET_STATIC(&p, "aws_access_key_id", made_id,
			     "aws_secret_access_key", made_secret,
			     "aws_session_token", made_token, "aws_account_id",
			     "123456789012"),
	    SEK_OK);
	assert_made(&p.out, 0, "123456789012");
	sek_creds_clear(&p.out);
	assert_int_equal(GET_STATIC(&p, "aws_access_key_id", made_id,
			     "aws_secret_access_key", made_secret,
			     "aws_session_token", "", "aws_security_token",
			     made_token, "aws_account_id", ""),
	    SEK_OK);
	assert_made(&p.out, 0, "");
	sek_creds_clear(&p.out);
}

static void
what_is_wrong_in_a_profile_has_its_place(void **state)
{
	struct plain p;

	(void)state;
	assert_int_equal(GET_STATIC(&p, "aws_access_key_id", made_id),
	    SEK_ECONFIG);
	assert_string_equal(p.err.text,
	    "file:7: the secret access key is missing");
	assert_int_equal(GET_STATIC(&p, "aws_secret_access_key", made_secret),
	    SEK_ECONFIG);
	assert_string_equal(p.err.text, "file:1: the access key id is missing");
	assert_int_equal(GET_STATIC(&p, "aws_access_key_id", made_id,
			     "aws_secret_access_key", "a b"),
	    SEK_ECONFIG);
	assert_null(p.out.secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_in_the_environment_is_taken),
	    cmocka_unit_test(and_all_that_belongs_to_it),
	    cmocka_unit_test(what_is_missing_is_named),
	    cmocka_unit_test(what_is_wrong_is_told_without_the_value),
	    cmocka_unit_test(what_has_ended_is_refused),
	    cmocka_unit_test(the_keys_of_a_profile_are_taken),
	    cmocka_unit_test(what_is_wrong_in_a_profile_has_its_place),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}

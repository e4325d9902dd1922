#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "vault/creds.h"

static const struct sek_str none = {"", 0};

static enum sek_code
set(struct sek_creds *c, const char *id, const char *secret, const char *token,
    struct sek_err *err)
{
	return sek_creds_set(c, sek_str(id), sek_str(secret), sek_str(token),
	    1700000000, err);
}

static void
json_is(const struct sek_creds *c, const char *want)
{
	sek_auto_secret *out = sek_secret_new(1000);
	sek_auto_free char *text = NULL;
	struct sek_str s;

	assert_int_equal(sek_creds_json(c, out, NULL), SEK_OK);
	s = sek_secret_str(out);
	text = sek_strndup(s.p, s.n);
	assert_string_equal(text, want);
}

static void
json_has_what_is_known(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(set(&c, "ASIAX", "s/+=", "t", NULL), SEK_OK);
	json_is(&c,
	    "{\"Version\":1,\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":"
	    "\"s/+=\",\"SessionToken\":\"t\",\"Expiration\":"
	    "\"2023-11-14T22:13:20Z\"}\n");
	assert_int_equal(sek_creds_set_account(&c, SEK_STR("012345678901"),
			     NULL),
	    SEK_OK);
	json_is(&c,
	    "{\"Version\":1,\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":"
	    "\"s/+=\",\"SessionToken\":\"t\",\"Expiration\":"
	    "\"2023-11-14T22:13:20Z\",\"AccountId\":\"012345678901\"}\n");
}

static void
json_of_a_long_term_key_has_no_end(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(sek_creds_set(&c, SEK_STR("AK"), SEK_STR("s"), none, 0,
			     NULL),
	    SEK_OK);
	json_is(&c,
	    "{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s\"}"
	    "\n");
}

static void
json_that_does_not_fit_is_an_error(void **state)
{
	sek_auto_secret *out = sek_secret_new(40);
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(set(&c, "ASIAX", "secret", "t", NULL), SEK_OK);
	assert_int_equal(sek_creds_json(&c, out, NULL), SEK_ETOOBIG);
}

static void
what_would_break_a_header_or_json_is_refused(void **state)
{
	static const char *const bad[] = {"a b", "a\nb", "a\rb", "a\"b", "a\\b",
	    "\x7f", "\xc3\xa9", "a\tb", " a", "a\x01"};
	sek_auto_creds c = {0};
	struct sek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(set(&c, bad[i], "s", "t", &err), SEK_EPARSE);
		assert_string_equal(err.text,
		    "the access key id holds a character that none has");
		assert_int_equal(set(&c, "A", bad[i], "t", &err), SEK_EPARSE);
		assert_string_equal(err.text,
		    "the secret access key holds a character that none has");
		assert_int_equal(set(&c, "A", "s", bad[i], &err), SEK_EPARSE);
		assert_string_equal(err.text,
		    "the session token holds a character that none has");
	}
	assert_int_equal(sek_creds_set(&c, (struct sek_str){"A\0B", 3},
			     SEK_STR("s"), none, 0, NULL),
	    SEK_EPARSE);
	assert_null(c.secret);
}

static void
what_is_missing_or_too_long_is_refused(void **state)
{
	sek_auto_free char *id = sek_alloc(SEK_CREDS_ID_MAX + 2);
	sek_auto_free char *token = sek_alloc(SEK_CREDS_TOKEN_MAX + 2);
	sek_auto_creds c = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(set(&c, "", "s", "t", &err), SEK_EPARSE);
	assert_string_equal(err.text, "the access key id is missing");
	assert_int_equal(set(&c, "A", "", "t", &err), SEK_EPARSE);
	assert_string_equal(err.text, "the secret access key is missing");
	memset(id, 'A', SEK_CREDS_ID_MAX + 1);
	assert_int_equal(set(&c, id, "s", "t", &err), SEK_EPARSE);
	assert_string_equal(err.text,
	    "the access key id is longer than 128 characters");
	id[SEK_CREDS_ID_MAX] = '\0';
	assert_int_equal(set(&c, id, "s", "t", &err), SEK_OK);
	assert_string_equal(c.id, id);
	memset(token, 't', SEK_CREDS_TOKEN_MAX + 1);
	assert_int_equal(set(&c, "A", "s", token, &err), SEK_EPARSE);
	token[SEK_CREDS_TOKEN_MAX] = '\0';
	assert_int_equal(set(&c, "A", "s", token, &err), SEK_OK);
}

static void
a_refusal_leaves_what_was_there(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(set(&c, "ASIAX", "secret", "t", NULL), SEK_OK);
	assert_int_equal(set(&c, "ASIAY", "", "t", NULL), SEK_EPARSE);
	assert_string_equal(c.id, "ASIAX");
	assert_true(sek_str_is(sek_secret_str(c.secret), "secret"));
}

static void
new_ones_replace_the_old_ones_whole(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(set(&c, "ASIAX", "secret", "t", NULL), SEK_OK);
	assert_int_equal(sek_creds_set_account(&c, SEK_STR("012345678901"),
			     NULL),
	    SEK_OK);
	assert_int_equal(sek_creds_set(&c, SEK_STR("AK"), SEK_STR("s"), none, 0,
			     NULL),
	    SEK_OK);
	assert_null(c.token);
	assert_string_equal(c.account, "");
	assert_int_equal(c.expires, 0);
}

static void
an_account_is_twelve_digits(void **state)
{
	static const char *const bad[] = {
	    "", "12345678901", "1234567890123", "12345678901x", "-23456789012"};
	sek_auto_creds c = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(sek_creds_set_account(&c, sek_str(bad[i]),
				     NULL),
		    SEK_EPARSE);
	assert_string_equal(c.account, "");
}

static void
same_means_every_part(void **state)
{
	sek_auto_creds a = {0}, b = {0};

	(void)state;
	assert_int_equal(set(&a, "A", "s", "t", NULL), SEK_OK);
	assert_int_equal(set(&b, "A", "s", "t", NULL), SEK_OK);
	assert_true(sek_creds_same(&a, &b));
	b.expires++;
	assert_false(sek_creds_same(&a, &b));
	assert_int_equal(set(&b, "A", "s", "", NULL), SEK_OK);
	assert_false(sek_creds_same(&a, &b));
	assert_false(sek_creds_same(&b, &a));
	assert_int_equal(set(&b, "A", "S", "t", NULL), SEK_OK);
	assert_false(sek_creds_same(&a, &b));
	assert_int_equal(set(&b, "B", "s", "t", NULL), SEK_OK);
	assert_false(sek_creds_same(&a, &b));
}

static void
moving_leaves_nothing_behind(void **state)
{
	sek_auto_creds a = {0}, b = {0};

	(void)state;
	assert_int_equal(set(&a, "A", "s", "t", NULL), SEK_OK);
	assert_int_equal(set(&b, "B", "s", "t", NULL), SEK_OK);
	sek_creds_move(&a, &b);
	assert_string_equal(a.id, "B");
	assert_string_equal(b.id, "");
	assert_null(b.secret);
	sek_creds_clear(&a);
	assert_null(a.secret);
	assert_null(a.token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_has_what_is_known),
	    cmocka_unit_test(json_of_a_long_term_key_has_no_end),
	    cmocka_unit_test(json_that_does_not_fit_is_an_error),
	    cmocka_unit_test(what_would_break_a_header_or_json_is_refused),
	    cmocka_unit_test(what_is_missing_or_too_long_is_refused),
	    cmocka_unit_test(a_refusal_leaves_what_was_there),
	    cmocka_unit_test(new_ones_replace_the_old_ones_whole),
	    cmocka_unit_test(an_account_is_twelve_digits),
	    cmocka_unit_test(same_means_every_part),
	    cmocka_unit_test(moving_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/enc.h"
#include "scan/check_all.h"

static bool
passes_raw(struct sek_str s)
{
	struct sek_match m = {.end = s.n, .secret_end = s.n};
	struct sek_facts facts = {0};
	bool yes = sek_check_basic_auth(s, &m, &facts);

	assert_int_equal(facts.signals, yes ? SEK_SIGNAL_DECODED : 0);
	return yes;
}

static bool
passes(const char *text, size_t n)
{
	sek_auto_buf encoded = {.max = 8192};

	sek_base64(&encoded, text, n);
	return passes_raw(sek_buf_str(&encoded));
}

static void
passwords_of_their_own_pass(void **state)
{
	static const char *const texts[] = {"deploy:kZ8vTq2LmXw7",
	    "x7Kq9TmPw2Lz", "robot$ci:T7v mQ2 xLp",
	    "svc:gr\xc3\xbc\x6e-42-Kiwi", "user:a:b:Zr7Qm2Lp",
	    "_json_key:{\n\"private_key_id\": \"Zr7Qm2Lp\"}",
	    "testuser:Zr7Qm2LpXw", "admin:einstein-42"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!passes(texts[i], strlen(texts[i])))
			fail_msg("refused: %s", texts[i]);
}

static void
passwords_of_tests_and_manuals_do_not(void **state)
{
	static const char *const texts[] = {"username:password",
	    "customUser:customPass", "joejoe:hello", "bad password",
	    "svc:wrong-password", "Aladdin:open sesame", "testing:this",
	    "a:My-Secret-1", "user:", "some-user:some-token", "admin:PWD2020",
	    "x:${PASSWORD}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (passes(texts[i], strlen(texts[i])))
			fail_msg("passed: %s", texts[i]);
}

/* "token" and the like stand in the JSON of keys that are real. */
static void
words_in_long_passwords_say_nothing(void **state)
{
	static const char text[] =
	    "_json_key:{\"token_uri\": \"https://oauth2.googleapis.com\", "
	    "\"private_key_id\": \"5f0c9e27d1b8\"}";

	(void)state;
	assert_true(passes(text, sizeof(text) - 1));
}

static void
what_is_no_text_is_no_password(void **state)
{
	(void)state;
	assert_false(passes("user:\0\0Zr7\0Qm2LpXw", 18));
	assert_false(passes("user:Zr7Qm2\x01LpXw", 16));
	assert_false(passes("user:Zr7Qm2\x7fLpXw", 16));
	assert_false(passes("user:Zr7Qm2\xffLpXw", 16));
}

static void
what_is_no_base64_is_no_password(void **state)
{
	sek_auto_buf big = {.max = 16384};

	(void)state;
	assert_false(passes_raw(SEK_STR("dXNlcjpacjdRbTJMcFh3=")));
	assert_false(passes_raw(SEK_STR("dXNlcjpac!dRbTJMcFh3")));
	assert_false(passes_raw(SEK_STR("")));
	for (size_t i = 0; i < 2000; i++)
		sek_buf_add(&big, "QmJk", 4);
	assert_false(passes_raw(sek_buf_str(&big)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passwords_of_their_own_pass),
	    cmocka_unit_test(passwords_of_tests_and_manuals_do_not),
	    cmocka_unit_test(words_in_long_passwords_say_nothing),
	    cmocka_unit_test(what_is_no_text_is_no_password),
	    cmocka_unit_test(what_is_no_base64_is_no_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

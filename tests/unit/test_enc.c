#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"

static void
hex_goes_both_ways(void **state)
{
	sek_auto_buf b = {0};
	unsigned char back[4];

	(void)state;
	sek_hex(&b, "\x00\x7f\xa9\xff", 4);
	assert_string_equal(b.p, "007fa9ff");
	assert_true(sek_unhex(sek_buf_str(&b), back));
	assert_memory_equal(back, "\x00\x7f\xa9\xff", 4);
	assert_true(sek_unhex(SEK_STR("AbCd"), back));
	assert_memory_equal(back, "\xab\xcd", 2);
	assert_true(sek_unhex(SEK_STR(""), back));
}

static void
refuses_what_is_no_hex(void **state)
{
	static const char *const bad[] = {"0", "abc", "0g", "g0", " 0", "0x",
	    "\xff\xff", "0:", "/0", "@@", "``"};
	unsigned char out[4];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(sek_unhex(sek_str(bad[i]), out));
	assert_false(sek_unhex(SEK_STR("0\0"), out));
}

/* RFC 4648 §10 */
static const struct {
	const char *plain, *encoded;
} vector[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void
base64_agrees_with_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vector) / sizeof(*vector); i++) {
		sek_auto_buf there = {0}, back = {0};
		struct sek_str bare = sek_str(vector[i].encoded);

		sek_base64(&there, vector[i].plain, strlen(vector[i].plain));
		assert_true(sek_str_eq(sek_buf_str(&there), bare));
		assert_true(sek_unbase64(bare, &back));
		assert_string_equal(back.p, vector[i].plain);
		while (sek_str_ends(bare, "="))
			bare.n--;
		sek_buf_reset(&back);
		assert_true(sek_unbase64(bare, &back));
		assert_string_equal(back.p, vector[i].plain);
	}
}

static void
base64_gives_back_every_byte(void **state)
{
	unsigned char all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	for (size_t n = 253; n <= 256; n++) {
		sek_auto_buf there = {0}, back = {0};

		sek_base64(&there, all, n);
		assert_true(sek_unbase64(sek_buf_str(&there), &back));
		assert_int_equal(back.n, n);
		assert_memory_equal(back.p, all, n);
	}
}

static void
base64_of_urls_is_understood(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	assert_true(sek_unbase64(SEK_STR("-_-_"), &b));
	assert_true(sek_unbase64(SEK_STR("+/+/"), &b));
	assert_memory_equal(b.p, "\xfb\xff\xbf\xfb\xff\xbf", 6);
}

static void
refuses_what_is_no_base64(void **state)
{
	static const char *const bad[] = {"A", "AAAAA", "A===", "AA=A", "=",
	    "====", "AA=", "AAA==", "AAAA=", "AAAA====", "AA A", "AAA\n",
	    "A*AA", "=AAA", "AAA\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sek_auto_buf b = {0};

		sek_buf_add_s(&b, "kept");
		if (sek_unbase64(sek_str(bad[i]), &b))
			fail_msg("took %s", bad[i]);
		assert_string_equal(b.p, "kept");
	}
}

static void
base64_past_the_limit_is_refused(void **state)
{
	sek_auto_buf b = {.max = 5};

	(void)state;
	assert_false(sek_unbase64(SEK_STR("Zm9vYmFy"), &b));
	assert_true(b.toobig);
}

static void
percent_keeps_the_unreserved(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	sek_percent(&b, SEK_STR("aZ09-._~/ %\xff\0+"), "/");
	assert_string_equal(b.p, "aZ09-._~/%20%25%FF%00%2B");
	sek_buf_reset(&b);
	sek_percent(&b, SEK_STR("/"), "");
	assert_string_equal(b.p, "%2F");
}

static void
knows_utf8(void **state)
{
	static const char *const good[] = {"", "a", "\xc2\x80", "\xdf\xbf",
	    "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"};
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80",
	    "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xed\xa0\x80",
	    "\xed\xbf\xbf", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", "\xff", "a\xf0\x9f\x94", "\xe2\x82\xac\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(sek_utf8_valid(sek_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(sek_utf8_valid(sek_str(bad[i])));
	assert_true(sek_utf8_valid((struct sek_str){NULL, 0}));
}

static void
reads_code_points(void **state)
{
	uint32_t point = 0;

	(void)state;
	assert_int_equal(sek_utf8_next(SEK_STR("\xe2\x82\xac!"), &point), 3);
	assert_int_equal(point, 0x20ac);
	assert_int_equal(sek_utf8_next(SEK_STR("\xf0\x9f\x94\x91"), &point), 4);
	assert_int_equal(point, 0x1f511);
	assert_int_equal(sek_utf8_next(SEK_STR("\0"), &point), 1);
	assert_int_equal(point, 0);
	assert_int_equal(sek_utf8_next(SEK_STR(""), &point), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hex_goes_both_ways),
	    cmocka_unit_test(refuses_what_is_no_hex),
	    cmocka_unit_test(base64_agrees_with_the_rfc),
	    cmocka_unit_test(base64_gives_back_every_byte),
	    cmocka_unit_test(base64_of_urls_is_understood),
	    cmocka_unit_test(refuses_what_is_no_base64),
	    cmocka_unit_test(base64_past_the_limit_is_refused),
	    cmocka_unit_test(percent_keeps_the_unreserved),
	    cmocka_unit_test(knows_utf8),
	    cmocka_unit_test(reads_code_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

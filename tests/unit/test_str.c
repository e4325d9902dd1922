#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/str.h"

static const struct sek_str none = {NULL, 0};

static void
compares_bytes_and_not_c_strings(void **state)
{
	(void)state;
	assert_true(sek_str_eq(SEK_STR("a\0b"), SEK_STR("a\0b")));
	assert_false(sek_str_eq(SEK_STR("a\0b"), SEK_STR("a\0c")));
	assert_false(sek_str_is(SEK_STR("a\0"), "a"));
	assert_true(sek_str_is(SEK_STR("a"), "a"));
}

static void
nothing_equals_the_empty_string(void **state)
{
	(void)state;
	assert_true(sek_str_eq(none, SEK_STR("")));
	assert_true(sek_str_is(none, ""));
	assert_true(sek_str_starts(none, ""));
	assert_true(sek_str_ends(none, ""));
	assert_false(sek_str_starts(none, "a"));
	assert_int_equal(sek_str_cmp(none, SEK_STR("")), 0);
	assert_int_equal(sek_str(NULL).n, 0);
}

static void
knows_heads_and_tails(void **state)
{
	(void)state;
	assert_true(sek_str_starts(SEK_STR("abc"), "ab"));
	assert_false(sek_str_starts(SEK_STR("abc"), "bc"));
	assert_false(sek_str_starts(SEK_STR("ab"), "abc"));
	assert_true(sek_str_ends(SEK_STR("abc"), "bc"));
	assert_false(sek_str_ends(SEK_STR("abc"), "ab"));
	assert_false(sek_str_ends(SEK_STR("bc"), "abc"));
}

static void
orders_by_unsigned_bytes_then_length(void **state)
{
	(void)state;
	assert_true(sek_str_cmp(SEK_STR("a"), SEK_STR("b")) < 0);
	assert_true(sek_str_cmp(SEK_STR("\xff"), SEK_STR("a")) > 0);
	assert_true(sek_str_cmp(SEK_STR("a"), SEK_STR("ab")) < 0);
	assert_true(sek_str_cmp(SEK_STR("ab"), SEK_STR("a")) > 0);
	assert_int_equal(sek_str_cmp(SEK_STR("ab"), SEK_STR("ab")), 0);
}

static void
trims_both_ends_only(void **state)
{
	(void)state;
	assert_true(sek_str_is(sek_str_trim(SEK_STR(" \t a b\r\n")), "a b"));
	assert_int_equal(sek_str_trim(SEK_STR(" \t\r\n")).n, 0);
	assert_int_equal(sek_str_trim(none).n, 0);
}

static void
cuts_into_all_parts(void **state)
{
	static const char *const expect[] = {"", "a", "", "b", ""};
	struct sek_str rest = SEK_STR(",a,,b,");
	size_t n = 0;

	(void)state;
	while (rest.p) {
		assert_true(n < 5);
		assert_true(sek_str_is(sek_str_cut(&rest, ','), expect[n]));
		n++;
	}
	assert_int_equal(n, 5);
	assert_null(sek_str_cut(&rest, ',').p);
}

static void
cuts_the_empty_string_once(void **state)
{
	struct sek_str rest = SEK_STR(""), head = sek_str_cut(&rest, ',');

	(void)state;
	assert_non_null(head.p);
	assert_int_equal(head.n, 0);
	assert_null(rest.p);
}

static void
reads_decimal_numbers(void **state)
{
	uint64_t v = 1;

	(void)state;
	assert_true(sek_str_to_u64(SEK_STR("0"), &v));
	assert_true(v == 0);
	assert_true(sek_str_to_u64(SEK_STR("0042"), &v));
	assert_true(v == 42);
	assert_true(sek_str_to_u64(SEK_STR("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
}

static void
refuses_what_is_no_decimal_number(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x1",
	    "1.0", "18446744073709551616", "99999999999999999999", "1\n"};
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(sek_str_to_u64(sek_str(bad[i]), &v));
	assert_false(sek_str_to_u64(SEK_STR("1\0"), &v));
	assert_true(v == 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compares_bytes_and_not_c_strings),
	    cmocka_unit_test(nothing_equals_the_empty_string),
	    cmocka_unit_test(knows_heads_and_tails),
	    cmocka_unit_test(orders_by_unsigned_bytes_then_length),
	    cmocka_unit_test(trims_both_ends_only),
	    cmocka_unit_test(cuts_into_all_parts),
	    cmocka_unit_test(cuts_the_empty_string_once),
	    cmocka_unit_test(reads_decimal_numbers),
	    cmocka_unit_test(refuses_what_is_no_decimal_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

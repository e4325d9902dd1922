#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/ini.h"

static struct sek_ini
over(struct sek_str text)
{
	return (struct sek_ini){.rest = text, .name = "f"};
}

static enum sek_ini_kind
next(struct sek_ini *ini)
{
	enum sek_ini_kind kind = SEK_INI_END;
	struct sek_err err = {0};

	if (sek_ini_next(ini, &kind, &err))
		fail_msg("%s", err.text);
	return kind;
}

static void
reads_sections_and_pairs(void **state)
{
	struct sek_ini ini = over(SEK_STR("[one]\na = 1\n\n[ two ]\nb=2"));

	(void)state;
	assert_int_equal(next(&ini), SEK_INI_SECTION);
	assert_true(sek_str_is(ini.section, "one"));
	assert_int_equal(ini.line, 1);
	assert_int_equal(next(&ini), SEK_INI_PAIR);
	assert_true(sek_str_is(ini.section, "one"));
	assert_true(sek_str_is(ini.key, "a"));
	assert_true(sek_str_is(ini.value, "1"));
	assert_int_equal(ini.line, 2);
	assert_int_equal(ini.value_column, 5);
	assert_int_equal(next(&ini), SEK_INI_SECTION);
	assert_true(sek_str_is(ini.section, "two"));
	assert_int_equal(next(&ini), SEK_INI_PAIR);
	assert_true(sek_str_is(ini.key, "b"));
	assert_int_equal(ini.line, 5);
	assert_int_equal(ini.value_column, 3);
	assert_int_equal(next(&ini), SEK_INI_END);
	assert_int_equal(next(&ini), SEK_INI_END);
}

static void
leaves_a_value_as_it_is(void **state)
{
	struct sek_ini ini = over(SEK_STR(
	    "r =  \\b\"(a=b)\" # not a comment ; nor this \t \nempty =\n"));

	(void)state;
	assert_int_equal(next(&ini), SEK_INI_PAIR);
	assert_true(sek_str_is(ini.value,
	    "\\b\"(a=b)\" # not a comment ; nor this"));
	assert_int_equal(ini.value_column, 6);
	assert_int_equal(next(&ini), SEK_INI_PAIR);
	assert_int_equal(ini.value.n, 0);
}

static void
skips_comments_and_empty_lines(void **state)
{
	struct sek_ini ini = over(SEK_STR("# [a]\n ; b = c\n \t\n\n# end"));

	(void)state;
	assert_int_equal(next(&ini), SEK_INI_END);
}

static void
accepts_a_bom_and_crlf(void **state)
{
	struct sek_ini ini = over(SEK_STR("\xef\xbb\xbf[s]\r\nk = v\r\n"));

	(void)state;
	assert_int_equal(next(&ini), SEK_INI_SECTION);
	assert_true(sek_str_is(ini.section, "s"));
	assert_int_equal(next(&ini), SEK_INI_PAIR);
	assert_true(sek_str_is(ini.value, "v"));
	assert_int_equal(next(&ini), SEK_INI_END);
}

static void
accepts_nothing_at_all(void **state)
{
	struct sek_ini none = over((struct sek_str){NULL, 0});
	struct sek_ini empty = over(SEK_STR(""));
	struct sek_ini bom = over(SEK_STR("\xef\xbb\xbf"));

	(void)state;
	assert_int_equal(next(&none), SEK_INI_END);
	assert_int_equal(next(&empty), SEK_INI_END);
	assert_int_equal(next(&bom), SEK_INI_END);
}

static void
refuses(struct sek_str text, const char *why)
{
	struct sek_ini ini = over(text);
	enum sek_ini_kind kind;
	struct sek_err err = {0};

	assert_int_equal(sek_ini_next(&ini, &kind, &err), SEK_ECONFIG);
	assert_string_equal(err.text, why);
}

static void
says_where_a_line_is_broken(void **state)
{
	(void)state;
	refuses(SEK_STR("\n\nhidden words"),
	    "f:3: neither `[section]` nor `key = value` nor a comment");
	refuses(SEK_STR(" = v"), "f:1: a key is missing before `=`");
	refuses(SEK_STR("[s"), "f:1: a section ends with `]`, nothing after");
	refuses(SEK_STR("["), "f:1: a section ends with `]`, nothing after");
	refuses(SEK_STR("[s] # c"),
	    "f:1: a section ends with `]`, nothing after");
	refuses(SEK_STR("[ ]"), "f:1: a section needs a name");
	refuses(SEK_STR("[a]b]"), "f:1: more than one `]` in a section");
	refuses(SEK_STR("k = v\0w"), "f:1: a NUL byte: this is no text");
	refuses(SEK_STR("# c\0"), "f:1: a NUL byte: this is no text");
	refuses(SEK_STR("\n\xef\xbb\xbf[s]"),
	    "f:2: neither `[section]` nor `key = value` nor a comment");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_sections_and_pairs),
	    cmocka_unit_test(leaves_a_value_as_it_is),
	    cmocka_unit_test(skips_comments_and_empty_lines),
	    cmocka_unit_test(accepts_a_bom_and_crlf),
	    cmocka_unit_test(accepts_nothing_at_all),
	    cmocka_unit_test(says_where_a_line_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

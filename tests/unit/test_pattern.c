#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/pattern.h"

static bool
matches(struct sek_pattern *p, struct sek_str text)
{
	struct sek_err err;
	bool yes = false;

	if (sek_pattern_matches(p, text, &yes, &err))
		fail_msg("%s", err.text);
	return yes;
}

static bool
glob(const char *pattern, const char *path)
{
	struct sek_pattern *p;
	struct sek_err err;
	bool yes;

	if (sek_pattern_new_glob(&p, pattern, &err))
		fail_msg("%s: %s", pattern, err.text);
	yes = matches(p, sek_str(path));
	sek_pattern_free(p);
	return yes;
}

static bool
regex(const char *pattern, struct sek_str text)
{
	struct sek_pattern *p;
	struct sek_err err;
	bool yes;

	if (sek_pattern_new(&p, pattern, &err))
		fail_msg("%s: %s", pattern, err.text);
	yes = matches(p, text);
	sek_pattern_free(p);
	return yes;
}

static void
finds_a_regex_anywhere(void **state)
{
	(void)state;
	assert_true(regex("b+c", SEK_STR("aabbcc")));
	assert_false(regex("b+d", SEK_STR("aabbcc")));
	assert_true(regex("^b$", SEK_STR("a\nb\nc")));
	assert_true(regex("\\A\\z", (struct sek_str){NULL, 0}));
	assert_true(regex("(a)(b)(c)", SEK_STR("xabcx")));
}

static void
takes_text_for_bytes(void **state)
{
	(void)state;
	assert_true(regex("a.b", SEK_STR("a\0b")));
	assert_true(regex("\\xff.\\xfe", SEK_STR("\xff\x80\xfe")));
	assert_false(regex("^.$", SEK_STR("\xc3\xa4")));
	assert_false(regex("^a$", SEK_STR("a\r\n")));
}

static void
says_where_a_regex_is_broken(void **state)
{
	struct sek_pattern *p;
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_pattern_new(&p, "ab(c", &err), SEK_ECONFIG);
	assert_null(p);
	assert_string_equal(err.text, "column 5: missing closing parenthesis");
	assert_int_equal(sek_pattern_new(&p, "(*UTF)a", &err), SEK_ECONFIG);
}

static void
gives_no_answer_where_a_regex_runs_away(void **state)
{
	sek_auto_free char *text = sek_alloc(20001);
	struct sek_pattern *p;
	struct sek_err err;
	bool yes = true;

	(void)state;
	memset(text, 'a', 20000);
	assert_int_equal(sek_pattern_new(&p, "^(?:a|a)+[bc]", &err), SEK_OK);
	assert_int_equal(sek_pattern_matches(p, (struct sek_str){text, 20000},
			     &yes, &err),
	    SEK_ETOOBIG);
	assert_false(yes);
	sek_pattern_free(p);
}

static void
tries_a_glob_without_slash_on_every_part(void **state)
{
	(void)state;
	assert_true(glob("*.pem", "key.pem"));
	assert_true(glob("*.pem", "a/b/key.pem"));
	assert_false(glob("*.pem", "key.pem.txt"));
	assert_false(glob("*.pem", "keypem"));
	assert_true(glob("vendor", "vendor"));
	assert_true(glob("vendor", "a/vendor/b/c"));
	assert_false(glob("vendor", "a/vendors/b"));
	assert_false(glob("vendor", "myvendor/b"));
}

static void
ties_a_glob_with_slash_to_the_top(void **state)
{
	(void)state;
	assert_true(glob("a/*.c", "a/x.c"));
	assert_false(glob("a/*.c", "b/a/x.c"));
	assert_false(glob("a/*.c", "a/b/x.c"));
	assert_true(glob("/x.c", "x.c"));
	assert_false(glob("/x.c", "a/x.c"));
	assert_true(glob("/a", "a/b"));
}

static void
takes_a_slash_at_the_end_for_a_directory(void **state)
{
	(void)state;
	assert_true(glob("build/", "build/x"));
	assert_true(glob("build/", "a/build/b/x"));
	assert_false(glob("build/", "build"));
	assert_true(glob("a/b/", "a/b/c"));
	assert_false(glob("a/b/", "x/a/b/c"));
}

static void
lets_two_stars_stand_for_any_parts(void **state)
{
	(void)state;
	assert_true(glob("**/x", "x"));
	assert_true(glob("**/x", "a/b/x"));
	assert_true(glob("a/**", "a/b/c"));
	assert_false(glob("a/**", "a"));
	assert_true(glob("a/**/z", "a/z"));
	assert_true(glob("a/**/z", "a/b/c/z"));
	assert_false(glob("a/**/z", "az"));
	assert_false(glob("a/**/z", "a/bz"));
	assert_false(glob("a**z", "a/z"));
	assert_true(glob("a**z", "abcz"));
	assert_true(glob("**", "any/thing\nat all"));
}

static void
knows_classes_and_escapes_in_globs(void **state)
{
	(void)state;
	assert_true(glob("x[0-9a]", "x7"));
	assert_true(glob("x[0-9a]", "xa"));
	assert_false(glob("x[0-9a]", "xb"));
	assert_true(glob("x[!0-9]", "xb"));
	assert_false(glob("x[^0-9]", "x0"));
	assert_false(glob("x[!0-9]y", "x/y"));
	assert_true(glob("x[]]", "x]"));
	assert_true(glob("x[a-]", "x-"));
	assert_true(glob("x[[:digit:]_]", "x4"));
	assert_true(glob("x[[:digit:]_]", "x_"));
	assert_false(glob("x[[:digit:]_]", "x:"));
	assert_true(glob("x\\*", "x*"));
	assert_false(glob("x\\*", "xy"));
	assert_true(glob("x[\\]]", "x]"));
	assert_true(glob("?", "x"));
	assert_false(glob("a?b", "a/b"));
	assert_true(glob("a.+(b)$|^", "a.+(b)$|^"));
	assert_true(glob("\xff*", "\xff\n\xfe"));
}

static void
refuses_broken_globs(void **state)
{
	static const char *const broken[] = {"", "/", "//", "a[", "a[b", "a[]",
	    "a[z-a]", "a[[:nothing:]]", "a\\", "[[:", NULL};
	struct sek_pattern *p;
	struct sek_err err;

	(void)state;
	for (const char *const *g = broken; *g; g++) {
		if (sek_pattern_new_glob(&p, *g, &err) != SEK_ECONFIG)
			fail_msg("`%s` was taken", *g);
		assert_null(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_a_regex_anywhere),
	    cmocka_unit_test(takes_text_for_bytes),
	    cmocka_unit_test(says_where_a_regex_is_broken),
	    cmocka_unit_test(gives_no_answer_where_a_regex_runs_away),
	    cmocka_unit_test(tries_a_glob_without_slash_on_every_part),
	    cmocka_unit_test(ties_a_glob_with_slash_to_the_top),
	    cmocka_unit_test(takes_a_slash_at_the_end_for_a_directory),
	    cmocka_unit_test(lets_two_stars_stand_for_any_parts),
	    cmocka_unit_test(knows_classes_and_escapes_in_globs),
	    cmocka_unit_test(refuses_broken_globs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

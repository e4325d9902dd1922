#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/ruleset.h"

static struct sek_buf
expand(const char *text, uint64_t seed)
{
	struct sek_buf out = {0};
	struct sek_err err;

	if (sek_example_expand(text, seed, &out, &err))
		fail_msg("%s: %s", text, err.text);
	return out;
}

static void
assert_expands(const char *text, const char *expected)
{
	sek_auto_buf out = expand(text, 1);

	assert_string_equal(out.p ? out.p : "", expected);
}

static void
assert_refused(const char *text, const char *why)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	assert_int_equal(sek_example_expand(text, 1, &out, &err), SEK_ECONFIG);
	assert_string_equal(err.text, why);
}

static void
leaves_plain_text_as_it_is(void **state)
{
	(void)state;
	assert_expands("", "");
	assert_expands("key = value } \"'", "key = value } \"'");
	assert_expands("C:\\path", "C:\\path");
	assert_expands("ends in \\", "ends in \\");
}

static void
knows_four_escapes_and_the_brace(void **state)
{
	(void)state;
	assert_expands("a\\nb\\tc\\\\n\\}", "a\nb\tc\\n}");
	assert_expands("{{\"a\": {{}}", "{\"a\": {}}");
	assert_expands("${{var}", "${var}");
}

static void
draws_from_the_class_only(void **state)
{
	sek_auto_buf out = expand("<{500:A-CX\\-\\}\\:\\\\}>", 7);
	unsigned seen[256] = {0};
	size_t kinds = 0;

	(void)state;
	assert_int_equal(out.n, 502);
	for (size_t i = 1; i < 501; i++) {
		assert_non_null(strchr("ABCX-}:\\", out.p[i]));
		kinds += seen[(unsigned char)out.p[i]]++ == 0;
	}
	assert_int_equal(kinds, 8);
	assert_int_equal(out.p[501], '>');
}

static void
takes_a_dash_at_the_edge_of_a_class_for_itself(void **state)
{
	sek_auto_buf out = expand("{200:_-}", 7);

	(void)state;
	assert_int_equal(out.n, 200);
	assert_non_null(strchr(out.p, '-'));
	assert_non_null(strchr(out.p, '_'));
	assert_int_equal(strspn(out.p, "_-"), 200);
}

static void
gives_the_same_text_for_the_same_seed_only(void **state)
{
	sek_auto_buf a = expand("{40:A-Za-z0-9}", 3);
	sek_auto_buf b = expand("{40:A-Za-z0-9}", 3);
	sek_auto_buf c = expand("{40:A-Za-z0-9}", 4);

	(void)state;
	assert_string_equal(a.p, b.p);
	assert_string_not_equal(a.p, c.p);
}

/* On every machine: the built-in rules' examples were chosen with these. */
static void
draws_the_characters_of_splitmix64(void **state)
{
	(void)state;
	/* of seed 1: 0x910a2dec89025cc1, 0xbeeb8da1658eec67, ... mod 10 */
	sek_auto_buf out = expand("{2:0-9}", 1);

	assert_int_equal(out.p[0] - '0', 0x910a2dec89025cc1 % 10);
	assert_int_equal(out.p[1] - '0', 0xbeeb8da1658eec67 % 10);
}

static void
encodes_base64_of_what_it_expanded(void **state)
{
	(void)state;
	assert_expands("{base64:Man}", "TWFu");
	assert_expands("{base64:{{a\\}}.", "e2F9.");
	assert_expands("{base64:{3:x}\\n}", "eHh4Cg==");
	assert_expands("{base64:{base64:Man}}", "VFdGdQ==");
	assert_expands("{base64:}", "");
	assert_expands("{crc32:}.", "000000.");
	assert_expands("{crc32:{3:x}}{base64:{crc32:}}", "xxx0WTwjaMDAwMDAw");
}

static void
says_where_a_template_is_broken(void **state)
{
	(void)state;
	assert_refused("ab {",
	    "column 5: after `{` comes COUNT:CLASS}, base64:TEXT}, "
	    "crc32:TEXT} or `{`");
	assert_refused("{x}",
	    "column 2: after `{` comes COUNT:CLASS}, base64:TEXT}, "
	    "crc32:TEXT} or `{`");
	assert_refused("{0:a}",
	    "column 3: after `{` comes COUNT:CLASS}, base64:TEXT}, "
	    "crc32:TEXT} or `{`");
	assert_refused("{3:}", "column 4: the class is empty");
	assert_refused("{3:a", "column 5: `}` is missing");
	assert_refused("{3:a\\", "column 6: `}` is missing");
	assert_refused("{3:z-a}", "column 7: this is no range");
	assert_refused("{base64:a", "column 10: `}` is missing");
}

static void
refuses_what_would_grow_without_bound(void **state)
{
	sek_auto_buf small = {.max = 100};
	sek_auto_buf deep = {0};
	struct sek_err err;

	(void)state;
	assert_refused("{65537:a}",
	    "column 7: after `{` comes COUNT:CLASS}, base64:TEXT}, "
	    "crc32:TEXT} or `{`");
	assert_int_equal(sek_example_expand("{101:a}", 1, &small, &err),
	    SEK_ETOOBIG);
	for (int i = 0; i < 1000; i++)
		sek_buf_add_s(&deep, "{base64:");
	assert_refused(deep.p,
	    "column 41: templates within templates too often");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_plain_text_as_it_is),
	    cmocka_unit_test(knows_four_escapes_and_the_brace),
	    cmocka_unit_test(draws_from_the_class_only),
	    cmocka_unit_test(takes_a_dash_at_the_edge_of_a_class_for_itself),
	    cmocka_unit_test(gives_the_same_text_for_the_same_seed_only),
	    cmocka_unit_test(draws_the_characters_of_splitmix64),
	    cmocka_unit_test(encodes_base64_of_what_it_expanded),
	    cmocka_unit_test(says_where_a_template_is_broken),
	    cmocka_unit_test(refuses_what_would_grow_without_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

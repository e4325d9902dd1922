#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/json.h"
#include "base/buf.h"

static void
reads_values_of_each_kind(void **state)
{
	sek_auto_json *j = NULL;
	const struct sek_json_value *root;
	double number = 0;

	(void)state;
	assert_int_equal(sek_json_read(&j,
			     SEK_STR("{\"a\":{\"b\":\"x\\u0041\"},\"n\":12,"
				     "\"f\":1.5,\"e\":\"\",\"t\":true}"),
			     "answer", NULL),
	    SEK_OK);
	root = sek_json_root(j);
	assert_true(sek_json_is_object(root));
	assert_true(sek_str_is(sek_json_str(sek_json_at(sek_json_at(root, "a"),
				   "b")),
	    "xA"));
	assert_true(sek_json_number(sek_json_at(root, "n"), &number));
	assert_true(number == 12);
	assert_true(sek_json_number(sek_json_at(root, "f"), &number));
	assert_true(number == 1.5);
	assert_non_null(sek_json_str(sek_json_at(root, "e")).p);
	assert_int_equal(sek_json_str(sek_json_at(root, "e")).n, 0);
	assert_null(sek_json_str(sek_json_at(root, "t")).p);
	assert_null(sek_json_str(sek_json_at(root, "n")).p);
	assert_false(sek_json_number(sek_json_at(root, "e"), &number));
}

static void
what_is_not_there_is_null_all_the_way(void **state)
{
	sek_auto_json *j = NULL;
	const struct sek_json_value *none;
	double number;

	(void)state;
	assert_int_equal(sek_json_read(&j, SEK_STR("[1]"), "x", NULL), SEK_OK);
	none = sek_json_at(sek_json_at(sek_json_root(j), "a"), "b");
	assert_null(none);
	assert_null(sek_json_str(none).p);
	assert_false(sek_json_number(none, &number));
	assert_false(sek_json_is_object(none));
	assert_false(sek_json_is_object(sek_json_root(j)));
	assert_int_equal(sek_json_each(none, NULL, NULL, NULL), SEK_OK);
	sek_json_free(NULL);
}

static void
a_number_may_be_of_any_size(void **state)
{
	sek_auto_json *j = NULL;
	double number = 0;

	(void)state;
	assert_int_equal(sek_json_read(&j,
			     SEK_STR("123456789012345678901234567890"), "x",
			     NULL),
	    SEK_OK);
	assert_true(sek_json_number(sek_json_root(j), &number));
	assert_true(number > 1e29);
}

static void
refuse(struct sek_str text, int line)
{
	struct sek_json *j = NULL;
	struct sek_err err;
	char want[64];

	snprintf(want, sizeof(want), "answer: not JSON (line %d, column ",
	    line);
	assert_int_equal(sek_json_read(&j, text, "answer", &err), SEK_EPARSE);
	assert_true(sek_str_starts(sek_str(err.text), want));
	assert_null(strstr(err.text, "hunter"));
	assert_null(j);
}

static void
refuses_what_is_not_json_without_quoting_it(void **state)
{
	(void)state;
	refuse((struct sek_str){NULL, 0}, 1);
	refuse(SEK_STR("{\"a\":1} hunter2"), 1);
	refuse(SEK_STR("{\"a\":\n\"hunter2"), 2);
	refuse(SEK_STR("\xef\xbb\xbf{}"), 1);
	refuse(SEK_STR("\"\xff\""), 1);
	refuse(SEK_STR("\"\\ud800\""), 1);
	refuse(SEK_STR("NaN"), 1);
	refuse(SEK_STR("1e999"), 1);
}

static void
refuses_a_name_given_twice_and_a_nul(void **state)
{
	(void)state;
	refuse(SEK_STR("{\"a\":1,\"a\":2}"), 1);
	refuse(SEK_STR("{\"a\":\"b\\u0000c\"}"), 1);
	refuse(SEK_STR("{\"a\\u0000c\":1}"), 1);
	refuse(SEK_STR("\"a\0b\""), 1);
}

static void
refuses_what_is_too_deep_or_too_large(void **state)
{
	sek_auto_buf text = {0};
	struct sek_json *j = NULL;
	struct sek_err err;

	(void)state;
	for (int i = 0; i < 100000; i++)
		sek_buf_add_c(&text, '[');
	assert_int_equal(sek_json_read(&j, sek_buf_str(&text), "x", &err),
	    SEK_EPARSE);
	sek_buf_reset(&text);
	while (text.n <= SEK_JSON_MAX)
		sek_buf_add_s(&text, "          ");
	assert_int_equal(sek_json_read(&j, sek_buf_str(&text), "x", &err),
	    SEK_ETOOBIG);
	assert_string_equal(err.text, "x: larger than 1048576 bytes");
	assert_null(j);
}

static enum sek_code
collect(void *arg, struct sek_str name, const struct sek_json_value *value,
    struct sek_err *err)
{
	struct sek_buf *out = arg;

	sek_buf_add_str(out, name);
	sek_buf_add_str(out, sek_json_str(value));
	return sek_str_is(name, "stop") ? sek_fail(err, SEK_EDENIED, "stopped")
					: SEK_OK;
}

static void
names_come_in_the_order_of_the_text(void **state)
{
	sek_auto_json *j = NULL;
	sek_auto_buf names = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_json_read(&j,
			     SEK_STR("{\"z\":\"1\",\"a\":\"2\",\"stop\":3,"
				     "\"b\":4}"),
			     "x", NULL),
	    SEK_OK);
	assert_int_equal(sek_json_each(sek_json_root(j), collect, &names, &err),
	    SEK_EDENIED);
	assert_string_equal(names.p, "z1a2stop");
	assert_string_equal(err.text, "stopped");
}

static void
what_is_quoted_reads_the_same(void **state)
{
	static const char text[] =
	    "a\"b\\c/\n\t\x01\x7f\xc3\xa4 \xf0\x9f\x94\x91";
	sek_auto_json *j = NULL;
	sek_auto_buf quoted = {0};

	(void)state;
	sek_json_quote(&quoted, sek_str(text));
	assert_int_equal(sek_json_read(&j, sek_buf_str(&quoted), "x", NULL),
	    SEK_OK);
	assert_true(sek_str_is(sek_json_str(sek_json_root(j)), text));
	sek_buf_reset(&quoted);
	sek_json_quote(&quoted, SEK_STR("\0\xff\xc3"));
	assert_string_equal(quoted.p, "\"\\u0000\\ufffd\\ufffd\"");
	sek_buf_reset(&quoted);
	sek_json_quote(&quoted, (struct sek_str){NULL, 0});
	assert_string_equal(quoted.p, "\"\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_values_of_each_kind),
	    cmocka_unit_test(what_is_not_there_is_null_all_the_way),
	    cmocka_unit_test(a_number_may_be_of_any_size),
	    cmocka_unit_test(refuses_what_is_not_json_without_quoting_it),
	    cmocka_unit_test(refuses_a_name_given_twice_and_a_nul),
	    cmocka_unit_test(refuses_what_is_too_deep_or_too_large),
	    cmocka_unit_test(names_come_in_the_order_of_the_text),
	    cmocka_unit_test(what_is_quoted_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

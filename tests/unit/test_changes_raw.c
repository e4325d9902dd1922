#include "fixture.h"

#include "repo/changes_raw.h"

#define A "1111111111111111111111111111111111111111"
#define B "2222222222222222222222222222222222222222"
#define Z "0000000000000000000000000000000000000000"

static enum sek_code
parse(struct sek_raw *raw, const char *text, unsigned oid_len)
{
	struct sek_err err;

	return sek_raw_parse(raw, sek_str(text), oid_len, &err);
}

static void
a_record_of_one_parent_is_taken_apart(void **state)
{
	sek_auto_raw raw = {0};
	char hex[SEK_OID_HEX];

	(void)state;
	assert_int_equal(parse(&raw, ":100644 120000 " A " " B " T", 20),
	    SEK_OK);
	assert_int_equal(raw.old.n, 1);
	assert_int_equal(raw.old.at[0].mode, 0100644);
	assert_string_equal(sek_oid_hex(&raw.old.at[0].oid, hex), A);
	assert_int_equal(raw.now.mode, 0120000);
	assert_string_equal(sek_oid_hex(&raw.now.oid, hex), B);
	assert_int_equal(raw.status, 'T');
}

static void
an_absent_side_has_no_id(void **state)
{
	sek_auto_raw raw = {0};

	(void)state;
	assert_int_equal(parse(&raw, ":000000 100644 " Z " " B " A", 20),
	    SEK_OK);
	assert_true(sek_oid_is_none(&raw.old.at[0].oid));
	assert_int_equal(parse(&raw, ":100644 000000 " A " " Z " D", 20),
	    SEK_OK);
	assert_true(sek_oid_is_none(&raw.now.oid));
}

static void
a_combined_record_has_a_side_for_each_parent(void **state)
{
	sek_auto_raw raw = {0};

	(void)state;
	assert_int_equal(parse(&raw,
			     ":::100644 100755 000000 100644 " A " " B " " Z
			     " " A " MMA",
			     20),
	    SEK_OK);
	assert_int_equal(raw.old.n, 3);
	assert_int_equal(raw.old.at[1].mode, 0100755);
	assert_true(sek_oid_is_none(&raw.old.at[2].oid));
	/* The memory is used again. */
	assert_int_equal(parse(&raw, ":100644 100644 " A " " B " M", 20),
	    SEK_OK);
	assert_int_equal(raw.old.n, 1);
}

static void
what_is_no_such_record_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    ":",
	    "::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::",
	    A,
	    "100644 100644 " A " " B " M",
	    ":100644 100644 " A " " B,
	    ":100644 100644 " A " " B " ",
	    ":100644 100644 " A " " B " MM",
	    ":100644 100644 " A " " B " m",
	    ":100644 100644 " A " " B " M100",
	    ":100644 100644 " A " " B " M x",
	    ":100844 100644 " A " " B " M",
	    ":10064 100644 " A " " B " M",
	    ":1006444 100644 " A " " B " M",
	    ":100644 100644  " A " " B " M",
	    ":100644 100644 " A " 222222 M",
	    ":100644 100644 " A " " B B " M",
	    ":100644 100644 " A " 22222222222222222222222222222222222222zz M",
	    "::100644 100644 " A " " B " MM",
	    NULL,
	};
	sek_auto_raw raw = {0};

	(void)state;
	for (size_t i = 0; bad[i]; i++)
		if (parse(&raw, bad[i], 20) != SEK_EPARSE)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(parse(&raw, ":100644 100644 " A " " B " M", 32),
	    SEK_EPARSE);
	assert_int_equal(sek_raw_parse(&raw, (struct sek_str){NULL, 0}, 20,
			     NULL),
	    SEK_EPARSE);
}

static void
sameness_is_content_and_kind_but_not_the_executable_bit(void **state)
{
	sek_auto_raw raw = {0};

	(void)state;
	assert_int_equal(parse(&raw, ":100644 100755 " A " " A " M", 20),
	    SEK_OK);
	assert_true(sek_raw_same(&raw.old.at[0], &raw.now));
	assert_int_equal(parse(&raw, ":120000 100644 " A " " A " T", 20),
	    SEK_OK);
	assert_false(sek_raw_same(&raw.old.at[0], &raw.now));
	assert_int_equal(parse(&raw, ":100644 100644 " A " " B " M", 20),
	    SEK_OK);
	assert_false(sek_raw_same(&raw.old.at[0], &raw.now));
	assert_int_equal(parse(&raw, ":000000 100644 " A " " A " A", 20),
	    SEK_OK);
	assert_false(sek_raw_same(&raw.old.at[0], &raw.now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_record_of_one_parent_is_taken_apart),
	    cmocka_unit_test(an_absent_side_has_no_id),
	    cmocka_unit_test(a_combined_record_has_a_side_for_each_parent),
	    cmocka_unit_test(what_is_no_such_record_is_refused),
	    cmocka_unit_test(
		sameness_is_content_and_kind_but_not_the_executable_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/outcome.h"

static const struct sek_rule rules[] = {{.id = "a-rule"}, {.id = "b-rule"}};

static struct sek_found
make(enum sek_place place, uint64_t order, uint64_t start, const char *path)
{
	struct sek_found f = {
	    .finding =
		{
		    .rule = &rules[0],
		    .place = place,
		    .path = sek_strdup(path),
		    .order = order,
		    .start = start,
		    .end = start + 3,
		    .fingerprint = "0123",
		},
	    .lines = sek_strdup("a line"),
	    .lines_n = 6,
	};

	return f;
}

static void
an_empty_outcome_can_be_cleared_sorted_and_merged(void **state)
{
	struct sek_outcome a = {0}, b = {0};

	(void)state;
	sek_outcome_sort(&a);
	sek_outcome_merge(&a, &b);
	sek_outcome_clear(&a);
	sek_outcome_clear(&a);
	sek_outcome_clear(&b);
}

static void
merging_moves_everything_and_sums_what_was_counted(void **state)
{
	struct sek_outcome a = {0}, b = {0};

	(void)state;
	a.counts.blobs = 1;
	a.counts.allowed = 5;
	b.counts.blobs = 2;
	b.counts.bytes = 7;
	sek_outcome_unread(&a, SEK_STR("x"), "why %d", 1);
	sek_outcome_unread(&b, SEK_STR("y"), "why %d", 2);
	sek_outcome_elsewhere(&b, SEK_STR("z"), "there");
	*sek_vec_push(&b.founds) = make(SEK_PLACE_FILE, 1, 1, "p");
	sek_outcome_merge(&a, &b);
	assert_int_equal(a.counts.blobs, 3);
	assert_int_equal(a.counts.bytes, 7);
	assert_int_equal(a.counts.allowed, 5);
	assert_int_equal(a.counts.unread, 2);
	assert_int_equal(a.counts.elsewhere, 1);
	assert_int_equal(a.founds.n, 1);
	assert_string_equal(a.unread.at[0], "x: why 1");
	assert_string_equal(a.unread.at[1], "y: why 2");
	assert_string_equal(a.elsewhere.at[0], "z: there");
	assert_int_equal(b.founds.n, 0);
	assert_int_equal(b.unread.n, 0);
	sek_outcome_clear(&a);
	sek_outcome_clear(&b);
}

static void
lines_are_limited_and_counting_is_not(void **state)
{
	struct sek_outcome a = {0}, b = {0};

	(void)state;
	for (int i = 0; i < SEK_LINES_KEPT + 10; i++) {
		sek_outcome_unread(&a, SEK_STR("x"), "why");
		sek_outcome_unread(&b, SEK_STR("x"), "why");
	}
	sek_outcome_merge(&a, &b);
	assert_int_equal(a.unread.n, SEK_LINES_KEPT);
	assert_int_equal(a.counts.unread, 2 * (SEK_LINES_KEPT + 10));
	sek_outcome_clear(&a);
	sek_outcome_clear(&b);
}

static void
names_are_quoted_and_long_reasons_cut(void **state)
{
	struct sek_outcome a = {0};
	char *why = sek_alloc(5001);

	(void)state;
	memset(why, 'w', 5000);
	sek_outcome_unread(&a, SEK_STR("a\nb\x1b[31m"), "%s", why);
	assert_string_equal(strndupa(a.unread.at[0], 12), "\"a\\nb\\033[31");
	assert_null(strchr(a.unread.at[0], '\n'));
	assert_true(strlen(a.unread.at[0]) < 1000);
	free(why);
	sek_outcome_clear(&a);
}

static void
an_allowed_finding_says_its_place_and_why(void **state)
{
	struct sek_outcome a = {0};
	struct sek_found f = make(SEK_PLACE_FILE, 1, 1, "dir/x");

	(void)state;
	f.finding.line = 7;
	sek_outcome_allowed(&a, &f.finding, "by a list");
	f.finding.line = 0;
	sek_outcome_allowed(&a, &f.finding, "by a list");
	assert_string_equal(a.allowed.at[0], "dir/x:7: a-rule: by a list");
	assert_string_equal(a.allowed.at[1], "dir/x: a-rule: by a list");
	assert_int_equal(a.counts.allowed, 2);
	sek_found_clear(&f);
	sek_outcome_clear(&a);
}

static void
findings_are_sorted_by_job_then_name_then_offset(void **state)
{
	struct sek_outcome a = {0};
	static const char *const want[] = {"1n", "1a", "1b", "2a"};

	(void)state;
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE, 2, 0, "2a");
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE, 1, 9, "1b");
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE, 1, 2, "1a");
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE_NAME, 1, 0, "1n");
	a.founds.at[3].finding.end = 2;
	sek_outcome_sort(&a);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(a.founds.at[i].finding.path, want[i]);
	sek_outcome_clear(&a);
}

static void
a_directorys_name_is_told_once(void **state)
{
	static const char *const paths[] = {
	    "key/a",
	    "key/b/c",
	    "keys/a",
	    "key",
	    "key/key",
	};
	struct sek_outcome a = {0};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE_NAME, i, 0,
		    paths[i]);
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE_NAME, 5, 4, "key/key");
	*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE_NAME, 6, 0, "key/x");
	a.founds.at[6].finding.commit = (struct sek_oid){.len = 20, .raw = {1}};
	sek_outcome_sort(&a);
	assert_int_equal(a.founds.n, 4);
	assert_string_equal(a.founds.at[0].finding.path, "key/a");
	assert_string_equal(a.founds.at[1].finding.path, "keys/a");
	assert_int_equal(a.founds.at[2].finding.start, 4);
	assert_string_equal(a.founds.at[3].finding.path, "key/x");
	sek_outcome_clear(&a);
}

static void
a_name_of_unknown_place_is_left_alone(void **state)
{
	struct sek_outcome a = {0};

	(void)state;
	for (int i = 0; i < 2; i++)
		*sek_vec_push(&a.founds) = make(SEK_PLACE_FILE_NAME, i, 500,
		    "tree 0123");
	sek_outcome_sort(&a);
	assert_int_equal(a.founds.n, 2);
	sek_outcome_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_outcome_can_be_cleared_sorted_and_merged),
	    cmocka_unit_test(
		merging_moves_everything_and_sums_what_was_counted),
	    cmocka_unit_test(lines_are_limited_and_counting_is_not),
	    cmocka_unit_test(names_are_quoted_and_long_reasons_cut),
	    cmocka_unit_test(an_allowed_finding_says_its_place_and_why),
	    cmocka_unit_test(findings_are_sorted_by_job_then_name_then_offset),
	    cmocka_unit_test(a_directorys_name_is_told_once),
	    cmocka_unit_test(a_name_of_unknown_place_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

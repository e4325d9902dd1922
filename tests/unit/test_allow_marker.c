#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scan/allow.h"

/* Out of two pieces, so that no line of this file holds a marker. */
#define OURS                                                                   \
	"sekisho:"                                                             \
	"allow"

static bool
marked(const char *line, const char *before)
{
	return sek_allow_marker(sek_str(line), sek_str(before), "test-key") !=
	    NULL;
}

static void
our_marker_names_the_rule_and_the_reason(void **state)
{
	(void)state;
	assert_true(marked("k = 1 # " OURS " test-key made up", NULL));
	assert_true(marked("/* " OURS "\ttest-key  abc */", NULL));
	assert_true(marked("k # " OURS " test-key \xe8\xa9\xa6\xe9\xa8\x93"
			   "\xe7\x94\xa8",
	    NULL));
	assert_true(marked("k # " OURS " test-pw xyz " OURS " test-key xyz",
	    NULL));
	assert_false(marked("k # " OURS " test-pw made up", NULL));
	assert_false(marked("k # " OURS " * made up", NULL));
	assert_false(marked("k # " OURS " test-key-2 made up", NULL));
	assert_false(marked("k # " OURS "test-key made up", NULL));
	assert_false(marked("k # " OURS, NULL));
}

static void
our_marker_without_a_reason_does_not_count(void **state)
{
	(void)state;
	assert_false(marked("k # " OURS " test-key", NULL));
	assert_false(marked("k # " OURS " test-key ok", NULL));
	assert_false(marked("/* " OURS " test-key */", NULL));
	assert_false(marked("<!-- " OURS " test-key ---------->", NULL));
	assert_false(marked("k # " OURS " test-key " OURS " test-pw xyz",
	    NULL));
}

static void
our_marker_above_must_have_its_line_for_itself(void **state)
{
	(void)state;
	assert_true(marked("k = 1", "# " OURS " test-key made up"));
	assert_true(marked("k = 1", "\t<!-- " OURS " test-key made up -->\r"));
	assert_true(marked("k = 1", " * " OURS " test-key made up"));
	assert_false(marked("k = 1", "j = 2 # " OURS " test-key made up"));
	assert_false(marked("k = 1", "# " OURS " test-pw made up"));
}

static void
markers_of_other_tools_count_as_they_do_there(void **state)
{
	(void)state;
	assert_true(marked("k = 1 # gitleaks:"
			   "allow",
	    NULL));
	assert_false(marked("k = 1",
	    "# gitleaks:"
	    "allow"));
	assert_true(marked("k = 1 # pragma: "
			   "allowlist secret",
	    NULL));
	assert_true(marked("k = 1 // pragma:"
			   "whitelist secret",
	    NULL));
	assert_false(marked("k = 1",
	    "# pragma: "
	    "allowlist secret"));
	assert_true(marked("k = 1",
	    "# pragma: "
	    "allowlist nextline secret"));
	assert_false(marked("k = 1 # pragma: "
			    "allowlist nextline secret",
	    NULL));
	assert_false(marked("k = 1 # pragma: once", NULL));
	assert_false(marked("", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(our_marker_names_the_rule_and_the_reason),
	    cmocka_unit_test(our_marker_without_a_reason_does_not_count),
	    cmocka_unit_test(our_marker_above_must_have_its_line_for_itself),
	    cmocka_unit_test(markers_of_other_tools_count_as_they_do_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

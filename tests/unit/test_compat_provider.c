#include "fixture.h"

#include "base/file.h"
#include "scan/compat_provider.h"

static char *
said(const char *command, char **missing)
{
	struct sek_buf out = {0};
	struct sek_err err;

	if (sek_compat_provider_run(command, &out, missing, &err) != SEK_OK)
		fail_msg("%s", err.text);
	sek_buf_add_s(&out, "");
	return sek_buf_take(&out);
}

static void
assert_says(const char *command, const char *wanted)
{
	char *missing;
	sek_auto_free char *text = said(command, &missing);

	assert_null(missing);
	assert_string_equal(text, wanted);
}

static void
assert_aws(const char *file_text, const char *wanted)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	assert_int_equal(sek_file_replace("c", file_text, strlen(file_text),
			     0600, &err),
	    SEK_OK);
	assert_int_equal(sek_compat_provider_aws("c", &out, &err), SEK_OK);
	assert_string_equal(out.n ? out.p : "", wanted);
}

static void
words_are_parted_by_blanks_and_nothing_else(void **state)
{
	(void)state;
	assert_says("printf %s\\n a\tb \"c d\" *", "a\nb\n\"c\nd\"\n*\n");
}

static void
carriage_returns_are_taken_out(void **state)
{
	(void)state;
	assert_says("printf a\\r\\nb\\r\\n", "a\nb\n");
}

static void
an_empty_command_says_nothing(void **state)
{
	(void)state;
	assert_says("", "");
	assert_says(" \t ", "");
}

static void
a_failing_command_has_said_what_it_said(void **state)
{
	(void)state;
	sh("printf '#!/bin/sh\\necho x\\nexit 7\\n' >p; chmod +x p");
	assert_says("./p", "x\n");
}

static void
a_command_that_is_not_there_is_named(void **state)
{
	char *missing = NULL;
	sek_auto_free char *text = said("no-such-command a", &missing);

	(void)state;
	assert_string_equal(text, "");
	assert_string_equal(missing, "no-such-command");
	free(missing);
}

static void
standard_input_is_empty(void **state)
{
	(void)state;
	assert_says("cat", "");
}

static void
output_without_end_is_an_error(void **state)
{
	sek_auto_buf out = {0};
	struct sek_err err;
	char *missing;

	(void)state;
	assert_int_equal(sek_compat_provider_run("head -c 9000000 /dev/zero",
			     &out, &missing, &err),
	    SEK_ETOOBIG);
	assert_null(missing);
}

static void
our_own_provider_needs_no_process(void **state)
{
	(void)state;
	sh("mkdir .aws; echo 'aws_access_key_id = abc' >.aws/credentials; "
	   "echo 'aws_access_key_id=d.e' >other");
	setenv("PATH", "/nowhere", 1);
	assert_says("git secrets --aws-provider", "abc\n");
	assert_says(" git  secrets\t--aws-provider other ", "d\\.e\n");
	setenv("PATH", "/usr/bin:/bin", 1);
}

static void
values_stand_between_the_first_two_equal_signs(void **state)
{
	(void)state;
	assert_aws("[default]\naws_access_key_id = \"A b\"\n"
		   "x_aws_secret_access_key_y=c=d\n"
		   "region = x\naws_session_token = t\n",
	    "Ab\nc\n");
}

static void
a_value_that_is_not_there_is_an_empty_line(void **state)
{
	(void)state;
	assert_aws("# aws_access_key_id\naws_secret_access_key=\n", "\n\n");
	assert_aws("", "");
}

static void
all_that_means_something_in_a_pattern_is_escaped(void **state)
{
	(void)state;
	assert_aws("aws_access_key_id = a].|$(){}?+*^\\[/-'\n",
	    "a\\]\\.\\|\\$\\(\\)\\{\\}\\?\\+\\*\\^\\\\[/-'\n");
}

static void
no_file_gives_nothing_and_a_directory_neither(void **state)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_compat_provider_aws(NULL, &out, &err), SEK_OK);
	assert_int_equal(sek_compat_provider_aws("", &out, &err), SEK_OK);
	assert_int_equal(sek_compat_provider_aws(".", &out, &err), SEK_OK);
	assert_int_equal(out.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(words_are_parted_by_blanks_and_nothing_else),
	    fixture_test(carriage_returns_are_taken_out),
	    fixture_test(an_empty_command_says_nothing),
	    fixture_test(a_failing_command_has_said_what_it_said),
	    fixture_test(a_command_that_is_not_there_is_named),
	    fixture_test(standard_input_is_empty),
	    fixture_test(output_without_end_is_an_error),
	    fixture_test(our_own_provider_needs_no_process),
	    fixture_test(values_stand_between_the_first_two_equal_signs),
	    fixture_test(a_value_that_is_not_there_is_an_empty_line),
	    fixture_test(all_that_means_something_in_a_pattern_is_escaped),
	    fixture_test(no_file_gives_nothing_and_a_directory_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

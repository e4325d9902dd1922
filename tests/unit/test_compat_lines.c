#include "fixture.h"

#include "scan/compat.h"

static void
no_command(void *arg, const char *command)
{
	(void)arg;
	fail_msg("%s", command);
}

/* The lines of a scan of standard files, which are in the fixture's directory. */
static char *
scan(const char *name, enum sek_code wanted)
{
	const char *const names[] = {name, NULL};
	struct sek_compat_scan s = {.name = names};
	struct sek_compat_result result = {0};
	struct sek_compat *c;
	struct sek_err err;
	char *lines;

	if (sek_compat_open(&c, SEK_COMPAT_NEED_NOTHING, no_command, NULL,
		&err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(sek_compat_scan(c, &s, &result, &err), wanted);
	sek_buf_add_s(&result.lines, "");
	lines = sek_buf_take(&result.lines);
	sek_compat_result_clear(&result);
	sek_compat_close(c);
	return lines;
}

static void
assert_lines(const char *name, const char *wanted)
{
	sek_auto_free char *lines = scan(name, SEK_OK);

	assert_string_equal(lines, wanted);
}

static void
assert_quoted(struct sek_str path, bool high, const char *wanted)
{
	sek_auto_buf out = {0};

	sek_compat_quote(&out, path, high);
	assert_string_equal(out.n ? out.p : "", wanted);
}

static void
quotes_what_git_quotes(void **state)
{
	(void)state;
	assert_quoted(SEK_STR("a b/c"), true, "a b/c");
	assert_quoted(SEK_STR(""), true, "");
	assert_quoted(SEK_STR("a\"b\\c\n\t\x01\x7f"), true,
	    "\"a\\\"b\\\\c\\n\\t\\001\\177\"");
	assert_quoted(SEK_STR("\xc3\xa4"), true, "\"\\303\\244\"");
	assert_quoted(SEK_STR("\xc3\xa4"), false, "\xc3\xa4");
}

static void
a_line_is_told_once_whatever_is_in_it(void **state)
{
	(void)state;
	sh("git config --global --add secrets.patterns me\n"
	   "git config --global --add secrets.patterns 'me.*too'\n"
	   "printf 'me me too me\\n\\nme' >f");
	assert_lines("f", "f:1:me me too me\nf:3:me\n");
}

static void
a_line_that_ends_in_crlf_is_told_as_it_is(void **state)
{
	(void)state;
	sh("git config --global secrets.patterns me; printf 'me\\r\\nx' >f");
	assert_lines("f", "f:1:me\r\n");
}

static void
a_long_line_is_told_whole(void **state)
{
	sek_auto_free char *lines = NULL;

	(void)state;
	sh("git config --global secrets.patterns me\n"
	   "{ head -c 50000 /dev/zero | tr '\\0' ' '; echo me; } >f");
	lines = scan("f", SEK_OK);
	assert_int_equal(strlen(lines), strlen("f:1:") + 50000 + 3);
}

static void
a_providers_key_is_hidden_on_every_line(void **state)
{
	sek_auto_free char *lines = NULL;

	(void)state;
	sh("git config --global secrets.patterns '@x'\n"
	   "git config --global secrets.providers 'echo %s'\n"
	   "printf '@x %s\\n%s @x\\n' >f",
	    "qwertyuiop"
	    "asdfgh",
	    "qwertyuiop"
	    "asdfgh",
	    "qwertyuiop"
	    "asdfgh");
	lines = scan("f", SEK_OK);
	assert_null(strstr(lines, "qwerty"));
	assert_non_null(strstr(lines, "f:1:@x ("));
	assert_non_null(strstr(lines, " @x\n"));
}

static void
a_bad_allowed_pattern_is_no_clean_scan(void **state)
{
	sek_auto_free char *lines = NULL;

	(void)state;
	sh("git config --global secrets.patterns me\n"
	   "git config --global secrets.allowed '(x'\n"
	   "echo me >f");
	lines = scan("f", SEK_ECONFIG);
	assert_string_equal(lines, "");
}

static void
the_users_patterns_do_not_look_into_binary_content(void **state)
{
	(void)state;
	sh("git config --global secrets.patterns me\n"
	   "printf 'me\\n\\0' >near; { seq 2000; printf 'me\\n\\0'; } >far");
	assert_lines("near", "");
	assert_lines("far", "far:2001:me\n");
}

static void
names_are_shown_as_they_are_given_but_stay_one_line(void **state)
{
	(void)state;
	sh("git config --global secrets.patterns me\n"
	   "printf me >'a\"b'; printf me >'a\nf:1:ok'");
	assert_lines("a\"b", "a\"b:1:me\n");
	assert_lines("./a\nf:1:ok", "\"./a\\nf:1:ok\":1:me\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quotes_what_git_quotes),
	    fixture_test(a_line_is_told_once_whatever_is_in_it),
	    fixture_test(a_line_that_ends_in_crlf_is_told_as_it_is),
	    fixture_test(a_long_line_is_told_whole),
	    fixture_test(a_providers_key_is_hidden_on_every_line),
	    fixture_test(a_bad_allowed_pattern_is_no_clean_scan),
	    fixture_test(the_users_patterns_do_not_look_into_binary_content),
	    fixture_test(names_are_shown_as_they_are_given_but_stay_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

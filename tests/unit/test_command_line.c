#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/command_line.h"
#include "base/alloc.h"

/* words: joined by "|". */
static void
assert_words(const char *line, const char *words)
{
	sek_auto_command_line c = {0};
	char joined[256] = "";
	struct sek_err err;

	if (sek_command_line_split(&c, line, &err))
		fail_msg("%s: %s", line, err.text);
	for (size_t i = 0; i < c.n; i++) {
		strcat(joined, i ? "|" : "");
		strcat(joined, c.argv[i]);
	}
	assert_string_equal(joined, words);
	assert_null(c.argv[c.n]);
}

static void
words_are_split_at_blanks(void **state)
{
	(void)state;
	assert_words("tool", "tool");
	assert_words("  tool\t a \n b\r\n", "tool|a|b");
	assert_words("/opt/t --a=b,c -- d", "/opt/t|--a=b,c|--|d");
}

static void
quotes_keep_words_together(void **state)
{
	(void)state;
	assert_words("t 'a b' \"c d\"", "t|a b|c d");
	assert_words("t a'b c'd\"e f\"g", "t|ab cde fg");
	assert_words("t '' \"\" x", "t|||x");
	assert_words("t 'a\"b' \"c'd\"", "t|a\"b|c'd");
	assert_words("'C:\\Program Files\\t'", "C:\\Program Files\\t");
}

static void
a_backslash_takes_the_next_character_as_it_is(void **state)
{
	(void)state;
	assert_words("t a\\ b \\' \\\" \\\\", "t|a b|'|\"|\\");
	assert_words("t 'a\\b'", "t|a\\b");
	/* between double quotes before these four alone */
	assert_words("t \"\\\"\\\\\\$\\`\\n\\'\"", "t|\"\\$`\\n\\'");
	/* with a newline it is nothing */
	assert_words("t a\\\nb \"c\\\nd\"", "t|ab|cd");
}

static void
nothing_is_expanded(void **state)
{
	(void)state;
	assert_words("t $HOME ~ * `id` $(id) #x", "t|$HOME|~|*|`id`|$(id)|#x");
	assert_words("t a;b&c|d<e>f", "t|a;b&c|d<e>f");
	assert_words("t \"$HOME\" {a,b} !1", "t|$HOME|{a,b}|!1");
}

static void
assert_refused(const char *line, const char *why)
{
	sek_auto_command_line c = {0};
	struct sek_err err;

	assert_int_equal(sek_command_line_split(&c, line, &err), SEK_ECONFIG);
	if (!strstr(err.text, why) || strstr(err.text, "pass"))
		fail_msg("%s: %s", line, err.text);
	assert_null(c.argv);
}

static void
what_is_no_command_line_is_refused(void **state)
{
	(void)state;
	assert_refused("", "is empty");
	assert_refused(" \t\n", "is empty");
	assert_refused("''", "is empty");
	assert_refused("\"\" a", "is empty");
	assert_refused("t 'pass", "quote that is not closed");
	assert_refused("t \"pass", "quote that is not closed");
	assert_refused("t \"pass\\\"", "quote that is not closed");
	assert_refused("t \"pass\\", "quote that is not closed");
	assert_refused("t pass\\", "backslash at its end");
}

static void
the_longest_line_is_split_and_a_longer_one_is_not(void **state)
{
	char line[SEK_COMMAND_LINE_MAX + 1];
	sek_auto_command_line c = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(line); i++)
		line[i] = i % 2 ? ' ' : 'a';
	line[SEK_COMMAND_LINE_MAX - 1] = '\0';
	assert_int_equal(sek_command_line_split(&c, line, NULL), SEK_OK);
	assert_int_equal(c.n, SEK_COMMAND_LINE_MAX / 2);
	line[SEK_COMMAND_LINE_MAX - 1] = 'a';
	line[SEK_COMMAND_LINE_MAX] = '\0';
	assert_refused(line, "longer than");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_split_at_blanks),
	    cmocka_unit_test(quotes_keep_words_together),
	    cmocka_unit_test(a_backslash_takes_the_next_character_as_it_is),
	    cmocka_unit_test(nothing_is_expanded),
	    cmocka_unit_test(what_is_no_command_line_is_refused),
	    cmocka_unit_test(the_longest_line_is_split_and_a_longer_one_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scan/hook_message.h"

#define CUT "------------------------ >8 ------------------------\n"
#define GITS_DIFF                                                              \
	"# " CUT "# Do not modify or remove the line above.\n"                 \
	"# Everything below it will be ignored.\n"                             \
	"diff --git a/a b/a\n+content\n"
#define STATUS                                                                 \
	"# Please enter the commit message for your changes.\n"                \
	"#\n"                                                                  \
	"#	modified:   a\n"                                                    \
	"#\n"

static void
assert_stored(const struct sek_message_facts *facts, const char *text,
    const char *wanted)
{
	sek_auto_buf out = {0};

	assert_int_equal(sek_hook_message(sek_str(text), facts, &out, NULL),
	    SEK_OK);
	assert_string_equal(out.p ? out.p : "", wanted);
}

static void
an_edited_message_loses_its_comments_and_keeps_its_lines(void **state)
{
	struct sek_message_facts facts = {.edited = true};

	(void)state;
	assert_stored(&facts, "title\n# mine\n #not\nlast\n" STATUS,
	    "title\n\n #not\nlast\n\n\n\n\n");
	facts.cleanup = "default";
	assert_stored(&facts, "title\n# mine", "title\n");
}

static void
a_message_that_nobody_edited_keeps_its_comments(void **state)
{
	const struct sek_message_facts facts = {0};

	(void)state;
	assert_stored(&facts, "title\n# stays\n", "title\n# stays\n");
}

static void
strip_removes_comments_without_an_editor_too(void **state)
{
	const struct sek_message_facts facts = {.cleanup = "strip"};

	(void)state;
	assert_stored(&facts, "t\n# x\ny", "t\n\ny");
}

static void
other_clean_ups_keep_comments(void **state)
{
	static const char *const modes[] = {
	    "whitespace", "verbatim", "scissors", "no such mode"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct sek_message_facts facts = {
		    .edited = true, .cleanup = modes[i]};

		assert_stored(&facts, "t\n# x\n" STATUS, "t\n# x\n" STATUS);
	}
}

static void
cuts_the_diff_that_git_appended(void **state)
{
	struct sek_message_facts facts = {.edited = true};

	(void)state;
	assert_stored(&facts, "t\n" STATUS GITS_DIFF, "t\n\n\n\n\n");
	facts.cleanup = "verbatim";
	assert_stored(&facts, "t\n" GITS_DIFF, "t\n");
	facts.cleanup = NULL;
	assert_stored(&facts,
	    "t\n# " CUT "# Do not.\n# Everything below.\n#\n"
	    "# Changes to be committed:\ndiff --git c/a i/a\n",
	    "t\n");
	assert_stored(&facts, "t\n# " CUT "# a\n# b\ndiff --cc a\n", "t\n");
	assert_stored(&facts, "t\n# " CUT "# a\n# b\n", "t\n");
	assert_stored(&facts, "# " CUT "# a\n# b\nSubmodule s 1..2:\n", "");
}

static void
scissors_of_ones_own_cut_nothing(void **state)
{
	const struct sek_message_facts facts = {.edited = true};

	(void)state;
	assert_stored(&facts, "t\n# " CUT "below\n" STATUS,
	    "t\n\nbelow\n\n\n\n\n");
	assert_stored(&facts, "t\n# " CUT "# one\nbelow\n", "t\n\n\nbelow\n");
	assert_stored(&facts, "t\n# " CUT "# a\n# b\nbelow\n" GITS_DIFF,
	    "t\n\n\n\nbelow\n");
	assert_stored(&facts, "t\n # " CUT "x\n", "t\n # " CUT "x\n");
}

static void
without_an_editor_nothing_is_cut(void **state)
{
	struct sek_message_facts facts = {0};

	(void)state;
	assert_stored(&facts, "t\n" GITS_DIFF, "t\n" GITS_DIFF);
	facts.cleanup = "scissors";
	assert_stored(&facts, "t\n# " CUT "x\n", "t\n# " CUT "x\n");
}

static void
scissors_clean_up_cuts_at_the_first_line(void **state)
{
	const struct sek_message_facts facts = {
	    .edited = true, .cleanup = "scissors"};

	(void)state;
	assert_stored(&facts, "t\n# c\n# " CUT "anything\n# " CUT "x\n",
	    "t\n# c\n");
}

static void
honours_the_comment_character(void **state)
{
	const struct sek_message_facts facts = {
	    .edited = true, .comment_char = ";"};

	(void)state;
	assert_stored(&facts, "t\n# stays\n; goes\n", "t\n# stays\n\n");
	assert_stored(&facts, "t\n; " CUT "; a\n; b\ndiff --git a b\n", "t\n");
	assert_stored(&facts, "t\n" GITS_DIFF "; x\n", "t\n" GITS_DIFF "\n");
}

static void
auto_is_the_character_of_gits_own_lines(void **state)
{
	const struct sek_message_facts facts = {
	    .edited = true, .comment_char = "auto"};

	(void)state;
	assert_stored(&facts, "t\n# mine\n\n; On branch main\n;\n",
	    "t\n# mine\n\n\n\n");
	assert_stored(&facts,
	    "t\n# mine\n@ " CUT "@ a\n@ b\ndiff --git a b\n+# x\n",
	    "t\n# mine\n");
	/* nothing of git's to be seen: all stays */
	assert_stored(&facts, "t\n# mine\nlast\n", "t\n# mine\nlast\n");
	assert_stored(&facts, "#mine\n#tag\n", "#mine\n#tag\n");
}

static void
a_comment_string_counts_only_if_git_used_it(void **state)
{
	struct sek_message_facts facts = {
	    .edited = true, .comment_string = "//"};

	(void)state;
	assert_stored(&facts, "t\n# x\n// y\n// On branch\n", "t\n# x\n\n\n");
	/* an older git: it knows only the character */
	assert_stored(&facts, "t\n// y\n# On branch\n#\n", "t\n// y\n\n\n");
	assert_stored(&facts, "t\n// y\n# x\nlast\n", "t\n// y\n# x\nlast\n");
	facts.comment_string = "";
	assert_stored(&facts, "t\n# On branch\n", "t\n\n");
	facts.comment_string = "auto";
	assert_stored(&facts, "t\n;x\n", "t\n;x\n");
}

static void
survives_empty_and_odd_texts(void **state)
{
	const struct sek_message_facts facts = {.edited = true};
	sek_auto_buf out = {0};

	(void)state;
	assert_stored(&facts, "", "");
	assert_stored(&facts, "\n", "\n");
	assert_stored(&facts, "#", "");
	assert_int_equal(sek_hook_message((struct sek_str){0}, &facts, &out,
			     NULL),
	    SEK_OK);
	assert_int_equal(sek_hook_message(SEK_STR("a\0b\n#\0\nc"), &facts, &out,
			     NULL),
	    SEK_OK);
	assert_true(sek_str_eq(sek_buf_str(&out), SEK_STR("a\0b\n\nc")));
}

static void
refuses_past_the_limit(void **state)
{
	const struct sek_message_facts facts = {0};
	sek_auto_buf out = {.max = 4};

	(void)state;
	assert_int_equal(sek_hook_message(SEK_STR("longer\n"), &facts, &out,
			     NULL),
	    SEK_ETOOBIG);
}

/* Only its time is at stake: quadratic, this would take minutes. */
static void
a_text_of_scissors_only_takes_linear_time(void **state)
{
	const struct sek_message_facts facts = {
	    .edited = true, .comment_char = "auto"};
	sek_auto_buf text = {0};
	sek_auto_buf out = {0};

	(void)state;
	for (size_t i = 0; i < 200000; i++)
		sek_buf_add_s(&text, i % 3 ? "# " CUT : "x\n");
	assert_int_equal(sek_hook_message(sek_buf_str(&text), &facts, &out,
			     NULL),
	    SEK_OK);
	assert_true(out.n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		an_edited_message_loses_its_comments_and_keeps_its_lines),
	    cmocka_unit_test(a_message_that_nobody_edited_keeps_its_comments),
	    cmocka_unit_test(strip_removes_comments_without_an_editor_too),
	    cmocka_unit_test(other_clean_ups_keep_comments),
	    cmocka_unit_test(cuts_the_diff_that_git_appended),
	    cmocka_unit_test(scissors_of_ones_own_cut_nothing),
	    cmocka_unit_test(without_an_editor_nothing_is_cut),
	    cmocka_unit_test(scissors_clean_up_cuts_at_the_first_line),
	    cmocka_unit_test(honours_the_comment_character),
	    cmocka_unit_test(auto_is_the_character_of_gits_own_lines),
	    cmocka_unit_test(a_comment_string_counts_only_if_git_used_it),
	    cmocka_unit_test(survives_empty_and_odd_texts),
	    cmocka_unit_test(refuses_past_the_limit),
	    cmocka_unit_test(a_text_of_scissors_only_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

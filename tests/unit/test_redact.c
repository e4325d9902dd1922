#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/redact.h"

static void
redacts(struct sek_str value, enum sek_show show, const char *expect)
{
	sek_auto_buf b = {0};

	sek_redact(&b, value, show);
	assert_string_equal(b.p, expect);
}

static void
quotes(struct sek_str text, const char *expect)
{
	sek_auto_buf b = {0};

	sek_quote(&b, text);
	if (b.n != strlen(expect) || memcmp(b.p, expect, b.n))
		fail_msg("expected %s, got %.*s", expect, (int)b.n, b.p);
}

static void
of_a_secret_only_the_length_is_told(void **state)
{
	char secret[40];

	(void)state;
	memset(secret, 's', sizeof(secret));
	redacts((struct sek_str){secret, 40}, SEK_SHOW_NOTHING,
	    "(40 characters)");
	redacts(SEK_STR("s"), SEK_SHOW_NOTHING, "(1 character)");
	redacts((struct sek_str){NULL, 0}, SEK_SHOW_NOTHING, "(0 characters)");
}

static void
of_a_key_id_the_edges_are_shown(void **state)
{
	(void)state;
	redacts(SEK_STR("KEYA"
			"0123456789abcd"
			"YZ"),
	    SEK_SHOW_EDGES, "KEYA...YZ");
}

static void
twelve_characters_are_hidden_or_all(void **state)
{
	(void)state;
	redacts(SEK_STR("KEYA"
			"0123456789ab"
			"YZ"),
	    SEK_SHOW_EDGES, "KEYA...YZ");
	redacts(SEK_STR("KEYA"
			"0123456789a"
			"YZ"),
	    SEK_SHOW_EDGES, "(17 characters)");
}

static void
shown_edges_are_safe_for_a_terminal(void **state)
{
	(void)state;
	redacts(SEK_STR("\x1b[2J"
			"0123456789ab"
			"\0\xff"),
	    SEK_SHOW_EDGES, "?[2J...??");
}

static void
plain_text_stays_as_it_is(void **state)
{
	(void)state;
	quotes(SEK_STR("dir/a file's #1.txt"), "dir/a file's #1.txt");
	quotes(SEK_STR("caf\xc3\xa9/\xe6\x97\xa5/\xf0\x9f\x94\x91"),
	    "caf\xc3\xa9/\xe6\x97\xa5/\xf0\x9f\x94\x91");
	quotes(SEK_STR(""), "");
}

static void
quotes_as_git_does(void **state)
{
	(void)state;
	quotes(SEK_STR("a\tb\nc"), "\"a\\tb\\nc\"");
	quotes(SEK_STR("\a\b\v\f\r"), "\"\\a\\b\\v\\f\\r\"");
	quotes(SEK_STR("a\"b\\c"), "\"a\\\"b\\\\c\"");
	quotes(SEK_STR("\x1b[31m"), "\"\\033[31m\"");
	quotes(SEK_STR("a\0b\x7f"), "\"a\\000b\\177\"");
}

static void
quotes_what_is_not_utf8(void **state)
{
	(void)state;
	quotes(SEK_STR("caf\xe9"), "\"caf\\351\"");
	quotes(SEK_STR("\xc3\xa9\xff"), "\"\xc3\xa9\\377\"");
	quotes(SEK_STR("\xc0\xaf"), "\"\\300\\257\"");
	quotes(SEK_STR("\xed\xa0\x80"), "\"\\355\\240\\200\"");
}

static void
quotes_hidden_controls(void **state)
{
	(void)state;
	quotes(SEK_STR("\xc2\x9b"
		       "2J"),
	    "\"\\302\\2332J\"");
	quotes(SEK_STR("a\xe2\x80\xae"
		       "b"),
	    "\"a\\342\\200\\256b\"");
	quotes(SEK_STR("a\xe2\x81\xa6"
		       "b"),
	    "\"a\\342\\201\\246b\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_a_secret_only_the_length_is_told),
	    cmocka_unit_test(of_a_key_id_the_edges_are_shown),
	    cmocka_unit_test(twelve_characters_are_hidden_or_all),
	    cmocka_unit_test(shown_edges_are_safe_for_a_terminal),
	    cmocka_unit_test(plain_text_stays_as_it_is),
	    cmocka_unit_test(quotes_as_git_does),
	    cmocka_unit_test(quotes_what_is_not_utf8),
	    cmocka_unit_test(quotes_hidden_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

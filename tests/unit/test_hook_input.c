#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/vec.h"
#include "scan/hook_input.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define Z40 "0000000000000000000000000000000000000000"
#define A64 A40 "aaaaaaaaaaaaaaaaaaaaaaaa"
#define Z64 Z40 "000000000000000000000000"

static void
assert_push_refused(const char *text, const char *where)
{
	struct sek_push_refs refs = {0};
	struct sek_err err = {0};

	assert_int_equal(sek_hook_input_push(sek_str(text), &refs, &err),
	    SEK_EPARSE);
	assert_non_null(strstr(err.text, where));
	sek_vec_clear(&refs);
}

static void
assert_receive_refused(struct sek_str text, const char *where)
{
	struct sek_receive_refs refs = {0};
	struct sek_err err = {0};

	assert_int_equal(sek_hook_input_receive(text, &refs, &err), SEK_EPARSE);
	assert_non_null(strstr(err.text, where));
	sek_vec_clear(&refs);
}

static void
reads_what_is_to_be_pushed(void **state)
{
	struct sek_push_refs refs = {0};
	char hex[SEK_OID_HEX];

	(void)state;
	assert_int_equal(sek_hook_input_push(SEK_STR("refs/heads/a " A40
						     " refs/heads/b " B40 "\n"
						     "(delete) " Z40
						     " refs/heads/c " B40 "\n"
						     "refs/heads/n " A40
						     " refs/heads/n " Z40 "\n"),
			     &refs, NULL),
	    SEK_OK);
	assert_int_equal(refs.n, 3);
	assert_true(sek_str_is(refs.at[0].local_name, "refs/heads/a"));
	assert_true(sek_str_is(refs.at[0].remote_name, "refs/heads/b"));
	assert_string_equal(sek_oid_hex(&refs.at[0].local, hex), A40);
	assert_string_equal(sek_oid_hex(&refs.at[0].remote, hex), B40);
	assert_true(sek_oid_is_none(&refs.at[1].local));
	assert_false(sek_oid_is_none(&refs.at[1].remote));
	assert_true(sek_oid_is_none(&refs.at[2].remote));
	sek_vec_clear(&refs);
}

static void
a_local_name_may_hold_blanks(void **state)
{
	struct sek_push_refs refs = {0};

	(void)state;
	assert_int_equal(sek_hook_input_push(SEK_STR("HEAD^{/two words} " A40
						     " refs/heads/b " Z40 "\n"),
			     &refs, NULL),
	    SEK_OK);
	assert_int_equal(refs.n, 1);
	assert_true(sek_str_is(refs.at[0].local_name, "HEAD^{/two words}"));
	assert_true(sek_str_is(refs.at[0].remote_name, "refs/heads/b"));
	sek_vec_clear(&refs);
}

static void
nothing_pushed_is_no_error(void **state)
{
	struct sek_push_refs push = {0};
	struct sek_receive_refs receive = {0};

	(void)state;
	assert_int_equal(sek_hook_input_push(SEK_STR(""), &push, NULL), SEK_OK);
	assert_int_equal(sek_hook_input_push((struct sek_str){0}, &push, NULL),
	    SEK_OK);
	assert_int_equal(sek_hook_input_receive(SEK_STR(""), &receive, NULL),
	    SEK_OK);
	assert_int_equal(push.n + receive.n, 0);
}

static void
refuses_a_broken_push_line_with_its_number(void **state)
{
	static const char good[] = "x " A40 " y " Z40 "\n";
	char text[512];

	(void)state;
	assert_push_refused("\n", ":1:");
	assert_push_refused("x " A40 " y\n", ":1:");
	assert_push_refused("x " A40 " y " Z40 " \n", ":1:");
	assert_push_refused("x g" A40 " y " Z40 "\n", ":1:");
	assert_push_refused(" " A40 " y " Z40 "\n", ":1:");
	assert_push_refused("x " A40 "  " Z40 "\n", ":1:");
	assert_push_refused("x " A40 " y " Z64 "\n", ":1:");
	assert_push_refused("x\ty " A40 " y\x7f " Z40 "\n", ":1:");
	snprintf(text, sizeof(text), "%s%s\n%s", good, good, good);
	assert_push_refused(text, ":3:");
}

static void
a_line_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	assert_push_refused("x " A40 " y " Z40, "cut off");
	assert_receive_refused(SEK_STR(Z40 " " A40 " refs/heads/x"), "cut off");
	assert_receive_refused(SEK_STR(Z40 " " A40 " refs/heads/x\n" Z40 " " A40
					   " refs/h"),
	    ":2:");
}

static void
reads_what_was_received_of_both_hashes(void **state)
{
	struct sek_receive_refs refs = {0};

	(void)state;
	assert_int_equal(sek_hook_input_receive(SEK_STR(Z40
						    " " A40
						    " refs/heads/a b\n" A64
						    " " Z64 " refs/tags/t\n"),
			     &refs, NULL),
	    SEK_OK);
	assert_int_equal(refs.n, 2);
	assert_true(sek_oid_is_none(&refs.at[0].before));
	assert_int_equal(refs.at[0].after.len, 20);
	assert_true(sek_str_is(refs.at[0].name, "refs/heads/a b"));
	assert_int_equal(refs.at[1].before.len, 32);
	assert_true(sek_oid_is_none(&refs.at[1].after));
	sek_vec_clear(&refs);
}

static void
refuses_hostile_lines_of_a_client(void **state)
{
	(void)state;
	assert_receive_refused(SEK_STR(Z40 " " A40 "\n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 " " A40 " \n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 " " A64 " r\n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 "  " A40 " r\n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 " -" A40 " r\n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 " " A40 " r\0x\n"), ":1:");
	assert_receive_refused(SEK_STR(Z40 " " A40 " r\033[2J\n"), ":1:");
	assert_receive_refused(SEK_STR("\0\0\0\n"), ":1:");
	/* a name with a newline inside reads as two lines */
	assert_receive_refused(SEK_STR(Z40 " " A40 " r\nx\n"), ":2:");
}

static void
errors_quote_nothing_of_the_line(void **state)
{
	struct sek_receive_refs refs = {0};
	struct sek_err err = {0};

	(void)state;
	assert_int_equal(sek_hook_input_receive(SEK_STR("SESAME open\n"), &refs,
			     &err),
	    SEK_EPARSE);
	assert_null(strstr(err.text, "SESAME"));
}

static void
reads_the_arguments_of_update(void **state)
{
	char name[] = "refs/heads/x", zero[] = Z40, id[] = A40, bad[] = "HEAD";
	char *const good[] = {name, zero, id, NULL};
	char *const broken[] = {name, zero, bad, NULL};
	struct sek_receive_ref ref;

	(void)state;
	assert_int_equal(sek_hook_input_update(3, good, &ref, NULL), SEK_OK);
	assert_true(sek_str_is(ref.name, "refs/heads/x"));
	assert_true(sek_oid_is_none(&ref.before));
	assert_int_equal(ref.after.len, 20);
	assert_int_equal(sek_hook_input_update(2, good, &ref, NULL),
	    SEK_EPARSE);
	assert_int_equal(sek_hook_input_update(3, broken, &ref, NULL),
	    SEK_EPARSE);
}

static void
knows_which_hooks_read_input(void **state)
{
	(void)state;
	assert_true(sek_hook_has_input("pre-push"));
	assert_true(sek_hook_has_input("pre-receive"));
	assert_false(sek_hook_has_input("pre-commit"));
	assert_false(sek_hook_has_input("update"));
	assert_false(sek_hook_has_input(""));
}

static void
reads_all_of_a_pipe(void **state)
{
	sek_auto_buf text = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "one\ntwo\n", 8), 8);
	close(ends[1]);
	assert_int_equal(sek_hook_input_read(ends[0], &text, NULL), SEK_OK);
	close(ends[0]);
	assert_true(sek_str_is(sek_buf_str(&text), "one\ntwo\n"));
}

static void
refuses_input_past_the_limit(void **state)
{
	sek_auto_buf text = {0};
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), SEK_HOOK_INPUT_MAX + 1), 0);
	assert_int_equal(sek_hook_input_read(fileno(f), &text, NULL),
	    SEK_ETOOBIG);
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_is_to_be_pushed),
	    cmocka_unit_test(a_local_name_may_hold_blanks),
	    cmocka_unit_test(nothing_pushed_is_no_error),
	    cmocka_unit_test(refuses_a_broken_push_line_with_its_number),
	    cmocka_unit_test(a_line_that_is_cut_off_is_refused),
	    cmocka_unit_test(reads_what_was_received_of_both_hashes),
	    cmocka_unit_test(refuses_hostile_lines_of_a_client),
	    cmocka_unit_test(errors_quote_nothing_of_the_line),
	    cmocka_unit_test(reads_the_arguments_of_update),
	    cmocka_unit_test(knows_which_hooks_read_input),
	    cmocka_unit_test(reads_all_of_a_pipe),
	    cmocka_unit_test(refuses_input_past_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void
gives_back_the_code_and_the_text(void **state)
{
	struct sek_err err = {0};

	(void)state;
	assert_int_equal(sek_fail(&err, SEK_EPARSE, "%s:%d: bad", "f", 3),
	    SEK_EPARSE);
	assert_int_equal(err.code, SEK_EPARSE);
	assert_string_equal(err.text, "f:3: bad");
}

static void
needs_no_place_for_the_text(void **state)
{
	(void)state;
	errno = ENOENT;
	assert_int_equal(sek_fail(NULL, SEK_ENET, "x"), SEK_ENET);
	assert_int_equal(sek_fail_errno(NULL, "x"), SEK_ENOTFOUND);
}

static void
follows_errno(void **state)
{
	static const struct {
		int errnum;
		enum sek_code code;
	} expect[] = {
	    {ENOENT, SEK_ENOTFOUND},
	    {ENOTDIR, SEK_ENOTFOUND},
	    {EACCES, SEK_EDENIED},
	    {EPERM, SEK_EDENIED},
	    {EINTR, SEK_ECANCEL},
	    {EIO, SEK_EIO},
	    {ENOSPC, SEK_EIO},
	};
	struct sek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(expect) / sizeof(*expect); i++) {
		errno = expect[i].errnum;
		assert_int_equal(sek_fail_errno(&err, "x"), expect[i].code);
		assert_int_equal(err.code, expect[i].code);
		assert_int_equal(errno, expect[i].errnum);
	}
}

static void
says_why_the_system_refused(void **state)
{
	struct sek_err err;

	(void)state;
	errno = ENOENT;
	(void)sek_fail_errno(&err, "%s", "a/b");
	assert_string_equal(err.text, "a/b: No such file or directory");
}

static void
cuts_what_is_too_long(void **state)
{
	struct sek_err err;
	char longer[2000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	(void)sek_fail(&err, SEK_EIO, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	errno = ENOENT;
	(void)sek_fail_errno(&err, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void
may_wrap_its_own_text(void **state)
{
	struct sek_err err;

	(void)state;
	(void)sek_fail(&err, SEK_EIO, "inner");
	(void)sek_fail(&err, SEK_EIO, "outer: %s", err.text);
	assert_string_equal(err.text, "outer: inner");
}

static void
stays_one_line_without_controls(void **state)
{
	struct sek_err err;

	(void)state;
	(void)sek_fail(&err, SEK_EIO, "a\nb\x1b[2J\x7f \xc2\x9b%s",
	    "1J \xc3\xa9");
	assert_string_equal(err.text, "a?b?[2J? ??1J \xc3\xa9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_back_the_code_and_the_text),
	    cmocka_unit_test(needs_no_place_for_the_text),
	    cmocka_unit_test(follows_errno),
	    cmocka_unit_test(says_why_the_system_refused),
	    cmocka_unit_test(cuts_what_is_too_long),
	    cmocka_unit_test(may_wrap_its_own_text),
	    cmocka_unit_test(stays_one_line_without_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

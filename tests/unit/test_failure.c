#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fake_env.h"
#include "vault/record.h"
#include "vault/state.h"

static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = sek_printf("%s/sek-failure-XXXXXX", tmp ? tmp : "/tmp");

	*state = dir;
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int
leave(void **state)
{
	sek_auto_free char *dir = *state;
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", dir);

	return chdir("/") || system(rm);
}

static const struct sek_failure refused = {
    .at = 1700000000,
    .ticks = 12345,
    .not_before = 1700000015,
    .err = {SEK_EDENIED, "AssumeRole: refused"},
};

static void
put(const char *path, const char *text)
{
	assert_int_equal(sek_file_replace(path, text, strlen(text), 0600, NULL),
	    SEK_OK);
}

static char *
content(const char *path)
{
	struct sek_buf b = {0};

	assert_int_equal(sek_file_read(path, &b, NULL), SEK_OK);
	return sek_buf_take(&b);
}

static void
a_failure_is_remembered_until_it_is_forgotten(void **state)
{
	struct sek_failure f = {0};
	struct stat st;

	(void)state;
	assert_false(sek_failure_read(&f, ".", "a"));
	sek_failure_note(".", "a", &refused);
	assert_true(sek_failure_read(&f, ".", "a"));
	assert_int_equal(f.at, refused.at);
	assert_int_equal(f.ticks, refused.ticks);
	assert_int_equal(f.not_before, refused.not_before);
	assert_int_equal(f.err.code, SEK_EDENIED);
	assert_string_equal(f.err.text, refused.err.text);
	assert_false(sek_failure_read(&f, ".", "b"));
	assert_int_equal(stat("a.failure", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	sek_failure_forget(".", "a");
	assert_false(sek_failure_read(&f, ".", "a"));
	sek_failure_forget(".", "a");
}

static void
the_last_one_counts(void **state)
{
	struct sek_failure f = refused;

	(void)state;
	sek_failure_note(".", "a", &refused);
	snprintf(f.err.text, sizeof(f.err.text), "later");
	f.not_before = 0;
	sek_failure_note(".", "a", &f);
	assert_true(sek_failure_read(&f, ".", "a"));
	assert_string_equal(f.err.text, "later");
	assert_int_equal(f.not_before, 0);
}

static void
the_longest_text_is_kept_and_stays_one_line(void **state)
{
	struct sek_failure f = refused, back;

	(void)state;
	memset(f.err.text, 'x', sizeof(f.err.text) - 1);
	f.err.text[3] = '\n';
	f.err.text[5] = '\033';
	sek_failure_note(".", "a", &f);
	assert_true(sek_failure_read(&back, ".", "a"));
	f.err.text[3] = f.err.text[5] = ' ';
	assert_string_equal(back.err.text, f.err.text);
}

static void
damaged_files_are_no_failure(void **state)
{
	static const char *const bad[] = {
	    "",
	    "sekisho-failure 1\n",
	    "sekisho-failure 2\n1\n2\n3\n4\ntext\n",
	    "sekisho-failure 1\n-1\n2\n3\n4\ntext\n",
	    "sekisho-failure 1\n1\n2\n3\n0\ntext\n",
	    "sekisho-failure 1\n1\n2\n3\n99\ntext\n",
	    "sekisho-failure 1\n1\n2\n18446744073709551615\n4\ntext\n",
	    "sekisho-failure 1\n1\n2\n3\n4\n\n",
	    "sekisho-failure 1\n1\n2\n3\n4\ntext",
	    "sekisho-failure 1\n1\n2\n3\n4\ntext\nmore\n",
	    "sekisho-failure 1\n1\n2\n3\n4\nte\033xt\n",
	};
	sek_auto_free char *huge = sek_alloc(5000);
	struct sek_failure f = {0};

	(void)state;
	put("a.failure", "sekisho-failure 1\n1\n2\n3\n4\ntext\n");
	assert_true(sek_failure_read(&f, ".", "a"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put("a.failure", bad[i]);
		assert_false(sek_failure_read(&f, ".", "a"));
	}
	memset(huge, '1', 4999);
	put("a.failure", huge);
	assert_false(sek_failure_read(&f, ".", "a"));
}

static void
what_cannot_be_written_is_no_failure(void **state)
{
	struct sek_failure f = {0};

	(void)state;
	sek_failure_note("none", "a", &refused);
	assert_false(sek_failure_read(&f, "none", "a"));
	assert_int_equal(symlink("elsewhere", "a.failure"), 0);
	put("elsewhere", "sekisho-failure 1\n1\n2\n3\n4\ntext\n");
	assert_false(sek_failure_read(&f, ".", "a"));
}

static enum sek_code
spend(struct fake_env *f, const char *serial, const char *code)
{
	struct sek_err err;

	return sek_mfa_spend(".", serial, sek_str(code), &f->env, &err);
}

static void
a_code_is_spent_once_for_each_device(void **state)
{
	struct fake_env f;
	struct sek_err err;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(spend(&f, "arn:aws:iam::1:mfa/a", "123456"), SEK_OK);
	assert_int_equal(sek_mfa_spend(".", "arn:aws:iam::1:mfa/a",
			     SEK_STR("123456"), &f.env, &err),
	    SEK_EDENIED);
	assert_string_equal(err.text,
	    "MFA device arn:aws:iam::1:mfa/a: this code was used already, and "
	    "AWS takes each once: wait for the next one");
	assert_int_equal(spend(&f, "arn:aws:iam::1:mfa/b", "123456"), SEK_OK);
	assert_int_equal(spend(&f, "arn:aws:iam::1:mfa/a", "123457"), SEK_OK);
	assert_int_equal(spend(&f, "arn:aws:iam::1:mfa/a", "123456"),
	    SEK_EDENIED);
	assert_int_equal(spend(&f, "arn:aws:iam::1:mfa/a", "123457"),
	    SEK_EDENIED);
}

static void
a_code_comes_round_again(void **state)
{
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(spend(&f, "a", "123456"), SEK_OK);
	f.now += 899;
	assert_int_equal(spend(&f, "a", "123456"), SEK_EDENIED);
	f.now += 1;
	assert_int_equal(spend(&f, "a", "123456"), SEK_OK);
	f.now -= 5000; /* the clock was put back */
	assert_int_equal(spend(&f, "a", "123456"), SEK_EDENIED);
}

static void
no_code_is_in_the_file(void **state)
{
	char name[SEK_RECORD_NAME_SIZE];
	sek_auto_free char *path = NULL, *text = NULL;
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(spend(&f, "a", "123456"), SEK_OK);
	sek_record_name(name, "a");
	path = sek_printf("%s.mfa", name);
	text = content(path);
	assert_null(strstr(text, "123456"));
	assert_non_null(strstr(text, "1700000000 "));
}

static void
a_damaged_ledger_is_begun_anew(void **state)
{
	char name[SEK_RECORD_NAME_SIZE];
	sek_auto_free char *path = NULL, *huge = sek_alloc(10000);
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	sek_record_name(name, "a");
	path = sek_printf("%s.mfa", name);
	memset(huge, '1', 9999);
	put(path, huge);
	assert_int_equal(spend(&f, "a", "123456"), SEK_OK);
	assert_int_equal(spend(&f, "a", "123456"), SEK_EDENIED);
	put(path, "\nx\n1700000000\n- -\n");
	assert_int_equal(spend(&f, "a", "123456"), SEK_OK);
}

static void
a_code_that_cannot_be_marked_is_not_sent(void **state)
{
	char name[SEK_RECORD_NAME_SIZE];
	sek_auto_free char *path = NULL;
	struct fake_env f;
	struct sek_err err;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(sek_mfa_spend("none", "a", SEK_STR("123456"), &f.env,
			     &err),
	    SEK_EIO);
	assert_non_null(strstr(err.text,
	    "MFA device a: its code cannot be marked as used, so it is not "
	    "sent: none/"));
	assert_null(strstr(err.text, "123456"));
	sek_record_name(name, "a");
	path = sek_printf("%s.mfa", name);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(spend(&f, "a", "123456"), SEK_EIO);
	/* there is no memory at all: the caller said so */
	assert_int_equal(sek_mfa_spend(NULL, "a", SEK_STR("123456"), &f.env,
			     NULL),
	    SEK_OK);
}

static void
a_ledger_in_use_is_waited_for_and_not_passed_over(void **state)
{
	char name[SEK_RECORD_NAME_SIZE];
	sek_auto_lock *held = NULL;
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	sek_record_name(name, "a");
	assert_int_equal(sek_lock_take(&held, ".", name, &f.env, 0, NULL),
	    SEK_OK);
	assert_int_equal(spend(&f, "a", "123456"), SEK_EIO);
	assert_int_equal(f.slept, 2000);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HERE(a_failure_is_remembered_until_it_is_forgotten),
	    HERE(the_last_one_counts),
	    HERE(the_longest_text_is_kept_and_stays_one_line),
	    HERE(damaged_files_are_no_failure),
	    HERE(what_cannot_be_written_is_no_failure),
	    HERE(a_code_is_spent_once_for_each_device),
	    HERE(a_code_comes_round_again),
	    HERE(no_code_is_in_the_file),
	    HERE(a_damaged_ledger_is_begun_anew),
	    HERE(a_code_that_cannot_be_marked_is_not_sent),
	    HERE(a_ledger_in_use_is_waited_for_and_not_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

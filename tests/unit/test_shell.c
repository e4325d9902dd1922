#include "fixture.h"

#include "vault/shell.h"

#define EXPIRES 1700000000

static struct sek_err err;
static const struct sek_str none = {"", 0};

static char *
text_of(enum sek_shell shell, const struct sek_creds *c, const char *region)
{
	sek_auto_secret *out = sek_secret_new(1U << 16);
	struct sek_str text;

	assert_int_equal(sek_shell_assign(out, shell, c, region, &err), SEK_OK);
	text = sek_secret_str(out);
	return sek_strndup(text.p, text.n);
}

static void
text_is(enum sek_shell shell, const struct sek_creds *c, const char *region,
    const char *want)
{
	sek_auto_free char *got = text_of(shell, c, region);

	assert_string_equal(got, want);
}

static void
set(struct sek_creds *c, const char *secret, const char *token, int64_t expires)
{
	assert_int_equal(sek_creds_set(c, SEK_STR("ASIAX"), sek_str(secret),
			     sek_str(token), expires, &err),
	    SEK_OK);
}

#define GONE(name) "Remove-Item -ErrorAction SilentlyContinue Env:" name "\n"

static void
each_shell_has_its_own_words(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	set(&c, "s/+=", "t", EXPIRES);
	assert_int_equal(sek_creds_set_account(&c, SEK_STR("123456789012"),
			     &err),
	    SEK_OK);
	text_is(SEK_SHELL_SH, &c, "r-1",
	    "export AWS_ACCESS_KEY_ID='ASIAX'\n"
	    "export AWS_SECRET_ACCESS_KEY='s/+='\n"
	    "export AWS_SESSION_TOKEN='t'\n"
	    "export AWS_CREDENTIAL_EXPIRATION='2023-11-14T22:13:20Z'\n"
	    "export AWS_ACCOUNT_ID='123456789012'\n"
	    "unset AWS_PROFILE\nunset AWS_DEFAULT_PROFILE\n"
	    "export AWS_REGION='r-1'\n"
	    "export AWS_DEFAULT_REGION='r-1'\n");
	text_is(SEK_SHELL_FISH, &c, "r-1",
	    "set -gx AWS_ACCESS_KEY_ID 'ASIAX'\n"
	    "set -gx AWS_SECRET_ACCESS_KEY 's/+='\n"
	    "set -gx AWS_SESSION_TOKEN 't'\n"
	    "set -gx AWS_CREDENTIAL_EXPIRATION '2023-11-14T22:13:20Z'\n"
	    "set -gx AWS_ACCOUNT_ID '123456789012'\n"
	    "set -e AWS_PROFILE\nset -e AWS_DEFAULT_PROFILE\n"
	    "set -gx AWS_REGION 'r-1'\n"
	    "set -gx AWS_DEFAULT_REGION 'r-1'\n");
	text_is(SEK_SHELL_POWERSHELL, &c, "r-1",
	    "$Env:AWS_ACCESS_KEY_ID = 'ASIAX'\n"
	    "$Env:AWS_SECRET_ACCESS_KEY = 's/+='\n"
	    "$Env:AWS_SESSION_TOKEN = 't'\n"
	    "$Env:AWS_CREDENTIAL_EXPIRATION = '2023-11-14T22:13:20Z'\n"
	    "$Env:AWS_ACCOUNT_ID = '123456789012'\n" GONE("AWS_PROFILE") GONE(
		"AWS_DEFAULT_PROFILE") "$Env:AWS_REGION = 'r-1'\n"
				       "$Env:AWS_DEFAULT_REGION = 'r-1'\n");
}

static void
what_a_key_does_not_have_is_taken_away(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	assert_int_equal(sek_creds_set(&c, SEK_STR("AK"), SEK_STR("s"), none, 0,
			     &err),
	    SEK_OK);
	text_is(SEK_SHELL_SH, &c, NULL,
	    "export AWS_ACCESS_KEY_ID='AK'\n"
	    "export AWS_SECRET_ACCESS_KEY='s'\n"
	    "unset AWS_SESSION_TOKEN\n"
	    "unset AWS_CREDENTIAL_EXPIRATION\n"
	    "unset AWS_ACCOUNT_ID\nunset AWS_PROFILE\n"
	    "unset AWS_DEFAULT_PROFILE\n");
	text_is(SEK_SHELL_FISH, &c, NULL,
	    "set -gx AWS_ACCESS_KEY_ID 'AK'\n"
	    "set -gx AWS_SECRET_ACCESS_KEY 's'\n"
	    "set -e AWS_SESSION_TOKEN\n"
	    "set -e AWS_CREDENTIAL_EXPIRATION\n"
	    "set -e AWS_ACCOUNT_ID\nset -e AWS_PROFILE\n"
	    "set -e AWS_DEFAULT_PROFILE\n");
	text_is(SEK_SHELL_POWERSHELL, &c, NULL,
	    "$Env:AWS_ACCESS_KEY_ID = 'AK'\n"
	    "$Env:AWS_SECRET_ACCESS_KEY = 's'\n"
	    "Remove-Item -ErrorAction SilentlyContinue "
	    "Env:AWS_SESSION_TOKEN\n"
	    "Remove-Item -ErrorAction SilentlyContinue "
	    "Env:AWS_CREDENTIAL_EXPIRATION\n" GONE("AWS_ACCOUNT_ID")
		GONE("AWS_PROFILE") GONE("AWS_DEFAULT_PROFILE"));
}

/* Everything that a value may hold, and what a region could. */
static char every[127 - '!'];

static int
enter(void **state)
{
	size_t n = 0;

	for (char c = '!'; c < 127; c++)
		if (!strchr("\"\\'", c))
			every[n++] = c;
	return fixture_enter(state);
}

static void
shell_gets(const char *program, enum sek_shell shell, const char *prefix)
{
	sek_auto_creds c = {0};
	sek_auto_free char *text = NULL, *got = NULL, *want = NULL;
	FILE *f;

	set(&c, every, every, 0);
	text = text_of(shell, &c, every);
	f = fopen("script", "w");
	assert_non_null(f);
	assert_true(fputs(prefix, f) >= 0 && fputs(text, f) >= 0 &&
	    fputs("env\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	got = sh_out(
	    "env -i PATH=\"$PATH\" AWS_SESSION_TOKEN=old "
	    "AWS_CREDENTIAL_EXPIRATION=old AWS_PROFILE=old AWS_ACCOUNT_ID=old "
	    "%s script | grep ^AWS_ | sort",
	    program);
	want = sek_printf("AWS_ACCESS_KEY_ID=ASIAX\nAWS_DEFAULT_REGION=%s\n"
			  "AWS_REGION=%s\nAWS_SECRET_ACCESS_KEY=%s\n"
			  "AWS_SESSION_TOKEN=%s",
	    every, every, every, every);
	assert_string_equal(got, want);
}

static bool
there_is(const char *program)
{
	sek_auto_free char *found = sh_out("command -v %s || :", program);

	return *found;
}

static void
each_shell_that_is_here_gets_every_character_as_it_is(void **state)
{
	(void)state;
	shell_gets("sh", SEK_SHELL_SH, "set -eu\n");
	if (there_is("bash"))
		shell_gets("bash --posix", SEK_SHELL_SH, "set -eu\n");
	if (there_is("fish"))
		shell_gets("fish --no-config", SEK_SHELL_FISH, "");
	if (there_is("pwsh"))
		shell_gets("pwsh -NoProfile -File", SEK_SHELL_POWERSHELL,
		    "$ErrorActionPreference = 'Stop'\n");
}

static void
a_value_that_would_end_its_quotes_is_refused(void **state)
{
	static const char *const regions[] = {"'", "eu';id;'", "a\nb", "a\x01",
	    "a\\", "\xe2\x80\x99;id;\xe2\x80\x98"};
	sek_auto_creds c = {0};

	(void)state;
	set(&c, "s", "t", EXPIRES);
	for (int shell = 0; shell < 3; shell++)
		for (size_t i = 0; i < 6; i++) {
			sek_auto_secret *out = sek_secret_new(1000);

			assert_int_equal(sek_shell_assign(out,
					     (enum sek_shell)shell, &c,
					     regions[i], &err),
			    SEK_EPARSE);
			assert_null(strstr(err.text, "id"));
		}
}

static void
what_does_not_fit_is_an_error(void **state)
{
	sek_auto_creds c = {0};

	(void)state;
	set(&c, "s", "t", EXPIRES);
	for (size_t max = 1; max < 200; max++) {
		sek_auto_secret *out = sek_secret_new(max);

		assert_int_equal(sek_shell_assign(out, SEK_SHELL_SH, &c, "r-1",
				     &err),
		    SEK_ETOOBIG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_shell_has_its_own_words),
	    cmocka_unit_test(what_a_key_does_not_have_is_taken_away),
	    cmocka_unit_test_setup_teardown(
		each_shell_that_is_here_gets_every_character_as_it_is, enter,
		fixture_leave),
	    cmocka_unit_test(a_value_that_would_end_its_quotes_is_refused),
	    cmocka_unit_test(what_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

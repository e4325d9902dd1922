#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pwd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/env.h"
#include "fake_env.h"

static const struct sek_env *const real = &sek_env_system;

static void
a_variable_set_to_nothing_is_not_set(void **state)
{
	(void)state;
	unsetenv("SEK_TEST_VARIABLE");
	assert_null(real->get(real, "SEK_TEST_VARIABLE"));
	setenv("SEK_TEST_VARIABLE", "", 1);
	assert_null(real->get(real, "SEK_TEST_VARIABLE"));
	setenv("SEK_TEST_VARIABLE", " ", 1);
	assert_string_equal(real->get(real, "SEK_TEST_VARIABLE"), " ");
	unsetenv("SEK_TEST_VARIABLE");
}

static void
the_clock_is_the_calendars(void **state)
{
	int64_t before = real->now(real);
	struct timespec t;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &t), 0);
	assert_true(before <= t.tv_sec && t.tv_sec <= real->now(real));
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
ticks_are_milliseconds_that_go_on_in_suspend(void **state)
{
	int64_t before = clock_ms(), ticks = real->ticks(real);

	(void)state;
	assert_true(ticks >= before && ticks <= clock_ms());
}

static void
sleep_lasts_as_long_as_asked(void **state)
{
	int64_t before = clock_ms();

	(void)state;
	real->sleep(real, 0);
	real->sleep(real, -1000);
	real->sleep(real, INT64_MIN);
	real->sleep(real, 30);
	assert_true(clock_ms() - before >= 30);
}

static void
random_bytes_differ_and_fill_all(void **state)
{
	unsigned char a[70000] = {0}, b[64] = {0}, seen = 0;

	(void)state;
	assert_int_equal(real->random(real, a, sizeof(a), NULL), SEK_OK);
	assert_int_equal(real->random(real, b, sizeof(b), NULL), SEK_OK);
	assert_int_equal(real->random(real, NULL, 0, NULL), SEK_OK);
	assert_memory_not_equal(a, b, sizeof(b));
	for (size_t i = sizeof(a) - 64; i < sizeof(a); i++)
		seen |= a[i];
	assert_int_not_equal(seen, 0);
}

static void
expect_dir(const struct fake_env *f, const char *want)
{
	sek_auto_free char *dir = NULL;

	assert_int_equal(sek_env_dir(&dir, &f->env, "XDG_CONFIG_HOME",
			     ".config", NULL),
	    SEK_OK);
	assert_string_equal(dir, want);
}

static void
a_directory_is_the_variables_if_that_is_absolute(void **state)
{
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = "/home/kei";
	expect_dir(&f, "/home/kei/.config");
	f.vars[2] = "XDG_CONFIG_HOME";
	f.vars[3] = "/etc/xdg";
	expect_dir(&f, "/etc/xdg");
	f.vars[3] = "xdg";
	expect_dir(&f, "/home/kei/.config");
	f.vars[0] = "OTHER";
	f.vars[3] = "/etc/xdg";
	expect_dir(&f, "/etc/xdg");
}

static void
the_home_is_the_variables(void **state)
{
	sek_auto_free char *home = NULL;
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = "/home/kei";
	assert_int_equal(sek_env_home(&home, &f.env, NULL), SEK_OK);
	assert_string_equal(home, "/home/kei");
}

static void
without_the_variable_the_home_is_the_passwd_entrys(void **state)
{
	const struct passwd *pw = getpwuid(getuid());
	sek_auto_free char *home = NULL;
	struct fake_env f;
	enum sek_code code;

	(void)state;
	fake_env_init(&f);
	code = sek_env_home(&home, &f.env, NULL);
	if (pw && pw->pw_dir[0] == '/') {
		assert_int_equal(code, SEK_OK);
		assert_string_equal(home, pw->pw_dir);
	} else {
		assert_int_equal(code, SEK_ENOTFOUND);
		assert_null(home);
	}
}

static void
a_home_that_is_not_absolute_is_none(void **state)
{
	static const char why[] = "there is no home directory: set HOME";
	struct fake_env f;
	struct sek_err err;
	char *out = NULL;

	(void)state;
	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = "kei";
	assert_int_equal(sek_env_home(&out, &f.env, &err), SEK_ENOTFOUND);
	assert_string_equal(err.text, why);
	assert_int_equal(sek_env_dir(&out, &f.env, "XDG_CONFIG_HOME", ".config",
			     &err),
	    SEK_ENOTFOUND);
	assert_string_equal(err.text, why);
	assert_null(out);
}

static void
only_true_is_true(void **state)
{
	static const char *const no[] = {
	    "", "1", "yes", "on", "t", "truer", " true", "true ", "false"};

	(void)state;
	assert_true(sek_env_true("true"));
	assert_true(sek_env_true("TRUE"));
	assert_true(sek_env_true("True"));
	assert_false(sek_env_true(NULL));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(sek_env_true(no[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_variable_set_to_nothing_is_not_set),
	    cmocka_unit_test(the_clock_is_the_calendars),
	    cmocka_unit_test(ticks_are_milliseconds_that_go_on_in_suspend),
	    cmocka_unit_test(sleep_lasts_as_long_as_asked),
	    cmocka_unit_test(random_bytes_differ_and_fill_all),
	    cmocka_unit_test(a_directory_is_the_variables_if_that_is_absolute),
	    cmocka_unit_test(the_home_is_the_variables),
	    cmocka_unit_test(
		without_the_variable_the_home_is_the_passwd_entrys),
	    cmocka_unit_test(a_home_that_is_not_absolute_is_none),
	    cmocka_unit_test(only_true_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

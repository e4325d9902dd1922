#ifndef SEK_TESTS_UNIT_FAKE_HOME_H
#define SEK_TESTS_UNIT_FAKE_HOME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_env.h"
#include "vault/profile.h"

/* A home with the three files of profiles, and surroundings that name it. */
#define HOME_UNUSED __attribute__((unused))

#define OURS        ".config/sekisho/config"
#define CONFIG      ".aws/config"
#define CREDENTIALS ".aws/credentials"

static char home[64];
static struct fake_env fake;

/* In the home; by write, which leaves no copy in a buffer. */
HOME_UNUSED static void
put_bytes(const char *name, const char *bytes, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", home, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(write(fileno(f), bytes, n), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* NULL: there is no such file. */
HOME_UNUSED static void
put(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	if (text)
		put_bytes(name, text, strlen(text));
	else
		(void)unlink(path);
}

static int
make_home(void **state)
{
	static const char *const dirs[] = {
	    "", "/.aws", "/.config", "/.config/sekisho"};
	char path[256];

	(void)state;
	snprintf(home, sizeof(home), "/tmp/sek-home-XXXXXX");
	if (!mkdtemp(home))
		return -1;
	for (size_t i = 1; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", home, dirs[i]);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	fake_env_init(&fake);
	fake.vars[0] = "HOME";
	fake.vars[1] = home;
	return 0;
}

static int
drop_home(void **state)
{
	static const char *const names[] = {OURS, CONFIG, CREDENTIALS,
	    ".config/sekisho", ".config", ".aws", ""};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", home, names[i]);
		(void)remove(path);
	}
	return access(home, F_OK) == 0 ? -1 : 0;
}

#define home_test(f) cmocka_unit_test_setup_teardown(f, make_home, drop_home)

HOME_UNUSED static struct sek_profiles *
load(void)
{
	struct sek_profiles *p = NULL;
	struct sek_err err = {0};

	if (sek_profiles_load(&p, &fake.env, &err))
		fail_msg("%s", err.text);
	return p;
}

HOME_UNUSED static struct sek_err
refusal(enum sek_code want)
{
	struct sek_profiles *p = NULL;
	struct sek_err err = {0};

	assert_int_equal(sek_profiles_load(&p, &fake.env, &err), want);
	assert_int_equal(err.code, want);
	assert_null(p);
	return err;
}

/* The error's text must be "$HOME/" and this. */
HOME_UNUSED static void
expect_error(const struct sek_err *err, const char *want)
{
	size_t n = strlen(home);

	assert_memory_equal(err->text, home, n);
	assert_string_equal(err->text + n + 1, want);
}

#endif

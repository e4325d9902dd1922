#ifndef SEK_TESTS_UNIT_PLAN_FIXTURE_H
#define SEK_TESTS_UNIT_PLAN_FIXTURE_H

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
#include "vault/plan.h"

/*
 * A home of its own for each case, with sekisho's file and AWS's two, and an
 * environment that has nothing but what the case puts there.
 */
#define FIXTURE_UNUSED __attribute__((unused))
#define FIXTURE_VARS   24

#define KEY        "aws_access_key_id = one\naws_secret_access_key = two\n"
#define ROLE(name) "role_arn = arn:aws:iam::123456789012:role/" name "\n"

static struct {
	char home[64];
	const char *names[FIXTURE_VARS], *values[FIXTURE_VARS];
	size_t n;
	struct sek_profiles *profiles;
	struct sek_plan *plan;
	struct sek_err err;
} at;

static const char *
fixture_get(const struct sek_env *env, const char *name)
{
	(void)env;
	for (size_t i = at.n; i > 0; i--)
		if (!strcmp(at.names[i - 1], name))
			return at.values[i - 1];
	return NULL;
}

static struct sek_env fixture_env = {.get = fixture_get};

/* NULL: not set. Both strings are to live as long as the case. */
FIXTURE_UNUSED static void
set(const char *name, const char *value)
{
	assert_true(at.n < FIXTURE_VARS);
	at.names[at.n] = name;
	at.values[at.n++] = value;
}

static void
fixture_forget(void)
{
	sek_plan_free(at.plan);
	sek_profiles_free(at.profiles);
	at.plan = NULL;
	at.profiles = NULL;
	at.err = (struct sek_err){0};
}

/* The whole of a file below the home. */
FIXTURE_UNUSED static void
file(const char *name, const char *text)
{
	sek_auto_free char *path = sek_printf("%s/%s", at.home, name);
	struct sek_err err;

	fixture_forget();
	assert_int_equal(sek_file_replace(path, text, strlen(text), 0600, &err),
	    SEK_OK);
}

#define ours(text)        file(".config/sekisho/config", text)
#define aws(text)         file(".aws/config", text)
#define credentials(text) file(".aws/credentials", text)

/* at.plan, or at.err. */
FIXTURE_UNUSED static enum sek_code
make(const char *profile)
{
	fixture_forget();
	assert_int_equal(sek_profiles_load(&at.profiles, &fixture_env, &at.err),
	    SEK_OK);
	return sek_plan_make(&at.plan, at.profiles, profile, &fixture_env,
	    &at.err);
}

/* The plan, described; to free. */
FIXTURE_UNUSED static char *
plan(const char *profile)
{
	sek_auto_buf out = {0};

	if (make(profile))
		fail_msg("%s", at.err.text);
	sek_plan_describe(at.plan, at.plan->n, &out);
	return sek_buf_take(&out);
}

#define assert_plan(profile, wanted)                                           \
	do {                                                                   \
		sek_auto_free char *seen = plan(profile);                      \
		assert_string_equal(seen, wanted);                             \
	} while (0)

/* An error of one line that holds part. */
#define assert_refused(profile, part)                                          \
	do {                                                                   \
		enum sek_code seen = make(profile);                            \
		if (seen != SEK_ECONFIG || !strstr(at.err.text, part))         \
			fail_msg("%d \"%s\" has no \"%s\"", (int)seen,         \
			    at.err.text, part);                                \
		assert_null(at.plan);                                          \
	} while (0)

FIXTURE_UNUSED static const struct sek_hop *
last(void)
{
	return &at.plan->hops[at.plan->n - 1];
}

FIXTURE_UNUSED static int
fixture_enter(void **state)
{
	sek_auto_free char *dir = NULL, *ours_dir = NULL;

	(void)state;
	memset(&at, 0, sizeof(at));
	(void)snprintf(at.home, sizeof(at.home), "/tmp/sek-plan-XXXXXX");
	if (!mkdtemp(at.home))
		return -1;
	set("HOME", at.home);
	dir = sek_printf("%s/.aws", at.home);
	ours_dir = sek_printf("%s/.config/sekisho", at.home);
	return sek_dir_make(dir, 0700, NULL) ||
	    sek_dir_make(ours_dir, 0700, NULL);
}

FIXTURE_UNUSED static int
fixture_leave(void **state)
{
	sek_auto_free char *command = sek_printf("rm -rf %s", at.home);

	(void)state;
	fixture_forget();
	return system(command);
}

#define plan_test(f)                                                           \
	cmocka_unit_test_setup_teardown(f, fixture_enter, fixture_leave)

#endif

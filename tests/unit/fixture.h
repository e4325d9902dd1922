#ifndef SEK_TESTS_UNIT_FIXTURE_H
#define SEK_TESTS_UNIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"

/*
 * A directory of its own for each case, which is also HOME and the current
 * directory, and a git that sees no configuration but the case's. A case starts
 * with fixture_enter (setup) and ends with fixture_leave (teardown).
 */
#define FIXTURE_UNUSED __attribute__((unused))

static char fixture_dir[64];

/* A shell script, printf-formatted, that must succeed. */
FIXTURE_UNUSED __attribute__((format(printf, 1, 2))) static void
sh(const char *fmt, ...)
{
	char *script = NULL, *all;
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = vasprintf(&script, fmt, ap);
	va_end(ap);
	assert_true(status >= 0);
	all = sek_printf("set -e\n%s", script);
	free(script);
	status = system(all);
	if (status)
		print_error("failed (%d): %s\n", status, all);
	assert_int_equal(status, 0);
	free(all);
}

/* What a shell command prints, without its last newline; to free. */
FIXTURE_UNUSED __attribute__((format(printf, 1, 2))) static char *
sh_out(const char *fmt, ...)
{
	struct sek_buf text = {0};
	char part[4096], *script = NULL;
	va_list ap;
	size_t n;
	FILE *f;

	va_start(ap, fmt);
	assert_true(vasprintf(&script, fmt, ap) >= 0);
	va_end(ap);
	f = popen(script, "r");
	assert_non_null(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		sek_buf_add(&text, part, n);
	if (pclose(f) != 0)
		fail_msg("failed: %s", script);
	free(script);
	if (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	return sek_buf_take(&text);
}

FIXTURE_UNUSED static int
fixture_enter(void **state)
{
	static const char *const unset[] = {
	    "GIT_DIR",
	    "GIT_WORK_TREE",
	    "GIT_INDEX_FILE",
	    "GIT_OBJECT_DIRECTORY",
	    "GIT_COMMON_DIR",
	    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	    "GIT_QUARANTINE_PATH",
	    "GIT_PREFIX",
	    "GIT_CONFIG_PARAMETERS",
	    "GIT_CONFIG_COUNT",
	    "GIT_CONFIG_GLOBAL",
	    "XDG_CONFIG_HOME",
	    "GIT_EXEC_PATH",
	    NULL,
	};

	(void)state;
	for (size_t i = 0; unset[i]; i++)
		unsetenv(unset[i]);
	snprintf(fixture_dir, sizeof(fixture_dir), "/tmp/sek-test-XXXXXX");
	if (!mkdtemp(fixture_dir) || chdir(fixture_dir) < 0)
		return -1;
	setenv("HOME", fixture_dir, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
	setenv("GIT_AUTHOR_NAME", "A", 1);
	setenv("GIT_AUTHOR_EMAIL", "a@example.com", 1);
	setenv("GIT_AUTHOR_DATE", "1600000000 +0000", 1);
	setenv("GIT_COMMITTER_NAME", "C", 1);
	setenv("GIT_COMMITTER_EMAIL", "c@example.com", 1);
	setenv("GIT_COMMITTER_DATE", "1600000000 +0000", 1);
	sh("git config --global init.defaultBranch main\n"
	   "git config --global protocol.file.allow always\n"
	   "git config --global advice.detachedHead false\n"
	   "git config --global gc.auto 0");
	return 0;
}

FIXTURE_UNUSED static int
fixture_leave(void **state)
{
	(void)state;
	if (chdir("/") < 0)
		return -1;
	sh("chmod -R u+rwX %s; rm -rf %s", fixture_dir, fixture_dir);
	return 0;
}

#define fixture_test(f)                                                        \
	cmocka_unit_test_setup_teardown(f, fixture_enter, fixture_leave)

#endif

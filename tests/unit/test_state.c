#include <fcntl.h>
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
#include "fake_env.h"
#include "vault/state.h"
#include "vault/state_file.h"

/* Each case runs in a directory of its own, whose path is its state. */
static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = sek_printf("%s/sek-state-XXXXXX", tmp ? tmp : "/tmp");

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

static void
is_dir_of_mode(const char *path, mode_t mode)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, mode);
}

/* The directory chosen, relative to the case's own; NULL: none. To free. */
static char *
chosen(struct fake_env *f, const char *root)
{
	struct sek_err err = {0};
	char *dir = NULL, *below;
	enum sek_code code = sek_state_dir(&dir, &f->env, &err);

	if (code) {
		assert_int_equal(code, SEK_ENOTFOUND);
		assert_null(dir);
		assert_non_null(strstr(err.text, "no directory for locks"));
		return NULL;
	}
	assert_int_equal(strncmp(dir, root, strlen(root)), 0);
	below = sek_strdup(dir + strlen(root));
	free(dir);
	return below;
}

static void
the_runtime_directory_is_preferred(void **state)
{
	sek_auto_free char *run = sek_printf("%s/run", (char *)*state);
	sek_auto_free char *dir = NULL;
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "XDG_RUNTIME_DIR";
	f.vars[1] = run;
	f.vars[2] = "HOME";
	f.vars[3] = *state;
	assert_int_equal(mkdir("run", 0700), 0);
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/run/sekisho");
	is_dir_of_mode("run/sekisho", 0700);
	free(sek_steal(&dir));
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/run/sekisho");
}

static void
without_one_the_cache_directory_is_taken(void **state)
{
	sek_auto_free char *dir = NULL;
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = *state;
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/.cache/sekisho/state");
	is_dir_of_mode(".cache/sekisho/state", 0700);
	is_dir_of_mode(".cache", 0700);
}

static void
a_cache_directory_of_ones_own_is_taken(void **state)
{
	sek_auto_free char *cache = sek_printf("%s/c", (char *)*state);
	sek_auto_free char *dir = NULL;
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "XDG_CACHE_HOME";
	f.vars[1] = cache;
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/c/sekisho/state");
}

static void
what_others_can_write_is_not_used(void **state)
{
	sek_auto_free char *run = sek_printf("%s/run", (char *)*state);
	sek_auto_free char *dir = NULL;
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "XDG_RUNTIME_DIR";
	f.vars[1] = run;
	f.vars[2] = "HOME";
	f.vars[3] = *state;
	assert_int_equal(mkdir("run", 0700), 0);
	assert_int_equal(chmod("run", 01777), 0);
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/.cache/sekisho/state");
	assert_int_equal(access("run/sekisho", F_OK), -1);
	assert_int_equal(chmod("run", 0700), 0);
	assert_int_equal(mkdir("run/sekisho", 0700), 0);
	assert_int_equal(chmod("run/sekisho", 0720), 0);
	free(sek_steal(&dir));
	dir = chosen(&f, *state);
	assert_string_equal(dir, "/.cache/sekisho/state");
	assert_int_equal(chmod(".cache/sekisho/state", 0702), 0);
	assert_null(chosen(&f, *state));
}

static void
a_link_is_not_followed(void **state)
{
	sek_auto_free char *run = sek_printf("%s/run", (char *)*state);
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "XDG_RUNTIME_DIR";
	f.vars[1] = run;
	assert_int_equal(mkdir("run", 0700), 0);
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	assert_int_equal(symlink("../elsewhere", "run/sekisho"), 0);
	f.vars[2] = "HOME";
	f.vars[3] = "/nonexistent";
	assert_null(chosen(&f, *state));
}

static void
a_file_in_the_way_is_no_directory(void **state)
{
	struct fake_env f;
	int fd = open(".cache", O_CREAT | O_WRONLY, 0600);

	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = *state;
	assert_true(fd >= 0);
	close(fd);
	assert_null(chosen(&f, *state));
}

static void
no_home_is_made(void **state)
{
	sek_auto_free char *home = sek_printf("%s/home/user", (char *)*state);
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "HOME";
	f.vars[1] = home;
	assert_null(chosen(&f, *state));
	assert_int_equal(access("home", F_OK), -1);
	f.vars[0] = "XDG_RUNTIME_DIR";
	f.vars[1] = "relative";
	f.vars[2] = "HOME";
	f.vars[3] = "/nonexistent";
	assert_null(chosen(&f, *state));
	assert_int_equal(access("relative", F_OK), -1);
}

/* Root can make what is another's; for all others root's own is. */
static void
another_users_directory_is_not_used(void **state)
{
	sek_auto_free char *mine = sek_printf("%s/other", (char *)*state);
	const char *other = geteuid() == 0 ? mine : "/usr";
	struct fake_env f;

	fake_env_init(&f);
	f.vars[0] = "XDG_RUNTIME_DIR";
	f.vars[1] = other;
	f.vars[2] = "HOME";
	f.vars[3] = other;
	assert_int_equal(mkdir("other", 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(chown("other", 12345, 12345), 0);
	assert_null(chosen(&f, *state));
	f.vars[0] = "XDG_CACHE_HOME";
	assert_null(chosen(&f, *state));
	assert_int_equal(rmdir("other"), 0); /* nothing was made in it */
}

static void
only_a_regular_file_is_read(void **state)
{
	sek_auto_buf b = {.max = 10};
	FILE *f = fopen("a", "w");

	(void)state;
	assert_non_null(f);
	assert_true(fputs("text", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(sek_state_read("a", &b, NULL), SEK_OK);
	assert_string_equal(b.p, "text");
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_not_equal(sek_state_read("link", &b, NULL), SEK_OK);
	assert_int_equal(sek_state_read("pipe", &b, NULL), SEK_EDENIED);
	assert_int_equal(sek_state_read(".", &b, NULL), SEK_EDENIED);
	assert_int_equal(sek_state_read("none", &b, NULL), SEK_ENOTFOUND);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HERE(the_runtime_directory_is_preferred),
	    HERE(without_one_the_cache_directory_is_taken),
	    HERE(a_cache_directory_of_ones_own_is_taken),
	    HERE(what_others_can_write_is_not_used),
	    HERE(a_link_is_not_followed),
	    HERE(a_file_in_the_way_is_no_directory),
	    HERE(no_home_is_made),
	    HERE(another_users_directory_is_not_used),
	    HERE(only_a_regular_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

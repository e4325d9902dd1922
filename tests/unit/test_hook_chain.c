#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/hook_chain.h"
#include "scan/hook_script.h"

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

/* Each test runs in a directory of its own, as git runs hooks at the top. */
static int
enter_scratch(void **state)
{
	char *dir = sek_strdup("/tmp/sekisho-chain-XXXXXX");

	unsetenv("GIT_DIR");
	unsetenv("GIT_COMMON_DIR");
	*state = dir;
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int
leave_scratch(void **state)
{
	int failed = chdir("/") ||
	    nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return failed;
}

static void
put(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(sek_file_replace(path, text, strlen(text), mode, NULL),
	    SEK_OK);
}

static void
make_dir(const char *path)
{
	assert_int_equal(sek_dir_make(path, 0777, NULL), SEK_OK);
}

static void
assert_holds(const char *path, const char *wanted)
{
	sek_auto_buf text = {0};

	assert_int_equal(sek_file_read(path, &text, NULL), SEK_OK);
	assert_string_equal(text.p, wanted);
}

static int
run(const char *path, const char *a, const char *b, const char *input)
{
	sek_auto_free char *first = sek_strdup(a), *second = sek_strdup(b);
	char *argv[] = {first, second, NULL};
	struct sek_str text = sek_str(input);
	int status = -1;

	assert_int_equal(sek_hook_chain_run(path, argv, input ? &text : NULL,
			     &status, NULL),
	    SEK_OK);
	return status;
}

static void
runs_with_its_arguments_and_returns_its_status(void **state)
{
	(void)state;
	put("h", "#!/bin/sh\nprintf '%s|' \"$0\" \"$@\" >out\nexit 7\n", 0755);
	assert_int_equal(run("./h", "a b", "*", NULL), 7);
	assert_holds("out", "./h|a b|*|");
}

static void
a_signal_is_128_and_its_number(void **state)
{
	(void)state;
	put("h", "#!/bin/sh\nkill -KILL $$\n", 0755);
	assert_int_equal(run("./h", NULL, NULL, NULL), 128 + SIGKILL);
}

static void
absent_and_not_executable_are_skipped(void **state)
{
	(void)state;
	put("h", "#!/bin/sh\nexit 1\n", 0644);
	assert_int_equal(run("./h", NULL, NULL, NULL), 0);
	assert_int_equal(run("./none", NULL, NULL, NULL), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(run("./dangling", NULL, NULL, NULL), 0);
}

static void
a_file_without_an_interpreter_goes_to_the_shell(void **state)
{
	(void)state;
	put("h", "printf '%s|' \"$@\" >out; exit 4\n", 0755);
	assert_int_equal(run("./h", "a", "b c", NULL), 4);
	assert_holds("out", "a|b c|");
}

static void
what_cannot_be_started_is_an_error(void **state)
{
	char *argv[] = {NULL};
	struct sek_err err = {0};
	int status;

	(void)state;
	put("h", "#!/no/such/interpreter\n", 0755);
	assert_int_equal(sek_hook_chain_run("./h", argv, NULL, &status, &err),
	    SEK_EIO);
	assert_int_equal(err.code, SEK_EIO);
	make_dir("d");
	assert_int_equal(sek_hook_chain_run("./d", argv, NULL, &status, &err),
	    SEK_EIO);
}

static void
gets_its_input_to_the_byte(void **state)
{
	(void)state;
	put("h", "#!/bin/sh\ncat >out\n", 0755);
	assert_int_equal(run("./h", NULL, NULL, "one\ntwo\n\nend"), 0);
	assert_holds("out", "one\ntwo\n\nend");
	assert_int_equal(run("./h", NULL, NULL, ""), 0);
	assert_holds("out", "");
}

static void
may_leave_a_long_input_unread(void **state)
{
	sek_auto_buf text = {0};

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		sek_buf_add_s(&text, "0123456789012345678901234567890123\n");
	put("h", "#!/bin/sh\nexit 5\n", 0755);
	assert_int_equal(run("./h", NULL, NULL, text.p), 5);
}

static void
sigpipe_is_the_default_again(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	put("h", "#!/bin/sh\nkill -PIPE $$\nexit 0\n", 0755);
	assert_int_equal(run("./h", NULL, NULL, NULL), 128 + SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
}

/* As husky 9 has it: a stub per hook, and `h`, which knows hooks by name. */
static void
a_stub_that_looks_at_its_name_sees_the_old_one(void **state)
{
	static const char *const stubs[] = {
	    "#!/usr/bin/env sh\n. \"${0%/*}/h\"",
	    "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n",
	};

	(void)state;
	make_dir("_");
	put("_/h",
	    "printf '%s|' \"$0\" \"$@\" >out\n"
	    "[ \"${0##*/}\" = pre-commit ] || exit 0\nexit 9\n",
	    0644);
	for (size_t i = 0; i < 2; i++) {
		put("_/pre-commit.chained", stubs[i], 0755);
		assert_int_equal(run("_/pre-commit.chained", "x", NULL, NULL),
		    9);
		assert_holds("out", "_/pre-commit|x|");
	}
}

static void
other_scripts_are_run_as_they_are(void **state)
{
	(void)state;
	put("pre-commit.chained", "#!/bin/sh\nprintf %s \"$0\" >out\n", 0755);
	assert_int_equal(run("./pre-commit.chained", NULL, NULL, NULL), 0);
	assert_holds("out", "./pre-commit.chained");
}

static void
becoming_a_hook_ends_in_its_status(void **state)
{
	char arg[] = "x";
	char *argv[] = {arg, NULL};
	int how;
	pid_t pid;

	(void)state;
	put("h", "#!/bin/sh\n[ \"$1\" = x ] && exit 6\n", 0755);
	pid = fork();
	if (pid == 0)
		_exit(sek_hook_chain_exec("./h", argv, NULL) + 100);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(WEXITSTATUS(how), 6);
	assert_int_equal(sek_hook_chain_exec("./none", argv, NULL), SEK_OK);
}

static void
finds_the_repositorys_own_hook(void **state)
{
	sek_auto_free char *path = NULL;
	const char *here = *state;
	sek_auto_free char *wanted = sek_printf("%s/main/.git/hooks/pre-commit",
	    here);
	sek_auto_free char *got = NULL;

	make_dir(".git/hooks");
	assert_int_equal(sek_hook_chain_repository("update", &path, NULL),
	    SEK_OK);
	assert_string_equal(path, ".git/hooks/update");

	/* a linked worktree */
	make_dir("main/.git/hooks");
	make_dir("main/.git/worktrees/w");
	put("main/.git/hooks/pre-commit", "#!/bin/sh\n", 0755);
	put("main/.git/worktrees/w/commondir", "../..\n", 0644);
	setenv("GIT_DIR", "main/.git/worktrees/w", 1);
	free(sek_steal(&path));
	assert_int_equal(sek_hook_chain_repository("pre-commit", &path, NULL),
	    SEK_OK);
	got = realpath(path, NULL);
	assert_string_equal(got, wanted);

	setenv("GIT_COMMON_DIR", "/else/where", 1);
	free(sek_steal(&path));
	assert_int_equal(sek_hook_chain_repository("pre-commit", &path, NULL),
	    SEK_OK);
	assert_string_equal(path, "/else/where/hooks/pre-commit");
}

static void
passes_over_a_script_of_ours(void **state)
{
	sek_auto_buf script = {0};
	sek_auto_free char *path = NULL;

	(void)state;
	make_dir(".git/hooks");
	sek_hook_script(&script, sek_hook_names, false, "/bin/sekisho");
	put(".git/hooks/pre-commit", script.p, 0755);
	assert_int_equal(sek_hook_chain_repository("pre-commit", &path, NULL),
	    SEK_OK);
	assert_string_equal(path, ".git/hooks/pre-commit.chained");
}

#define IN_SCRATCH(f)                                                          \
	cmocka_unit_test_setup_teardown(f, enter_scratch, leave_scratch)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_SCRATCH(runs_with_its_arguments_and_returns_its_status),
	    IN_SCRATCH(a_signal_is_128_and_its_number),
	    IN_SCRATCH(absent_and_not_executable_are_skipped),
	    IN_SCRATCH(a_file_without_an_interpreter_goes_to_the_shell),
	    IN_SCRATCH(what_cannot_be_started_is_an_error),
	    IN_SCRATCH(gets_its_input_to_the_byte),
	    IN_SCRATCH(may_leave_a_long_input_unread),
	    IN_SCRATCH(sigpipe_is_the_default_again),
	    IN_SCRATCH(a_stub_that_looks_at_its_name_sees_the_old_one),
	    IN_SCRATCH(other_scripts_are_run_as_they_are),
	    IN_SCRATCH(becoming_a_hook_ends_in_its_status),
	    IN_SCRATCH(finds_the_repositorys_own_hook),
	    IN_SCRATCH(passes_over_a_script_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

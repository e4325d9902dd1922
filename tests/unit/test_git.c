#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "repo/git.h"
#include "repo/git_note.h"

/* A program named git, first on PATH, that does what the script says. */
static void
fake_git(const char *script)
{
	char *path;

	sh("mkdir -p fake && cat >fake/git <<'EOF'\n#!/bin/sh\n%s\nEOF\n"
	   "chmod +x fake/git",
	    script);
	path = sek_printf("%s/fake:%s", fixture_dir, getenv("PATH"));
	setenv("PATH", path, 1);
	free(path);
}

static char saved_path[4096];

static int
enter(void **state)
{
	snprintf(saved_path, sizeof(saved_path), "%s", getenv("PATH"));
	return fixture_enter(state);
}

static int
leave(void **state)
{
	setenv("PATH", saved_path, 1);
	signal(SIGCHLD, SIG_DFL);
	return fixture_leave(state);
}

static struct sek_git *
started(const char *const *argv)
{
	struct sek_git *g = NULL;
	struct sek_err err = {0};

	assert_int_equal(sek_git_start(&g, NULL, argv, &err), SEK_OK);
	assert_non_null(g);
	return g;
}

#define START(...) started((const char *const[]){__VA_ARGS__, NULL})

static void
records_come_one_by_one_and_then_none(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	fake_git("printf 'one\\n\\ntwo\\nrest'");
	g = START("x");
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "one"));
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_non_null(rec.p);
	assert_int_equal(rec.n, 0);
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "two"));
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "rest"));
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_null(rec.p);
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_null(rec.p);
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
	assert_null(g);
}

/* Much more than any pipe holds, in both directions and on stderr. */
static void
large_input_output_and_stderr_do_not_block_each_other(void **state)
{
	size_t n = (size_t)6 << 20, got = 0;
	char *input = malloc(n);
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	assert_non_null(input);
	for (size_t i = 0; i < n; i++)
		input[i] = i % 100 == 99 ? '\n' : (char)('a' + i % 26);
	fake_git("head -c 1000000 /dev/zero >&2; cat; "
		 "head -c 1000000 /dev/zero >&2");
	g = START("x");
	sek_git_feed(g, (struct sek_str){input, n});
	for (;;) {
		assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
		if (!rec.p)
			break;
		assert_memory_equal(rec.p, input + got, rec.n);
		got += rec.n + 1;
	}
	/* What stands behind the last newline came as a record, too. */
	assert_int_equal(got, n % 100 ? n + 1 : n);
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
	free(input);
}

static void
exact_bytes_follow_a_record(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;
	struct sek_buf b = {0}, small = {.max = 10};

	(void)state;
	fake_git("printf 'head\\n'; head -c 300000 /dev/zero; printf tail");
	g = START("x");
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_int_equal(sek_git_bytes(g, 11, &small, &err), SEK_ETOOBIG);
	assert_int_equal(sek_git_bytes(g, 100000, &b, &err), SEK_OK);
	assert_int_equal(b.n, 100000);
	assert_int_equal(sek_git_skip(g, 200000, &err), SEK_OK);
	sek_buf_reset(&b);
	assert_int_equal(sek_git_bytes(g, 0, &b, &err), SEK_OK);
	assert_int_equal(sek_git_bytes(g, 4, &b, &err), SEK_OK);
	assert_string_equal(b.p, "tail");
	assert_int_equal(sek_git_bytes(g, 1, &b, &err), SEK_EIO);
	assert_int_equal(sek_git_skip(g, 1, &err), SEK_EIO);
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
	sek_buf_clear(&b);
	sek_buf_clear(&small);
}

static void
an_endless_record_is_refused(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	fake_git("exec cat /dev/zero");
	g = START("x");
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_ETOOBIG);
	assert_null(rec.p);
	sek_git_kill(&g);
	assert_null(g);
}

static void
questions_are_answered_one_after_the_other(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	fake_git("while read x; do echo \"$x!\"; done");
	g = START("x");
	for (int i = 0; i < 3; i++) {
		sek_git_ask(g, SEK_STR("why\n"));
		assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
		assert_true(sek_str_is(rec, "why!"));
	}
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
}

static void
a_child_that_reads_no_input_raises_no_signal(void **state)
{
	size_t n = (size_t)4 << 20;
	char *input = calloc(1, n);
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	fake_git("exec <&-; sleep 0.1; echo done");
	g = START("x");
	sek_git_feed(g, (struct sek_str){input, n});
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "done"));
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
	free(input);
}

static void
a_child_without_input_sees_its_end(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	struct sek_str rec;

	(void)state;
	fake_git("cat; echo end");
	g = START("x");
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "end"));
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
}

static void
a_failed_child_is_an_error_in_its_own_words(void **state)
{
	struct sek_git *g;
	struct sek_err err;
	int status;

	(void)state;
	fake_git("echo 'hint: x' >&2; echo 'warning: y' >&2; "
		 "printf 'fatal: it\\033 broke\\n' >&2; exit 3");
	g = START("frob");
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_EIO);
	assert_string_equal(err.text, "git frob: it? broke");
	g = START("frob");
	assert_int_equal(sek_git_finish(&g, &status, &err), SEK_OK);
	assert_int_equal(status, 3);
	fake_git("exit 5");
	g = START("frob");
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_EIO);
	assert_string_equal(err.text, "git frob: exit status 5");
	fake_git("kill -9 $$");
	g = START("frob");
	assert_int_equal(sek_git_finish(&g, &status, &err), SEK_OK);
	assert_int_equal(status, 128 + 9);
	assert_string_equal(err.text, "git frob: ended by signal 9");
}

/* A parent may leave SIGCHLD ignored; then nobody can say how a child ended. */
static void
a_lost_exit_status_is_an_error(void **state)
{
	struct sek_git *g;
	struct sek_err err;

	(void)state;
	fake_git("exit 0");
	signal(SIGCHLD, SIG_IGN);
	g = START("frob");
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_EIO);
}

static void
no_git_is_a_clear_error(void **state)
{
	struct sek_git *g;
	struct sek_err err;

	(void)state;
	fake_git("exit 0");
	setenv("PATH", "fake::.:/nowhere", 1);
	assert_int_equal(sek_git_start(&g, NULL,
			     (const char *const[]){"x", NULL}, &err),
	    SEK_EIO);
	assert_null(g);
	assert_non_null(strstr(err.text, "install git"));
}

static void
a_git_in_the_current_directory_is_not_run(void **state)
{
	sek_auto_buf out = {0};
	char *path;
	struct sek_err err;

	(void)state;
	sh("printf '#!/bin/sh\\necho hostile\\n' >git; chmod +x git");
	path = sek_printf(".::%s", saved_path);
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(sek_git_output(NULL,
			     (const char *const[]){"--version", NULL}, &out,
			     NULL, &err),
	    SEK_OK);
	assert_non_null(strstr(out.p, "git version"));
}

static char *
child_env(const char *name, const char *const *env)
{
	struct sek_git *g = NULL;
	struct sek_err err;
	struct sek_str rec;
	char *found = NULL;

	assert_int_equal(sek_git_start_env(&g, NULL,
			     (const char *const[]){"x", NULL}, env, &err),
	    SEK_OK);
	for (;;) {
		struct sek_str key;

		assert_int_equal(sek_git_record(g, '\0', &rec, &err), SEK_OK);
		if (!rec.p)
			break;
		key = sek_str_cut(&rec, '=');
		if (!sek_str_is(key, name))
			continue;
		assert_null(found);
		found = sek_strndup(rec.p, rec.n);
	}
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
	return found;
}

static void
assert_child_env(const char *name, const char *value)
{
	char *is = child_env(name, NULL);

	if (value)
		assert_string_equal(is, value);
	else
		assert_null(is);
	free(is);
}

static void
the_child_runs_no_command_of_the_environment(void **state)
{
	(void)state;
	fake_git("exec env -0");
	setenv("GIT_EXTERNAL_DIFF", "/bin/false", 1);
	setenv("GIT_TRACE2_EVENT", "/tmp/x", 1);
	setenv("GIT_ALLOW_PROTOCOL", "file:https", 1);
	setenv("GIT_PAGER", "hostile", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("GIT_ICASE_PATHSPECS", "1", 1);
	assert_child_env("GIT_EXTERNAL_DIFF", NULL);
	assert_child_env("GIT_TRACE2_EVENT", NULL);
	assert_child_env("GIT_ICASE_PATHSPECS", NULL);
	assert_child_env("GIT_ALLOW_PROTOCOL", "none");
	assert_child_env("GIT_NO_REPLACE_OBJECTS", "1");
	assert_child_env("GIT_NO_LAZY_FETCH", "1");
	assert_child_env("GIT_PAGER", "cat");
	assert_child_env("LC_ALL", "C");
	unsetenv("GIT_EXTERNAL_DIFF");
	unsetenv("GIT_TRACE2_EVENT");
	unsetenv("GIT_ALLOW_PROTOCOL");
	unsetenv("GIT_PAGER");
	unsetenv("LC_ALL");
	unsetenv("GIT_ICASE_PATHSPECS");
}

static void
own_variables_win_and_unset(void **state)
{
	const char *const env[] = {
	    "LC_ALL=xx",
	    "HOME",
	    "NEW=1",
	    NULL,
	};
	char *home, *lc, *new;

	(void)state;
	fake_git("exec env -0");
	home = child_env("HOME", env);
	lc = child_env("LC_ALL", env);
	new = child_env("NEW", env);
	assert_null(home);
	assert_string_equal(lc, "xx");
	assert_string_equal(new, "1");
	free(lc);
	free(new);
}

static void
a_relative_git_dir_means_the_same_to_a_child_elsewhere(void **state)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	(void)state;
	sh("git init -q r; mkdir other");
	setenv("GIT_DIR", "r/.git", 1);
	assert_int_equal(sek_git_output("other",
			     (const char *const[]){
				 "rev-parse", "--absolute-git-dir", NULL},
			     &out, NULL, &err),
	    SEK_OK);
	unsetenv("GIT_DIR");
	assert_true(sek_str_ends(sek_buf_str(&out), "/r/.git"));
}

static void
hooks_and_fsmonitor_of_a_repository_are_off(void **state)
{
	sek_auto_buf out = {0};
	struct sek_git *g = NULL;
	struct sek_err err;
	struct sek_str rec;
	const char *const argv[] = {
	    "config",
	    "core.hooksPath",
	    NULL,
	};

	(void)state;
	sh("git init -q r; git -C r config core.hooksPath mine;\n"
	   "git -C r config core.fsmonitor '>../ran; false'; echo x >r/x;\n"
	   "git -C r -c core.fsmonitor= add .");
	assert_int_equal(sek_git_output("r",
			     (const char *const[]){
				 "ls-files", "-o", "-m", NULL},
			     &out, NULL, &err),
	    SEK_OK);
	assert_int_equal(access("ran", F_OK), -1);
	assert_int_equal(sek_git_output("r", argv, &out, NULL, &err), SEK_OK);
	assert_string_equal(out.p, "/dev/null");
	assert_int_equal(sek_git_start_real(&g, "r", argv, &err), SEK_OK);
	assert_int_equal(sek_git_record(g, '\n', &rec, &err), SEK_OK);
	assert_true(sek_str_is(rec, "mine"));
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_OK);
}

static void
closed_standard_descriptors_do_not_matter(void **state)
{
	int saved = dup(0), nothing;
	sek_auto_buf out = {0};
	struct sek_err err;

	(void)state;
	close(0);
	assert_int_equal(sek_git_output(NULL,
			     (const char *const[]){"--version", NULL}, &out,
			     NULL, &err),
	    SEK_OK);
	nothing = open("/dev/null", O_RDONLY);
	assert_int_equal(nothing, 0);
	dup2(saved, 0);
	close(saved);
	assert_non_null(strstr(out.p, "git version"));
}

static size_t
open_descriptors(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
nothing_stays_open_or_unwaited(void **state)
{
	size_t before = open_descriptors();
	sek_auto_buf out = {0};
	struct sek_err err;
	struct sek_git *g;

	(void)state;
	assert_int_equal(sek_git_output(NULL,
			     (const char *const[]){"--version", NULL}, &out,
			     NULL, &err),
	    SEK_OK);
	fake_git("sleep 60");
	g = START("x");
	sek_git_kill(&g);
	sek_git_kill(&g);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
a_foreign_repository_is_denied_with_what_to_do(void **state)
{
	struct sek_git *g = NULL;
	struct sek_err err;

	(void)state;
	sh("git init -q r");
	setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
	assert_int_equal(sek_git_start(&g, "r",
			     (const char *const[]){
				 "rev-parse", "--git-dir", NULL},
			     &err),
	    SEK_OK);
	assert_int_equal(sek_git_finish(&g, NULL, &err), SEK_EDENIED);
	unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
	assert_non_null(strstr(err.text, "dubious ownership"));
	assert_non_null(strstr(err.text,
	    "if you trust it: git config --global --add safe.directory"));
	assert_null(strchr(err.text, '\n'));
}

static void
a_note_without_words_is_none(void **state)
{
	char *text;

	(void)state;
	assert_null(sek_git_note_text((struct sek_str){NULL, 0}));
	assert_null(sek_git_note_text(SEK_STR("\n\n \n")));
	assert_null(sek_git_note_text(SEK_STR("hint: only this\n")));
	text = sek_git_note_text(SEK_STR("plain words\nfatal: end"));
	assert_string_equal(text, "end");
	free(text);
	text = sek_git_note_text(SEK_STR("plain words\nmore"));
	assert_string_equal(text, "plain words");
	free(text);
}

static void
a_format_that_git_does_not_know_takes_a_newer_one(void **state)
{
	static const char *const said[] = {
	    "fatal: unknown repository extension found:\n\tx\n",
	    "error: invalid value for 'extensions.objectformat': 'x'\n",
	    "fatal: Expected git repo version <= 1, found 2\n",
	    "warning: Expected git repo version <= 1, found 2\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
		char *text = sek_git_note_text(sek_str(said[i]));

		assert_true(sek_str_ends(sek_str(text),
		    ": it takes a newer git"));
		free(text);
	}
}

#define git_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    git_test(records_come_one_by_one_and_then_none),
	    git_test(large_input_output_and_stderr_do_not_block_each_other),
	    git_test(exact_bytes_follow_a_record),
	    git_test(an_endless_record_is_refused),
	    git_test(questions_are_answered_one_after_the_other),
	    git_test(a_child_that_reads_no_input_raises_no_signal),
	    git_test(a_child_without_input_sees_its_end),
	    git_test(a_failed_child_is_an_error_in_its_own_words),
	    git_test(a_lost_exit_status_is_an_error),
	    git_test(no_git_is_a_clear_error),
	    git_test(a_git_in_the_current_directory_is_not_run),
	    git_test(the_child_runs_no_command_of_the_environment),
	    git_test(own_variables_win_and_unset),
	    git_test(a_relative_git_dir_means_the_same_to_a_child_elsewhere),
	    git_test(hooks_and_fsmonitor_of_a_repository_are_off),
	    git_test(closed_standard_descriptors_do_not_matter),
	    git_test(nothing_stays_open_or_unwaited),
	    git_test(a_foreign_repository_is_denied_with_what_to_do),
	    git_test(a_note_without_words_is_none),
	    git_test(a_format_that_git_does_not_know_takes_a_newer_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

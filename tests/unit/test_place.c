#include "fixture.h"

#include "repo/repo.h"

/*
 * What is known of a repository without asking must be what git says of it: a
 * repository at a named path is always asked for, so each is opened in both
 * ways. `git` is a script that notes what it was asked.
 */
static void
note_questions(void)
{
	char *path = sek_printf("%s/bin:%s", fixture_dir, getenv("PATH"));

	sh("mkdir bin; git=$(command -v git)\n"
	   "printf '#!/bin/sh\\necho \"$@\" >>%s/asked\\nexec %%s \"$@\"\\n' "
	   "$git >bin/git; chmod +x bin/git",
	    fixture_dir);
	setenv("PATH", path, 1);
	free(path);
}

static unsigned
times_asked(const char *what)
{
	char *n = sh_out("grep -c -e '%s' %s/asked || true", what, fixture_dir);
	unsigned count = (unsigned)atoi(n);

	free(n);
	return count;
}

static void
assert_equal(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void
compare(const struct sek_repo *a, const struct sek_repo *b)
{
	assert_equal(a->git_dir, b->git_dir);
	assert_equal(a->common_dir, b->common_dir);
	assert_equal(a->work_tree, b->work_tree);
	assert_equal(a->hooks_dir, b->hooks_dir);
	assert_equal(a->dir, b->dir);
	assert_equal(a->prefix, b->prefix);
	assert_int_equal(a->oid_len, b->oid_len);
	assert_int_equal(a->shallow, b->shallow);
	assert_int_equal(a->quarantine, b->quarantine);
	assert_int_equal(a->partial, b->partial);
}

/* In r, which the script makes; then where it says in `here`. */
static void
check(const char *script, bool asks)
{
	struct sek_repo *a = NULL, *b = NULL;
	struct sek_err said = {0}, err = {0};
	enum sek_code code;
	char *here;

	assert_int_equal(chdir(fixture_dir), 0);
	sh("chmod -R u+rwX . ; rm -rf r w asked here\n(%s)\n"
	   "test -e here || echo r >here; >asked",
	    script);
	here = sh_out("cat here");
	assert_int_equal(chdir(here), 0);
	free(here);
	code = sek_repo_open(&a, NULL, &said);
	if (times_asked("^rev-parse") != asks)
		fail_msg("asked %u times: %s", times_asked("^rev-parse"),
		    script);
	assert_int_equal(sek_repo_open(&b, ".", &err), code);
	assert_string_equal(said.text, err.text);
	if (code == SEK_OK)
		compare(a, b);
	sek_repo_free(a);
	sek_repo_free(b);
	assert_int_equal(chdir(fixture_dir), 0);
}

static const char *const known[] = {
    "git init -q r",
    "git init -q r; mkdir r/.git/refs/x; touch r/.git/shallow",
    "git init -q --object-format=sha256 r",
    "git init -q r; cd r; git commit -q --allow-empty -m 1;\n"
    "git checkout -q --detach",
    "git init -q r; git -C r config core.hooksPath /x/../y//.z/",
    "git init -q r; git -C r config remote.o.promisor true",
    "mkdir 'a\nb' 2>/dev/null || :; rm -rf 'a\nb/r'; git init -q 'a\nb/r';\n"
    "ln -s 'a\nb/r' w; echo w >here",
    NULL,
};

static const char *const others[] = {
    "git init -q r; mkdir r/d; echo r/d >here",
    /* A directory that looks like the one of a repository. */
    "git init -q r; mkdir -p r/d/.git; cp r/.git/config r/d/.git;\n"
    "echo r/d >here",
    "git init -q r; mkdir -p r/d/.git/refs r/d/.git/objects;\n"
    "cp r/.git/config r/d/.git; echo 'ref: x' >r/d/.git/HEAD; echo r/d >here",
    "git init -q r; git -C r config core.hooksPath hooks",
    "git init -q r; git -C r config core.hooksPath '~/hooks'",
    "git init -q r; mkdir w; git -C r config core.worktree $PWD/w",
    "git init -q r; git -C r config core.bare true",
    "git init -q r; git -C r config core.bare yes",
    "git init -q r; git -C r config --unset core.bare",
    "git init -q r; printf '[core]\\nbare\\n' >>r/.git/config",
    "git init -q r; git -C r config --add core.bare true",
    "git init -q r; git -C r config core.repositoryformatversion 2",
    "git init -q r; git -C r config core.repositoryformatversion 1;\n"
    "git -C r config extensions.unknown 1",
    "git init -q r; git -C r config extensions.objectformat sha256",
    "git init -q r; git -C r config extensions.worktreeConfig true",
    "git init -q r; printf '[core]\\nbare = true\\n' >r/.git/more;\n"
    "git -C r config include.path more",
    "git init -q r; echo rubbish >r/.git/HEAD",
    "git init -q r; echo rubbish >r/.git/config",
    "git init -q r; rm -r r/.git/refs",
    "git init -q r; mv r/.git w; ln -s ../w r/.git",
    "git init -q r; rm r/.git/HEAD; ln -s refs/heads/main r/.git/HEAD",
    "git init -q --separate-git-dir w r",
    "git init -q w; git -C w commit -q --allow-empty -m 1;\n"
    "git -C w worktree add -q ../r",
    "git init -q --bare r",
    "mkdir r",
    NULL,
};

static void
what_is_known_is_what_git_says(void **state)
{
	(void)state;
	note_questions();
	for (size_t i = 0; known[i]; i++)
		check(known[i], false);
}

static void
whatever_is_odd_is_asked_for(void **state)
{
	(void)state;
	note_questions();
	for (size_t i = 0; others[i]; i++)
		check(others[i], true);
}

static void
a_bare_one_is_known_in_a_hook(void **state)
{
	(void)state;
	note_questions();
	setenv("GIT_DIR", ".", 1);
	setenv("GIT_QUARANTINE_PATH", "/q", 1);
	check("env -u GIT_DIR git init -q --bare r", false);
	check("env -u GIT_DIR git init -q --bare --object-format=sha256 r;\n"
	      "env -u GIT_DIR git -C r config core.hooksPath /x; >r/shallow",
	    false);
	check("env -u GIT_DIR git init -q r; echo r/.git >here", true);
	check("env -u GIT_DIR git init -q r", true);
	setenv("GIT_DIR", ".git", 1);
	check("env -u GIT_DIR git init -q r", true);
	unsetenv("GIT_DIR");
	unsetenv("GIT_QUARANTINE_PATH");
}

static void
the_environment_can_move_it(void **state)
{
	static const char *const names[] = {"GIT_WORK_TREE", "GIT_COMMON_DIR",
	    "GIT_SHALLOW_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG"};

	(void)state;
	note_questions();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *script =
		    sek_printf("unset %s; git init -q r; mkdir -p o; touch f",
			names[i]);

		setenv(names[i], i == 2 || i == 4 ? "../f" : "../o", 1);
		check(script, true);
		unsetenv(names[i]);
		free(script);
	}
}

static void
a_foreign_owner_is_not_trusted(void **state)
{
	(void)state;
	note_questions();
	setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
	check("git init -q r", true);
	unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
	assert_true(times_asked("^config") >= 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(what_is_known_is_what_git_says),
	    fixture_test(whatever_is_odd_is_asked_for),
	    fixture_test(a_bare_one_is_known_in_a_hook),
	    fixture_test(the_environment_can_move_it),
	    fixture_test(a_foreign_owner_is_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

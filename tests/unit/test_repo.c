#include "fixture.h"

#include "repo/repo.h"

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

/* An absolute path in the case's directory. */
static void
assert_at(const char *is, const char *rel)
{
	char *want = sek_printf("%s/%s", fixture_dir, rel);

	assert_non_null(is);
	assert_string_equal(is, want);
	free(want);
}

static void
assert_resolves(struct sek_repo *r, const char *revision, const char *shell)
{
	char hex[SEK_OID_HEX], *want = sh_out("%s", shell);
	struct sek_oid oid;
	struct sek_err err;

	assert_int_equal(sek_repo_resolve(r, revision, &oid, &err), SEK_OK);
	assert_string_equal(sek_oid_hex(&oid, hex), want);
	free(want);
}

static void
a_repository_is_found_from_below(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; mkdir -p r/a/b");
	r = opened("r/a/b");
	assert_at(r->git_dir, "r/.git");
	assert_at(r->common_dir, "r/.git");
	assert_at(r->work_tree, "r");
	assert_at(r->dir, "r");
	assert_at(r->hooks_dir, "r/.git/hooks");
	assert_string_equal(r->prefix, "a/b/");
	assert_int_equal(r->oid_len, 20);
	assert_false(r->shallow || r->quarantine || r->partial);
	assert_non_null(sek_config_last(r->config, "core.bare"));
	sek_repo_free(r);
	assert_int_equal(chdir("r/a"), 0);
	r = opened(NULL);
	assert_at(r->git_dir, "r/.git");
	assert_string_equal(r->prefix, "a/");
	sek_repo_free(r);
}

static void
names_with_newlines_do_not_mislead(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("mkdir 'x\n--\ny'; git init -q 'x\n--\ny/r'; mkdir "
	   "'x\n--\ny/r/p\nq'");
	r = opened("x\n--\ny/r/p\nq");
	assert_at(r->git_dir, "x\n--\ny/r/.git");
	assert_at(r->work_tree, "x\n--\ny/r");
	assert_at(r->hooks_dir, "x\n--\ny/r/.git/hooks");
	assert_string_equal(r->prefix, "p\nq/");
	sek_repo_free(r);
}

static void
hooks_path_is_where_git_looks(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; mkdir r/sub; git -C r config core.hooksPath "
	   "my/hooks");
	r = opened("r/sub");
	assert_at(r->hooks_dir, "r/my/hooks");
	sek_repo_free(r);
	sh("git -C r config core.hooksPath '~/own'");
	r = opened("r/sub");
	assert_at(r->hooks_dir, "own");
	sek_repo_free(r);
	sh("git -C r config core.hooksPath /abs/x");
	r = opened("r/sub");
	assert_string_equal(r->hooks_dir, "/abs/x");
	sek_repo_free(r);
	sh("git -C r config core.hooksPath ../../../../../../../up");
	r = opened("r/sub");
	assert_string_equal(r->hooks_dir, "/up");
	sek_repo_free(r);
	setenv("GIT_CONFIG_PARAMETERS", "'core.hookspath=cmd'", 1);
	r = opened("r");
	unsetenv("GIT_CONFIG_PARAMETERS");
	assert_at(r->hooks_dir, "r/cmd");
	sek_repo_free(r);
}

static void
a_linked_worktree_shares_the_common_directory(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; git -C r commit -q --allow-empty -m x;\n"
	   "git -C r worktree add -q ../w; mkdir w/sub");
	r = opened("w/sub");
	assert_at(r->git_dir, "r/.git/worktrees/w");
	assert_at(r->common_dir, "r/.git");
	assert_at(r->work_tree, "w");
	assert_at(r->hooks_dir, "r/.git/hooks");
	sek_repo_free(r);
}

static void
a_submodule_has_its_own_directory(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q s; git -C s commit -q --allow-empty -m x;\n"
	   "git init -q r; git -C r submodule --quiet add ../s sub");
	r = opened("r/sub");
	assert_at(r->git_dir, "r/.git/modules/sub");
	assert_at(r->common_dir, "r/.git/modules/sub");
	assert_at(r->work_tree, "r/sub");
	sek_repo_free(r);
}

static void
a_bare_repository_has_no_work_tree(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q --bare b.git");
	r = opened("b.git/refs");
	assert_at(r->git_dir, "b.git");
	assert_at(r->dir, "b.git");
	assert_at(r->hooks_dir, "b.git/hooks");
	assert_null(r->work_tree);
	sek_repo_free(r);
	/* As in a hook on the server. */
	assert_int_equal(chdir("b.git"), 0);
	setenv("GIT_DIR", ".", 1);
	setenv("GIT_QUARANTINE_PATH", "/x", 1);
	r = opened(NULL);
	unsetenv("GIT_DIR");
	unsetenv("GIT_QUARANTINE_PATH");
	assert_at(r->git_dir, "b.git");
	assert_at(r->common_dir, "b.git");
	assert_null(r->work_tree);
	assert_true(r->quarantine);
	sek_repo_free(r);
}

static void
the_git_directory_of_a_work_tree_is_as_a_bare_one(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q r");
	r = opened("r/.git");
	assert_at(r->git_dir, "r/.git");
	assert_null(r->work_tree);
	assert_at(r->dir, "r/.git");
	sek_repo_free(r);
	/* A push into it: receive-pack runs there. */
	assert_int_equal(chdir("r/.git"), 0);
	setenv("GIT_DIR", ".", 1);
	r = opened(NULL);
	unsetenv("GIT_DIR");
	assert_at(r->git_dir, "r/.git");
	assert_null(r->work_tree);
	sek_repo_free(r);
}

static void
the_environment_names_the_repository(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; mkdir wt; git -C r commit -q --allow-empty -m x");
	setenv("GIT_DIR", "r/.git", 1);
	setenv("GIT_WORK_TREE", "wt", 1);
	r = opened("wt");
	assert_at(r->git_dir, "r/.git");
	assert_at(r->work_tree, "wt");
	assert_resolves(r, "HEAD", "git rev-parse HEAD");
	sek_repo_free(r);
	/* From outside of the work tree. */
	r = opened(NULL);
	assert_at(r->work_tree, "wt");
	assert_string_equal(r->prefix, "");
	sek_repo_free(r);
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
}

static void
sha256_and_shallow_and_partial_are_told(void **state)
{
	struct sek_repo *r;

	(void)state;
	sh("git init -q --object-format=sha256 new;\n"
	   "git init -q r; git -C r commit -q --allow-empty -m x;\n"
	   "git -C r commit -q --allow-empty -m y;\n"
	   "git -C r config uploadpack.allowFilter true;\n"
	   "git clone -q --depth 1 file://$PWD/r sh;\n"
	   "git clone -q --filter=blob:none file://$PWD/r part");
	r = opened("new");
	assert_int_equal(r->oid_len, 32);
	sek_repo_free(r);
	r = opened("sh");
	assert_true(r->shallow);
	assert_false(r->partial);
	sek_repo_free(r);
	r = opened("part");
	assert_false(r->shallow);
	assert_true(r->partial);
	sek_repo_free(r);
}

static void
no_repository_is_not_found(void **state)
{
	struct sek_repo *r = NULL;
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_repo_open(&r, NULL, &err), SEK_ENOTFOUND);
	assert_null(r);
	assert_non_null(strstr(err.text, "not a git repository"));
	assert_int_equal(sek_repo_open(&r, "nowhere", &err), SEK_ENOTFOUND);
}

static void
a_foreign_repository_is_denied(void **state)
{
	struct sek_repo *r = NULL;
	struct sek_err err;

	(void)state;
	sh("git init -q r");
	setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
	assert_int_equal(sek_repo_open(&r, "r", &err), SEK_EDENIED);
	unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
	assert_null(r);
	assert_non_null(strstr(err.text, "--add safe.directory"));
}

static void
a_broken_repository_is_an_error(void **state)
{
	struct sek_repo *r = NULL;
	struct sek_err err;

	(void)state;
	sh("git init -q r; echo '[core' >>r/.git/config");
	assert_int_equal(sek_repo_open(&r, "r", &err), SEK_EIO);
	assert_null(r);
	assert_non_null(strstr(err.text, "bad config"));
	sh("git init -q s; git -C s config core.repositoryformatversion 1;\n"
	   "git -C s config extensions.unheardOf 1");
	assert_int_equal(sek_repo_open(&r, "s", &err), SEK_EIO);
	assert_non_null(strstr(err.text, "unheardof"));
	assert_non_null(strstr(err.text, ": it takes a newer git"));
}

static void
an_old_git_is_named_as_such(void **state)
{
	char *path = sek_printf("%s:%s", fixture_dir, getenv("PATH"));
	char *saved = sek_strdup(getenv("PATH"));
	struct sek_repo *r = NULL;
	struct sek_err err;

	(void)state;
	/* rev-parse repeats what it does not know. */
	sh("printf '#!/bin/sh\\necho false\\necho false\\n"
	   "echo --show-object-format\\necho /x\\nfor i in 1 2 3 4; do\\n"
	   "echo --//; echo x; done\\n' >git; chmod +x git");
	setenv("PATH", path, 1);
	assert_int_equal(sek_repo_open(&r, NULL, &err), SEK_EIO);
	assert_non_null(strstr(err.text, "2.30"));
	setenv("PATH", saved, 1);
	free(saved);
	free(path);
}

static void
revisions_resolve_to_commits_only(void **state)
{
	struct sek_repo *r;
	struct sek_oid oid;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; echo x >f; git add f; git commit -q -m x;\n"
	   "git tag -a -m t v1; git tag blob HEAD:f; echo y >HEAD");
	r = opened("r");
	assert_resolves(r, "HEAD", "git -C r rev-parse --verify HEAD");
	assert_resolves(r, "v1", "git -C r rev-parse --verify HEAD");
	assert_int_equal(sek_repo_resolve(r, "blob", &oid, &err),
	    SEK_ENOTFOUND);
	assert_int_equal(sek_repo_resolve(r, "f", &oid, &err), SEK_ENOTFOUND);
	assert_int_equal(sek_repo_resolve(r, "--all", &oid, &err),
	    SEK_ENOTFOUND);
	assert_int_equal(sek_repo_resolve(r, "-h", &oid, &err), SEK_ENOTFOUND);
	assert_int_equal(sek_repo_resolve(r, "", &oid, &err), SEK_ENOTFOUND);
	assert_int_equal(sek_repo_resolve(r,
			     "1111111111111111111111111111111111111111", &oid,
			     &err),
	    SEK_ENOTFOUND);
	sek_repo_free(r);
}

static void
an_unborn_head_is_not_found(void **state)
{
	struct sek_repo *r;
	struct sek_oid oid;
	struct sek_err err;

	(void)state;
	sh("git init -q r");
	r = opened("r");
	assert_int_equal(sek_repo_resolve(r, "HEAD", &oid, &err),
	    SEK_ENOTFOUND);
	sek_repo_free(r);
}

static void
merge_heads_come_from_the_file_or_the_environment(void **state)
{
	char hex[SEK_OID_HEX], *one, *two, *var;
	struct sek_oids heads = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; git commit -q --allow-empty -m 0;\n"
	   "git checkout -q -b one; echo 1 >1; git add 1; git commit -q -m 1;\n"
	   "git checkout -q -b two main; echo 2 >2; git add 2;\n"
	   "git commit -q -m 2; git checkout -q main; echo m >m; git add m;\n"
	   "git commit -q -m m");
	one = sh_out("git -C r rev-parse one");
	two = sh_out("git -C r rev-parse two");
	r = opened("r");
	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_OK);
	assert_int_equal(heads.n, 0);
	var = sek_printf("GITHEAD_%s", two);
	setenv(var, "two", 1);
	setenv("GITHEAD_no", "id", 1);
	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_OK);
	assert_int_equal(heads.n, 1);
	assert_string_equal(sek_oid_hex(&heads.at[0], hex), two);
	sek_vec_clear(&heads);
	sh("cd r; git merge -q --no-commit one two >/dev/null 2>&1");
	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_OK);
	assert_int_equal(heads.n, 2);
	assert_string_equal(sek_oid_hex(&heads.at[0], hex), one);
	assert_string_equal(sek_oid_hex(&heads.at[1], hex), two);
	sek_vec_clear(&heads);
	unsetenv(var);
	unsetenv("GITHEAD_no");
	sh("echo rubbish >r/.git/MERGE_HEAD");
	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_EPARSE);
	sek_vec_clear(&heads);
	sek_repo_free(r);
	free(one);
	free(two);
	free(var);
}

static void
a_sequence_under_way_is_seen(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1 >f; git commit -q -a -m 1; git checkout -q -b b HEAD~;\n"
	   "echo 2 >f; git commit -q -a -m 2");
	assert_false(sek_repo_sequencing_in("r/.git"));
	sh("cd r; ! git cherry-pick main >/dev/null 2>&1");
	assert_true(sek_repo_sequencing_in("r/.git"));
	sh("cd r; git cherry-pick --abort; ! git revert main >/dev/null 2>&1");
	assert_true(sek_repo_sequencing_in("r/.git"));
	sh("cd r; git revert --abort; ! git rebase main >/dev/null 2>&1");
	assert_true(sek_repo_sequencing_in("r/.git"));
	sh("cd r; git rebase --abort;\n"
	   "! git rebase --apply main >/dev/null 2>&1");
	assert_true(sek_repo_sequencing_in("r/.git"));
	sh("cd r; git rebase --abort; ! git merge main >/dev/null 2>&1");
	assert_false(sek_repo_sequencing_in("r/.git"));
}

static enum sek_code
list_file(void *arg, struct sek_str path, bool tracked, struct sek_err *err)
{
	struct sek_buf *b = arg;

	(void)err;
	sek_buf_add_c(b, tracked ? '+' : '?');
	sek_buf_add_str(b, path);
	sek_buf_add_c(b, '|');
	return SEK_OK;
}

static void
files_are_tracked_first_then_untracked_but_not_ignored(void **state)
{
	struct sek_buf b = {0};
	struct sek_repo *r;
	struct sek_err err;
	const char *const some[] = {
	    "*",
	    "d/",
	    ":(top)x",
	    NULL,
	};
	const char *const outside[] = {
	    "../elsewhere",
	    NULL,
	};

	(void)state;
	sh("git init -q r; cd r; mkdir d; echo x >d/f; echo x >'a\nb';\n"
	   "echo x >'*'; echo x >ignored; echo x >':(top)x'; echo x >gone;\n"
	   "echo 'ig*' >.gitignore; git add -f .; rm gone; echo x >new;\n"
	   "echo x >ig-new; git init -q nested; echo x >nested/n;\n"
	   "printf 'q\\377' >\"$(printf 'q\\377')\"");
	r = opened("r/d");
	assert_int_equal(sek_repo_files(r, NULL, list_file, &b, &err), SEK_OK);
	assert_string_equal(b.p,
	    "+*|+.gitignore|+:(top)x|+a\nb|+d/f|+gone|"
	    "+ignored|?nested/|?new|?q\377|");
	sek_buf_reset(&b);
	assert_int_equal(sek_repo_files(r, some, list_file, &b, &err), SEK_OK);
	assert_string_equal(b.p, "+*|+:(top)x|+d/f|");
	assert_int_not_equal(sek_repo_files(r, outside, list_file, &b, &err),
	    SEK_OK);
	sek_buf_clear(&b);
	sek_repo_free(r);
}

static void
a_path_in_conflict_is_listed_once(void **state)
{
	struct sek_buf b = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1 >f; git commit -q -a -m 1; git checkout -q -b b HEAD~;\n"
	   "echo 2 >f; git commit -q -a -m 2; ! git merge main >/dev/null");
	r = opened("r");
	assert_int_equal(sek_repo_files(r, NULL, list_file, &b, &err), SEK_OK);
	assert_string_equal(b.p, "+f|");
	sek_buf_clear(&b);
	sek_repo_free(r);
}

static enum sek_code
refuse(void *arg, struct sek_str path, bool tracked, struct sek_err *err)
{
	(void)arg;
	(void)path;
	(void)tracked;
	return sek_fail(err, SEK_ECANCEL, "enough");
}

static void
a_callback_ends_the_walk(void **state)
{
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; echo x >r/f");
	r = opened("r");
	assert_int_equal(sek_repo_files(r, NULL, refuse, NULL, &err),
	    SEK_ECANCEL);
	assert_string_equal(err.text, "enough");
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(a_repository_is_found_from_below),
	    fixture_test(names_with_newlines_do_not_mislead),
	    fixture_test(hooks_path_is_where_git_looks),
	    fixture_test(a_linked_worktree_shares_the_common_directory),
	    fixture_test(a_submodule_has_its_own_directory),
	    fixture_test(a_bare_repository_has_no_work_tree),
	    fixture_test(the_git_directory_of_a_work_tree_is_as_a_bare_one),
	    fixture_test(the_environment_names_the_repository),
	    fixture_test(sha256_and_shallow_and_partial_are_told),
	    fixture_test(no_repository_is_not_found),
	    fixture_test(a_foreign_repository_is_denied),
	    fixture_test(a_broken_repository_is_an_error),
	    fixture_test(an_old_git_is_named_as_such),
	    fixture_test(revisions_resolve_to_commits_only),
	    fixture_test(an_unborn_head_is_not_found),
	    fixture_test(merge_heads_come_from_the_file_or_the_environment),
	    fixture_test(a_sequence_under_way_is_seen),
	    fixture_test(
		files_are_tracked_first_then_untracked_but_not_ignored),
	    fixture_test(a_path_in_conflict_is_listed_once),
	    fixture_test(a_callback_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

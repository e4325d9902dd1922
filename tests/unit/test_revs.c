#include "fixture.h"

#include "repo/revs.h"

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

/* The subjects of the commits that args name, in order. */
static char *
subjects(struct sek_repo *r, const char *const *args)
{
	struct sek_oids list = {0};
	struct sek_buf b = {0};
	struct sek_err err = {0};
	size_t missing = 7;

	if (sek_revs_commits(r, args, &list, &missing, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(missing, 0);
	sek_vec_each (oid, &list) {
		char hex[SEK_OID_HEX], *s;

		s = sh_out("git -C %s log -1 --format=%%s %s", r->dir,
		    sek_oid_hex(oid, hex));
		sek_buf_printf(&b, "%s ", s);
		free(s);
	}
	sek_vec_clear(&list);
	return sek_buf_take(&b);
}

#define SUBJECTS(r, ...) subjects(r, (const char *const[]){__VA_ARGS__, NULL})

static void
assert_subjects(char *is, const char *want)
{
	assert_string_equal(is, want);
	free(is);
}

static void
make_branches(void)
{
	sh("git init -q r; cd r; n=0\n"
	   "c() { n=$((n + 1)); GIT_COMMITTER_DATE=\"$((1600000000 + n)) "
	   "+0000\""
	   " git commit -q --allow-empty -m $1; }\n"
	   "c 1; c 2; git checkout -q -b b; c b1; git checkout -q main; c 3;\n"
	   "git checkout -q b; c b2; git checkout -q main; c 4;\n"
	   "git merge -q --no-ff -m m b; git tag -a -m t v1 b");
}

static void
commits_come_oldest_first(void **state)
{
	struct sek_repo *r;

	(void)state;
	make_branches();
	r = opened("r");
	assert_subjects(SUBJECTS(r, "HEAD"), "1 2 b1 3 b2 4 m ");
	assert_subjects(SUBJECTS(r, "--all"), "1 2 b1 3 b2 4 m ");
	assert_subjects(SUBJECTS(r, "v1..main"), "3 4 m ");
	assert_subjects(SUBJECTS(r, "main", "--not", "b"), "3 4 m ");
	assert_subjects(SUBJECTS(r, "main", "^b"), "3 4 m ");
	assert_subjects(SUBJECTS(r, "--branches=b*", "--not", "main~2"),
	    "b1 b2 ");
	assert_subjects(SUBJECTS(r, "--remotes=origin"), "");
	assert_subjects(SUBJECTS(r, "HEAD", "--not", "--all"), "");
	sek_repo_free(r);
}

static void
ids_obey_not_wherever_it_stands(void **state)
{
	char *main_id, *b_id;
	struct sek_repo *r;

	(void)state;
	make_branches();
	main_id = sh_out("git -C r rev-parse main");
	b_id = sh_out("git -C r rev-parse b");
	r = opened("r");
	assert_subjects(SUBJECTS(r, main_id, "--not", b_id), "3 4 m ");
	assert_subjects(SUBJECTS(r, "--not", b_id, "--not", main_id), "3 4 m ");
	assert_subjects(SUBJECTS(r, "--not", b_id, "--not", "main"), "3 4 m ");
	assert_subjects(SUBJECTS(r, main_id, "--not", "--all"), "");
	sek_repo_free(r);
	free(main_id);
	free(b_id);
}

static void
more_ids_than_a_command_line_holds_are_no_matter(void **state)
{
	size_t n = 100000;
	const char **args = calloc(n + 1, sizeof(*args));
	char *id;
	struct sek_repo *r;

	(void)state;
	make_branches();
	id = sh_out("git -C r rev-parse main");
	for (size_t i = 0; i < n; i++)
		args[i] = id;
	r = opened("r");
	assert_subjects(subjects(r, args), "1 2 b1 3 b2 4 m ");
	sek_repo_free(r);
	free(args);
	free(id);
}

static void
nothing_named_is_no_commit(void **state)
{
	struct sek_repo *r;

	(void)state;
	make_branches();
	r = opened("r");
	assert_subjects(subjects(r, (const char *const[]){NULL}), "");
	sek_repo_free(r);
}

static void
options_that_name_no_revision_are_refused(void **state)
{
	static const char *const bad[] = {
	    "--output=x",
	    "-n1",
	    "--stdin",
	    "--",
	    "--use-bitmap-index",
	    "-",
	    "--disk-usage",
	    "--filter=blob:none",
	    "--max-count=1",
	    "--allx",
	    NULL,
	};
	struct sek_oids list = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	make_branches();
	r = opened("r");
	for (size_t i = 0; bad[i]; i++) {
		const char *const args[] = {
		    bad[i],
		    "HEAD",
		    NULL,
		};

		assert_int_equal(sek_revs_commits(r, args, &list, NULL, &err),
		    SEK_ECONFIG);
		assert_int_equal(list.n, 0);
	}
	sek_repo_free(r);
}

static void
an_unknown_revision_is_an_error_and_no_file(void **state)
{
	const char *const name[] = {
	    "file",
	    NULL,
	};
	const char *const id[] = {
	    "1111111111111111111111111111111111111111",
	    NULL,
	};
	struct sek_oids list = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	make_branches();
	sh("echo x >r/file");
	r = opened("r");
	assert_int_equal(sek_revs_commits(r, name, &list, NULL, &err), SEK_EIO);
	assert_int_equal(sek_revs_commits(r, id, &list, NULL, &err), SEK_EIO);
	sek_vec_clear(&list);
	sek_repo_free(r);
}

static void
a_missing_commit_is_an_error(void **state)
{
	const char *const head[] = {
	    "HEAD",
	    NULL,
	};
	struct sek_oids list = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	make_branches();
	sh("cd r; t=$(git rev-parse HEAD~2);\n"
	   "rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)");
	r = opened("r");
	assert_int_equal(sek_revs_commits(r, head, &list, NULL, &err), SEK_EIO);
	sek_vec_clear(&list);
	sek_repo_free(r);
}

/* As git 2.43 and newer answer in a partial clone. */
static void
missing_promisor_commits_are_counted(void **state)
{
	const char *const head[] = {
	    "HEAD",
	    NULL,
	};
	struct sek_oids list = {0};
	struct sek_repo *r;
	struct sek_err err;
	size_t missing = 0;
	char *path = sek_printf("%s/fake:%s", fixture_dir, getenv("PATH"));
	char *saved = sek_strdup(getenv("PATH"));

	(void)state;
	make_branches();
	sh("git -C r config remote.origin.promisor true; mkdir fake;\n"
	   "printf '#!/bin/sh\\n"
	   "echo 1111111111111111111111111111111111111111\\n"
	   "echo ?2222222222222222222222222222222222222222\\n' >fake/git;\n"
	   "chmod +x fake/git");
	r = opened("r");
	assert_true(r->partial);
	setenv("PATH", path, 1);
	assert_int_equal(sek_revs_commits(r, head, &list, &missing, &err),
	    SEK_OK);
	assert_int_equal(list.n, 1);
	assert_int_equal(missing, 1);
	assert_int_equal(sek_revs_commits(r, head, &list, NULL, &err),
	    SEK_EPARSE);
	setenv("PATH", saved, 1);
	sek_vec_clear(&list);
	sek_repo_free(r);
	free(saved);
	free(path);
}

static void
a_partial_clone_lists_its_commits(void **state)
{
	struct sek_repo *r;

	(void)state;
	make_branches();
	sh("git -C r config uploadpack.allowFilter true;\n"
	   "git clone -q --no-checkout --filter=blob:none file://$PWD/r p");
	r = opened("p");
	assert_subjects(SUBJECTS(r, "HEAD"), "1 2 b1 3 b2 4 m ");
	sek_repo_free(r);
}

static void
a_shallow_clone_ends_where_it_was_cut(void **state)
{
	struct sek_repo *r;

	(void)state;
	make_branches();
	sh("git clone -q --depth 2 file://$PWD/r s");
	r = opened("s");
	assert_subjects(SUBJECTS(r, "HEAD"), "b2 4 m ");
	sek_repo_free(r);
}

static enum sek_code
note_ref(void *arg, struct sek_str name, const struct sek_oid *oid,
    struct sek_err *err)
{
	struct sek_buf *b = arg;
	char hex[SEK_OID_HEX];

	(void)err;
	sek_buf_printf(b, "%.*s %s\n", (int)name.n, name.p,
	    sek_oid_hex(oid, hex));
	return SEK_OK;
}

static void
refs_come_with_what_they_point_to(void **state)
{
	struct sek_buf b = {0};
	struct sek_repo *r;
	struct sek_err err;
	char *want;

	(void)state;
	make_branches();
	sh("cd r; git pack-refs --all; git update-ref refs/odd/$(printf "
	   "'\\303\\251') HEAD");
	want = sh_out("git -C r show-ref | sed 's/\\(.*\\) \\(.*\\)/\\2 \\1/'");
	r = opened("r");
	assert_int_equal(sek_revs_refs(r, note_ref, &b, &err), SEK_OK);
	b.p[b.n - 1] = '\0';
	assert_string_equal(b.p, want);
	assert_non_null(strstr(b.p, "refs/tags/v1 "));
	sek_repo_free(r);
	sek_buf_clear(&b);
	free(want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(commits_come_oldest_first),
	    fixture_test(ids_obey_not_wherever_it_stands),
	    fixture_test(more_ids_than_a_command_line_holds_are_no_matter),
	    fixture_test(nothing_named_is_no_commit),
	    fixture_test(options_that_name_no_revision_are_refused),
	    fixture_test(an_unknown_revision_is_an_error_and_no_file),
	    fixture_test(a_missing_commit_is_an_error),
	    fixture_test(missing_promisor_commits_are_counted),
	    fixture_test(a_partial_clone_lists_its_commits),
	    fixture_test(a_shallow_clone_ends_where_it_was_cut),
	    fixture_test(refs_come_with_what_they_point_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

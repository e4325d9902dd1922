#include "fixture.h"

#include "repo/select.h"

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

/* Ids, one a line. */
static char *
listed(struct sek_repo *r, const struct sek_selection *s, uint64_t missing)
{
	struct sek_oids v = {0};
	struct sek_buf got = {0};
	struct sek_err err;
	uint64_t n = 7;

	if (sek_select_objects(&v, &n, r, s, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(n, missing);
	sek_vec_each (oid, &v) {
		char hex[SEK_OID_HEX];

		sek_buf_printf(&got, "%s%s", got.n ? "\n" : "",
		    sek_oid_hex(oid, hex));
	}
	sek_vec_clear(&v);
	return got.n ? sek_buf_take(&got) : sek_strdup("");
}

static void
assert_listed(struct sek_repo *r, const struct sek_selection *s, char *want)
{
	char *got = listed(r, s, 0);

	assert_string_equal(got, want);
	free(got);
	free(want);
}

static void
every_object_that_refs_lead_to_comes_once(void **state)
{
	struct sek_selection s = {0};
	struct sek_oids v = {0};
	struct sek_repo *r;
	struct sek_err err;
	uint64_t missing;

	(void)state;
	sh("git init -q r; cd r; echo a >a; git add a; git commit -qm 1;\n"
	   "git tag -a -m t annotated; echo loose >l; git add l;\n"
	   "git checkout -q --detach; git commit -q -m detached");
	r = opened("r");
	assert_listed(r, &s,
	    sh_out("cd r; git rev-list --objects --all | cut -d' ' -f1 | "
		   "sort -u"));
	sh("echo %040d >r/.git/refs/heads/broken", 1);
	assert_int_not_equal(sek_select_objects(&v, &missing, r, &s, &err),
	    SEK_OK);
	sek_repo_free(r);
	sek_vec_clear(&v);
}

/* A submodule at the path, one below it, and a path that is not there. */
static void
gitlinks_are_no_objects(void **state)
{
	struct sek_selection s = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; mkdir d; echo a >d/a; git add d;\n"
	   "id=$(printf '2%%.0s' $(seq 40));\n"
	   "git update-index --add --cacheinfo 160000,$id,sub\n"
	   "git update-index --add --cacheinfo 160000,$id,d/sub\n"
	   "git commit -qm 1");
	r = opened("r");
	assert_int_equal(sek_select_path(&s, r, "sub", &err), SEK_OK);
	assert_int_equal(sek_select_path(&s, r, "none", &err), SEK_OK);
	assert_listed(r, &s, sek_strdup(""));
	assert_int_equal(sek_select_path(&s, r, "d", &err), SEK_OK);
	assert_listed(r, &s,
	    sh_out("cd r; git rev-parse HEAD:d HEAD:d/a | sort"));
	sek_selection_clear(&s);
	sek_repo_free(r);
}

static void
a_partial_clone_counts_what_is_missing(void **state)
{
	struct sek_selection s = {0};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; git config uploadpack.allowFilter true;\n"
	   "mkdir d; echo a >d/a; echo b >b; git add .; git commit -qm 1; cd "
	   "..;\n"
	   "git clone -q --no-checkout --filter=blob:none file://$PWD/r p");
	r = opened("p");
	free(listed(r, &s, 2));
	assert_int_equal(sek_select_path(&s, r, "d", &err), SEK_OK);
	free(listed(r, &s, 1));
	sek_selection_clear(&s);
	s.dated = true;
	free(listed(r, &s, 2));
	sek_repo_free(r);
}

static void
a_shallow_clone_is_listed_to_its_edge(void **state)
{
	struct sek_selection s = {.dated = true, .since = 1};
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; cd r; for i in 1 2 3; do echo $i >a; git add a;\n"
	   "git commit -qm $i; done; cd ..;\n"
	   "git clone -q --depth 2 file://$PWD/r s");
	r = opened("s");
	assert_listed(r, &s,
	    sh_out("cd s; git rev-list --objects --all | cut -d' ' -f1 | "
		   "sort -u"));
	sek_repo_free(r);
}

/* Most of them would be tried for the text of a commit, and all would be now. */
static void
what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", "ago", "days ago", "1 day",
	    "1 days  ago", "1 day ago ", "1 fortnight ago", "x1 day ago",
	    "999999 days ago", "18446744073709551616 days ago", "2023-13-01",
	    "2023-01-01x", "2023-01-01T", "--all", "1 dayss ago", NULL};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r");
	r = opened("r");
	for (size_t i = 0; bad[i]; i++) {
		struct sek_selection s = {0};

		if (sek_select_since(&s, r, bad[i], &err) != SEK_ECONFIG)
			fail_msg("`%s` is a date", bad[i]);
	}
	sek_repo_free(r);
}

static void
times_ago_are_gits(void **state)
{
	static const char *const good[] = {"1 hour ago", "3 days ago",
	    "1 weeks ago", "7 months ago", "2 years ago", NULL};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r");
	r = opened("r");
	for (size_t i = 0; good[i]; i++) {
		struct sek_selection s = {0};
		char *want = sh_out("date -u -d '%s' +%%s", good[i]);
		long long off;

		assert_int_equal(sek_select_since(&s, r, good[i], &err),
		    SEK_OK);
		off = s.since - strtoll(want, NULL, 10);
		assert_true(s.dated && off > -86400 && off < 86400);
		free(want);
	}
	sek_repo_free(r);
}

static void
paths_are_put_in_order(void **state)
{
	static const char *const pairs[][2] = {{".", "in"}, {"x", "in/x"},
	    {"./x//y/", "in/x/y"}, {"..", ""}, {"../x", "x"},
	    {"x/../y", "in/y"}, {"../..", NULL}, {"x/../../../y", NULL},
	    {"", NULL}, {"a\nb", NULL}, {"/x", NULL}};
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; mkdir r/in");
	r = opened("r/in");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct sek_selection s = {0};
		enum sek_code code = sek_select_path(&s, r, pairs[i][0], &err);

		assert_int_equal(code, pairs[i][1] ? SEK_OK : SEK_ECONFIG);
		if (pairs[i][1])
			assert_string_equal(s.paths.at[0], pairs[i][1]);
		sek_selection_clear(&s);
	}
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(every_object_that_refs_lead_to_comes_once),
	    fixture_test(gitlinks_are_no_objects),
	    fixture_test(a_partial_clone_counts_what_is_missing),
	    fixture_test(a_shallow_clone_is_listed_to_its_edge),
	    fixture_test(what_is_no_date_is_refused),
	    fixture_test(times_ago_are_gits),
	    fixture_test(paths_are_put_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fixture.h"

#include "scan/new.h"

static const struct sek_rule rule = {.id = "a-rule"};

static struct sek_oid
id_of(const char *revision)
{
	char *hex = sh_out("git -C r rev-parse %s", revision);
	struct sek_oid oid;

	assert_true(sek_oid_parse(&oid, sek_str(hex)));
	free(hex);
	return oid;
}

/* A finding in a commit (NULL: the commit to be) whose secret stands on lines;
 * before: the parents' blobs at its path, NULL-ended. */
static void
add(struct sek_founds *v, const char *commit, const char *lines,
    const char *const *before)
{
	struct sek_found f = {
	    .finding = {.rule = &rule, .path = sek_strdup("p")},
	    .origin = sek_alloc(sizeof(struct sek_origin)),
	    .lines = sek_strdup(lines),
	    .lines_n = strlen(lines),
	    .whole_lines = true,
	};

	f.finding.order = v->n;
	if (commit)
		f.origin->commit = id_of(commit);
	while (before[f.origin->parents])
		f.origin->parents++;
	f.origin->before = sek_alloc_n(f.origin->parents + 1,
	    sizeof(struct sek_oid));
	for (size_t i = 0; i < f.origin->parents; i++)
		if (*before[i])
			f.origin->before[i] = id_of(before[i]);
	*sek_vec_push(v) = f;
}

static struct sek_repo *
open_repo(void)
{
	struct sek_repo *r = NULL;
	struct sek_err err;

	if (sek_repo_open(&r, "r", &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

/* How many of them are new. */
static size_t
keep(struct sek_founds *v)
{
	struct sek_repo *r = open_repo();
	struct sek_oids none = {0};
	struct sek_err err;

	if (sek_new_keep(r, &none, v, &err) != SEK_OK)
		fail_msg("%s", err.text);
	sek_repo_free(r);
	return v->n;
}

static const char *const no_parent[] = {NULL};

static void
make(void)
{
	sh("git init -q r; cd r; printf 'one\\ntwo\\nthree' > a; echo x > b;"
	   "git add .; git commit -qm 1; echo four > c; git add .;"
	   "git commit -qm 2; git mv a d; echo y > b; git add .;"
	   "git commit -qm 3");
}

static void
nothing_is_nothing_new(void **state)
{
	struct sek_founds v = {0};

	(void)state;
	make();
	assert_int_equal(keep(&v), 0);
}

static void
without_an_origin_or_a_parent_everything_is_new(void **state)
{
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD~2", "one", no_parent);
	add(&v, "HEAD", "one", no_parent);
	sek_origin_free(v.at[1].origin);
	v.at[1].origin = NULL;
	assert_int_equal(keep(&v), 2);
	sek_founds_clear(&v);
}

static void
a_line_is_old_only_as_a_whole(void **state)
{
	static const char *const a[] = {"HEAD~1:a", NULL};
	static const struct {
		const char *lines;
		bool old;
	} cases[] = {
	    {"one", true},
	    {"two", true},
	    {"three", true},
	    {"one\ntwo", true},
	    {"one\ntwo\nthree", true},
	    {"on", false},
	    {"ne", false},
	    {"wo\nthree", false},
	    {"two\nthre", false},
	    {"four", false},
	    {" two", false},
	    {"two ", false},
	};

	(void)state;
	make();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sek_founds v = {0};

		add(&v, "HEAD", cases[i].lines, a);
		assert_int_equal(keep(&v), !cases[i].old);
		sek_founds_clear(&v);
	}
}

static void
a_window_of_a_long_line_is_old_anywhere(void **state)
{
	static const char *const a[] = {"HEAD~1:a", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD", "wo\nthr", a);
	v.at[0].whole_lines = false;
	assert_int_equal(keep(&v), 0);
	sek_founds_clear(&v);
}

static void
any_parent_makes_it_old(void **state)
{
	static const char *const both[] = {"HEAD:c", "HEAD~1:a", NULL};
	static const char *const with_none[] = {"", "HEAD~1:a", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD~1", "four", both);
	add(&v, "HEAD~1", "two", with_none);
	add(&v, "HEAD~1", "five", both);
	assert_int_equal(keep(&v), 1);
	assert_string_equal(v.at[0].lines, "five");
	sek_founds_clear(&v);
}

static void
what_a_commit_removes_or_changes_is_searched(void **state)
{
	static const char *const none[] = {"", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD", "two", none);   /* of a, which went away */
	add(&v, "HEAD", "x", none);     /* of b, which is changed */
	add(&v, "HEAD", "four", none);  /* of c, which stays */
	add(&v, "HEAD~1", "two", none); /* that commit touches no old file */
	assert_int_equal(keep(&v), 2);
	assert_string_equal(v.at[0].lines, "four");
	assert_string_equal(v.at[1].lines, "two");
	sek_founds_clear(&v);
}

static void
the_commit_to_be_is_searched_too(void **state)
{
	static const char *const none[] = {"", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	sh("cd r; git rm -q c");
	add(&v, NULL, "four", none);
	add(&v, NULL, "one", none);
	assert_int_equal(keep(&v), 1);
	assert_string_equal(v.at[0].lines, "one");
	sek_founds_clear(&v);
}

static void
a_name_is_old_where_a_parent_has_the_file(void **state)
{
	static const char *const there[] = {"", "HEAD:c", NULL};
	static const char *const none[] = {"", "", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD", "nothing of it", there);
	add(&v, "HEAD", "two", none); /* its line is no matter */
	v.at[0].finding.place = v.at[1].finding.place = SEK_PLACE_FILE_NAME;
	assert_int_equal(keep(&v), 1);
	assert_string_equal(v.at[0].lines, "two");
	sek_founds_clear(&v);
}

static void
what_cannot_be_read_is_not_known_to_be_old(void **state)
{
	static const char *const a[] = {"HEAD~1:a", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD", "two", a);
	sh("cd r; f=$(git rev-parse HEAD~1:a | sed 's,..,&/,');"
	   "rm -f .git/objects/$f");
	assert_int_equal(keep(&v), 1);
	sek_founds_clear(&v);
}

static void
a_commit_that_is_lost_loses_no_finding(void **state)
{
	static const char *const none[] = {"", NULL};
	struct sek_founds v = {0};

	(void)state;
	make();
	add(&v, "HEAD", "four", none);
	add(&v, "HEAD~1", "two", none);
	v.at[0].origin->commit.raw[3] ^= 1;
	assert_int_equal(keep(&v), 2);
	sek_founds_clear(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(nothing_is_nothing_new),
	    fixture_test(without_an_origin_or_a_parent_everything_is_new),
	    fixture_test(a_line_is_old_only_as_a_whole),
	    fixture_test(a_window_of_a_long_line_is_old_anywhere),
	    fixture_test(any_parent_makes_it_old),
	    fixture_test(what_a_commit_removes_or_changes_is_searched),
	    fixture_test(the_commit_to_be_is_searched_too),
	    fixture_test(a_name_is_old_where_a_parent_has_the_file),
	    fixture_test(what_cannot_be_read_is_not_known_to_be_old),
	    fixture_test(a_commit_that_is_lost_loses_no_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

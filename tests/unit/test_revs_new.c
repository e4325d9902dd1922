#include "fixture.h"

#include "repo/few.h"
#include "repo/revs.h"
#include "repo/revs_new.h"

/*
 * A server s, a client c, and in q what a push would have brought: what is new
 * there must be what `git rev-list` says, in its order.
 */
#define COMMITS 40

static uint64_t seed;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Few dates, so that many commits have the same one; and not always rising. */
static void
make_client(const char *format)
{
	FILE *f;

	sh("rm -rf s c q; git init -q --bare --object-format=%s s\n"
	   "git init -q --bare --object-format=%s c",
	    format, format);
	f = popen("git -C c fast-import --quiet --force --export-marks=marks",
	    "w");
	assert_non_null(f);
	for (unsigned i = 1; i <= COMMITS; i++) {
		unsigned date = 1600000000 + i / 4 + (pick(9) ? 0 : pick(7));
		unsigned most = i - 1 < 6 ? i - 1 : 6;

		fprintf(f,
		    "commit refs/heads/b%u\nmark :%u\n"
		    "committer C <c@e> %u +0000\ndata 2\n%02u\n",
		    i, i, date, i);
		for (unsigned n = most ? 1 + pick(2) : 0, k = 0; k < n; k++)
			fprintf(f, "%s :%u\n", k ? "merge" : "from",
			    i - 1 - pick(most));
		fprintf(f, "\n");
	}
	assert_int_equal(pclose(f), 0);
}

/* Loose, packed, and packed under a loose one; or one at every commit. */
static void
push_some(void)
{
	for (unsigned i = pick(4); i > 0; i--)
		sh("git -C c push -q ../s b%u:refs/heads/x%u", 1 + pick(25), i);
	if (pick(2))
		sh("git -C s pack-refs --all");
	if (pick(2))
		sh("git -C c push -q -f ../s b%u:refs/heads/x1", 1 + pick(25));
	if (pick(3) == 0)
		sh("git -C c push -q ../s b%u:refs/heads/main", 1 + pick(25));
	if (pick(3))
		sh("cd s; git rev-list --all | sed 's,.*,create refs/x/& &,' "
		   "|\n"
		   "git update-ref --stdin; git pack-refs --all");
}

static void
fill_quarantine(const char *ids)
{
	sh("rm -rf q; mkdir -p q/pack; { printf '%s'; git -C s for-each-ref "
	   "\\\n"
	   "--format='^%%(objectname)'; } >want\n"
	   "git -C c pack-objects -q --revs ../q/pack/pack <want >packs\n"
	   "if test ! -s packs; then exit 1; fi",
	    ids);
}

static void
set_quarantine(bool on)
{
	char *q = sek_printf("%s/q", fixture_dir);
	char *s = sek_printf("%s/s/objects", fixture_dir);

	if (on) {
		setenv("GIT_QUARANTINE_PATH", q, 1);
		setenv("GIT_OBJECT_DIRECTORY", q, 1);
		setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", s, 1);
	} else {
		unsetenv("GIT_QUARANTINE_PATH");
		unsetenv("GIT_OBJECT_DIRECTORY");
		unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	}
	free(q);
	free(s);
}

struct tips {
	struct sek_new_tip at[3];
	size_t n;
	struct sek_buf ids; /* a line each, "\n" spelt out */
};

static void
choose_tips(struct tips *t)
{
	static const char *const refs[] = {
	    "refs/heads/x1", "refs/heads/x2", "refs/heads/new"};

	*t = (struct tips){.n = 1 + pick(3)};
	for (size_t i = 0; i < t->n; i++) {
		char *hex = sh_out("git -C c rev-parse b%u",
		    COMMITS - pick(i ? 30 : 5));

		assert_true(sek_oid_parse(&t->at[i].oid, sek_str(hex)));
		t->at[i].ref = sek_str(refs[i]);
		sek_buf_printf(&t->ids, "%s\\n", hex);
		free(hex);
	}
}

static void
ask_git(struct sek_repo *r, const struct tips *t, struct sek_oids *out)
{
	const char *args[6] = {NULL};
	char hex[3][SEK_OID_HEX];

	for (size_t i = 0; i < t->n; i++)
		args[i] = sek_oid_hex(&t->at[i].oid, hex[i]);
	args[t->n] = "--not";
	args[t->n + 1] = "--all";
	assert_int_equal(sek_revs_commits(r, args, out, NULL, NULL), SEK_OK);
}

static void
assert_same(const struct sek_oids *a, const struct sek_oids *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_true(sek_oid_eq(&a->at[i], &b->at[i]));
}

/* Whether it was answered without git. */
static bool
check_push(const struct tips *t, size_t *found)
{
	struct sek_oids ours = {0}, gits = {0}, either = {0};
	struct sek_repo *r = NULL;
	bool own;

	set_quarantine(true);
	assert_int_equal(sek_repo_open(&r, "s", NULL), SEK_OK);
	ask_git(r, t, &gits);
	own = sek_own_new(r, t->at, t->n, &ours, NULL) == SEK_OK;
	if (own)
		assert_same(&ours, &gits);
	assert_int_equal(sek_revs_new(r, t->at, t->n, &either, NULL), SEK_OK);
	assert_same(&either, &gits);
	*found += own ? ours.n : 0;
	set_quarantine(false);
	sek_vec_clear(&ours);
	sek_vec_clear(&gits);
	sek_vec_clear(&either);
	sek_repo_free(r);
	return own;
}

static void
check_random(unsigned rounds, const char *format)
{
	size_t own = 0, found = 0;

	for (unsigned i = 0; i < rounds; i++) {
		struct tips t;

		seed = i + 1;
		make_client(format);
		push_some();
		choose_tips(&t);
		fill_quarantine(t.ids.p);
		own += check_push(&t, &found);
		sek_buf_clear(&t.ids);
	}
	assert_in_range(own, rounds / 4, rounds - 1);
	assert_true(found > 5 * rounds / 4);
}

static void
new_commits_are_told_as_git_tells_them(void **state)
{
	(void)state;
	check_random(20, "sha1");
}

static void
new_commits_of_sha256_are_too(void **state)
{
	(void)state;
	check_random(6, "sha256");
}

/* A push of b2 to a server whose main is at b1, with things put in its way. */
static void
simple_push(struct tips *t, const char *server)
{
	char *hex;

	sh("rm -rf s c q; git init -q --bare s; git init -q c; cd c\n"
	   "git commit -q --allow-empty -m 1; git branch b1\n"
	   "git commit -q --allow-empty -m 2; git branch b2\n"
	   "git tag -a -m t t2; git push -q ../s b1:refs/heads/main; cd ..");
	*t = (struct tips){.n = 1};
	hex = sh_out("git -C c rev-parse b2");
	assert_true(sek_oid_parse(&t->at[0].oid, sek_str(hex)));
	t->at[0].ref = SEK_STR("refs/heads/main");
	sek_buf_printf(&t->ids, "%s\\n", hex);
	free(hex);
	fill_quarantine(t->ids.p);
	sh("%s", server);
}

static void
assert_answered(bool own, const char *server)
{
	struct tips t;
	size_t found = 0;

	simple_push(&t, server);
	if (check_push(&t, &found) != own)
		fail_msg("own %d: %s", own, server);
	sek_buf_clear(&t.ids);
}

static void
what_is_odd_is_left_to_git(void **state)
{
	(void)state;
	assert_answered(true, "true");
	assert_answered(true, "git -C s pack-refs --all");
	assert_answered(true,
	    "cd s; git update-ref refs/tags/t main; git pack-refs --all\n"
	    "git update-ref -d refs/heads/main");
	/* No ref is where the new commit stands. */
	assert_answered(false, "git -C s update-ref -d refs/heads/main");
	assert_answered(false,
	    "cd s; git pack-refs --all\n"
	    "c=$(git commit-tree -m 3 -p main main^{tree} </dev/null)\n"
	    "git update-ref refs/heads/main $c");
	/* The name of a lock is no ref's. */
	assert_answered(false, "cd s/refs/heads; mv main a.lock");
	assert_answered(false, "git -C s rev-parse main >s/shallow");
	assert_answered(false, "git -C s config extensions.partialClone x");
	assert_answered(false, "mkdir s/reftable");
	assert_answered(false,
	    "cd s; f=$(git rev-parse main | sed 's,..,&/,')\n"
	    "chmod u+w objects/$f; cp objects/$f x; echo x >objects/$f\n"
	    "cp x ../q/x; mkdir -p ../q/${f%/*}; mv x ../q/$f");
}

static void
what_is_no_commit_is_left_to_git(void **state)
{
	static const char *const names[] = {"t2", "b2^{tree}"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sek_oids out = {0};
		struct sek_repo *r = NULL;
		struct tips t;
		char *hex;

		simple_push(&t, "true");
		hex = sh_out("git -C c rev-parse '%s'", names[i]);
		assert_true(sek_oid_parse(&t.at[0].oid, sek_str(hex)));
		sh("rm -rf q/pack/*; git -C c pack-objects -q --all \\\n"
		   "../q/pack/pack </dev/null >packs");
		set_quarantine(true);
		assert_int_equal(sek_repo_open(&r, "s", NULL), SEK_OK);
		assert_int_not_equal(sek_own_new(r, t.at, 1, &out, NULL),
		    SEK_OK);
		assert_int_equal(out.n, 0);
		set_quarantine(false);
		sek_repo_free(r);
		sek_buf_clear(&t.ids);
		free(hex);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(new_commits_are_told_as_git_tells_them),
	    fixture_test(new_commits_of_sha256_are_too),
	    fixture_test(what_is_odd_is_left_to_git),
	    fixture_test(what_is_no_commit_is_left_to_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

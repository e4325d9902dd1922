#include "fixture.h"

#include "repo/changes_own.h"
#include "repo/few.h"

/*
 * sek_changes_* against the definition, on random histories: a path of a commit
 * counts when no parent has that content, as that kind of file, at that path.
 * The trees are listed by `git ls-tree`, which knows nothing of diffs.
 */
#define COMMITS 45
#define NAMES   12

static const char *const names[NAMES] = {"a", "a-b", "a/b", "a/b/c", "a0", "*",
    ":(top)x", "l\nm", "\377\376", "q\"\\", "z/z/z/z", "z z"};

static uint64_t seed;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

struct file {
	char path[16];
	unsigned mode;
	struct sek_oid oid;
};

struct tree {
	struct file at[NAMES];
	size_t n;
};

static const struct file *
find(const struct tree *t, struct sek_str path)
{
	for (size_t i = 0; i < t->n; i++)
		if (sek_str_is(path, t->at[i].path))
			return &t->at[i];
	return NULL;
}

static bool
same(const struct file *a, const struct file *b)
{
	return a && b && (a->mode & 0170000) == (b->mode & 0170000) &&
	    sek_oid_eq(&a->oid, &b->oid);
}

/* `MODE TYPE OID\tPATH\0` */
static void
list_tree(struct tree *t, const char *revision)
{
	char line[256], command[128];
	size_t n = 0;
	FILE *f;
	int c;

	t->n = 0;
	snprintf(command, sizeof(command), "git ls-tree -r -z --full-tree %s",
	    revision);
	f = popen(command, "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF) {
		struct file *file = &t->at[t->n];
		struct sek_str rest, hex;

		line[n++] = (char)c;
		if (c)
			continue;
		rest = (struct sek_str){line, n - 1};
		file->mode = (unsigned)strtoul(line, NULL, 8);
		sek_str_cut(&rest, ' ');
		sek_str_cut(&rest, ' ');
		hex = sek_str_cut(&rest, '\t');
		assert_true(sek_oid_parse(&file->oid, hex));
		snprintf(file->path, sizeof(file->path), "%.*s", (int)rest.n,
		    rest.p);
		t->n++;
		n = 0;
	}
	assert_int_equal(pclose(f), 0);
}

/* One commit of a fast-import stream: a parent's tree, changed in places. */
static void
write_commit(FILE *f, unsigned mark, unsigned parents, const unsigned *parent,
    int digits)
{
	static const char *const modes[] = {
	    "100644", "100644", "100755", "120000", "160000"};

	fprintf(f,
	    "commit refs/heads/x\nmark :%u\n"
	    "committer C <c@e> %u +0000\ndata 0\n",
	    mark, 1600000000u + mark);
	for (unsigned i = 0; i < parents; i++)
		fprintf(f, "%s :%u\n", i ? "merge" : "from", parent[i]);
	if (pick(8) == 0)
		fprintf(f, "deleteall\n");
	for (unsigned i = pick(5); i > 0; i--) {
		const char *mode = modes[pick(5)];
		char content[3] = {(char)('0' + pick(5)), '\n', '\0'};
		const char *name = names[pick(NAMES)];
		bool gone = pick(4) == 0;

		if (gone)
			fprintf(f, "D \"");
		else if (mode[1] == '6')
			fprintf(f, "M 160000 %0*u \"", digits, 1 + pick(3));
		else
			fprintf(f, "M %s inline \"", mode);
		for (; *name; name++)
			fprintf(f, "\\%03o", (unsigned char)*name);
		fprintf(f, "\"\n");
		if (!gone && mode[1] != '6')
			fprintf(f, "data 2\n%s\n", content);
	}
	fprintf(f, "\n");
}

static void
make_history(unsigned parents[COMMITS + 1][4], unsigned nparents[COMMITS + 1],
    const char *format)
{
	FILE *f;

	sh("git init -q --object-format=%s r", format);
	assert_int_equal(chdir("r"), 0);
	f = popen("git fast-import --quiet --force --export-marks=marks", "w");
	assert_non_null(f);
	for (unsigned c = 1; c <= COMMITS; c++) {
		unsigned most = c - 1 < 4 ? c - 1 : 4;
		unsigned want = most ? 1 + pick(most) : 0, n = 0;

		if (pick(6) == 0)
			want = 0;
		while (n < want) {
			unsigned p = 1 + pick(c - 1);
			bool there = false;

			for (unsigned i = 0; i < n; i++)
				there |= parents[c][i] == p;
			if (there)
				want--;
			else
				parents[c][n++] = p;
		}
		nparents[c] = n;
		if (!n)
			fprintf(f, "reset refs/heads/x\n\n");
		write_commit(f, c, n, parents[c],
		    strcmp(format, "sha1") == 0 ? 40 : 64);
	}
	assert_int_equal(pclose(f), 0);
}

static void
read_marks(struct sek_oid *commits)
{
	FILE *f = fopen("marks", "r");
	char hex[80];
	unsigned mark;

	assert_non_null(f);
	while (fscanf(f, " :%u %79s", &mark, hex) == 2) {
		assert_in_range(mark, 1, COMMITS);
		assert_true(sek_oid_parse(&commits[mark], sek_str(hex)));
	}
	fclose(f);
}

/* What is expected, ticked off as it comes. */
struct want {
	const struct sek_oid *commits;
	const struct tree *trees; /* of commits, 1-based */
	unsigned (*parents)[4];
	const unsigned *nparents;
	unsigned at; /* being delivered */
	bool told[NAMES];
	size_t total;
};

static bool
expected(const struct want *w, const struct file *f)
{
	for (unsigned i = 0; i < w->nparents[w->at]; i++)
		if (same(f,
			find(&w->trees[w->parents[w->at][i]],
			    sek_str(f->path))))
			return false;
	return true;
}

static void
assert_all_told(struct want *w)
{
	const struct tree *t = &w->trees[w->at];

	for (size_t i = 0; i < t->n; i++)
		assert_int_equal(w->told[i], expected(w, &t->at[i]));
	memset(w->told, 0, sizeof(w->told));
}

static void
assert_before(const struct want *w, const struct sek_change *change)
{
	unsigned n = w->nparents[w->at];

	/* A first commit has one parent, that holds nothing. */
	assert_int_equal(change->nparents, n ? n : 1);
	for (unsigned i = 0; i < change->nparents; i++) {
		const struct file *f = n
		    ? find(&w->trees[w->parents[w->at][i]], change->path)
		    : NULL;

		if (f && (f->mode != 0160000 || change->mode == 0160000))
			assert_true(sek_oid_eq(&f->oid, &change->before[i]));
		else
			assert_true(sek_oid_is_none(&change->before[i]));
	}
}

static void
tick_off(struct want *w, const struct sek_change *change)
{
	const struct tree *t = &w->trees[w->at];
	const struct file *f = find(t, change->path);

	assert_non_null(f);
	assert_int_equal(f->mode, change->mode);
	assert_true(sek_oid_eq(&f->oid, &change->oid));
	assert_false(w->told[f - t->at]);
	w->told[f - t->at] = true;
	w->total++;
	assert_before(w, change);
}

static enum sek_code
check_commit(void *arg, const struct sek_oid *commit,
    const struct sek_change *change, struct sek_err *err)
{
	struct want *w = arg;

	(void)err;
	while (!w->at || !sek_oid_eq(commit, &w->commits[w->at])) {
		if (w->at)
			assert_all_told(w);
		w->at++;
		assert_in_range(w->at, 1, COMMITS);
	}
	tick_off(w, change);
	return SEK_OK;
}

static enum sek_code
check_staged(void *arg, const struct sek_oid *commit,
    const struct sek_change *change, struct sek_err *err)
{
	(void)err;
	assert_true(sek_oid_is_none(commit));
	tick_off(arg, change);
	return SEK_OK;
}

/* By ourselves alone, and as it is asked for. */
static void
check_all_commits(struct sek_repo *r, struct want *w, bool own)
{
	struct sek_oids list = {0};
	struct sek_err err = {0};
	size_t done = COMMITS;
	bool told = false;
	enum sek_code code;

	w->at = 0;
	w->total = 0;
	for (unsigned c = 1; c <= COMMITS; c++)
		*sek_vec_push(&list) = w->commits[c];
	if (own)
		code = sek_own_commits(r, &list, check_commit, w, &done, &told,
		    &err);
	else
		code = sek_changes_commits(r, &list, check_commit, w, &err);
	if (code != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(done, COMMITS);
	assert_false(told);
	for (; w->at <= COMMITS; w->at++)
		assert_all_told(w);
	assert_true(w->total > COMMITS / 2);
	sek_vec_clear(&list);
}

/* What ours cannot read in the midst of the list is git's to tell. */
static void
check_with_a_lost_base(struct sek_repo *r, struct want *w)
{
	struct sek_oids list = {0};
	struct sek_err err = {0};
	size_t done = 0;
	bool told = true;
	char hex[SEK_OID_HEX];

	sek_few_free_ptr(&r->few); /* which has read it already */
	sek_oid_hex(&w->commits[COMMITS / 2], hex);
	sh("cd .git/objects; for p in pack/*.pack; do mv $p ../; done\n"
	   "rm -f pack/*; for p in ../*.pack; do git unpack-objects -q <$p\n"
	   "done; rm -f ../*.pack; printf x >broken\n"
	   "mv -f broken %.2s/%s",
	    hex, hex + 2);
	for (unsigned c = 1; c <= COMMITS; c++)
		*sek_vec_push(&list) = w->commits[c];
	w->at = 0;
	assert_int_not_equal(sek_own_commits(r, &list, check_commit, w, &done,
				 &told, NULL),
	    SEK_OK);
	assert_false(told);
	assert_in_range(done, 1, COMMITS / 2 - 1);
	w->at = 0;
	memset(w->told, 0, sizeof(w->told));
	assert_int_not_equal(sek_changes_commits(r, &list, check_commit, w,
				 &err),
	    SEK_OK);
	assert_non_null(strstr(err.text, hex));
	sek_vec_clear(&list);
}

/* Each commit once more, as the index in front of its parents. */
static void
check_each_staged(struct sek_repo *r, struct want *w)
{
	for (w->at = 1; w->at <= COMMITS; w->at++) {
		struct sek_oids others = {0};
		struct sek_err err = {0};
		char to[SEK_OID_HEX], from[SEK_OID_HEX];

		for (unsigned i = 1; i < w->nparents[w->at]; i++)
			*sek_vec_push(&others) =
			    w->commits[w->parents[w->at][i]];
		sek_oid_hex(&w->commits[w->at], to);
		if (w->nparents[w->at])
			sh("git read-tree %s; git update-ref --no-deref HEAD "
			   "%s",
			    to,
			    sek_oid_hex(&w->commits[w->parents[w->at][0]],
				from));
		else
			sh("git read-tree %s; git symbolic-ref HEAD "
			   "refs/heads/unborn",
			    to);
		if (sek_changes_staged(r, &others, check_staged, w, &err) !=
		    SEK_OK)
			fail_msg("%s", err.text);
		assert_all_told(w);
		if (w->nparents[w->at])
			sh("git symbolic-ref HEAD refs/heads/unborn");
		sek_vec_clear(&others);
	}
}

static void
check_history(uint64_t with, const char *format)
{
	static struct tree trees[COMMITS + 1];
	unsigned parents[COMMITS + 1][4] = {0}, nparents[COMMITS + 1] = {0};
	struct sek_oid commits[COMMITS + 1] = {0};
	struct want w = {.commits = commits,
	    .trees = trees,
	    .parents = parents,
	    .nparents = nparents};
	struct sek_repo *r = NULL;
	struct sek_err err = {0};
	char hex[SEK_OID_HEX];

	seed = with;
	make_history(parents, nparents, format);
	read_marks(commits);
	for (unsigned c = 1; c <= COMMITS; c++)
		list_tree(&trees[c], sek_oid_hex(&commits[c], hex));
	assert_int_equal(sek_repo_open(&r, NULL, &err), SEK_OK);
	check_all_commits(r, &w, true);
	check_all_commits(r, &w, false);
	check_each_staged(r, &w);
	check_with_a_lost_base(r, &w);
	sek_repo_free(r);
}

static void
random_histories_bring_what_the_definition_says(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 2; i++) {
		check_history(i, "sha1");
		assert_int_equal(chdir(fixture_dir), 0);
		sh("rm -rf r");
	}
}

static void
random_sha256_histories_do_too(void **state)
{
	(void)state;
	check_history(77, "sha256");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(random_histories_bring_what_the_definition_says),
	    fixture_test(random_sha256_histories_do_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

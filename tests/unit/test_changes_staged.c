#include "fixture.h"

#include "base/file.h"
#include "repo/changes_own.h"
#include "repo/few.h"

/*
 * Our own reader of the index against `git diff-index --cached`, on random
 * indices: every version, with and without a cache tree, unmerged and intended
 * entries, paths that are files here and directories there, merges.
 */
#define PATHS 14
#define STEPS 45

static const char *const paths[PATHS] = {"a", "a-b", "a/b", "a/b/c", "a/bb/c",
    "a0", "b/*", "b/:(top)x", "b/c/d/e/f", "b/c/d/g", "l\nm", "\377\376",
    "q\"\\", "z z/z"};

static uint64_t seed;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

struct change {
	char *path;
	size_t n;
	unsigned mode;
	struct sek_oid oid, before[4];
	size_t parents;
};
struct changes SEK_VEC_BODY(struct change);

static void
clear(struct changes *v)
{
	sek_vec_each (c, v)
		free(c->path);
	sek_vec_clear(v);
}

static enum sek_code
note(void *arg, const struct sek_oid *commit, const struct sek_change *change,
    struct sek_err *err)
{
	struct change *c = sek_vec_push((struct changes *)arg);

	(void)err;
	assert_true(sek_oid_is_none(commit));
	assert_in_range(change->nparents, 1, 4);
	*c = (struct change){
	    .path = sek_strndup(change->path.p, change->path.n),
	    .n = change->path.n,
	    .mode = change->mode,
	    .oid = change->oid,
	    .parents = change->nparents,
	};
	for (size_t i = 0; i < c->parents; i++)
		c->before[i] = change->before[i];
	return SEK_OK;
}

static bool
same_kind(unsigned a, unsigned b)
{
	return (a & 0170000) == (b & 0170000);
}

/* ":MODE MODE OID OID STATUS", its path after a NUL. */
static void
read_record(struct changes *out, struct sek_str *rest, size_t parent)
{
	struct sek_str head = sek_str_cut(rest, '\0'), old_mode, new_mode;
	struct sek_str path = sek_str_cut(rest, '\0');
	struct change c = {.n = path.n};
	struct change *at = NULL;
	struct sek_oid old;
	unsigned was;

	old_mode = sek_str_cut(&head, ' ');
	new_mode = sek_str_cut(&head, ' ');
	was = (unsigned)strtoul(old_mode.p + 1, NULL, 8);
	c.mode = (unsigned)strtoul(new_mode.p, NULL, 8);
	assert_true(sek_oid_parse(&old, sek_str_cut(&head, ' ')));
	assert_true(sek_oid_parse(&c.oid, sek_str_cut(&head, ' ')));
	if (!c.mode || head.p[0] == 'U' ||
	    (same_kind(was, c.mode) && sek_oid_eq(&old, &c.oid)))
		return;
	sek_vec_each (e, out)
		if (sek_str_eq((struct sek_str){e->path, e->n}, path))
			at = e;
	if (!at && parent)
		return;
	if (!at) {
		at = sek_vec_push(out);
		c.path = sek_strndup(path.p, path.n);
		*at = c;
	}
	if (at->parents++ == parent && was &&
	    (was != 0160000 || c.mode == 0160000))
		at->before[parent] = old;
}

/* What git says, for one parent after the other. */
static void
ask_git(struct changes *out, const char *const *parents, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sek_buf text = {0};
		struct sek_str rest;
		char raw[80];
		size_t kept = 0;

		snprintf(raw, sizeof(raw), "%s/raw", fixture_dir);
		sh("git diff-index --cached --raw -z --no-abbrev --no-renames "
		   "--ignore-submodules=none --ita-invisible-in-index %s -- "
		   ">%s",
		    parents[i], raw);
		assert_int_equal(sek_file_read(raw, &text, NULL), SEK_OK);
		rest = sek_buf_str(&text);
		while (rest.n)
			read_record(out, &rest, i);
		sek_buf_clear(&text);
		for (size_t k = 0; k < out->n; k++) {
			if (out->at[k].parents == i + 1)
				out->at[kept++] = out->at[k];
			else
				free(out->at[k].path);
		}
		out->n = kept;
	}
}

static bool
equal(const struct change *a, const struct change *b)
{
	if (a->n != b->n || memcmp(a->path, b->path, a->n) ||
	    a->mode != b->mode || !sek_oid_eq(&a->oid, &b->oid) ||
	    a->parents != b->parents)
		return false;
	for (size_t i = 0; i < a->parents; i++)
		if (!sek_oid_eq(&a->before[i], &b->before[i]))
			return false;
	return true;
}

static int
by_path(const void *x, const void *y)
{
	const struct change *a = x, *b = y;

	return sek_str_cmp((struct sek_str){a->path, a->n},
	    (struct sek_str){b->path, b->n});
}

static bool
all_equal(struct changes *a, struct changes *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < 2; i++) {
		struct changes *v = i ? a : b;

		if (v->n)
			qsort(v->at, v->n, sizeof(*v->at), by_path);
	}
	for (size_t i = 0; i < a->n; i++)
		if (!equal(&a->at[i], &b->at[i]))
			return false;
	return true;
}

/* A comparison that could not fail would show nothing. */
static void
assert_differences_are_seen(struct changes *ours, struct changes *gits)
{
	if (!ours->n)
		return;
	ours->at[0].mode ^= 0111;
	assert_false(all_equal(ours, gits));
	ours->at[0].mode ^= 0111;
	ours->at[0].before[0].raw[3] ^= 1;
	ours->at[0].before[0].len ^= 1;
	assert_false(all_equal(ours, gits));
	ours->at[0].before[0].raw[3] ^= 1;
	ours->at[0].before[0].len ^= 1;
	ours->n--;
	assert_false(all_equal(ours, gits));
	ours->n++;
	assert_true(all_equal(ours, gits));
}

/* Ours is to answer by itself, and as git does. */
static size_t
compare(struct sek_repo *r, const char *const *parents, size_t n)
{
	struct changes ours = {0}, gits = {0};
	struct sek_oids others = {0};
	struct sek_err err = {0};
	bool told;
	size_t found;

	sek_few_free_ptr(&r->few); /* the packs may be others by now */
	for (size_t i = 1; i < n; i++) {
		char *hex = sh_out("git rev-parse %s", parents[i]);

		assert_true(sek_oid_parse(sek_vec_push(&others), sek_str(hex)));
		free(hex);
	}
	if (sek_own_staged(r, &others, note, &ours, &told, &err))
		fail_msg("%s", err.text);
	assert_true(told);
	ask_git(&gits, parents, n);
	if (!all_equal(&ours, &gits)) {
		sh("git ls-files -s -t; git ls-tree -r -t HEAD");
		fail_msg("%zu changes, git has %zu", ours.n, gits.n);
	}
	assert_differences_are_seen(&ours, &gits);
	found = ours.n;
	clear(&ours);
	clear(&gits);
	sek_vec_clear(&others);
	return found;
}

/* "MODE OID STAGE\tPATH", ended by NULs; mode 0 removes. */
static void
change_index(char **blobs, size_t nblobs)
{
	static const char *const modes[] = {
	    "100644", "100644", "100755", "120000", "160000"};
	FILE *f = popen("git update-index --add --replace -z --index-info",
	    "w");

	assert_non_null(f);
	for (unsigned i = 1 + pick(4); i > 0; i--) {
		const char *path = paths[pick(PATHS)];
		const char *oid = blobs[pick((unsigned)nblobs)];
		const char *mode = modes[pick(5)];

		fprintf(f, "0 %s\t%s%c", blobs[0], path, 0);
		if (pick(9) == 0)
			for (unsigned s = 1 + pick(2); s < 4; s++)
				fprintf(f, "%s %s %u\t%s%c", mode, oid, s, path,
				    0);
		else if (pick(4))
			fprintf(f, "%s %s\t%s%c", mode, oid, path, 0);
	}
	assert_int_equal(pclose(f), 0);
}

/* The commit that the index would make, if it can. */
static void
maybe_commit(void)
{
	if (pick(4))
		return;
	sh("git ls-files -u >u; if test -s u; then exit 0; fi\n"
	   "c=$(git commit-tree -m x $(git write-tree) </dev/null)\n"
	   "git update-ref refs/heads/b$(git rev-list --count --all) $c\n"
	   "git update-ref HEAD $c");
}

static void
change_form(void)
{
	switch (pick(9)) {
	case 0:
		sh("git update-index --index-version %u", 2 + pick(3));
		break;
	case 1:
		sh("git write-tree >tree 2>&1 || :");
		break;
	case 2: /* no cache tree, and nothing intended */
		sh("git ls-files -s -z >list; rm .git/index\n"
		   "git update-index -z --index-info <list");
		break;
	case 3:
		sh("rm -rf n; echo n >n; git add -N -- n");
		break;
	case 4:
		sh("git repack -q -a -d -k; git pack-refs --all");
		break;
	case 5:
		sh("git update-index --skip-worktree $(git ls-files -- a0 a-b) "
		   "2>/dev/null || :");
		break;
	case 6:
		sh("git read-tree HEAD");
		break;
	case 7: /* as index.skipHash leaves it */
		sh("n=$(stat -c %%s .git/index); truncate -s -20 .git/index\n"
		   "truncate -s $n .git/index");
		break;
	default:
		break;
	}
}

static void
check_random(uint64_t with, const char *format)
{
	char *blobs[5];
	struct sek_repo *r = NULL;
	size_t found = 0;

	seed = with;
	sh("rm -rf r; git init -q --object-format=%s r", format);
	assert_int_equal(chdir("r"), 0);
	for (unsigned i = 0; i < 5; i++)
		blobs[i] = sh_out("echo %u | git hash-object -w --stdin", i);
	assert_int_equal(sek_repo_open(&r, NULL, NULL), SEK_OK);
	sh("git update-ref HEAD $(git commit-tree -m x $(git write-tree) "
	   "</dev/null)");
	for (unsigned i = 0; i < STEPS; i++) {
		change_index(blobs, 5);
		change_form();
		found += compare(r, (const char *const[]){"HEAD"}, 1);
		maybe_commit();
	}
	assert_true(found > STEPS);
	/* Everything that was committed is a merge's other parent by turns. */
	for (unsigned i = 0; i < 6; i++) {
		char *b = sh_out("git for-each-ref --format='%%(refname)' "
				 "refs/heads/b* | tail -n %u | head -n 1",
		    1 + i);
		char *c = sh_out("git for-each-ref --format='%%(refname)' "
				 "refs/heads/b* | head -n %u | tail -n 1",
		    1 + i);

		change_index(blobs, 5);
		compare(r, (const char *const[]){"HEAD", b, c}, 3);
		free(b);
		free(c);
	}
	for (unsigned i = 0; i < 5; i++)
		free(blobs[i]);
	sek_repo_free(r);
	assert_int_equal(chdir(".."), 0);
}

static void
random_indices_are_told_as_git_tells_them(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 2; i++)
		check_random(i, "sha1");
}

static void
random_sha256_indices_too(void **state)
{
	(void)state;
	check_random(4, "sha256");
}

static struct sek_repo *
made(const char *script)
{
	struct sek_repo *r = NULL;

	sh("git init -q r; cd r; %s", script);
	assert_int_equal(chdir("r"), 0);
	assert_int_equal(sek_repo_open(&r, NULL, NULL), SEK_OK);
	return r;
}

static void
everything_is_new_before_the_first_commit(void **state)
{
	struct sek_repo *r = made("mkdir d; echo x >d/f; echo y >g; git add .");
	struct sek_err err = {0};
	struct changes ours = {0};
	bool told;

	(void)state;
	if (sek_own_staged(r, NULL, note, &ours, &told, &err))
		fail_msg("%s", err.text);
	assert_int_equal(ours.n, 2);
	assert_string_equal(ours.at[0].path, "d/f");
	assert_int_equal(ours.at[0].parents, 1);
	assert_true(sek_oid_is_none(&ours.at[0].before[0]));
	clear(&ours);
	sh("rm .git/index");
	assert_int_equal(sek_own_staged(r, NULL, note, &ours, &told, NULL),
	    SEK_OK);
	assert_int_equal(ours.n, 0);
	sek_repo_free(r);
}

/* Its object is gone, and nobody misses it. */
static void
an_unchanged_directory_is_not_entered(void **state)
{
	struct sek_repo *r = made(
	    "mkdir -p d/e s; for i in 1 2 3; do echo $i >d/e/$i; done\n"
	    "echo x >s/f; git add .; git commit -qm 1; echo y >s/f\n"
	    "git add .; git write-tree >tree; t=$(git rev-parse HEAD:d)\n"
	    "rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)");
	struct changes ours = {0};
	bool told;

	(void)state;
	assert_int_equal(sek_own_staged(r, NULL, note, &ours, &told, NULL),
	    SEK_OK);
	assert_int_equal(ours.n, 1);
	assert_string_equal(ours.at[0].path, "s/f");
	clear(&ours);
	/* Without the cache tree it has to be. */
	sh("git ls-files -s >list; rm .git/index\n"
	   "git update-index --index-info <list");
	assert_int_not_equal(sek_own_staged(r, NULL, note, &ours, &told, NULL),
	    SEK_OK);
	assert_false(told);
	sek_repo_free(r);
}

/* Ours says no, and the answer is git's. */
static void
assert_left_to_git(struct sek_repo *r)
{
	struct changes ours = {0}, gits = {0};
	struct sek_err err = {0};
	bool told = true;

	assert_int_not_equal(sek_own_staged(r, NULL, note, &ours, &told, NULL),
	    SEK_OK);
	assert_false(told);
	assert_int_equal(ours.n, 0);
	if (sek_changes_staged(r, NULL, note, &ours, &err))
		fail_msg("%s", err.text);
	ask_git(&gits, (const char *const[]){"HEAD"}, 1);
	assert_int_not_equal(ours.n, 0);
	assert_true(all_equal(&ours, &gits));
	clear(&ours);
	clear(&gits);
}

#define SOME                                                                   \
	"mkdir -p a/b c; for i in 1 2 3; do echo $i >a/$i; echo $i >a/b/$i\n"  \
	"echo $i >c/$i; done; git add .; git commit -qm 1\n"                   \
	"echo 9 >c/1; git add .\n"

static void
a_split_index_is_left_to_git(void **state)
{
	struct sek_repo *r = made(SOME "git update-index --split-index\n"
				       "echo 8 >c/2; git add c");

	(void)state;
	assert_left_to_git(r);
	sek_repo_free(r);
}

static void
a_sparse_index_is_left_to_git(void **state)
{
	struct sek_repo *r = made(SOME
	    "git config index.sparse true; git commit -qam 2\n"
	    "git sparse-checkout set --cone --sparse-index c\n"
	    "git ls-files --sparse | grep -qx a/\n"
	    "echo 8 >c/2; git add c");

	(void)state;
	assert_left_to_git(r);
	sek_repo_free(r);
}

static void
refs_that_only_git_reads_are_left_to_it(void **state)
{
	struct sek_repo *r = made(SOME "mkdir .git/reftable");

	(void)state;
	assert_left_to_git(r);
	sh("rmdir .git/reftable; git symbolic-ref refs/heads/l1 "
	   "refs/heads/main; git symbolic-ref HEAD refs/heads/l1");
	compare(r, (const char *const[]){"HEAD"}, 1);
	for (int i = 1; i < 7; i++)
		sh("printf 'ref: refs/heads/l%d\\n' >.git/refs/heads/l%d",
		    i % 6 + 1, i);
	assert_int_not_equal(sek_own_staged(r, NULL, note, NULL, &(bool){false},
				 NULL),
	    SEK_OK);
	sek_repo_free(r);
}

static void
a_linked_worktree_has_its_own_head_and_index(void **state)
{
	struct sek_repo *r = made(SOME "git branch other; git commit -qam 2\n"
				       "git worktree add -q ../w other\n"
				       "cd ../w; echo w >a/1; git add a");

	(void)state;
	sek_repo_free(r);
	assert_int_equal(chdir("../w"), 0);
	assert_int_equal(sek_repo_open(&r, NULL, NULL), SEK_OK);
	assert_int_equal(compare(r, (const char *const[]){"HEAD"}, 1), 1);
	sh("git pack-refs --all; git repack -q -a -d");
	assert_int_equal(compare(r, (const char *const[]){"HEAD"}, 1), 1);
	sek_repo_free(r);
}

/* As `git commit PATH` gives it to a hook. */
static void
another_index_file_is_read(void **state)
{
	struct sek_repo *r = made(SOME "cp .git/index other; git reset -q");

	(void)state;
	assert_int_equal(compare(r, (const char *const[]){"HEAD"}, 1), 0);
	setenv("GIT_INDEX_FILE", "other", 1);
	assert_int_equal(chdir("a"), 0);
	assert_int_equal(compare(r, (const char *const[]){"HEAD"}, 1), 1);
	assert_int_equal(chdir(".."), 0);
	unsetenv("GIT_INDEX_FILE");
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(random_indices_are_told_as_git_tells_them),
	    fixture_test(random_sha256_indices_too),
	    fixture_test(everything_is_new_before_the_first_commit),
	    fixture_test(an_unchanged_directory_is_not_entered),
	    fixture_test(a_split_index_is_left_to_git),
	    fixture_test(a_sparse_index_is_left_to_git),
	    fixture_test(refs_that_only_git_reads_are_left_to_it),
	    fixture_test(a_linked_worktree_has_its_own_head_and_index),
	    fixture_test(another_index_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

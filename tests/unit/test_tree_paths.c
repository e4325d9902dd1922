#include "fixture.h"
#include "repo/tree_paths.h"

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

static struct sek_oid
head_of(const char *path)
{
	char *hex = sh_out("git -C %s rev-parse HEAD", path);
	struct sek_oid oid;

	assert_true(sek_oid_parse(&oid, sek_str(hex)));
	free(hex);
	return oid;
}

/* Names whose order depends on which of them are directories. */
static void
make_tree(const char *format)
{
	sh("rm -rf r; git init -q --object-format=%s r; cd r\n"
	   "mkdir -p a b/c/d 'z z' a0; echo 1 >a/x; echo 2 >a.b; echo 3 >a-b\n"
	   "echo 4 >a0/x; echo 5 >b/c/d/e; echo 6 >b/c.d; echo 7 >'z z/*'\n"
	   "printf 8 >\"$(printf '\\377')\"; ln -s a.b link\n"
	   "git add .; git update-index --add --cacheinfo "
	   "160000,$(git hash-object -w a.b),sub\n"
	   "git commit -q -m x",
	    format);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum { PATHS = 19 };

static void
they_are_those_that_git_tells(void **state)
{
	static const char *const formats[] = {"sha1", "sha256"};
	const char *paths[PATHS] = {"a", "a/x", "a/y", "a-b", "a.b", "a0",
	    "a0/x", "b/c", "b/c.d", "b/c/d/e", "b/c/d/f", "b/c/d/e/g", "link",
	    "none", "none/x", "sub", "z z/*", "\377", "a.b"};

	(void)state;
	qsort(paths, PATHS, sizeof(*paths), by_bytes);
	for (size_t k = 0; k < 2; k++) {
		struct sek_oid out[PATHS], head;
		struct sek_repo *r;
		size_t there = 0;

		make_tree(formats[k]);
		r = opened("r");
		head = head_of("r");
		assert_int_equal(sek_tree_paths(r, &head, paths, PATHS, out,
				     NULL),
		    SEK_OK);
		for (size_t i = 0; i < PATHS; i++) {
			char hex[SEK_OID_HEX];
			char *want = sh_out(
			    "cd r; GIT_LITERAL_PATHSPECS=1 git ls-tree HEAD "
			    "-- '%s' | awk '$2 == \"blob\" { print $3 }'",
			    paths[i]);

			assert_string_equal(sek_oid_is_none(&out[i])
				? ""
				: sek_oid_hex(&out[i], hex),
			    want);
			there += *want != '\0';
			free(want);
		}
		assert_int_equal(there, 10);
		sek_repo_free(r);
	}
}

/* A tree of entries "MODE NAME", the last one cut by so many bytes. */
static enum sek_code
found_in(const char *const *entries, size_t cut, const char *path)
{
	struct sek_oid blob, out, head;
	struct sek_buf tree = {0};
	struct sek_repo *r;
	enum sek_code code;
	char *hex;
	FILE *f;

	sh("rm -rf r; git init -q r");
	hex = sh_out("cd r; echo x | git hash-object -w --stdin");
	assert_true(sek_oid_parse(&blob, sek_str(hex)));
	free(hex);
	for (; *entries; entries++) {
		sek_buf_add(&tree, *entries, strlen(*entries) + 1);
		sek_buf_add(&tree, blob.raw, blob.len);
	}
	f = fopen("tree", "w");
	assert_non_null(f);
	assert_int_equal(fwrite(tree.p, 1, tree.n - cut, f), tree.n - cut);
	fclose(f);
	sh("cd r; t=$(git hash-object -t tree --literally -w ../tree)\n"
	   "git update-ref HEAD $(git commit-tree -m x $t)");
	r = opened("r");
	head = head_of("r");
	code = sek_tree_paths(r, &head, &path, 1, &out, NULL);
	if (!code)
		assert_int_equal(sek_oid_eq(&out, &blob), 1);
	sek_repo_free(r);
	sek_buf_clear(&tree);
	return code;
}

static void
what_is_out_of_the_ordinary_is_for_git(void **state)
{
	static const char *const good[] = {"100644 a", "100644 b", NULL};
	static const char *const disorder[] = {"100644 b", "100644 a", NULL};
	static const char *const twice[] = {"100644 a", "100644 a", NULL};
	static const char *const nameless[] = {"100644 ", NULL};
	static const char *const no_mode[] = {"100644", NULL};
	static const char *const no_tree[] = {"40000 a", NULL};

	(void)state;
	assert_int_equal(found_in(good, 0, "a"), SEK_OK);
	assert_int_equal(found_in(good, 1, "a"), SEK_EPARSE);
	assert_int_equal(found_in(good, 20 + 2, "a"), SEK_EPARSE);
	assert_int_equal(found_in(disorder, 0, "a"), SEK_EPARSE);
	assert_int_equal(found_in(twice, 0, "a"), SEK_EPARSE);
	assert_int_equal(found_in(nameless, 0, "a"), SEK_EPARSE);
	assert_int_equal(found_in(no_mode, 0, "a"), SEK_EPARSE);
	assert_int_equal(found_in(no_tree, 0, "a/b"), SEK_EPARSE);
}

static void
what_is_missing_is_for_git(void **state)
{
	const char *path = "b/c/d/e";
	struct sek_oid out, head;
	struct sek_repo *r;

	(void)state;
	make_tree("sha1");
	sh("cd r; rm -f .git/objects/$(git rev-parse HEAD:b/c | "
	   "sed 's,^..,&/,')");
	r = opened("r");
	head = head_of("r");
	assert_int_equal(sek_tree_paths(r, &head, &path, 1, &out, NULL),
	    SEK_ENOTFOUND);
	head.raw[0] ^= 1;
	assert_int_equal(sek_tree_paths(r, &head, &path, 1, &out, NULL),
	    SEK_ENOTFOUND);
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(they_are_those_that_git_tells),
	    fixture_test(what_is_out_of_the_ordinary_is_for_git),
	    fixture_test(what_is_missing_is_for_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fixture.h"

#include "repo/index.h"

/* Indices as a hostile hand would write them, byte by byte. */
static void
put32(struct sek_buf *b, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sek_buf_add_c(b, (char)(n >> shift));
}

static void
put_header(struct sek_buf *b, uint32_t version, uint32_t entries)
{
	sek_buf_add_s(b, "DIRC");
	put32(b, version);
	put32(b, entries);
}

/* An entry up to its path. */
static void
put_fixed(struct sek_buf *b, unsigned mode, unsigned flags, int extended)
{
	for (int i = 0; i < 10; i++)
		put32(b, i == 6 ? mode : (uint32_t)i);
	for (int i = 0; i < 20; i++)
		sek_buf_add_c(b, (char)i);
	sek_buf_add_c(b, (char)(flags >> 8));
	sek_buf_add_c(b, (char)flags);
	if (extended >= 0) {
		sek_buf_add_c(b, (char)(extended >> 8));
		sek_buf_add_c(b, (char)extended);
	}
}

static void
put_entry(struct sek_buf *b, const char *path)
{
	size_t n = strlen(path), all = (62 + n + 8) & ~(size_t)7;

	put_fixed(b, 0100644, n < 0xfff ? (unsigned)n : 0xfff, -1);
	sek_buf_add_s(b, path);
	for (size_t i = 62 + n; i < all; i++)
		sek_buf_add_c(b, '\0');
}

static void
put_extension(struct sek_buf *b, const char *name, const void *body, size_t n)
{
	sek_buf_add(b, name, 4);
	put32(b, (uint32_t)n);
	sek_buf_add(b, body, n);
}

static void
put_sum(struct sek_buf *b)
{
	for (int i = 0; i < 20; i++)
		sek_buf_add_c(b, '\0');
}

/* Parses, from memory of that very size, so that a sanitizer sees more. */
static enum sek_code
parse(struct sek_index *x, const struct sek_buf *b)
{
	char *copy = malloc(b->n ? b->n : 1);
	enum sek_code r;

	memcpy(copy, b->p, b->n);
	r = sek_index_parse(x, (struct sek_str){copy, b->n}, 20, NULL);
	if (r) {
		sek_index_close(x);
		free(copy);
	}
	return r;
}

static void
close_copy(struct sek_index *x)
{
	char *copy = (char *)(uintptr_t)x->bytes.p;

	sek_index_close(x);
	free(copy);
}

static void
assert_refused(struct sek_buf *b)
{
	struct sek_index x;

	assert_int_equal(parse(&x, b), SEK_EPARSE);
	sek_buf_clear(b);
}

static void
entries_and_the_cache_tree_are_read(void **state)
{
	static const char tree[] = "\0"
				   "2 1\n"
				   "aaaaaaaaaaaaaaaaaaaa"
				   "d\0-1 0\n";
	struct sek_buf b = {0};
	struct sek_index x;
	struct sek_index_entry e;

	(void)state;
	put_header(&b, 2, 2);
	put_entry(&b, "a");
	put_entry(&b, "d/b");
	put_extension(&b, "TREE", tree, sizeof(tree) - 1);
	put_extension(&b, "ZZZZ", "whatever", 8);
	put_sum(&b);
	assert_int_equal(parse(&x, &b), SEK_OK);
	assert_int_equal(x.n, 2);
	sek_index_entry(&x, 1, &e);
	assert_true(sek_str_is(e.path, "d/b"));
	assert_int_equal(e.mode, 0100644);
	assert_int_equal(e.oid.raw[19], 19);
	assert_false(e.left_out);
	assert_int_equal(x.trees.n, 2);
	assert_true(x.trees.at[0].valid);
	assert_int_equal(x.trees.at[0].count, 2);
	assert_int_equal(x.trees.at[0].next, 2);
	assert_int_equal(x.trees.at[0].oid.raw[0], 'a');
	assert_false(x.trees.at[1].valid);
	assert_true(sek_str_is(x.trees.at[1].name, "d"));
	close_copy(&x);
	sek_buf_clear(&b);
}

static void
a_path_longer_than_its_length_field_ends_with_its_nul(void **state)
{
	char *path = malloc(5001);
	struct sek_buf b = {0};
	struct sek_index x;

	(void)state;
	memset(path, 'p', 5000);
	path[5000] = '\0';
	put_header(&b, 2, 1);
	put_entry(&b, path);
	put_sum(&b);
	assert_int_equal(parse(&x, &b), SEK_OK);
	assert_int_equal(sek_index_path(&x, 0).n, 5000);
	close_copy(&x);
	sek_buf_clear(&b);
	free(path);
}

static void
put_v4(struct sek_buf *b, const char *strip, size_t n, const char *path)
{
	put_fixed(b, 0100644, 1, -1);
	sek_buf_add(b, strip, n);
	sek_buf_add(b, path, strlen(path) + 1);
}

static void
version_4_paths_are_put_together(void **state)
{
	struct sek_buf b = {0};
	struct sek_index x;

	(void)state;
	put_header(&b, 4, 3);
	put_v4(&b, "\0", 1, "dir/one");
	put_v4(&b, "\3", 1, "two");
	put_v4(&b, "\7", 1, "e");
	put_sum(&b);
	assert_int_equal(parse(&x, &b), SEK_OK);
	assert_true(sek_str_is(sek_index_path(&x, 0), "dir/one"));
	assert_true(sek_str_is(sek_index_path(&x, 1), "dir/two"));
	assert_true(sek_str_is(sek_index_path(&x, 2), "e"));
	close_copy(&x);
	sek_buf_clear(&b);
}

static void
more_is_never_taken_from_a_path_than_it_has(void **state)
{
	struct sek_buf b = {0};

	(void)state;
	put_header(&b, 4, 2);
	put_v4(&b, "\0", 1, "abc");
	put_v4(&b, "\4", 1, "d");
	put_sum(&b);
	assert_refused(&b);
	put_header(&b, 4, 1);
	put_v4(&b, "\1", 1, "d");
	put_sum(&b);
	assert_refused(&b);
	put_header(&b, 4, 1);
	put_v4(&b, "\377\377\377\377\377\377\377\377\377\177", 10, "d");
	put_sum(&b);
	assert_refused(&b);
}

/* 1000 entries of one byte each, on a path of 1 MiB, want 1 GB. */
static void
paths_that_grow_without_end_are_refused(void **state)
{
	size_t n = (size_t)2 << 20;
	char *path = malloc(n + 1);
	struct sek_buf b = {.max = (size_t)1 << 30};

	(void)state;
	memset(path, 'p', n);
	path[n] = '\0';
	put_header(&b, 4, 601);
	put_v4(&b, "\0", 1, path);
	for (int i = 0; i < 600; i++)
		put_v4(&b, "\0", 1, "p");
	put_sum(&b);
	assert_refused(&b);
	free(path);
}

static void
what_is_cut_short_is_refused_everywhere(void **state)
{
	struct sek_buf b = {0};

	(void)state;
	put_header(&b, 3, 3);
	put_entry(&b, "a");
	put_fixed(&b, 0100644, 0x4001, 0x2000);
	sek_buf_add(&b, "b\0\0\0\0\0\0\0", 8);
	put_entry(&b, "c");
	put_extension(&b, "TREE", "\0-1 0\n", 6);
	put_sum(&b);
	for (size_t n = b.n; n-- > 0;) {
		struct sek_buf cut = {0};
		struct sek_index x;

		sek_buf_add(&cut, b.p, n);
		/* Only where an extension ends can it seem whole. */
		if (parse(&x, &cut) == SEK_OK) {
			assert_int_equal(n, b.n - 14);
			close_copy(&x);
		}
		sek_buf_clear(&cut);
	}
	sek_buf_clear(&b);
}

static void
what_only_git_reads_is_refused(void **state)
{
	static const uint32_t versions[] = {0, 1, 5, 0xffffffff};
	static const char *const required[] = {"link", "sdir", "xxxx", "1abc"};
	struct sek_buf b = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		put_header(&b, versions[i], 0);
		put_sum(&b);
		assert_refused(&b);
		put_header(&b, 2, 0);
		put_extension(&b, required[i], "", 0);
		put_sum(&b);
		assert_refused(&b);
	}
	/* Extended flags in version 2, and unknown ones. */
	put_header(&b, 2, 1);
	put_fixed(&b, 0100644, 0x4001, 0x2000);
	sek_buf_add(&b, "b\0\0\0\0\0\0\0", 8);
	put_sum(&b);
	assert_refused(&b);
	put_header(&b, 3, 1);
	put_fixed(&b, 0100644, 0x4001, 0x8000);
	sek_buf_add(&b, "b\0\0\0\0\0\0\0", 8);
	put_sum(&b);
	assert_refused(&b);
}

static void
unmerged_and_intended_entries_are_marked(void **state)
{
	struct sek_buf b = {0};
	struct sek_index x;
	struct sek_index_entry e;

	(void)state;
	put_header(&b, 3, 2);
	put_fixed(&b, 0100644, 0x2001, -1);
	sek_buf_add(&b, "a\0", 2);
	put_fixed(&b, 0100644, 0x4001, 0x2000);
	sek_buf_add(&b, "b\0\0\0\0\0\0\0", 8);
	put_sum(&b);
	assert_int_equal(parse(&x, &b), SEK_OK);
	sek_index_entry(&x, 0, &e);
	assert_true(e.left_out);
	sek_index_entry(&x, 1, &e);
	assert_true(e.left_out);
	assert_true(sek_str_is(e.path, "b"));
	close_copy(&x);
	sek_buf_clear(&b);
}

static void
a_count_that_cannot_be_right_is_refused(void **state)
{
	static const char *const trees[] = {"", "x", "\0", "1 0\n", "-1 1\n",
	    "-1 -1\n", "2 0\naaaaaaaaaaaaaaaaaaaa", "1 0\naaaa", "1 x\n",
	    "99999999999999999999 0\n", "-1 4294967295\n", "-1 0\nx"};
	struct sek_buf b = {0};

	(void)state;
	put_header(&b, 2, 0xffffffff);
	put_entry(&b, "a");
	put_sum(&b);
	assert_refused(&b);
	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		struct sek_buf body = {0};

		if (i > 1)
			sek_buf_add_c(&body, '\0');
		sek_buf_add_s(&body, trees[i]);
		put_header(&b, 2, 1);
		put_entry(&b, "a");
		put_extension(&b, "TREE", body.p ? body.p : "", body.n);
		put_sum(&b);
		assert_refused(&b);
		sek_buf_clear(&body);
	}
	/* An extension longer than the file, and two cache trees. */
	put_header(&b, 2, 0);
	sek_buf_add_s(&b, "TREE");
	put32(&b, 0xfffffff0);
	put_sum(&b);
	assert_refused(&b);
	put_header(&b, 2, 0);
	put_extension(&b, "TREE", "\0-1 0\n", 6);
	put_extension(&b, "TREE", "\0-1 0\n", 6);
	put_sum(&b);
	assert_refused(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries_and_the_cache_tree_are_read),
	    cmocka_unit_test(
		a_path_longer_than_its_length_field_ends_with_its_nul),
	    cmocka_unit_test(version_4_paths_are_put_together),
	    cmocka_unit_test(more_is_never_taken_from_a_path_than_it_has),
	    cmocka_unit_test(paths_that_grow_without_end_are_refused),
	    cmocka_unit_test(what_is_cut_short_is_refused_everywhere),
	    cmocka_unit_test(what_only_git_reads_is_refused),
	    cmocka_unit_test(unmerged_and_intended_entries_are_marked),
	    cmocka_unit_test(a_count_that_cannot_be_right_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

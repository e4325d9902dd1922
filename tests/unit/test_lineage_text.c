#include "fixture.h"
#include "scan/lineage_text.h"

static struct sek_oid
oid_of(unsigned char first, unsigned len)
{
	struct sek_oid oid = {.len = (unsigned char)len};

	if (len)
		oid.raw[0] = first;
	return oid;
}

static const struct sek_holder_name names[] = {
    {.name = "hidden"},
    {.name = "a"},
};

struct told {
	struct sek_buf lines;
	unsigned left; /* calls until one fails */
};

static enum sek_code
tell(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id, struct sek_err *err)
{
	struct told *t = arg;

	sek_buf_printf(&t->lines, "%u/%u %u/%u %.*s\n", commit->len,
	    commit->raw[0], id->len, id->raw[0], (int)path.n, path.p);
	return t->left-- ? SEK_OK : sek_fail(err, SEK_ECANCEL, "enough");
}

static void
add_places(struct sek_buf *b)
{
	static const char *const paths[] = {
	    "x", "hidden", "a/b/c", "hidden/a/", "not-hidden/ha", "b//c"};

	for (unsigned char i = 0; i < 6; i++) {
		struct sek_oid commit = oid_of(i, i % 2 ? 20 : 0);
		struct sek_oid id = oid_of(i, i % 3 ? 32 : 8);

		sek_lineage_put_place(b, &commit, sek_str(paths[i]), &id, names,
		    2);
	}
}

static void
places_are_told_as_they_were(void **state)
{
	struct told t = {.left = 6};
	sek_auto_buf b = {0};

	(void)state;
	add_places(&b);
	assert_int_equal(sek_lineage_get_places(sek_buf_str(&b), names, 2, tell,
			     &t, NULL),
	    SEK_OK);
	assert_string_equal(t.lines.p,
	    "0/0 8/0 x\n20/1 32/1 hidden\n0/0 32/2 a/b/c\n"
	    "20/3 8/3 hidden/a/\n0/0 32/4 not-hidden/ha\n20/5 32/5 b//c\n");
	sek_buf_clear(&t.lines);
	t.left = 2;
	assert_int_equal(sek_lineage_get_places(sek_buf_str(&b), names, 2, tell,
			     &t, NULL),
	    SEK_ECANCEL);
	sek_buf_clear(&t.lines);
}

static void
names_that_were_asked_for_do_not_stand_there(void **state)
{
	struct sek_oid oid = oid_of(1, 20);
	sek_auto_buf b = {0}, bare = {0};

	(void)state;
	sek_lineage_put_place(&b, &oid, SEK_STR("d/hidden/a/e"), &oid, names,
	    2);
	assert_null(memmem(b.p, b.n, "hidden", 6));
	assert_null(memchr(b.p, 'a', b.n));
	sek_lineage_bare(&bare, SEK_STR("d/hidden/a/e"), names, 2);
	assert_string_equal(bare.p, "d///e");
	sek_lineage_bare(&bare, SEK_STR("hidden"), names, 2);
	assert_int_equal(bare.n, 0);
}

static void
what_is_cut_short_or_names_nothing_is_refused(void **state)
{
	sek_auto_buf b = {0};
	size_t good = 0;

	(void)state;
	add_places(&b);
	for (size_t n = 1; n < b.n; n++) {
		struct told t = {.left = 6};
		enum sek_code r = sek_lineage_get_places((struct sek_str){b.p,
							     n},
		    names, 2, tell, &t, NULL);

		good += r == SEK_OK; /* between two places */
		assert_true(r == SEK_OK || r == SEK_EPARSE);
		sek_buf_clear(&t.lines);
	}
	assert_int_equal(good, 5);
	for (size_t n = 0; n < 2; n++) {
		struct told t = {.left = 6};

		assert_int_equal(sek_lineage_get_places(sek_buf_str(&b), names,
				     n, tell, &t, NULL),
		    SEK_EPARSE);
		sek_buf_clear(&t.lines);
	}
}

static void
counts_are_all_there_or_refused(void **state)
{
	static const uint64_t in[] = {0, 1, UINT64_MAX};
	uint64_t out[4] = {0};
	sek_auto_buf b = {0};
	struct sek_str s;

	(void)state;
	sek_lineage_put_counts(&b, in, 3);
	s = sek_buf_str(&b);
	assert_int_equal(sek_lineage_get_counts(s, out, 3, NULL), SEK_OK);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(sek_lineage_get_counts(s, out, 2, NULL), SEK_EPARSE);
	assert_int_equal(sek_lineage_get_counts(s, out, 4, NULL), SEK_EPARSE);
	s.n--;
	assert_int_equal(sek_lineage_get_counts(s, out, 3, NULL), SEK_EPARSE);
}

static void
clear(struct sek_reach *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sek_vec_clear(&at[i].at);
		at[i] = (struct sek_reach){0};
	}
}

static void
refs_are_told_as_they_were(void **state)
{
	struct sek_reach in[2] = {{.reached = SEK_REACHED_BY_REFS, .refs = 9},
	    {.reached = SEK_REACHED_NOT}};
	struct sek_reach out[2] = {{0}};
	sek_auto_buf b = {0};
	struct sek_str s;

	(void)state;
	*sek_vec_push(&in[0].at) = 3;
	*sek_vec_push(&in[0].at) = 7;
	sek_lineage_put_reach(&b, in, 2);
	s = sek_buf_str(&b);
	assert_int_equal(sek_lineage_get_reach(s, out, 2, 8, NULL), SEK_OK);
	assert_int_equal(out[0].reached, SEK_REACHED_BY_REFS);
	assert_int_equal(out[0].refs, 9);
	assert_int_equal(out[0].at.n, 2);
	assert_int_equal(out[0].at.at[1], 7);
	assert_int_equal(out[1].reached, SEK_REACHED_NOT);
	clear(out, 2);
	/* There are only seven refs; there is a third one; there is one. */
	assert_int_equal(sek_lineage_get_reach(s, out, 2, 7, NULL), SEK_EPARSE);
	clear(out, 2);
	assert_int_equal(sek_lineage_get_reach(s, out, 1, 8, NULL), SEK_EPARSE);
	clear(out, 2);
	for (size_t n = 0; n < s.n; n++) {
		assert_int_equal(sek_lineage_get_reach((struct sek_str){s.p, n},
				     out, 2, 8, NULL),
		    SEK_EPARSE);
		clear(out, 2);
	}
	b.p[0] = 4; /* no such state */
	assert_int_equal(sek_lineage_get_reach(s, out, 2, 8, NULL), SEK_EPARSE);
	clear(out, 2);
	clear(in, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_are_told_as_they_were),
	    cmocka_unit_test(names_that_were_asked_for_do_not_stand_there),
	    cmocka_unit_test(what_is_cut_short_or_names_nothing_is_refused),
	    cmocka_unit_test(counts_are_all_there_or_refused),
	    cmocka_unit_test(refs_are_told_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

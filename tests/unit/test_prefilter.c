#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/vec.h"
#include "scan/prefilter_table.h"

#define LIT(s)                                                                 \
	{                                                                      \
		.bytes = (s), .len = sizeof(s) - 1                             \
	}
#define NOCASE(s)                                                              \
	{                                                                      \
		.bytes = (s), .len = sizeof(s) - 1, .nocase = true             \
	}
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct hit {
	size_t literal, offset;
};
struct hits SEK_VEC_BODY(struct hit);

struct set {
	struct sek_literal at[300];
	char bytes[300][SEK_LITERAL_MAX];
	size_t n;
};

static const char *const cpus[] = {"avx512", "avx2", "ssse3", "neon", "scalar"};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool
stands(const struct sek_literal *l, const char *p, size_t n, size_t at)
{
	if (l->len > n - at)
		return false;
	for (size_t i = 0; i < l->len; i++)
		if ((l->nocase ? lower(p[at + i]) : p[at + i]) != l->bytes[i])
			return false;
	return true;
}

static void
naive(const struct sek_literal *l, size_t count, const char *p, size_t n,
    size_t from, size_t to, struct hits *out)
{
	for (size_t at = from; at < to && at < n; at++)
		for (size_t i = 0; i < count; i++)
			if (stands(&l[i], p, n, at))
				*sek_vec_push(out) = (struct hit){i, at};
}

static bool
keep(void *arg, size_t literal, size_t offset)
{
	struct hits *h = arg;

	*sek_vec_push(h) = (struct hit){literal, offset};
	return true;
}

static void
assert_same(const struct hits *want, const struct hits *got)
{
	assert_int_equal(want->n, got->n);
	for (size_t i = 0; i < want->n; i++) {
		assert_int_equal(want->at[i].offset, got->at[i].offset);
		assert_int_equal(want->at[i].literal, got->at[i].literal);
	}
}

/* Every variant that runs here against the naive search; how many hits. */
static size_t
check(const struct sek_prefilter *f, const struct sek_literal *l, size_t count,
    const char *p, size_t n, size_t from, size_t to)
{
	struct hits want = {0}, got = {0};
	size_t hits, tried = 0;

	naive(l, count, p, n, from, to, &want);
	for (size_t c = 0; c < COUNT(cpus); c++) {
		if (!sek_prefilter_use(cpus[c]))
			continue;
		assert_string_equal(sek_prefilter_cpu(), cpus[c]);
		tried++;
		got.n = 0;
		sek_prefilter_run(f, p, n, from, to, keep, &got);
		assert_same(&want, &got);
	}
	assert_true(tried > 0);
	hits = want.n;
	sek_vec_clear(&want);
	sek_vec_clear(&got);
	return hits;
}

static size_t
check_text(const struct sek_literal *l, size_t count, const char *p, size_t n)
{
	struct sek_prefilter *f = sek_prefilter_new(l, count);
	size_t hits;

	assert_non_null(f);
	hits = check(f, l, count, p, n, 0, n);
	sek_prefilter_free(f);
	return hits;
}

static uint32_t
pick(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*seed >> 33) % below);
}

/* Few different bytes, so that literals overlap and nearly match. */
static const char alphabet[] = "aAbBcz09-_.{[@`\x80\xe1\xff\0\x01";

static void
random_text(uint64_t *seed, char *p, size_t n, uint32_t letters)
{
	for (size_t i = 0; i < n; i++)
		p[i] = alphabet[pick(seed, letters)];
}

static void
random_set(uint64_t *seed, struct set *s, size_t n, uint32_t letters)
{
	s->n = n;
	for (size_t i = 0; i < n; i++) {
		struct sek_literal *l = &s->at[i];
		uint32_t longest = pick(seed, 3) ? 6 : SEK_LITERAL_MAX;

		l->len = (uint8_t)(3 + pick(seed, longest - 2));
		l->nocase = pick(seed, 3) == 0;
		l->bytes = s->bytes[i];
		random_text(seed, s->bytes[i], l->len, letters);
		for (size_t k = 0; l->nocase && k < l->len; k++)
			s->bytes[i][k] = lower(s->bytes[i][k]);
	}
}

static void
plant(uint64_t *seed, const struct set *s, char *p, size_t n)
{
	for (size_t i = 0; i < n / 100; i++) {
		const struct sek_literal
		    *l = &s->at[pick(seed, (uint32_t)s->n)];

		if (l->len <= n)
			memcpy(p + pick(seed, (uint32_t)(n - l->len + 1)),
			    l->bytes, l->len);
	}
}

/* n bytes between two pages that may not be touched. */
struct guarded {
	char *map, *p;
	size_t page, n;
};

static struct guarded
guarded_new(size_t n)
{
	struct guarded g = {.page = (size_t)sysconf(_SC_PAGESIZE)};

	g.n = (n + g.page - 1) / g.page * g.page;
	g.map = mmap(NULL, g.n + 2 * g.page, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(g.map, MAP_FAILED);
	g.p = g.map + g.page;
	assert_int_equal(mprotect(g.p, g.n, PROT_READ | PROT_WRITE), 0);
	return g;
}

static void
guarded_free(struct guarded *g)
{
	munmap(g->map, g->n + 2 * g->page);
}

/* Must be first: the variable is read once. */
static void
the_environment_names_the_processor(void **state)
{
	(void)state;
	assert_int_equal(setenv("SEKISHO_CPU", "scalar", 1), 0);
	assert_string_equal(sek_prefilter_cpu(), "scalar");
	assert_int_equal(setenv("SEKISHO_CPU", "avx2", 1), 0);
	assert_string_equal(sek_prefilter_cpu(), "scalar");
}

static void
finds_at_the_first_and_at_the_last_byte(void **state)
{
	static const struct sek_literal l[] = {LIT("AKIA"), NOCASE("aws")};
	static const char text[] = "AKIA and then AwS";

	(void)state;
	assert_int_equal(check_text(l, 2, text, sizeof(text) - 1), 2);
	assert_int_equal(check_text(l, 2, "AKI", 3), 0);
	assert_int_equal(check_text(l, 2, "aws", 3), 1);
	assert_int_equal(check_text(l, 2, "aw", 2), 0);
	assert_int_equal(check_text(l, 2, "", 0), 0);
}

static void
reports_overlaps_duplicates_and_prefixes_in_order(void **state)
{
	static const struct sek_literal l[] = {LIT("aaaa"), LIT("aaa"),
	    LIT("aaaaaaaaaab"), LIT("aaa"), NOCASE("aaaa")};
	static const char text[] = "aaaaaaaaaaaaaab";

	(void)state;
	/* 11 + 12 + 1 + 12 + 11 */
	assert_int_equal(check_text(l, COUNT(l), text, sizeof(text) - 1), 47);
}

static void
what_lies_beyond_the_end_is_not_found(void **state)
{
	static const struct sek_literal l[] = {
	    LIT("ab\0"), LIT("0123456789\0\0")};

	(void)state;
	assert_int_equal(check_text(l, 2, "ab\0", 3), 1);
	assert_int_equal(check_text(l, 2, "ab\0", 2), 0);
	assert_int_equal(check_text(l, 2, "0123456789\0\0", 12), 1);
	assert_int_equal(check_text(l, 2, "0123456789\0\0", 11), 0);
}

static void
folds_only_ascii_letters(void **state)
{
	static const struct sek_literal l[] = {
	    NOCASE("a{`~"), NOCASE("k\x01-"), NOCASE("session_azaz\xe1[")};

	(void)state;
	assert_int_equal(check_text(l, 3, "A{`~ a{`~", 9), 2);
	assert_int_equal(check_text(l, 3, "A[@^", 4), 0);
	assert_int_equal(check_text(l, 3, "K\x01- K!- k\x01\r", 11), 1);
	assert_int_equal(check_text(l, 3, "sEssION_AZaz\xe1[", 14), 1);
	assert_int_equal(check_text(l, 3, "sEssION_AZaz\xc1[", 14), 0);
	assert_int_equal(check_text(l, 3, "sEssION_AZaz\xe1{", 14), 0);
}

static void
a_three_byte_literal_may_stand_before_any_byte(void **state)
{
	static const struct sek_literal l[] = {LIT("aws"), LIT("AKIA")};
	char text[] = "aws?";

	(void)state;
	for (int c = 0; c < 256; c++) {
		text[3] = (char)c;
		assert_int_equal(check_text(l, 2, text, 4), 1);
	}
}

static void
starts_only_within_from_and_to(void **state)
{
	static const struct sek_literal l[] = {LIT("abab"), LIT("bab")};
	struct sek_prefilter *f = sek_prefilter_new(l, 2);
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "ab"[i % 2];
	for (size_t from = 0; from < 140; from++)
		for (size_t to = 0; to <= sizeof(text) + 1; to += 3)
			check(f, l, 2, text, sizeof(text), from, to);
	/* a literal may go on beyond to */
	assert_int_equal(check(f, l, 2, text, sizeof(text), 0, 1), 1);
	assert_int_equal(check(f, l, 2, text, sizeof(text), 0, SIZE_MAX), 398);
	sek_prefilter_free(f);
}

static bool
stop_at_third(void *arg, size_t literal, size_t offset)
{
	size_t *calls = arg;

	(void)literal;
	(void)offset;
	return ++*calls < 3;
}

static void
a_hit_that_returns_false_ends_the_run(void **state)
{
	static const struct sek_literal l[] = {LIT("aaa"), LIT("aaaa")};
	struct sek_prefilter *f = sek_prefilter_new(l, 2);
	char text[9000];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t c = 0; c < COUNT(cpus); c++) {
		size_t calls = 0;

		if (!sek_prefilter_use(cpus[c]))
			continue;
		sek_prefilter_run(f, text, sizeof(text), 0, sizeof(text),
		    stop_at_third, &calls);
		assert_int_equal(calls, 3);
	}
	sek_prefilter_free(f);
}

static void
an_empty_set_finds_nothing(void **state)
{
	(void)state;
	assert_int_equal(check_text(NULL, 0, "some text", 9), 0);
}

static void
refuses_lengths_out_of_range(void **state)
{
	struct sek_literal l = {.bytes = "0123456789012345678901234567890123"};

	(void)state;
	for (uint8_t len = 0; len < 35; len++) {
		struct sek_prefilter *f;

		l.len = len;
		f = sek_prefilter_new(&l, 1);
		assert_int_equal(f != NULL, len >= 3 && len <= 32);
		sek_prefilter_free(f);
	}
}

static void
every_length_and_place_between_guard_pages(void **state)
{
	static const size_t counts[] = {1, 20, 130, 300};
	struct guarded g = guarded_new(1);
	uint64_t seed = 2;
	struct set s;

	(void)state;
	for (size_t k = 0; k < COUNT(counts); k++) {
		struct sek_prefilter *f;

		random_set(&seed, &s, counts[k], 6);
		f = sek_prefilter_new(s.at, s.n);
		for (size_t n = 0; n < 330; n++) {
			char *end = g.p + g.n - n;

			random_text(&seed, g.p, n, 6);
			plant(&seed, &s, g.p, n);
			check(f, s.at, s.n, g.p, n, 0, n);
			memmove(end, g.p, n);
			check(f, s.at, s.n, end, n, n / 3, n);
		}
		sek_prefilter_free(f);
	}
	guarded_free(&g);
}

static void
agrees_with_a_naive_search_on_random_sets(void **state)
{
	struct guarded g = guarded_new(12000);
	uint64_t seed = 1;
	size_t hits = 0;
	struct set s;

	(void)state;
	for (int round = 0; round < 120; round++) {
		uint32_t letters = 3 + pick(&seed, sizeof(alphabet) - 4);
		size_t most = round % 2 ? 12 : COUNT(s.at);
		size_t n = pick(&seed, 10000), from = pick(&seed, 200);
		char *p = g.p + pick(&seed, 64);
		struct sek_prefilter *f;

		random_set(&seed, &s, 1 + pick(&seed, (uint32_t)most - 1),
		    letters);
		random_text(&seed, p, n, letters);
		plant(&seed, &s, p, n);
		f = sek_prefilter_new(s.at, s.n);
		hits += check(f, s.at, s.n, p, n, 0, n);
		hits += check(f, s.at, s.n, p, n, from,
		    from + pick(&seed, 9000));
		sek_prefilter_free(f);
	}
	assert_true(hits > 1000);
	guarded_free(&g);
}

static void
all_layouts_are_made_and_agree(void **state)
{
	static const size_t literals[] = {5, 200, 300};
	uint64_t seed = 3;
	char text[5000];
	struct set s;

	(void)state;
	for (size_t k = 0; k < COUNT(literals); k++) {
		struct sek_prefilter *f;

		random_set(&seed, &s, literals[k], 12);
		random_text(&seed, text, sizeof(text), 12);
		plant(&seed, &s, text, sizeof(text));
		f = sek_prefilter_new(s.at, s.n);
		assert_int_equal(f->layout, k);
		assert_true(check(f, s.at, s.n, text, sizeof(text), 0,
				sizeof(text)) > 20);
		sek_prefilter_free(f);
	}
}

static void
refuses_an_unknown_processor(void **state)
{
	(void)state;
	assert_true(sek_prefilter_use("scalar"));
	assert_false(sek_prefilter_use("abacus"));
	assert_string_equal(sek_prefilter_cpu(), "scalar");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_environment_names_the_processor),
	    cmocka_unit_test(finds_at_the_first_and_at_the_last_byte),
	    cmocka_unit_test(reports_overlaps_duplicates_and_prefixes_in_order),
	    cmocka_unit_test(what_lies_beyond_the_end_is_not_found),
	    cmocka_unit_test(folds_only_ascii_letters),
	    cmocka_unit_test(a_three_byte_literal_may_stand_before_any_byte),
	    cmocka_unit_test(starts_only_within_from_and_to),
	    cmocka_unit_test(a_hit_that_returns_false_ends_the_run),
	    cmocka_unit_test(an_empty_set_finds_nothing),
	    cmocka_unit_test(refuses_lengths_out_of_range),
	    cmocka_unit_test(every_length_and_place_between_guard_pages),
	    cmocka_unit_test(agrees_with_a_naive_search_on_random_sets),
	    cmocka_unit_test(all_layouts_are_made_and_agree),
	    cmocka_unit_test(refuses_an_unknown_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

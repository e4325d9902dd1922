#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/pair_elsewhere.h"

static const struct sek_rule id_rule = {.id = "id", .role = SEK_ROLE_KEY_ID};
static const struct sek_rule secret_rule = {
    .id = "secret", .role = SEK_ROLE_SECRET};

/* KIND ('i' or 's') and a number that tells values apart, in a file. */
struct half {
	char kind;
	int value;
	const char *path;
	uint64_t stem;
	int commit; /* 0: none */
	bool staged;
	bool paired; /* in its own content */
};

static void
add(struct sek_founds *v, const struct half *h)
{
	struct sek_found *f = sek_vec_push(v);
	struct sek_finding *x = &f->finding;

	x->rule = h->kind == 'i' ? &id_rule : &secret_rule;
	x->path = sek_strdup(h->path);
	x->redacted = sek_printf("%c%d", h->kind, h->value);
	x->line = (uint64_t)h->value;
	x->stem = h->stem;
	x->facts.signals = SEK_SIGNAL_NO_ACCOUNT |
	    (h->paired ? SEK_SIGNAL_PAIRED : 0);
	x->facts.confidence = sek_signal_grade(x->facts.signals);
	snprintf(x->fingerprint, sizeof(x->fingerprint), "%023d%c", h->value,
	    h->kind);
	if (h->commit)
		x->commit = (struct sek_oid){
		    .len = 20, .raw = {(unsigned char)h->commit}};
	if (h->staged)
		f->origin = sek_alloc(sizeof(*f->origin));
	x->order = v->n;
}

/* "s1>i1@a/x s2" : what became of the secrets, in order of their values. */
static char *
pairs_of(const struct half *half, size_t n, bool backwards)
{
	struct sek_founds v = {0};
	sek_auto_buf b = {0};

	for (size_t i = 0; i < n; i++)
		add(&v, &half[backwards ? n - 1 - i : i]);
	sek_pair_elsewhere(&v);
	for (int value = 1; value < 10; value++)
		sek_vec_each (f, &v) {
			const struct sek_finding *x = &f->finding;

			if (x->rule != &secret_rule ||
			    x->line != (uint64_t)value)
				continue;
			sek_buf_printf(&b, "%s%s", b.n ? " " : "", x->redacted);
			if (x->pair)
				sek_buf_printf(&b, ">%s@%s:%d", x->pair,
				    x->pair_path, (int)x->pair_line);
			assert_int_equal(x->pair != NULL,
			    (x->facts.signals & SEK_SIGNAL_PAIRED_ELSEWHERE) !=
				0);
		}
	sek_founds_clear(&v);
	return b.p ? sek_buf_take(&b) : sek_strdup("");
}

static void
assert_pairs(const struct half *half, size_t n, const char *wanted)
{
	for (int backwards = 0; backwards <= 1; backwards++) {
		sek_auto_free char *got = pairs_of(half, n, backwards);

		assert_string_equal(got, wanted);
	}
}
#define ASSERT_PAIRS(wanted, ...)                                              \
	do {                                                                   \
		const struct half half_[] = {__VA_ARGS__};                     \
		assert_pairs(half_, sizeof(half_) / sizeof(half_[0]), wanted); \
	} while (0)

static void
the_only_two_of_a_commit_are_a_pair(void **state)
{
	(void)state;
	ASSERT_PAIRS("s1>i7@a/x:7", {'s', 1, "b/y", 0, 1, false, false},
	    {'i', 7, "a/x", 0, 1, false, false});
	ASSERT_PAIRS("s1", {'s', 1, "a/x", 0, 1, false, false},
	    {'i', 7, "a/y", 0, 2, false, false});
	ASSERT_PAIRS("s1>i7@a/x:7", {'s', 1, "b/y", 0, 0, true, false},
	    {'i', 7, "a/x", 0, 0, true, false});
}

static void
files_are_paired_within_a_directory(void **state)
{
	(void)state;
	ASSERT_PAIRS("s1>i7@a/y:7", {'s', 1, "a/x", 0, 0, false, false},
	    {'i', 7, "a/y", 0, 0, false, false},
	    {'i', 8, "ab/y", 0, 0, false, false});
	ASSERT_PAIRS("s1", {'s', 1, "a/x", 0, 0, false, false},
	    {'i', 7, "y", 0, 0, false, false});
}

static void
doubt_pairs_nothing(void **state)
{
	(void)state;
	ASSERT_PAIRS("s1", {'s', 1, "a", 0, 1, false, false},
	    {'i', 7, "b", 0, 1, false, false},
	    {'i', 8, "c", 0, 1, false, false});
	ASSERT_PAIRS("s1 s2", {'s', 1, "a", 0, 1, false, false},
	    {'s', 2, "b", 0, 1, false, false},
	    {'i', 7, "c", 0, 1, false, false});
}

static void
names_and_directories_end_a_doubt(void **state)
{
	(void)state;
	ASSERT_PAIRS("s1>i8@d:8 s2>i7@c:7", {'s', 1, "a", 11, 1, false, false},
	    {'s', 2, "b", 22, 1, false, false},
	    {'i', 7, "c", 22, 1, false, false},
	    {'i', 8, "d", 11, 1, false, false});
	ASSERT_PAIRS("s1>i7@p/b:7 s2>i8@q/b:8",
	    {'s', 1, "p/a", 0, 1, false, false},
	    {'s', 2, "q/a", 0, 1, false, false},
	    {'i', 7, "p/b", 0, 1, false, false},
	    {'i', 8, "q/b", 0, 1, false, false});
}

static void
one_value_in_several_files_is_one_half(void **state)
{
	(void)state;
	ASSERT_PAIRS("s1>i7@b:7 s1>i7@b:7", {'s', 1, "a", 0, 1, false, false},
	    {'s', 1, "c", 0, 1, false, false},
	    {'i', 7, "b", 0, 1, false, false},
	    {'i', 7, "d", 0, 1, false, false});
}

static void
a_half_of_a_pair_is_not_taken_again(void **state)
{
	(void)state;
	/* i7 stands alone in c, too, but has its secret s2 in b. */
	ASSERT_PAIRS("s1 s2", {'s', 1, "a", 0, 1, false, false},
	    {'s', 2, "b", 0, 1, false, true}, {'i', 7, "b", 0, 1, false, true},
	    {'i', 7, "c", 0, 1, false, false});
	ASSERT_PAIRS("s1>i8@c:8 s2", {'s', 1, "a", 0, 1, false, false},
	    {'s', 2, "b", 0, 1, false, true}, {'i', 7, "b", 0, 1, false, true},
	    {'i', 8, "c", 0, 1, false, false});
}

static void
a_pair_raises_the_confidence_of_its_id(void **state)
{
	const struct half half[] = {{'s', 1, "a", 0, 1, false, false},
	    {'i', 7, "b", 0, 1, false, false}};
	struct sek_founds v = {0};

	(void)state;
	add(&v, &half[0]);
	add(&v, &half[1]);
	assert_int_equal(v.at[1].finding.facts.confidence, SEK_CONF_MEDIUM);
	sek_pair_elsewhere(&v);
	assert_int_equal(v.at[1].finding.facts.confidence, SEK_CONF_HIGH);
	assert_null(v.at[1].finding.pair);
	sek_founds_clear(&v);
	sek_pair_elsewhere(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_only_two_of_a_commit_are_a_pair),
	    cmocka_unit_test(files_are_paired_within_a_directory),
	    cmocka_unit_test(doubt_pairs_nothing),
	    cmocka_unit_test(names_and_directories_end_a_doubt),
	    cmocka_unit_test(one_value_in_several_files_is_one_half),
	    cmocka_unit_test(a_half_of_a_pair_is_not_taken_again),
	    cmocka_unit_test(a_pair_raises_the_confidence_of_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scan/pair.h"

#define ROUNDS    4000
#define PAIRS_MAX 6

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1d) >> 33;
}

/* A made text, and where in it the halves of the pairs stand. */
struct text {
	struct sek_buf b;
	struct sek_hits hits;
	size_t owner[2 * PAIRS_MAX]; /* of each hit */
	uint64_t random;
};

enum { ID, SECRET };

static const struct sek_rule rule[] = {
    [ID] = {.id = "id", .role = SEK_ROLE_KEY_ID},
    [SECRET] = {.id = "secret", .role = SEK_ROLE_SECRET},
};
static const struct sek_ruleset rules = {.rule = rule, .rules = 2};

static size_t
below(struct text *t, size_t n)
{
	return next_random(&t->random) % n;
}

static void
say(struct text *t, const char *words)
{
	sek_buf_add_s(&t->b, words);
}

static void
value(struct text *t, uint16_t kind, size_t pair)
{
	struct sek_hit hit = {.match.rule = kind};

	hit.match.start = hit.match.secret = t->b.n;
	for (int i = 0; i < (kind == ID ? 20 : 40); i++)
		sek_buf_add_c(&t->b, (char)('A' + below(t, 26)));
	hit.match.end = hit.match.secret_end = t->b.n;
	t->owner[t->hits.n] = pair;
	*sek_vec_push(&t->hits) = hit;
}

/* Other lines, which say nothing and divide nothing. */
static void
noise(struct text *t, const char *indent)
{
	static const char *const lines[] = {"region: eu-west-1",
	    "# a comment (with words)", "list: [1, 2, {3}]", "output = json",
	    "x: \"y\""};

	for (size_t n = below(t, 4); n > 0; n--) {
		say(t, indent);
		say(t, lines[below(t, 5)]);
		say(t, "\n");
	}
}

/* One pair with its halves in any order, each written as FRONT value BACK. */
static void
either_order(struct text *t, size_t pair, const char *const front[2],
    const char *back, const char *indent)
{
	uint16_t first = below(t, 2) ? ID : SECRET;

	for (int i = 0; i < 2; i++) {
		uint16_t kind = i ? !first : first;

		say(t, front[kind]);
		value(t, kind, pair);
		say(t, back);
		if (indent)
			noise(t, indent);
	}
}

static void
sections(struct text *t, size_t n)
{
	static const char *const front[] = {
	    "aws_access_key_id = ", "aws_secret_access_key = "};

	for (size_t i = 0; i < n; i++) {
		say(t, "[profile x]\n");
		noise(t, "");
		either_order(t, i, front, "\n", "");
		say(t, below(t, 2) ? "\n" : "");
	}
}

static void
yaml_items(struct text *t, size_t n)
{
	static const char *const front[] = {"    id: ", "    secret: "};

	for (size_t i = 0; i < n; i++) {
		say(t, "  - name: x\n");
		noise(t, "    ");
		either_order(t, i, front, "\n", "    ");
	}
}

static void
json_objects(struct text *t, size_t n)
{
	static const char *const front[] = {"{\"id\": \"", "{\"secret\": \""};
	bool lines = below(t, 2);

	say(t, "[");
	for (size_t i = 0; i < n; i++) {
		say(t, "{\"deep\": [[],{}], \"halves\": [");
		either_order(t, i, front, lines ? "\"},\n" : "\"},", NULL);
		say(t, "0]},");
		say(t, lines ? "\n" : "");
	}
	say(t, "0]");
}

static void
tags(struct text *t, size_t n)
{
	static const char *const front[] = {"<id>", "<id>"};

	say(t, "<?xml?>\n<all>");
	for (size_t i = 0; i < n; i++) {
		say(t, "<user><more/>");
		either_order(t, i, front, "</id>", NULL);
		say(t, "</user>");
	}
	say(t, "</all>\n");
}

static void
rows(struct text *t, size_t n)
{
	static const char *const front[] = {"", ""};

	for (size_t i = 0; i < n; i++) {
		say(t, "someone,");
		either_order(t, i, front, ",", NULL);
		say(t, "\n");
	}
}

/* All of one kind, then all of the other, in the same order. */
static void
columns(struct text *t, size_t n)
{
	uint16_t first = below(t, 2) ? ID : SECRET;
	const char *end = below(t, 2) ? "\n" : ",";

	for (int k = 0; k < 2; k++) {
		say(t, "values:\n");
		for (size_t i = 0; i < n; i++) {
			value(t, k ? !first : first, i);
			say(t, end);
		}
		say(t, "\n");
	}
}

static void
names(struct text *t, size_t n)
{
	static const char *const stem[] = {
	    "DEV", "PROD", "STAGING", "ci", "Backup", "9"};
	size_t turn = below(t, n);

	for (size_t i = 0; i < n; i++) {
		say(t, stem[i]);
		say(t, "_AWS_ACCESS_KEY_ID=");
		value(t, ID, i);
		say(t, "\n");
	}
	for (size_t i = 0; i < n; i++) {
		say(t, "export ");
		say(t, stem[(i + turn) % n]);
		say(t, "_AWS_SECRET_ACCESS_KEY=");
		value(t, SECRET, (i + turn) % n);
		say(t, "\n");
	}
}

typedef void layout_fn(struct text *t, size_t n);
static layout_fn *const layouts[] = {
    sections, yaml_items, json_objects, tags, rows, columns, names};
#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static void
assert_matched(struct text *t)
{
	struct sek_pair pair[2 * PAIRS_MAX];
	uint32_t kept[2 * PAIRS_MAX];

	for (uint32_t i = 0; i < t->hits.n; i++)
		kept[i] = i;
	sek_pair_match(&rules, sek_buf_str(&t->b), &t->hits, kept, t->hits.n,
	    pair);
	for (size_t i = 0; i < t->hits.n; i++) {
		uint32_t other = pair[i].other;

		if (other != SEK_PAIR_NONE && other != i &&
		    t->owner[other] == t->owner[i])
			continue;
		fail_msg("hit %zu is matched with %u in:\n%s", i, other,
		    t->b.p);
	}
}

static void
pairs_in_any_layout_are_never_crossed(void **state)
{
	struct text t = {.random = 20240131};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		sek_buf_reset(&t.b);
		t.hits.n = 0;
		layouts[round % LAYOUTS](&t, 1 + below(&t, PAIRS_MAX));
		assert_matched(&t);
	}
	sek_buf_clear(&t.b);
	sek_vec_clear(&t.hits);
}

/* A half that is missing makes one pair less, and no wrong one. */
static void
a_half_too_few_takes_none_of_another_section(void **state)
{
	static layout_fn *const bounded[] = {sections, json_objects};
	struct text t = {.random = 4711};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct sek_pair pair[2 * PAIRS_MAX];
		uint32_t kept[2 * PAIRS_MAX], n = 0;
		size_t gone;

		sek_buf_reset(&t.b);
		t.hits.n = 0;
		bounded[round % 2](&t, 2 + below(&t, PAIRS_MAX - 1));
		gone = below(&t, t.hits.n);
		for (uint32_t i = 0; i < t.hits.n; i++)
			if (i != gone)
				kept[n++] = i;
		sek_pair_match(&rules, sek_buf_str(&t.b), &t.hits, kept, n,
		    pair);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t o = pair[i].other;
			bool alone = t.owner[kept[i]] == t.owner[gone];

			assert_int_equal(o == SEK_PAIR_NONE, alone);
			if (!alone)
				assert_int_equal(t.owner[kept[o]],
				    t.owner[kept[i]]);
		}
	}
	sek_buf_clear(&t.b);
	sek_vec_clear(&t.hits);
}

/* Many halves, deep brackets, long lists: each half once, within the bounds. */
static void
any_text_gives_a_matching(void **state)
{
	static const char some[] = "{}[]()</>\n\n  -x_1=:,\"";
	uint64_t random = 99;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct sek_hits hits = {0};
		sek_auto_buf b = {0};
		struct sek_pair pair[64];
		uint32_t kept[64];

		for (uint32_t i = 0; i < 64; i++) {
			struct sek_hit h = {
			    .match.rule = next_random(&random) % 2};

			for (size_t n = next_random(&random) % 40; n; n--)
				sek_buf_add_c(&b,
				    some[next_random(&random) %
					(sizeof(some) - 1)]);
			h.match.start = h.match.secret = b.n;
			sek_buf_add_s(&b, "QQQQ");
			h.match.end = h.match.secret_end = b.n;
			*sek_vec_push(&hits) = h;
			kept[i] = i;
		}
		sek_pair_match(&rules, sek_buf_str(&b), &hits, kept, 64, pair);
		for (uint32_t i = 0; i < 64; i++)
			if (pair[i].other != SEK_PAIR_NONE) {
				assert_int_equal(pair[pair[i].other].other, i);
				assert_int_not_equal(hits.at[i].match.rule,
				    hits.at[pair[i].other].match.rule);
			}
		sek_vec_clear(&hits);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs_in_any_layout_are_never_crossed),
	    cmocka_unit_test(a_half_too_few_takes_none_of_another_section),
	    cmocka_unit_test(any_text_gives_a_matching),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

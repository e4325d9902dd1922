#include "packer.h"

#include "base/enc.h"
#include "scan/carry.h"
#include "scan/unwrap.h"

__typeof__(sek_marks_scan) blind_scan;
__typeof__(sek_marks_carry) blind_carry;
__typeof__(sek_marks_probe) blind_probe;
__typeof__(sek_marks_live) blind_live;
__typeof__(sek_carry_clear) blind_clear;

/* A copy that looks too little around what is new: the tests must see it. */
#define LONGEST         2
#define sek_marks_scan  blind_scan
#define sek_marks_carry blind_carry
#define sek_marks_probe blind_probe
#define sek_marks_live  blind_live
#define sek_carry_clear blind_clear
#include "scan/carry.c"
#undef sek_marks_scan
#undef sek_marks_carry
#undef sek_marks_probe
#undef sek_marks_live
#undef sek_carry_clear

/* Windows of every kind: short, with edges, of a line, over lines, without an
 * end, with literals in the middle and far behind. */
static const char *const regexes[] = {
    "key=[a-z]{4}",
    "\\btok-[0-9]{3}\\b",
    "^start [a-z]+$",
    "(?<!no )secret:[ \\n]{0,300}([A-Z]{3})(?! not)",
    "[a-z]{0,20}-mid-[a-z]{1,3}",
    "[0-9]+[ -~]*tail![a-z]*",
    "BEGIN(?s:.{0,200}?)END",
    "wide(?s:.){1000}x",
    "an-extremely-long-literal-of-3[0-9]",
};

static const char *const fragments[] = {"key=", "abcd", "tok-", "123", "4",
    "\nstart ", "\n", "secret:", "no ", "XYZ", " not", "foo-mid-", "ba", "9",
    " tail!", "BEGIN", "END", "wide", "x", "an-extremely-long-literal-of-3",
    "key", "=", "sec", "ret:", "-", " ", "............................",
    "an-extremely-long-", "literal-of-37", "tai", "l!"};

/* What is put into encodings, whole or cut: stretches with a match, with half of
 * one, without. */
static const char *const texts[] = {"the words before it: key=abcd, and more",
    "nothing is in this text but words and words ", "tok-123 and ke",
    "y=abcd is what it says when put together", "secret:\n  XYZ of a long text",
    "BEGIN a text that goes on and on ............", " and has its END here"};

struct rig {
	bool encoded; /* texts are in encodings, too */
	struct sek_unwrap *unwrap;
	struct sek_ruleset *rules;
	struct sek_program *program;
	struct sek_matcher *matcher;
	unsigned seed;
	size_t hits;
};

static struct rig
rig(unsigned seed, bool encoded)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct rig r = {.seed = seed, .encoded = encoded};
	sek_auto_buf text = {0};
	struct sek_err err = {0};

	for (size_t i = 0; i < sizeof(regexes) / sizeof(regexes[0]); i++)
		sek_buf_printf(&text,
		    "[r-%zu]\ndescription = x\nseverity = low\nmatch = x\n"
		    "nomatch = x\nregex = %s\n",
		    i, regexes[i]);
	if (encoded)
		sek_ruleset_decode(d);
	if (sek_ruleset_add_file(d, sek_buf_str(&text), "f", &err) ||
	    sek_ruleset_make(d, &r.rules, &err))
		fail_msg("%s", err.text);
	assert_int_equal(r.rules->unfiltered_n, 0);
	r.program = sek_program_new(r.rules);
	r.matcher = sek_matcher_new(r.program);
	return r;
}

static void
drop_rig(struct rig *r)
{
	sek_unwrap_free(r->unwrap);
	sek_matcher_free(r->matcher);
	sek_program_free(r->program);
	sek_ruleset_free(r->rules);
}

static unsigned
below(struct rig *r, size_t n)
{
	return n ? (unsigned)rand_r(&r->seed) % (unsigned)n : 0;
}

/* A few texts in a row, wrapped or not, of which delta's parts will hold some. */
static void
invent_encoded(struct rig *r, struct sek_buf *out)
{
	sek_auto_buf text = {0}, code = {0};
	size_t width = below(r, 2) ? 60 : 4000;
	unsigned form = below(r, 4);

	for (size_t i = 1 + below(r, 6); i; i--)
		sek_buf_add_s(&text,
		    texts[below(r, sizeof(texts) / sizeof(char *))]);
	if (form < 2)
		sek_base64(&code, text.p, text.n);
	else if (form == 2)
		sek_hex(&code, text.p, text.n);
	for (size_t i = 0; form == 3 && i < text.n; i++)
		sek_buf_printf(&code, "\\x%02x", text.p[i]);
	sek_buf_add_s(out, below(r, 2) ? "\n" : " ");
	for (size_t at = 0; at < code.n; at += width) {
		sek_buf_add(out, code.p + at,
		    code.n - at < width ? code.n - at : width);
		sek_buf_add_c(out, '\n');
	}
}

static void
invent(struct rig *r, struct sek_buf *out, size_t fragments_n)
{
	while (fragments_n--) {
		if (r->encoded && below(r, 4) == 0)
			invent_encoded(r, out);
		if (below(r, 12) == 0)
			sek_buf_printf(out, "%*s", (int)below(r, 400), "");
		sek_buf_add_s(out,
		    fragments[below(r, sizeof(fragments) / sizeof(char *))]);
	}
}

/* A delta of anything: blocks in another order, cut anywhere, with new text of
 * which some joins what stands around it to a match. */
static void
change(struct rig *r, struct sek_str base, struct sek_buf *out)
{
	sek_auto_buf parts = {0};
	size_t size = 0, at = 0;

	for (size_t i = below(r, 8); i < 8; i++) {
		sek_auto_buf text = {0};
		size_t left = base.n - at, n = left ? 1 + below(r, left) : 0;

		if (below(r, 3) == 0)
			at = below(r, base.n), left = base.n - at, n = left;
		if (n && below(r, 4)) {
			delta_copy(&parts, at, n);
			size += n;
			at += n;
		}
		at += at < base.n && below(r, 2);
		if (below(r, 2))
			continue;
		invent(r, &text, below(r, 3));
		delta_text(&parts, text.p, text.n);
		size += text.n;
	}
	delta_size(out, base.n);
	delta_size(out, size);
	sek_buf_add(out, parts.p, parts.n);
}

static enum sek_code
count(void *arg, const struct sek_layer *layer, struct sek_str text,
    struct sek_err *err)
{
	struct rig *r = arg;
	struct sek_hits hits = {0};
	enum sek_code code = sek_matcher_run(r->matcher, text, 0, text.n, &hits,
	    err);

	r->hits += hits.n;
	sek_vec_clear(&hits);
	if (!code)
		code = sek_unwrap_run(&r->unwrap, layer, text,
		    sek_matcher_leads(r->matcher), NULL, count, r, err);
	return code;
}

/* Or was a limit reached before? */
static bool
was_asked(const struct sek_mark *m)
{
	return m->before || m->after;
}

/* What is wrong with carried marks, if anything. */
static const char *
wrong(struct rig *r, const struct sek_marks *v, struct sek_str content)
{
	struct sek_marks all = {0};
	const char *what = NULL;
	struct sek_err err;

	sek_marks_scan(&all, r->rules, content);
	sek_marks_probe(&all, r->matcher, content);
	if (all.n != v->n)
		what = "another number of literals";
	for (size_t i = 0; !what && i < v->n; i++) {
		if (v->at[i].at != all.at[i].at ||
		    v->at[i].literal != all.at[i].literal)
			what = "a literal at another place";
		else if (v->at[i].dead && was_asked(&all.at[i]) &&
		    !all.at[i].dead)
			what = "a mark is dead that starts a match";
	}
	r->hits = 0;
	if (count(r, NULL, content, &err))
		fail_msg("%s", err.text);
	if (!what && r->hits && !sek_marks_live(v))
		what = "there is a match, and no mark lives";
	sek_vec_clear(&all);
	return what;
}

typedef bool carry_fn(struct sek_marks *out, const struct sek_ruleset *rules,
    const struct sek_marks *base, struct sek_str base_content,
    struct sek_delta d, struct sek_carry *room);
typedef void tamper_fn(struct sek_marks *v);

static void
leave(struct sek_marks *v)
{
	(void)v;
}

/* Chains of versions, each from the one before: how many came out wrong? */
static size_t
run_chains(unsigned seed, size_t chains, bool encoded, carry_fn *carry_marks,
    tamper_fn *tamper, size_t *dead, const char **what)
{
	struct rig r = rig(seed, encoded);
	size_t failed = 0;

	for (size_t c = 0; c < chains; c++) {
		struct sek_buf base = {0}, made, delta;
		struct sek_carry room = {0};
		struct sek_marks marks = {0}, next = {0};
		const char *one;

		invent(&r, &base, below(&r, 60));
		if (!base.p)
			sek_buf_add_s(&base, "x");
		sek_marks_scan(&marks, r.rules, sek_buf_str(&base));
		for (size_t v = 0; v < 6; v++) {
			struct sek_delta d;
			struct sek_marks swap = next;

			made = delta = (struct sek_buf){0};
			sek_marks_probe(&marks, r.matcher, sek_buf_str(&base));
			tamper(&marks);
			change(&r, sek_buf_str(&base), &delta);
			assert_true(sek_delta_open(&d, sek_buf_str(&delta)));
			assert_non_null(sek_buf_room(&made, d.size));
			assert_true(sek_delta_apply(d, base.p, made.p));
			made.n = d.size;
			assert_true(carry_marks(&next, r.rules, &marks,
			    sek_buf_str(&base), d, &room));
			one = wrong(&r, &next, sek_buf_str(&made));
			failed += one != NULL;
			*what = one ? one : *what;
			sek_vec_each (mark, &next)
				*dead += mark->dead;
			swap = marks;
			marks = next;
			next = swap;
			sek_buf_clear(&base);
			sek_buf_clear(&delta);
			base = made;
			if (one)
				break;
		}
		sek_buf_clear(&base);
		sek_carry_clear(&room);
		sek_vec_clear(&marks);
		sek_vec_clear(&next);
	}
	drop_rig(&r);
	return failed;
}

static void
what_is_carried_is_what_a_scan_finds(void **state)
{
	size_t dead = 0;
	const char *what = NULL;

	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++)
		if (run_chains(seed, 3000, false, sek_marks_carry, leave, &dead,
			&what))
			fail_msg("seed %u: %s", seed, what);
	assert_true(dead > 10000);
}

static void
encoded_text_is_carried_as_a_scan_finds_it(void **state)
{
	size_t dead = 0;
	const char *what = NULL;

	(void)state;
	for (unsigned seed = 1; seed <= 2; seed++)
		if (run_chains(seed, 300, true, sek_marks_carry, leave, &dead,
			&what))
			fail_msg("seed %u: %s", seed, what);
	assert_true(dead > 2000);
}

static void
looking_too_little_around_what_is_new_is_noticed(void **state)
{
	size_t dead = 0;
	const char *what = NULL;

	(void)state;
	assert_true(run_chains(1, 1500, false, blind_carry, leave, &dead,
			&what) > 50);
	assert_true(run_chains(1, 100, true, blind_carry, leave, &dead, &what) >
	    5);
}

/* Marks that would stay dead whatever comes to stand behind, or before them. */
static void
forget_after(struct sek_marks *v)
{
	sek_vec_each (mark, v) {
		mark->last = false;
		mark->after = 1;
	}
}

static void
forget_before(struct sek_marks *v)
{
	sek_vec_each (mark, v) {
		mark->first = false;
		mark->before = 0;
	}
}

static void
forgetting_what_a_decision_saw_is_noticed(void **state)
{
	size_t dead = 0;
	const char *what = NULL;

	(void)state;
	assert_true(run_chains(1, 1500, false, sek_marks_carry, forget_after,
			&dead, &what) > 20);
	assert_true(run_chains(1, 3000, false, sek_marks_carry, forget_before,
			&dead, &what) > 3);
	assert_true(run_chains(1, 100, true, sek_marks_carry, forget_after,
			&dead, &what) > 5);
	assert_true(run_chains(1, 200, true, sek_marks_carry, forget_before,
			&dead, &what) > 2);
}

static void
more_marks_than_are_kept_are_said_to_be_many(void **state)
{
	struct rig r = rig(1, false);
	struct sek_marks marks = {0}, next = {0};
	struct sek_buf base = {0}, delta = {0};
	struct sek_carry room = {0};
	struct sek_delta d;

	(void)state;
	for (size_t i = 0; i < SEK_MARKS_MAX / 2; i++)
		sek_buf_printf(&base, "key=1 %90s", "");
	sek_marks_scan(&marks, r.rules, sek_buf_str(&base));
	assert_false(marks.many);
	assert_int_equal(marks.n, SEK_MARKS_MAX / 2);
	delta_size(&delta, base.n);
	delta_size(&delta, 3 * base.n);
	for (size_t i = 0; i < 3; i++)
		delta_copy(&delta, 0, base.n);
	assert_true(sek_delta_open(&d, sek_buf_str(&delta)));
	assert_true(sek_marks_carry(&next, r.rules, &marks, sek_buf_str(&base),
	    d, &room));
	assert_true(next.many && next.n <= SEK_MARKS_MAX);
	sek_marks_scan(&marks, r.rules, SEK_STR("key=abcd"));
	assert_true(marks.n == 1 && !marks.many && sek_marks_live(&marks));
	sek_vec_clear(&marks);
	sek_vec_clear(&next);
	sek_buf_clear(&base);
	sek_buf_clear(&delta);
	sek_carry_clear(&room);
	drop_rig(&r);
}

static void
a_broken_delta_is_no_answer(void **state)
{
	struct rig r = rig(1, false);
	struct sek_marks marks = {0}, next = {0};
	struct sek_buf delta = {0};
	struct sek_carry room = {0};
	struct sek_delta d;

	(void)state;
	delta_size(&delta, 4);
	delta_size(&delta, 9);
	delta_copy(&delta, 0, 4);
	assert_true(sek_delta_open(&d, sek_buf_str(&delta)));
	assert_false(sek_marks_carry(&next, r.rules, &marks, SEK_STR("base"), d,
	    &room));
	sek_buf_clear(&delta);
	sek_carry_clear(&room);
	sek_vec_clear(&next);
	drop_rig(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_carried_is_what_a_scan_finds),
	    cmocka_unit_test(encoded_text_is_carried_as_a_scan_finds_it),
	    cmocka_unit_test(looking_too_little_around_what_is_new_is_noticed),
	    cmocka_unit_test(forgetting_what_a_decision_saw_is_noticed),
	    cmocka_unit_test(more_marks_than_are_kept_are_said_to_be_many),
	    cmocka_unit_test(a_broken_delta_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

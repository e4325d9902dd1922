#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/match.h"
#include "scan/pcre.h"
#include "scan/regex.h"

/* Rules of one regex each, r-0, r-1 and so on, unless a line has more keys. */
struct fixture {
	struct sek_ruleset *rules;
	struct sek_program *program;
	struct sek_matcher *matcher;
	struct sek_hits hits;
	struct sek_err err;
};

static struct fixture
with(const char *const *regexes)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct fixture f = {0};
	sek_auto_buf text = {0};

	for (size_t i = 0; regexes[i]; i++)
		sek_buf_printf(&text,
		    "[r-%zu]\ndescription = x\nseverity = low\nmatch = x\n"
		    "nomatch = x\nregex = %s\n",
		    i, regexes[i]);
	if (sek_ruleset_add_file(d, sek_buf_str(&text), "f", &f.err) ||
	    sek_ruleset_make(d, &f.rules, &f.err))
		fail_msg("%s", f.err.text);
	f.program = sek_program_new(f.rules);
	f.matcher = sek_matcher_new(f.program);
	return f;
}

#define WITH(...) with((const char *const[]){__VA_ARGS__, NULL})

static void
drop(struct fixture *f)
{
	sek_vec_clear(&f->hits);
	sek_matcher_free(f->matcher);
	sek_program_free(f->program);
	sek_ruleset_free(f->rules);
}

static size_t
run(struct fixture *f, struct sek_str content, size_t from, size_t to)
{
	f->hits.n = 0;
	if (sek_matcher_run(f->matcher, content, from, to, &f->hits, &f->err))
		fail_msg("%s", f->err.text);
	return f->hits.n;
}

static size_t
run_all(struct fixture *f, const char *content)
{
	return run(f, sek_str(content), 0, strlen(content));
}

static void
assert_hit(const struct fixture *f, size_t i, size_t rule, size_t start,
    size_t secret, size_t secret_end, size_t end)
{
	const struct sek_match *m = &f->hits.at[i].match;

	assert_true(i < f->hits.n);
	assert_int_equal(m->rule, rule);
	assert_int_equal(m->start, start);
	assert_int_equal(m->secret, secret);
	assert_int_equal(m->secret_end, secret_end);
	assert_int_equal(m->end, end);
}

static void
tells_match_and_secret_apart(void **state)
{
	struct fixture f = WITH("key=([a-z]{4})!", "token[0-9]{3}");

	(void)state;
	assert_int_equal(run_all(&f, "x key=abcd! token123 key=abcd token"), 2);
	assert_hit(&f, 0, 0, 2, 6, 10, 11);
	assert_hit(&f, 1, 1, 12, 12, 20, 20);
	drop(&f);
}

static void
takes_the_match_where_the_group_is_not_set(void **state)
{
	struct fixture f = WITH("key=(?:([a-z]{4})|[0-9]{4})");

	(void)state;
	assert_int_equal(run_all(&f, "key=1234 key=abcd"), 2);
	assert_hit(&f, 0, 0, 0, 0, 8, 8);
	assert_hit(&f, 1, 0, 9, 13, 17, 17);
	drop(&f);
}

static void
finds_no_empty_secret(void **state)
{
	struct fixture f = WITH("key=([a-z]*)");

	(void)state;
	assert_int_equal(run_all(&f, "key= key=a"), 1);
	assert_hit(&f, 0, 0, 5, 9, 10, 10);
	drop(&f);
}

static void
sees_true_neighbours_and_true_edges(void **state)
{
	struct fixture f = WITH("(?<![a-z])key[0-9](?![0-9])", "\\bword\\b",
	    "^line$");

	(void)state;
	assert_int_equal(run_all(&f, "xkey1 key12 xwordx aline line\n"), 0);
	assert_int_equal(run_all(&f, "key1"), 1);
	assert_int_equal(run_all(&f, "0word"), 0);
	assert_int_equal(run_all(&f, "word"), 1);
	assert_int_equal(run_all(&f, "-word-"), 1);
	assert_int_equal(run_all(&f, "line"), 1);
	assert_int_equal(run_all(&f, "a\nline\nb"), 1);
	assert_int_equal(run_all(&f, "line\r\n"), 0);
	drop(&f);
}

static void
takes_starts_from_the_given_range_only(void **state)
{
	struct fixture f = WITH("(?<=a)key[0-9]{2}", "[a-z ]{4}=tail");
	struct sek_str text = SEK_STR("akey11 akey22 akey33 bcde=tail");

	(void)state;
	assert_int_equal(run(&f, text, 8, 9), 1);
	assert_hit(&f, 0, 0, 8, 8, 13, 13);
	assert_int_equal(run(&f, text, 2, 8), 0);
	assert_int_equal(run(&f, text, 21, 22), 1);
	assert_hit(&f, 0, 1, 21, 21, 30, 30);
	assert_int_equal(run(&f, text, 22, 30), 0);
	assert_int_equal(run(&f, text, 5, 5), 0);
	assert_int_equal(run(&f, text, 30, 99), 0);
	assert_int_equal(run(&f, (struct sek_str){NULL, 0}, 0, 0), 0);
	drop(&f);
}

static void
appends_and_keeps_what_was_there(void **state)
{
	struct fixture f = WITH("key[0-9]");
	struct sek_str text = SEK_STR("key1 key2");

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(sek_matcher_run(f.matcher, text, 0, text.n,
				     &f.hits, &f.err),
		    SEK_OK);
	assert_int_equal(f.hits.n, 4);
	assert_int_equal(f.hits.at[2].match.start, 0);
	drop(&f);
}

static void
lets_one_hit_stand_for_those_that_overlap(void **state)
{
	/* All starts find the same secret; the longest match is kept. */
	struct fixture f = WITH("[a-z]{0,9}_key=([0-9]{3})", "[a-z]+_tok");

	(void)state;
	assert_int_equal(run_all(&f, "abcd_key=123 abcd_tok"), 2);
	assert_hit(&f, 0, 0, 0, 9, 12, 12);
	assert_hit(&f, 1, 1, 13, 13, 21, 21);
	drop(&f);
}

static void
keeps_overlapping_hits_of_other_rules(void **state)
{
	struct fixture f = WITH("key[0-9]{4}", "[a-z]{3}[0-9]{4}x?");

	(void)state;
	assert_int_equal(run_all(&f, "key1234"), 2);
	assert_hit(&f, 0, 0, 0, 0, 7, 7);
	assert_hit(&f, 1, 1, 0, 0, 7, 7);
	drop(&f);
}

static void
tries_every_regex_of_a_rule_for_one_id(void **state)
{
	struct fixture f = WITH(
	    "key=([0-9]{3})\nregex = tok=([0-9]{3})\nregex = [k]ey=([0-9]+)");

	(void)state;
	assert_int_equal(f.rules->rules, 3);
	assert_ptr_equal(f.rules->rule[0].id, f.rules->rule[2].id);
	assert_int_equal(run_all(&f, "tok=123 key=456"), 2);
	assert_hit(&f, 0, 1, 0, 4, 7, 7);
	assert_hit(&f, 1, 0, 8, 12, 15, 15);
	drop(&f);
}

static void
asks_entropy_and_the_check(void **state)
{
	struct fixture f = WITH("key=([a-z0-9]{8})\nentropy = 2.5",
	    "tok=([a-zA-Z0-9]{20})\ncheck = placeholder");
	sek_auto_buf text = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(run_all(&f, "key=aaaabbbb key=abcdefgh"), 1);
	assert_int_equal(f.hits.at[0].match.start, 13);
	assert_int_equal(run_all(&f, "tok=xxxxxxxxxxxxxxxxxxxx"), 0);
	assert_int_equal(sek_example_expand("tok={20:a-zA-Z0-9}", 5, &text,
			     &err),
	    SEK_OK);
	assert_int_equal(run(&f, sek_buf_str(&text), 0, text.n), 1);
	drop(&f);
}

/* What must come out, tried at every start over the whole content. */

static void
reference_add(struct sek_hits *all, size_t rule, const struct sek_pcre_match *m)
{
	struct sek_hit *h;

	if (m->group == m->group_end)
		return;
	h = sek_vec_push(all);
	h->match = (struct sek_match){.rule = (uint16_t)rule,
	    .start = m->start,
	    .end = m->end,
	    .secret = m->group,
	    .secret_end = m->group_end};
}

/* Is b to be preferred to a? */
static bool
reference_better(const struct sek_match *a, const struct sek_match *b)
{
	if (a->secret != b->secret)
		return b->secret < a->secret;
	if (a->secret_end != b->secret_end)
		return b->secret_end > a->secret_end;
	if (a->end - a->start != b->end - b->start)
		return b->end - b->start > a->end - a->start;
	return b->start < a->start;
}

static void
reference_settle(const struct sek_hits *all, size_t rule, struct sek_hits *out)
{
	size_t floor = 0;

	for (;;) {
		const struct sek_match *best = NULL;

		for (size_t i = 0; i < all->n; i++) {
			const struct sek_match *m = &all->at[i].match;

			if (m->rule == rule && m->secret >= floor &&
			    (!best || reference_better(best, m)))
				best = m;
		}
		if (!best)
			return;
		sek_vec_push(out)->match = *best;
		floor = best->secret_end;
	}
}

static int
reference_order(const void *pa, const void *pb)
{
	const struct sek_hit *a = pa, *b = pb;

	if (a->match.start != b->match.start)
		return a->match.start < b->match.start ? -1 : 1;
	return a->match.rule - b->match.rule;
}

static void
reference(const struct fixture *f, struct sek_str content, size_t from,
    size_t to, struct sek_hits *out)
{
	struct sek_pcre_room *room = sek_pcre_room_new();
	struct sek_hits all = {0};
	struct sek_err err;

	for (size_t r = 0; r < f->rules->rules; r++) {
		struct sek_pcre *code;

		assert_int_equal(sek_pcre_compile(&code,
				     f->rules->rule[r].regex, SEK_PCRE_ANCHORED,
				     &err),
		    SEK_OK);
		for (size_t at = from; at < to; at++) {
			struct sek_pcre_text t = {
			    .text = content, .first = at, .last = at};
			struct sek_pcre_match m;

			if (sek_pcre_run_slow(code, room, &t, &m) ==
			    SEK_PCRE_YES)
				reference_add(&all, r, &m);
		}
		sek_pcre_free(code);
		reference_settle(&all, r, out);
	}
	if (out->n > 1)
		qsort(out->at, out->n, sizeof(*out->at), reference_order);
	sek_vec_clear(&all);
	sek_pcre_room_free(room);
}

static void
assert_as_reference(struct fixture *f, struct sek_str content, size_t from,
    size_t to)
{
	struct sek_hits expected = {0};

	reference(f, content, from, to, &expected);
	run(f, content, from, to);
	if (f->hits.n != expected.n)
		fail_msg("%zu hits, %zu expected, in [%zu, %zu) of `%.*s`",
		    f->hits.n, expected.n, from, to,
		    content.n < 500 ? (int)content.n : 0, content.p);
	for (size_t i = 0; i < expected.n; i++) {
		const struct sek_match *e = &expected.at[i].match;

		assert_hit(f, i, e->rule, e->start, e->secret, e->secret_end,
		    e->end);
	}
	sek_vec_clear(&expected);
}

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static const char *const all_kinds[] = {
    "key=([ab]{2})",           /* the literal begins it */
    "[ab]{0,3}key",            /* ... stands a little further */
    "[ab ]+=tok",              /* ... anywhere before in the line */
    "aab|[ab ]+=tok",          /* ... both */
    "[ab \\n]*tok=",           /* ... or in the content */
    "tok[^k]*",                /* without end, over lines */
    "tok.*=",                  /* without end, in its line */
    "^(?:key|a)=?[ab]$",       /* no literal: searched */
    "(?<![a ])b=(?!k)",        /* ... looks around */
    "(?<=key|tok)[ =]([ab]+)", /* literal before the start */
    "(?i)KEY\\b.",             /* any case */
    "(?:key|tok)=(?:key|tok)", /* two literals */
    "a(?:[^a]{1,30}|b)tok",    /* bounded, over lines */
    "tok(?=[^\\n]{0,9}key)",   /* look-ahead */
    NULL,
};

/* Cut from the heap, so that a sanitizer sees a byte read too far. */
static void
finds_what_the_regexes_find_at_each_start(void **state)
{
	static const char *const words[] = {"key", "tok", "=", "a", "b", " ",
	    "\n", "KEY", "aab", "key=ab", "tok="};
	struct fixture f = with(all_kinds);
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		size_t n = next_random(&seed) % 40, from, to;
		sek_auto_buf text = {0};
		char *exact;

		for (size_t i = 0; i < n; i++)
			sek_buf_add_s(&text, words[next_random(&seed) % 11]);
		exact = malloc(text.n ? text.n : 1);
		assert_non_null(exact);
		if (text.n)
			memcpy(exact, text.p, text.n);
		from = round % 2 ? 0 : next_random(&seed) % (text.n + 1);
		to = round % 2
		    ? text.n
		    : from + next_random(&seed) % (text.n - from + 1);
		assert_as_reference(&f, (struct sek_str){exact, text.n}, from,
		    to);
		free(exact);
	}
	drop(&f);
}

/* A piece of content is 256 KiB, a window 64: matches stand on all edges. */
static void
finds_matches_wherever_they_stand(void **state)
{
	struct fixture f = WITH("key=([ab]{2})", "[cd]{1,9}_(tok)[0-9]{2}",
	    "[cd .]+<(end)", "^(?:word|w)[0-9]", "(?<=\\n)(w)o[^z]{0,50}[0-9]",
	    "[xy][xy]7");
	static const char sample[] = "\nword1key=ab ccdd_tok12 c.<end xy7";
	size_t n = 600000, edges[] = {65536, 131072, 262144, 524288};
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	for (size_t e = 0; e < 4; e++)
		for (size_t i = 0; i < 40; i++) {
			size_t at = edges[e] - i;

			memset(text, e % 2 ? '.' : '\n', n);
			memcpy(text + at, sample, sizeof(sample) - 1);
			assert_int_equal(run(&f, (struct sek_str){text, n}, 0,
					     n),
			    6);
			assert_hit(&f, 0, 3, at + 1, at + 1, at + 6, at + 6);
			assert_hit(&f, 1, 4, at + 1, at + 1, at + 2,
			    f.hits.at[1].match.end);
			assert_hit(&f, 2, 0, at + 6, at + 10, at + 12, at + 12);
			assert_hit(&f, 3, 1, at + 13, at + 18, at + 21,
			    at + 23);
			assert_int_equal(f.hits.at[4].match.rule, 2);
			assert_hit(&f, 5, 5, at + 31, at + 31, at + 34,
			    at + 34);
		}
	free(text);
	drop(&f);
}

/* Without a limit of its own a regex sees this far and no further, however it
 * came to be tried. */
static void
limits_the_window_of_a_limitless_regex(void **state)
{
	struct fixture f = WITH("begin[^z]*?end", "begin.*?end",
	    /* without literals, so searched */
	    "[a-e]{2}[a-z]{3}[^z]*?[^z]nd", "[a-e]{2}[a-z]{3}.*[^z]nd");
	size_t n = 3 * SEK_MATCH_WINDOW;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	assert_int_equal(f.rules->unfiltered_n, 2);
	for (size_t more = 0; more < 2; more++) {
		memset(text, '.', n);
		memcpy(text + 1000, "begin", 5);
		memcpy(text + 1000 + SEK_MATCH_WINDOW - 3 + more, "end\n", 4);
		memcpy(text + n - 100, "begin.end", 9);
		assert_int_equal(run(&f, (struct sek_str){text, n}, 0, n),
		    more ? 4 : 8);
	}
	free(text);
	drop(&f);
}

static void
takes_the_end_of_its_window_for_no_end_of_line(void **state)
{
	struct fixture f = WITH("begin.*$", "[a-e]{2}[a-z]{3}.*$");
	size_t n = 2 * SEK_MATCH_WINDOW;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, '.', n);
	memcpy(text + 1000, "begin", 5);
	assert_int_equal(run(&f, (struct sek_str){text, n}, 0, n), 0);
	text[1000 + SEK_MATCH_WINDOW - 1] = '\n';
	assert_int_equal(run(&f, (struct sek_str){text, n}, 0, n), 2);
	free(text);
	drop(&f);
}

static void
decides_alike_however_the_content_is_cut(void **state)
{
	struct fixture f = WITH("key=([ab]{2})", "(?<![ab])[ab]{1,3}_(tok)",
	    "^(?:begin|start).{0,40}end", "c[0-9]+\\n");
	sek_auto_buf text = {0};
	struct sek_hits whole = {0};
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++)
		sek_buf_add_s(&text,
		    (const char *[]){"key=ab", "aab_tok", "\nstart", " end",
			"c12\n", "b"}[next_random(&seed) % 6]);
	run(&f, sek_buf_str(&text), 0, text.n);
	assert_true(f.hits.n > 1000);
	for (size_t at = 0; at < text.n;) {
		size_t next = at + 1 + next_random(&seed) % 300;

		assert_int_equal(sek_matcher_run(f.matcher, sek_buf_str(&text),
				     at, next, &whole, &f.err),
		    SEK_OK);
		at = next;
	}
	assert_int_equal(whole.n, f.hits.n);
	for (size_t i = 0; i < whole.n; i++)
		assert_memory_equal(&whole.at[i].match, &f.hits.at[i].match,
		    sizeof(whole.at[i].match));
	sek_vec_clear(&whole);
	drop(&f);
}

static void
says_which_rule_needs_too_much_work(void **state)
{
	struct fixture f = WITH("key=[0-9]{3}", "run(?:a|a)+[bc]", "tok[0-9]");
	sek_auto_buf text = {0};

	(void)state;
	sek_buf_add_s(&text, "key=123 run");
	for (int i = 0; i < 3000; i++)
		sek_buf_add_c(&text, 'a');
	sek_buf_add_s(&text, " tok4 bc");
	assert_int_equal(sek_matcher_run(f.matcher, sek_buf_str(&text), 0,
			     text.n, &f.hits, &f.err),
	    SEK_ETOOBIG);
	assert_non_null(strstr(f.err.text, "r-1"));
	assert_int_equal(f.hits.n, 2);
	assert_hit(&f, 1, 2, 3012, 3012, 3016, 3016);
	/* ... and the next content is read as ever. */
	assert_int_equal(run_all(&f, "runab"), 1);
	drop(&f);
}

static void
finds_what_needs_more_stack_than_jit_has(void **state)
{
	struct fixture f = WITH("run(?:(?:a|b)c?)+!");
	sek_auto_buf text = {0};

	(void)state;
	sek_buf_add_s(&text, "run");
	for (int i = 0; i < 50000; i++)
		sek_buf_add_s(&text, i % 2 ? "a" : "b");
	sek_buf_add_s(&text, "!");
	assert_int_equal(run(&f, sek_buf_str(&text), 0, text.n), 1);
	assert_hit(&f, 0, 0, 0, 0, text.n, text.n);
	drop(&f);
}

static void
ends_a_flood_of_findings(void **state)
{
	struct fixture f = WITH("key[0-9]", "tok[0-9]");
	sek_auto_buf text = {0};

	(void)state;
	for (int i = 0; i <= SEK_MATCH_HITS; i++)
		sek_buf_add_s(&text, "key1");
	assert_int_equal(sek_matcher_run(f.matcher, sek_buf_str(&text), 0,
			     text.n, &f.hits, &f.err),
	    SEK_ETOOBIG);
	assert_int_equal(f.hits.n, SEK_MATCH_HITS);
	assert_non_null(strstr(f.err.text, "r-0"));
	drop(&f);
}

/* Many literals, no match: what hostile content would look like. */
static void
stays_quick_when_only_literals_are_there(void **state)
{
	struct fixture f = WITH("secret.{0,80}=[0-9]{40}",
	    "[a-z]*secret[a-z]*=[0-9]{40}", "secret[^=]*=[0-9]{40}",
	    "(?:sec|ret)+[0-9]{40}");
	sek_auto_buf text = {0};

	(void)state;
	for (int i = 0; i < 4000; i++)
		sek_buf_add_s(&text, "secret");
	assert_int_equal(run(&f, sek_buf_str(&text), 0, text.n), 0);
	drop(&f);
}

static void
names_a_rule_that_does_not_compile(void **state)
{
	/* Fine for the study; PCRE2's own limit on size refuses it. */
	struct fixture f = WITH("key(?:[a-z]{30}(?:ab|cd|[ef]g)){2000}");
	struct sek_str text = SEK_STR("key");

	(void)state;
	assert_int_equal(sek_program_compile(f.program, 0, &f.err),
	    SEK_ECONFIG);
	assert_non_null(strstr(f.err.text, "[r-0] column"));
	assert_int_equal(sek_matcher_run(f.matcher, text, 0, text.n, &f.hits,
			     &f.err),
	    SEK_ECONFIG);
	drop(&f);
}

struct worker {
	struct sek_program *program;
	struct sek_str text;
	size_t found;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct sek_matcher *m = sek_matcher_new(w->program);
	struct sek_hits hits = {0};
	struct sek_err err;

	for (int i = 0; i < 20; i++)
		if (sek_matcher_run(m, w->text, 0, w->text.n, &hits, &err))
			break;
	w->found = hits.n;
	sek_vec_clear(&hits);
	sek_matcher_free(m);
	return NULL;
}

static void
shares_its_code_among_threads(void **state)
{
	struct fixture f = with(all_kinds);
	struct sek_str text = SEK_STR("key=ab aakey ab=tok tok= b=a KEY. =b\n");
	struct worker w[8];
	pthread_t thread[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		w[i] = (struct worker){f.program, text, 0};
		assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]),
		    0);
	}
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	run(&f, text, 0, text.n);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(w[i].found, 20 * f.hits.n);
	assert_true(f.hits.n > 5);
	drop(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_match_and_secret_apart),
	    cmocka_unit_test(takes_the_match_where_the_group_is_not_set),
	    cmocka_unit_test(finds_no_empty_secret),
	    cmocka_unit_test(sees_true_neighbours_and_true_edges),
	    cmocka_unit_test(takes_starts_from_the_given_range_only),
	    cmocka_unit_test(appends_and_keeps_what_was_there),
	    cmocka_unit_test(lets_one_hit_stand_for_those_that_overlap),
	    cmocka_unit_test(keeps_overlapping_hits_of_other_rules),
	    cmocka_unit_test(tries_every_regex_of_a_rule_for_one_id),
	    cmocka_unit_test(asks_entropy_and_the_check),
	    cmocka_unit_test(finds_what_the_regexes_find_at_each_start),
	    cmocka_unit_test(finds_matches_wherever_they_stand),
	    cmocka_unit_test(limits_the_window_of_a_limitless_regex),
	    cmocka_unit_test(takes_the_end_of_its_window_for_no_end_of_line),
	    cmocka_unit_test(decides_alike_however_the_content_is_cut),
	    cmocka_unit_test(says_which_rule_needs_too_much_work),
	    cmocka_unit_test(finds_what_needs_more_stack_than_jit_has),
	    cmocka_unit_test(ends_a_flood_of_findings),
	    cmocka_unit_test(stays_quick_when_only_literals_are_there),
	    cmocka_unit_test(names_a_rule_that_does_not_compile),
	    cmocka_unit_test(shares_its_code_among_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

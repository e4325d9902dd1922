#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcre2.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "scan/regex.h"

/*
 * What the study says of a regex is held against PCRE2 for random regexes on
 * random texts: each start is tried, then again with all bytes changed or cut
 * off that are said not to matter.
 */
#define CASES  12000
#define TEXT   40
#define GROUPS 8

enum broken { /* which promise a case broke */
	KEPT,
	REFUSED, /* PCRE2 does not take the regex */
	GROUP_COUNT,
	LENGTH,
	NO_LITERAL,  /* in a match */
	NEWLINE,     /* in a match */
	BEYOND,      /* changed bytes changed the decision */
	CUT,         /* so did cutting them off */
	OTHER_LINES, /* so did other lines */
	PROMISES
};

struct tally {
	unsigned broken[PROMISES];
	unsigned regexes, matches, lines, windows, literals;
};

struct gen {
	uint64_t seed;
	struct sek_buf regex;  /* so far */
	struct sek_buf sample; /* what it may match */
	unsigned depth;
};

static uint32_t
below(struct gen *g, uint32_t n)
{
	g->seed = g->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(g->seed >> 33) % n;
}

static void
emit(struct gen *g, const char *regex, const char *sample)
{
	sek_buf_add_s(&g->regex, regex);
	sek_buf_add_s(&g->sample, sample);
}

static void gen_choice(struct gen *g);

/* In parentheses; what it may match is kept only if it is part of a match. */
static void
gen_group(struct gen *g, const char *open, bool consumes)
{
	size_t n = g->sample.n;

	emit(g, open, "");
	g->depth++;
	gen_choice(g);
	g->depth--;
	emit(g, ")", "");
	if (!consumes)
		g->sample.n = n;
}

static void
gen_atom(struct gen *g)
{
	static const char *const simple[][2] = {
	    {"a", "a"},
	    {"b", "b"},
	    {"c", "c"},
	    {"B", "B"},
	    {"_", "_"},
	    {" ", " "},
	    {"abc", "abc"},
	    {"bca", "bca"},
	    {"cab_", "cab_"},
	    {"key", "key"},
	    {"\\n", "\n"},
	    {".", "b"},
	    {"\\N", "a"},
	    {"[ab]", "a"},
	    {"[a-cA-C]", "c"},
	    {"[Aa]", "A"},
	    {"[^a]", "\n"},
	    {"[^a\\n]", "c"},
	    {"\\s", "\n"},
	    {"\\s", " "},
	    {"\\h", " "},
	    {"\\S", "b"},
	    {"\\w", "_"},
	    {"\\W", "\n"},
	    {"[[:alpha:]]", "b"},
	    {"[\\s_]", "_"},
	    {"[^\\S\\n]", " "},
	    {"\\x61", "a"},
	    {"\\x{62}", "b"},
	    {"k[e3]y", "k3y"},
	};
	static const char *const edges[] = {"\\b", "\\B", "^", "$", "(?i)",
	    "(?-i)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "(?<=^|\\s)",
	    "(?=$|\\s)", "(?![^a]b)", "(?<=ab|c)", "(?<!a\\nb|\\W)",
	    "(?<=\\b.)", "(?=a\\b)", "(?<=(?=ab)a)", "(?<!^..)"};
	static const char *const opens[] = {
	    "(", "(?:", "(?:", "(?>", "(?i:", "(?s:", "(?-i:"};
	static const char *const looks[] = {"(?=", "(?!"};
	uint32_t kind = below(g, 20);

	if (kind >= 17 && g->depth < 4) {
		gen_group(g, opens[below(g, 7)], true);
	} else if (kind == 16 && g->depth < 3) {
		gen_group(g, looks[below(g, 2)], false);
	} else if (kind >= 14) {
		emit(g, edges[below(g, sizeof(edges) / sizeof(*edges))], "");
	} else {
		size_t i = below(g, sizeof(simple) / sizeof(*simple));

		emit(g, simple[i][0], simple[i][1]);
	}
}

static void
gen_piece(struct gen *g)
{
	static const struct {
		const char *text;
		unsigned times;
	} quantifiers[] = {
	    {"?", 1},
	    {"*", 2},
	    {"+", 2},
	    {"{2}", 2},
	    {"{1,3}", 3},
	    {"{0,2}", 2},
	    {"{2,}", 3},
	    {"??", 0},
	    {"*?", 1},
	    {"+?", 1},
	    {"?+", 1},
	    {"*+", 2},
	    {"++", 1},
	    {"{3}", 3},
	    {"{1}", 1},
	};
	bool quantified = below(g, 4) == 0;
	bool grouped = quantified && below(g, 2) == 0;
	size_t sample = g->sample.n, n, i;

	if (grouped)
		emit(g, "(?:", "");
	gen_atom(g);
	if (grouped)
		emit(g, ")", "");
	n = g->sample.n - sample;
	/* An assertion can be repeated in a group only. */
	if (!quantified || (!grouped && n == 0))
		return;
	i = below(g, sizeof(quantifiers) / sizeof(*quantifiers));
	emit(g, quantifiers[i].text, "");
	if (quantifiers[i].times == 0)
		g->sample.n = sample;
	for (unsigned k = 1; k < quantifiers[i].times; k++) {
		char *room = sek_buf_room(&g->sample, n);

		assert_non_null(room);
		memcpy(room, g->sample.p + sample, n);
		g->sample.n += n;
	}
}

static void
gen_choice(struct gen *g)
{
	uint32_t branches = below(g, 4) ? 1 : 2 + below(g, 2);

	for (uint32_t b = 0; b < branches; b++) {
		size_t n = g->sample.n;
		uint32_t pieces = below(g, 4) + (below(g, 8) != 0);

		if (b > 0)
			emit(g, "|", "");
		while (pieces-- > 0)
			gen_piece(g);
		/* Of the branches one is matched. */
		if (b + 1 < branches && below(g, 2))
			g->sample.n = n;
	}
}

static char
random_byte(struct gen *g)
{
	static const char bytes[] = "aaabbbccABke3y__ \n\n-\xe9";

	return bytes[below(g, sizeof(bytes) - 1)];
}

/* The sample, with some bytes changed, among others. */
static size_t
gen_text(struct gen *g, char *text)
{
	size_t n = below(g, 8), len = g->sample.n;

	for (size_t i = 0; i < n; i++)
		text[i] = random_byte(g);
	for (size_t i = 0; i < len && n < TEXT; i++)
		text[n++] = below(g, 24) ? g->sample.p[i] : random_byte(g);
	for (uint32_t more = below(g, 8); more > 0 && n < TEXT; more--)
		text[n++] = random_byte(g);
	return n;
}

/* One decision of PCRE2's, offsets from the start that was tried. */
struct decision {
	int code;
	size_t pairs;
	size_t offset[2 * GROUPS];
};

struct engine {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static bool
engine_open(struct engine *e, const char *regex)
{
	int error;
	PCRE2_SIZE at;

	e->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE, &error,
	    &at, NULL);
	if (!e->code)
		return false;
	e->data = pcre2_match_data_create(GROUPS, NULL);
	e->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(e->limits, 3000);
	return true;
}

static void
engine_close(struct engine *e)
{
	pcre2_match_context_free(e->limits);
	pcre2_match_data_free(e->data);
	pcre2_code_free(e->code);
}

static struct decision
decide(const struct engine *e, const char *text, size_t n, size_t start)
{
	struct decision d = {0};
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->data);

	d.code = pcre2_match(e->code, (PCRE2_SPTR)text, n, start, 0, e->data,
	    e->limits);
	if (d.code >= 0)
		d.pairs = d.code ? (size_t)d.code : GROUPS;
	for (size_t i = 0; i < 2 * d.pairs; i++)
		d.offset[i] = offsets[i] == PCRE2_UNSET ? SIZE_MAX
							: offsets[i] - start;
	return d;
}

/* A limit decides nothing. */
static bool
differ(const struct decision *a, const struct decision *b)
{
	if (a->code < PCRE2_ERROR_NOMATCH || b->code < PCRE2_ERROR_NOMATCH)
		return false;
	return a->code != b->code ||
	    memcmp(a->offset, b->offset, sizeof(a->offset)) != 0;
}

static bool
has_literal(const struct sek_regex_info *info, const char *text, size_t start,
    size_t end)
{
	for (size_t i = 0; i < info->literals; i++) {
		const struct sek_regex_literal *l = &info->literal[i];

		for (size_t o = start + l->before_min; o + l->len <= end; o++) {
			if (o - start > l->before_max)
				break;
			if (l->nocase ? !strncasecmp(text + o, l->bytes, l->len)
				      : !memcmp(text + o, l->bytes, l->len))
				return true;
		}
	}
	return info->literals == 0;
}

static enum broken
check_match(const struct sek_regex_info *info, const char *text, size_t start,
    size_t len)
{
	if (len < info->length_min || len > info->ahead)
		return LENGTH;
	if (!info->crosses_newline && memchr(text + start, '\n', len))
		return NEWLINE;
	return has_literal(info, text, start, start + len) ? KEPT : NO_LITERAL;
}

/* Other bytes before and after what is looked at, then none. */
static enum broken
check_window(struct gen *g, const struct engine *e,
    const struct sek_regex_info *info, const char *text, size_t n, size_t start,
    const struct decision *d)
{
	size_t from = start > info->back ? start - info->back : 0;
	size_t to = n - start > info->ahead ? start + info->ahead : n;
	struct decision other;
	char changed[TEXT];

	for (size_t i = 0; i < n; i++)
		changed[i] = i >= from && i < to ? text[i] : random_byte(g);
	other = decide(e, changed, n, start);
	if (differ(d, &other))
		return BEYOND;
	/* An edge of the text is seen by what looks at it only. */
	memcpy(changed, text + from, to - from);
	other = decide(e, changed, to - from, start - from);
	return differ(d, &other) ? CUT : KEPT;
}

/* The line and its newlines stay, all else is new. */
static enum broken
check_line(struct gen *g, const struct engine *e, const char *text, size_t n,
    size_t start, const struct decision *d)
{
	char changed[3 * TEXT];
	size_t from = start, to = start, len = 0, moved;
	struct decision other;

	while (from > 0 && text[from - 1] != '\n')
		from--;
	while (to < n && text[to] != '\n')
		to++;
	if (from > 0) {
		for (uint32_t i = below(g, TEXT); i > 0; i--)
			changed[len++] = random_byte(g);
		changed[len++] = '\n';
	}
	moved = len + start - from;
	memcpy(changed + len, text + from, to - from);
	len += to - from;
	if (to < n) {
		changed[len++] = '\n';
		for (uint32_t i = below(g, TEXT); i > 0; i--)
			changed[len++] = random_byte(g);
	}
	other = decide(e, changed, len, moved);
	return differ(d, &other) ? OTHER_LINES : KEPT;
}

static enum broken
check_start(struct gen *g, const struct engine *e,
    const struct sek_regex_info *info, const char *text, size_t n, size_t start,
    struct tally *t)
{
	struct decision d = decide(e, text, n, start);
	enum broken broken = KEPT;

	if (d.code >= 0) {
		t->matches++;
		broken = check_match(info, text, start, d.offset[1]);
	}
	if (broken == KEPT)
		broken = check_window(g, e, info, text, n, start, &d);
	if (broken == KEPT && !info->crosses_newline)
		broken = check_line(g, e, text, n, start, &d);
	return broken;
}

/* The study's answer, spoilt by `spoil` to see that it is noticed. */
static enum broken
check_case(struct gen *g, void (*spoil)(struct sek_regex_info *),
    struct tally *t)
{
	struct sek_regex_info info;
	struct engine e;
	char text[TEXT];
	uint32_t groups;
	enum broken broken = KEPT;

	if (sek_regex_study(g->regex.p, &info, NULL) != SEK_OK)
		return KEPT;
	if (spoil)
		spoil(&info);
	if (!engine_open(&e, g->regex.p))
		return REFUSED;
	t->regexes++;
	t->lines += !info.crosses_newline;
	t->windows += info.ahead != SEK_UNBOUNDED;
	t->literals += info.literals > 0;
	pcre2_pattern_info(e.code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups != info.groups)
		broken = GROUP_COUNT;
	for (int texts = 0; texts < 3 && broken == KEPT; texts++) {
		size_t n = gen_text(g, text);

		for (size_t s = 0; s <= n && broken == KEPT; s++)
			broken = check_start(g, &e, &info, text, n, s, t);
	}
	engine_close(&e);
	return broken;
}

static void
run(uint64_t seed, int cases, void (*spoil)(struct sek_regex_info *),
    struct tally *t)
{
	struct gen g = {.seed = seed};

	*t = (struct tally){0};
	for (int i = 0; i < cases; i++) {
		enum broken broken;

		sek_buf_reset(&g.regex);
		sek_buf_reset(&g.sample);
		sek_buf_add_s(&g.regex, "");
		g.depth = 0;
		gen_choice(&g);
		broken = check_case(&g, spoil, t);
		t->broken[broken]++;
		if (broken != KEPT && !spoil)
			fail_msg("promise %d broken for %s", (int)broken,
			    g.regex.p);
	}
	sek_buf_clear(&g.regex);
	sek_buf_clear(&g.sample);
}

static void
every_promise_holds_for_pcre2(void **state)
{
	struct tally t;

	(void)state;
	run(0x5eed, CASES, NULL, &t);
	assert_int_equal(t.broken[KEPT], CASES);
	/* And there was something to promise. */
	assert_true(t.regexes > CASES * 3 / 4);
	assert_true(t.literals > CASES / 8);
	assert_true(t.windows > CASES / 4);
	assert_true(t.lines > CASES / 8 && t.lines < CASES * 3 / 4);
	assert_true(t.matches > CASES * 4);
}

static void
look_less_far_ahead(struct sek_regex_info *info)
{
	if (info->ahead != SEK_UNBOUNDED && info->ahead > info->length_min)
		info->ahead--;
}

static void
look_less_far_back(struct sek_regex_info *info)
{
	if (info->back > 0)
		info->back--;
}

static void
never_cross(struct sek_regex_info *info)
{
	info->crosses_newline = false;
}

static void
be_longer(struct sek_regex_info *info)
{
	info->length_min++;
}

static void
one_group_more(struct sek_regex_info *info)
{
	info->groups++;
}

static void
literals_one_byte_later(struct sek_regex_info *info)
{
	for (size_t i = 0; i < info->literals; i++)
		info->literal[i].before_min++;
}

static void
literals_one_byte_nearer(struct sek_regex_info *info)
{
	for (size_t i = 0; i < info->literals; i++)
		if (info->literal[i].before_max > info->literal[i].before_min &&
		    info->literal[i].before_max != SEK_UNBOUNDED)
			info->literal[i].before_max--;
}

static void
one_literal_less(struct sek_regex_info *info)
{
	if (info->literals > 1)
		info->literals--;
}

static void
literals_with_case(struct sek_regex_info *info)
{
	for (size_t i = 0; i < info->literals; i++)
		info->literal[i].nocase = false;
}

static void
a_wrong_answer_is_noticed(void **state)
{
	static const struct {
		void (*spoil)(struct sek_regex_info *);
		enum broken noticed;
	} wrong[] = {
	    {look_less_far_ahead, BEYOND},
	    {look_less_far_ahead, CUT},
	    {look_less_far_back, BEYOND},
	    {look_less_far_back, CUT},
	    {never_cross, NEWLINE},
	    {never_cross, OTHER_LINES},
	    {be_longer, LENGTH},
	    {one_group_more, GROUP_COUNT},
	    {literals_one_byte_later, NO_LITERAL},
	    {literals_one_byte_nearer, NO_LITERAL},
	    {one_literal_less, NO_LITERAL},
	    {literals_with_case, NO_LITERAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct tally t;

		run(0xbad + i, CASES / 8, wrong[i].spoil, &t);
		if (t.broken[wrong[i].noticed] < 3)
			fail_msg("control %zu was noticed %u times", i,
			    t.broken[wrong[i].noticed]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_promise_holds_for_pcre2),
	    cmocka_unit_test(a_wrong_answer_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/alloc.h"
#include "base/vec.h"
#include "scan/regex_tree.h"

/*
 * Which literals to look for: of all runs of the regex that can be spelled out
 * as a few strings, the one that should be met least often by chance and leaves
 * the fewest places where the match can begin.
 */
#define NO_SCORE INT32_MIN
#define ENOUGH   8  /* more bytes than these hardly come by chance */
#define USEFUL   16 /* and more than these are not worth a comparison */

/* The regex in order: what stands in every match, and gaps between. */
struct item {
	const struct sek_regex_node *node; /* NULL: a gap */
	uint32_t times;                    /* the node, repeated */
	uint32_t strings;                  /* 0: cannot be spelled out */
	uint32_t at_min, at_max;           /* from the start of the match */
};
struct items SEK_VEC_BODY(struct item);

struct place {
	uint32_t min, max;
};

struct choice {
	struct sek_regex_literal literal[SEK_REGEX_LITERALS];
	size_t n;
	int32_t score;
};

struct chooser {
	bool lines; /* no match crosses a newline */
};

static int32_t
bits(uint32_t n)
{
	return n > 1 ? 32 - __builtin_clz(n - 1) : 0;
}

/*
 * In sixteenths of a letter, which is worth some three bits in texts as they
 * are; a span of starts costs a trial at each.
 */
static int32_t
score_of(const struct chooser *ch, uint32_t shortest, size_t n, bool nocase,
    struct place at)
{
	uint32_t len = shortest < USEFUL ? shortest : USEFUL;
	int32_t score = 16 * (int32_t)(len < ENOUGH ? len : ENOUGH);

	if (shortest < SEK_REGEX_SHORTEST || n > SEK_REGEX_LITERALS)
		return NO_SCORE;
	if (at.max == SEK_UNBOUNDED && !ch->lines)
		return NO_SCORE;
	if (len > ENOUGH)
		score += 2 * (int32_t)(len - ENOUGH);
	score -= 9 * bits((uint32_t)n) + (nocase ? 8 : 0);
	if (at.max == SEK_UNBOUNDED)
		score -= 80;
	else if (at.max > at.min)
		score -= 8 + 5 * bits(at.max - at.min + 1);
	else if (at.min > 0)
		score -= 2;
	return score;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Is a found wherever b is, and not later? */
static bool
covers(const struct sek_regex_literal *a, const struct sek_regex_literal *b)
{
	if (a->len > b->len || (b->nocase && !a->nocase) ||
	    a->before_min > b->before_min || a->before_max < b->before_max)
		return false;
	for (size_t i = 0; i < a->len; i++) {
		char c = a->nocase ? lower(b->bytes[i]) : b->bytes[i];

		if (a->bytes[i] != c)
			return false;
	}
	return true;
}

/* False: no room. */
static bool
add_literal(struct choice *c, const struct sek_regex_literal *literal)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (covers(&c->literal[i], literal))
			return true;
	for (size_t i = 0; i < c->n; i++)
		if (!covers(literal, &c->literal[i]))
			c->literal[n++] = c->literal[i];
	c->n = n;
	if (n == SEK_REGEX_LITERALS)
		return false;
	c->literal[c->n++] = *literal;
	return true;
}

static bool
add_all(struct choice *c, const struct choice *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (!add_literal(c, &from->literal[i]))
			return false;
	return true;
}

static void
add_byte(struct sek_regex_literal *s, unsigned c, bool nocase)
{
	/* The measure said that it fits; a prefix would do as well. */
	if (s->len == SEK_REGEX_LITERAL)
		return;
	s->bytes[s->len++] = (char)c;
	s->nocase |= nocase;
}

/* Every string so far, followed by every byte of the set. */
static void
spell_set(struct choice *c, const struct sek_regex_set *set)
{
	size_t n = c->n, copies = 0;
	struct choice before = *c;

	for (unsigned byte = 0; byte < 256; byte++) {
		bool nocase;

		if (!sek_regex_set_string(set, byte, &nocase))
			continue;
		for (size_t i = 0; i < n; i++) {
			struct sek_regex_literal
			    *s = &c->literal[copies * n + i];

			*s = before.literal[i];
			add_byte(s, byte, nocase);
		}
		copies++;
	}
	c->n = copies * n;
}

static void spell(struct choice *c, const struct sek_regex_node *node);

/* Every string so far, followed by each of the strings of each branch. */
static void
spell_branches(struct choice *c, const struct sek_regex_node *branch,
    bool or_nothing)
{
	sek_auto_free struct choice *before = sek_alloc(sizeof(*before));
	sek_auto_free struct choice *longer = sek_alloc(sizeof(*longer));

	*before = *c;
	if (!or_nothing)
		c->n = 0;
	for (; branch; branch = branch->next) {
		*longer = *before;
		spell(longer, branch);
		memcpy(c->literal + c->n, longer->literal,
		    longer->n * sizeof(*longer->literal));
		c->n += longer->n;
	}
}

/* Appends what an exact node stands for to every string of c. The node's
 * measure says that the result has room. */
static void
spell(struct choice *c, const struct sek_regex_node *node)
{
	switch (node->kind) {
	case SEK_REGEX_SET:
		spell_set(c, &node->set);
		break;
	case SEK_REGEX_CAT:
		for (node = node->child; node; node = node->next)
			spell(c, node);
		break;
	case SEK_REGEX_ALT:
		spell_branches(c, node->child, false);
		break;
	case SEK_REGEX_REPEAT:
		if (node->from < node->to)
			spell_branches(c, node->child, true);
		for (uint32_t i = 0; i < node->from; i++)
			spell(c, node->child);
		break;
	case SEK_REGEX_EDGE:
	case SEK_REGEX_LOOK:
		break;
	}
}

static void
spell_window(struct choice *out, const struct items *items, size_t first,
    size_t end)
{
	sek_auto_free struct choice *c = sek_alloc(sizeof(*c));

	c->n = 1;
	c->literal[0].before_min = items->at[first].at_min;
	c->literal[0].before_max = items->at[first].at_max;
	for (size_t i = first; i < end; i++)
		for (uint32_t k = 0; k < items->at[i].times; k++)
			spell(c, items->at[i].node);
	out->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct sek_regex_literal *s = &c->literal[i];

		for (size_t k = 0; s->nocase && k < s->len; k++)
			s->bytes[k] = lower(s->bytes[k]);
		(void)add_literal(out, s);
	}
}

static void
push_item(struct items *items, struct place *at,
    const struct sek_regex_node *node, uint32_t times)
{
	struct item *item = sek_vec_push(items);

	item->node = node;
	item->times = times;
	item->strings = sek_regex_power(node->strings, times);
	item->at_min = at->min;
	item->at_max = at->max;
	at->min = sek_regex_add(at->min, sek_regex_mul(node->min, times));
	at->max = sek_regex_add(at->max, sek_regex_mul(node->max, times));
}

static void
push_gap(struct items *items, struct place *at, uint32_t min, uint32_t max)
{
	sek_vec_push(items);
	at->min = sek_regex_add(at->min, min);
	at->max = sek_regex_add(at->max, max);
}

static void flatten(struct items *items, struct place *at,
    const struct sek_regex_node *node);

/* The repetitions that stand in every match, or the first, and a gap. */
static void
flatten_repeat(struct items *items, struct place *at,
    const struct sek_regex_node *node)
{
	const struct sek_regex_node *c = node->child;
	uint32_t done = 1, rest;

	if (node->from == 0) {
		push_gap(items, at, node->min, node->max);
		return;
	}
	if (c->strings && c->exact_max) {
		while (done < node->from &&
		    c->exact_max * (done + 1) <= USEFUL &&
		    sek_regex_power(c->strings, done + 1) <= SEK_REGEX_LITERALS)
			done++;
		push_item(items, at, c, done);
	} else {
		flatten(items, at, c);
	}
	rest = node->to == SEK_UNBOUNDED ? node->to : node->to - done;
	if (rest > 0)
		push_gap(items, at, sek_regex_mul(c->min, node->from - done),
		    sek_regex_mul(c->max, rest));
}

static void
flatten(struct items *items, struct place *at,
    const struct sek_regex_node *node)
{
	switch (node->kind) {
	case SEK_REGEX_EDGE:
	case SEK_REGEX_LOOK:
		break;
	case SEK_REGEX_CAT:
		for (node = node->child; node; node = node->next)
			flatten(items, at, node);
		break;
	case SEK_REGEX_REPEAT:
		if (node->strings && node->exact_max)
			push_item(items, at, node, 1);
		else if (node->child->max > 0)
			flatten_repeat(items, at, node);
		break;
	case SEK_REGEX_SET:
	case SEK_REGEX_ALT:
		if (node->max > 0)
			push_item(items, at, node, 1);
		break;
	}
}

static void choose(const struct chooser *ch, const struct sek_regex_node *node,
    struct place at, struct choice *out);

/* The best of every branch together. */
static void
choose_branches(const struct chooser *ch, const struct sek_regex_node *alt,
    struct place at, struct choice *out)
{
	sek_auto_free struct choice *one = sek_alloc(sizeof(*one));
	uint32_t shortest = SEK_REGEX_LITERAL;
	struct place span = {SEK_UNBOUNDED, 0};
	bool nocase = false;

	out->n = 0;
	out->score = NO_SCORE;
	for (const struct sek_regex_node *b = alt->child; b; b = b->next) {
		choose(ch, b, at, one);
		if (one->score == NO_SCORE || !add_all(out, one))
			return;
	}
	for (size_t i = 0; i < out->n; i++) {
		const struct sek_regex_literal *s = &out->literal[i];
		uint32_t width = s->before_max - s->before_min;

		if (s->len < shortest)
			shortest = s->len;
		nocase |= s->nocase;
		if (span.min == SEK_UNBOUNDED || width > span.max - span.min)
			span = (struct place){s->before_min, s->before_max};
	}
	out->score = score_of(ch, shortest, out->n, nocase, span);
}

/* The best run of items that begins at `first`, if it beats *score. */
static void
try_window(const struct chooser *ch, const struct items *items, size_t first,
    size_t *end, int32_t *score)
{
	uint32_t strings = 1, shortest = 0, longest = 0;
	bool nocase = false;

	for (size_t i = first; i < items->n; i++) {
		const struct item *item = &items->at[i];
		int32_t s;

		if (!item->node || !item->strings)
			return;
		strings = sek_regex_mul(strings, item->strings);
		shortest += item->node->exact_min * item->times;
		longest += item->node->exact_max * item->times;
		nocase |= item->node->nocase;
		if (strings > SEK_REGEX_LITERALS || longest > SEK_REGEX_LITERAL)
			return;
		s = score_of(ch, shortest, strings, nocase,
		    (struct place){
			items->at[first].at_min, items->at[first].at_max});
		if (s > *score) {
			*score = s;
			*end = i + 1;
		}
	}
}

static void
choose(const struct chooser *ch, const struct sek_regex_node *node,
    struct place at, struct choice *out)
{
	sek_auto_free struct choice *other = NULL;
	struct items items = {0};

	out->n = 0;
	out->score = NO_SCORE;
	flatten(&items, &at, node);
	for (size_t i = 0; i < items.n; i++) {
		const struct item *item = &items.at[i];
		int32_t score = out->score;
		size_t end = 0;

		try_window(ch, &items, i, &end, &score);
		if (score > out->score) {
			spell_window(out, &items, i, end);
			out->score = score;
		}
		if (!item->node || item->node->kind != SEK_REGEX_ALT)
			continue;
		if (!other)
			other = sek_alloc(sizeof(*other));
		choose_branches(ch, item->node,
		    (struct place){item->at_min, item->at_max}, other);
		if (other->score > out->score)
			*out = *other;
	}
	sek_vec_clear(&items);
}

void
sek_regex_choose(const struct sek_regex_node *root, struct sek_regex_info *out)
{
	struct chooser ch = {.lines = !out->crosses_newline};
	sek_auto_free struct choice *best = sek_alloc(sizeof(*best));

	choose(&ch, root, (struct place){0, 0}, best);
	memcpy(out->literal, best->literal, best->n * sizeof(*best->literal));
	out->literals = best->n;
}

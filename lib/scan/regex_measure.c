#include "scan/regex_tree.h"

/* Of one look-behind; PCRE2 allows no more. */
#define BEHIND_MAX 65535

uint32_t
sek_regex_add(uint32_t a, uint32_t b)
{
	return a > SEK_UNBOUNDED - b ? SEK_UNBOUNDED : a + b;
}

uint32_t
sek_regex_mul(uint32_t a, uint32_t b)
{
	uint32_t product;

	return __builtin_mul_overflow(a, b, &product) ? SEK_UNBOUNDED : product;
}

uint32_t
sek_regex_power(uint32_t strings, uint32_t times)
{
	uint32_t n = 1;

	if (strings == 1)
		return 1;
	for (uint32_t i = 0; i < times && n <= SEK_REGEX_LITERALS; i++)
		n = sek_regex_mul(n, strings);
	return n;
}

/* The difference, not below 0; no limit stays no limit. */
static uint32_t
less(uint32_t a, uint32_t b)
{
	if (a == SEK_UNBOUNDED)
		return a;
	return a > b ? a - b : 0;
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void
inherit(struct sek_regex_node *node, const struct sek_regex_node *child)
{
	node->newline |= child->newline;
	node->crosses |= child->crosses;
	node->nocase |= child->nocase;
}

/* No more than the caps of one literal set count as known strings. */
static void
set_strings(struct sek_regex_node *node, uint32_t strings, uint32_t exact_min,
    uint32_t exact_max)
{
	if (strings > SEK_REGEX_LITERALS || exact_max > SEK_REGEX_LITERAL)
		strings = 0;
	node->strings = strings;
	node->exact_min = strings ? exact_min : 0;
	node->exact_max = strings ? exact_max : 0;
}

static void
measure_set(struct sek_regex_node *node)
{
	uint32_t strings = 0;

	for (unsigned c = 0; c < 256; c++) {
		bool nocase;

		if (!sek_regex_set_string(&node->set, c, &nocase))
			continue;
		strings++;
		node->nocase |= nocase;
	}
	node->min = node->max = node->ahead = 1;
	node->newline = sek_regex_set_has(&node->set, '\n');
	set_strings(node, strings, 1, 1);
}

static void
measure_cat(struct sek_regex_node *node)
{
	uint32_t strings = 1, exact_min = 0, exact_max = 0;

	for (struct sek_regex_node *c = node->child; c; c = c->next) {
		node->back = larger(node->back, less(c->back, node->min));
		node->ahead = larger(node->ahead,
		    sek_regex_add(node->max, c->ahead));
		node->min = sek_regex_add(node->min, c->min);
		node->max = sek_regex_add(node->max, c->max);
		inherit(node, c);
		strings = sek_regex_mul(strings, c->strings);
		exact_min = sek_regex_add(exact_min, c->exact_min);
		exact_max = sek_regex_add(exact_max, c->exact_max);
	}
	set_strings(node, strings, exact_min, exact_max);
}

static void
measure_alt(struct sek_regex_node *node)
{
	uint32_t strings = 0, exact_min = SEK_UNBOUNDED, exact_max = 0;
	bool exact = true;

	node->min = SEK_UNBOUNDED;
	for (struct sek_regex_node *c = node->child; c; c = c->next) {
		node->back = larger(node->back, c->back);
		node->ahead = larger(node->ahead, c->ahead);
		node->min = smaller(node->min, c->min);
		node->max = larger(node->max, c->max);
		inherit(node, c);
		exact &= c->strings > 0;
		strings = sek_regex_add(strings, c->strings);
		exact_min = smaller(exact_min, c->exact_min);
		exact_max = larger(exact_max, c->exact_max);
	}
	set_strings(node, exact ? strings : 0, exact_min, exact_max);
}

static void
measure_repeat(struct sek_regex_node *node)
{
	const struct sek_regex_node *c = node->child;

	node->min = sek_regex_mul(c->min, node->from);
	node->max = sek_regex_mul(c->max, node->to);
	node->back = c->back;
	node->ahead = sek_regex_add(sek_regex_mul(c->max, node->to - 1),
	    c->ahead);
	if (c->max > 0 && node->to == SEK_UNBOUNDED)
		node->max = node->ahead = SEK_UNBOUNDED;
	inherit(node, c);
	if (c->strings && node->from == 0 && node->to == 1)
		set_strings(node, sek_regex_add(c->strings, 1), 0,
		    c->exact_max);
	if (!c->strings || node->from != node->to)
		return;
	set_strings(node, sek_regex_power(c->strings, node->from),
	    sek_regex_mul(c->exact_min, node->from),
	    sek_regex_mul(c->exact_max, node->from));
}

/* One branch of a look-behind: it is matched from its own length before. */
static bool
look_behind(struct sek_regex_node *node, const struct sek_regex_node *branch)
{
	node->back = larger(node->back,
	    sek_regex_add(branch->back, branch->max));
	node->ahead = larger(node->ahead, less(branch->ahead, branch->max));
	return branch->min == branch->max && branch->max <= BEHIND_MAX;
}

static enum sek_code
measure_look(struct sek_regex_node *node, struct sek_err *err)
{
	const struct sek_regex_node *c = node->child;
	bool fixed = true;

	if (!node->behind) {
		node->back = c->back;
		node->ahead = c->ahead;
	} else if (c->kind != SEK_REGEX_ALT) {
		fixed = look_behind(node, c);
	} else {
		for (c = c->child; c; c = c->next)
			fixed &= look_behind(node, c);
	}
	if (!fixed)
		return sek_fail(err, SEK_ECONFIG,
		    "column %u: a look-behind has no fixed length",
		    node->at + 1);
	inherit(node, node->child);
	/* One byte at the edge of the line is not beyond it. */
	if (node->newline && (node->behind ? node->back : node->ahead) > 1)
		node->crosses = true;
	/* Its bytes are not the match's. */
	node->newline = node->nocase = false;
	set_strings(node, 1, 0, 0);
	return SEK_OK;
}

enum sek_code
sek_regex_measure(struct sek_regex_node *node, struct sek_err *err)
{
	for (struct sek_regex_node *c = node->child; c; c = c->next) {
		enum sek_code code = sek_regex_measure(c, err);

		if (code != SEK_OK)
			return code;
	}
	switch (node->kind) {
	case SEK_REGEX_EDGE:
		set_strings(node, 1, 0, 0);
		break;
	case SEK_REGEX_SET:
		measure_set(node);
		break;
	case SEK_REGEX_CAT:
		measure_cat(node);
		break;
	case SEK_REGEX_ALT:
		measure_alt(node);
		break;
	case SEK_REGEX_REPEAT:
		measure_repeat(node);
		break;
	case SEK_REGEX_LOOK:
		return measure_look(node, err);
	}
	return SEK_OK;
}

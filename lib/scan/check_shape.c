#include "scan/check_shape.h"

#include <string.h>

enum kind { UPPER, LOWER, DIGIT, SYMBOL };

/*
 * Bit j of row i: the letters i, j follow each other often (the 180 most
 * frequent of 676 pairs, counted over identifiers in C headers and Python
 * libraries and some Finnish words). In random letters 27 % of pairs are among
 * them, in words 80 %.
 */
static const uint32_t common_pair[26] = {0x00eb94e, 0x0100911, 0x00a4d91,
    0x0064119, 0x0aeb97d, 0x0024930, 0x0060910, 0x0004111, 0x22e787d, 0x0000000,
    0x0000010, 0x03c4919, 0x000c113, 0x01c417d, 0x05ef82c, 0x00a4911, 0x0000000,
    0x10e511d, 0x01cc995, 0x11ed9b5, 0x00eb812, 0x0001111, 0x0000000, 0x0080000,
    0x0008000, 0x0000010};

static enum kind
kind_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return UPPER;
	if (c >= 'a' && c <= 'z')
		return LOWER;
	return c >= '0' && c <= '9' ? DIGIT : SYMBOL;
}

/* A capital after a small letter starts a new word: that is no pair. */
static bool
is_pair(enum kind a, enum kind b)
{
	return a <= LOWER && b <= LOWER && !(a == LOWER && b == UPPER);
}

static bool
is_common(char a, char b)
{
	return common_pair[(a | 0x20) - 'a'] >> ((b | 0x20) - 'a') & 1;
}

void
sek_shape_of(struct sek_str s, struct sek_shape *out)
{
	unsigned n[4] = {0}, hex_upper = 0, hex_lower = 0, run = 0;
	bool seen[256] = {false};

	*out = (struct sek_shape){0};
	for (size_t i = 0; i < s.n; i++) {
		enum kind k = kind_of(s.p[i]), before;

		n[k]++;
		hex_upper += s.p[i] >= 'A' && s.p[i] <= 'F';
		hex_lower += s.p[i] >= 'a' && s.p[i] <= 'f';
		out->distinct += !seen[(unsigned char)s.p[i]];
		seen[(unsigned char)s.p[i]] = true;
		run = i && s.p[i] == s.p[i - 1] ? run + 1 : 1;
		if (k != SYMBOL && run > out->run)
			out->run = run;
		if (!i)
			continue;
		before = kind_of(s.p[i - 1]);
		out->changes += before != k;
		if (is_pair(before, k)) {
			out->pairs++;
			out->common += is_common(s.p[i - 1], s.p[i]);
		}
	}
	out->upper = n[UPPER];
	out->lower = n[LOWER];
	out->digit = n[DIGIT];
	out->symbol = n[SYMBOL];
	out->hex = n[DIGIT] + (hex_upper > hex_lower ? hex_upper : hex_lower);
}

bool
sek_shape_is_words(const struct sek_shape *shape)
{
	unsigned share;

	if (shape->pairs < 10)
		return false;
	share = 100 * shape->common / shape->pairs;
	return (share >= 50 && shape->changes <= 13) ||
	    (share >= 62 && shape->changes <= 16) ||
	    (share >= 72 && shape->changes <= 24);
}

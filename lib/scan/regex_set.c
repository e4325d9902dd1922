#include "scan/regex_tree.h"

void
sek_regex_set_range(struct sek_regex_set *s, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last && c < 256; c++)
		sek_regex_set_add(s, (unsigned char)c);
}

void
sek_regex_set_join(struct sek_regex_set *s, const struct sek_regex_set *other)
{
	for (int i = 0; i < 4; i++)
		s->bits[i] |= other->bits[i];
}

void
sek_regex_set_invert(struct sek_regex_set *s)
{
	for (int i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

void
sek_regex_set_fold(struct sek_regex_set *s)
{
	/* 'A' is bit 1 of the second word, 'a' the same 32 bits further. */
	uint64_t letters = s->bits[1] & 0x07fffffe07fffffe;

	s->bits[1] |= letters << 32 | letters >> 32;
}

bool
sek_regex_set_string(const struct sek_regex_set *s, unsigned c, bool *nocase)
{
	bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';

	*nocase = (upper || lower) && sek_regex_set_has(s, c & 0xdf) &&
	    sek_regex_set_has(s, (unsigned char)(c | 0x20));
	return sek_regex_set_has(s, (unsigned char)c) && !(*nocase && upper);
}

/* Pairs of first and last byte. */
static void
add_ranges(struct sek_regex_set *s, struct sek_str pairs)
{
	for (size_t i = 0; i + 1 < pairs.n; i += 2)
		sek_regex_set_range(s, (unsigned char)pairs.p[i],
		    (unsigned char)pairs.p[i + 1]);
}

bool
sek_regex_set_posix(struct sek_regex_set *s, struct sek_str name)
{
	static const struct {
		const char *name;
		struct sek_str pairs;
	} posix[] = {
	    {"alnum", SEK_STR("09AZaz")},
	    {"alpha", SEK_STR("AZaz")},
	    {"ascii", SEK_STR("\0\x7f")},
	    {"blank", SEK_STR("\t\t  ")},
	    {"cntrl", SEK_STR("\0\x1f\x7f\x7f")},
	    {"digit", SEK_STR("09")},
	    {"graph", SEK_STR("!~")},
	    {"lower", SEK_STR("az")},
	    {"print", SEK_STR(" ~")},
	    {"punct", SEK_STR("!/:@[`{~")},
	    {"space", SEK_STR("\t\r  ")},
	    {"upper", SEK_STR("AZ")},
	    {"word", SEK_STR("09AZ__az")},
	    {"xdigit", SEK_STR("09AFaf")},
	};

	for (size_t i = 0; i < sizeof(posix) / sizeof(*posix); i++) {
		if (!sek_str_is(name, posix[i].name))
			continue;
		add_ranges(s, posix[i].pairs);
		return true;
	}
	return false;
}

bool
sek_regex_set_escape(struct sek_regex_set *s, char letter)
{
	/* As PCRE2 has them for bytes: \h and \v know Latin-1. */
	static const struct {
		char letter, opposite;
		struct sek_str pairs;
	} escape[] = {
	    {'d', 'D', SEK_STR("09")},
	    {'h', 'H', SEK_STR("\t\t  \xa0\xa0")},
	    {'s', 'S', SEK_STR("\t\r  ")},
	    {'v', 'V', SEK_STR("\n\r\x85\x85")},
	    {'w', 'W', SEK_STR("09AZ__az")},
	};
	struct sek_regex_set add = {0};

	for (size_t i = 0; i < sizeof(escape) / sizeof(*escape); i++) {
		if (letter != escape[i].letter && letter != escape[i].opposite)
			continue;
		add_ranges(&add, escape[i].pairs);
		if (letter == escape[i].opposite)
			sek_regex_set_invert(&add);
		sek_regex_set_join(s, &add);
		return true;
	}
	return false;
}

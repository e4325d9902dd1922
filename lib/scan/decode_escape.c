#include "scan/decode_escape.h"

int
sek_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* A number of digits in a base, at most `most` and at least one; the length of
 * it, or 0. */
static size_t
number(struct sek_str s, unsigned base, size_t most, uint32_t *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < s.n && n < most; n++) {
		int v = sek_hex_value(s.p[n]);

		if (v < 0 || (unsigned)v >= base)
			break;
		*value = *value * base + (uint32_t)v;
	}
	return n;
}

/* After a backslash. */
static size_t
backslash(struct sek_str s, uint32_t *value)
{
	static const char plain[] = "/\"'\\";
	char c = s.n ? s.p[0] : 0;
	struct sek_str rest = {s.p + 1, s.n ? s.n - 1 : 0};

	if (c == 'u')
		return number(rest, 16, 4, value) == 4 ? 5 : 0;
	if (c == 'x')
		return number(rest, 16, 2, value) == 2 ? 3 : 0;
	if (is_one_of(c, plain))
		*value = (unsigned char)c;
	else if (is_one_of(c, "nrt"))
		*value = c == 'n' ? '\n' : c == 'r' ? '\r' : '\t';
	else
		return number(s, 8, 3, value) == 3 && *value < 256 ? 3 : 0;
	return 1;
}

/* After an ampersand. */
static size_t
entity(struct sek_str s, uint32_t *value)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {{"quot;", '"'}, {"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'},
	    {"apos;", '\''}, {"sol;", '/'}, {"plus;", '+'}, {"equals;", '='}};
	size_t skip = s.n > 1 && (s.p[1] | 0x20) == 'x' ? 2 : 1, n;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!sek_str_starts(s, named[i].name))
			continue;
		*value = (unsigned char)named[i].c;
		return strlen(named[i].name);
	}
	if (!sek_str_starts(s, "#") || s.n <= skip)
		return 0;
	n = number((struct sek_str){s.p + skip, s.n - skip},
	    skip == 2 ? 16 : 10, 7, value);
	return n && skip + n < s.n && s.p[skip + n] == ';' ? skip + n + 1 : 0;
}

size_t
sek_escape_read(struct sek_str s, uint32_t *value)
{
	struct sek_str rest = {s.p + 1, s.n ? s.n - 1 : 0};
	size_t n = 0;

	if (!s.n)
		return 0;
	if (s.p[0] == '%')
		n = number(rest, 16, 2, value) == 2 ? 2 : 0;
	else if (s.p[0] == '\\')
		n = backslash(rest, value);
	else if (s.p[0] == '&')
		n = entity(rest, value);
	return n ? n + 1 : 0;
}

/* A line's end after '=', which is no part of the text: its length, or 0. */
static size_t
soft_break(struct sek_str s)
{
	size_t n = 1;

	while (n < s.n && is_one_of(s.p[n], " \t"))
		n++;
	if (n < s.n && s.p[n] == '\r')
		n++;
	return s.p[0] == '=' && n < s.n && s.p[n] == '\n' ? n + 1 : 0;
}

size_t
sek_quoted_read(struct sek_str s, unsigned char *byte)
{
	struct sek_str rest = s;
	uint32_t value;
	size_t n;

	while (rest.n && (n = soft_break(rest)))
		rest = (struct sek_str){rest.p + n, rest.n - n};
	if (!rest.n)
		return 0;
	*byte = (unsigned char)rest.p[0];
	n = 1;
	if (rest.p[0] == '=' &&
	    number((struct sek_str){rest.p + 1, rest.n - 1}, 16, 2, &value) ==
		2) {
		*byte = (unsigned char)value;
		n = 3;
	}
	return s.n - rest.n + n;
}

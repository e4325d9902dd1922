#include "scan/regex_read.h"

#include <stdarg.h>
#include <stdio.h>

#define REPEAT_MAX 65535 /* pcre2pattern(3), Repetition */

enum sek_code
sek_regex_fail(const struct sek_regex_reader *r, size_t at, const char *fmt,
    ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return sek_fail(r->err, SEK_ECONFIG, "column %zu: %s", at + 1, why);
}

static bool
is_digit(const struct sek_regex_reader *r, size_t i)
{
	return i < r->text.n && r->text.p[i] >= '0' && r->text.p[i] <= '9';
}

static uint32_t
read_number(struct sek_regex_reader *r)
{
	uint32_t n = 0;

	for (; is_digit(r, r->i); r->i++)
		if (n <= REPEAT_MAX)
			n = n * 10 + (uint32_t)(r->text.p[r->i] - '0');
	return n;
}

/* {,3} and { 3 } are text to PCRE2 before 10.43 and quantifiers since. */
static bool
is_dubious(const struct sek_regex_reader *r, size_t i)
{
	size_t digits = 0;

	for (i++; i < r->text.n && r->text.p[i] != '}'; i++) {
		if (!strchr("0123456789, \t", r->text.p[i]))
			return false;
		digits += is_digit(r, i);
	}
	return i < r->text.n && digits > 0;
}

enum sek_code
sek_regex_read_interval(struct sek_regex_reader *r, bool *yes, uint32_t *from,
    uint32_t *to)
{
	size_t at = r->i++;
	bool number = is_digit(r, r->i);

	*yes = false;
	*from = *to = read_number(r);
	if (number && sek_regex_take(r, ','))
		*to = is_digit(r, r->i) ? read_number(r) : SEK_UNBOUNDED;
	if (!number || !sek_regex_take(r, '}')) {
		r->i = at;
		if (is_dubious(r, at))
			return sek_regex_fail(r, at,
			    "not {n}, {n,} or {n,m}; for the text write \\{");
		return SEK_OK;
	}
	*yes = true;
	if (*from > REPEAT_MAX || (*to > REPEAT_MAX && *to != SEK_UNBOUNDED))
		return sek_regex_fail(r, at, "more than %d repetitions",
		    REPEAT_MAX);
	if (*from > *to)
		return sek_regex_fail(r, at, "the numbers in {} are reversed");
	/* PCRE2 10.42 can take what {0} follows for part of every match. */
	if (*to == 0)
		return sek_regex_fail(r, at, "{0} repeats nothing");
	return SEK_OK;
}

static int
hex_value(const struct sek_regex_reader *r, size_t i)
{
	char c = i < r->text.n ? r->text.p[i] : 0;

	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After \x: two digits, or any number of them in braces. */
static enum sek_code
read_hex(struct sek_regex_reader *r, unsigned char *out)
{
	size_t at = r->i;
	bool braced = sek_regex_take(r, '{');
	unsigned value = 0, digits = 0;

	while (hex_value(r, r->i) >= 0 && (braced || digits < 2)) {
		value = value << 4 | (unsigned)hex_value(r, r->i++);
		digits++;
		if (value > 0xff)
			return sek_regex_fail(r, at, "a byte is at most ff");
	}
	if (digits == 0 || (braced ? !sek_regex_take(r, '}') : digits != 2))
		return sek_regex_fail(r, at, "write \\xHH or \\x{HH}");
	*out = (unsigned char)value;
	return SEK_OK;
}

static unsigned char
read_octal(struct sek_regex_reader *r)
{
	unsigned value = 0;

	for (int n = 0; n < 2 && is_digit(r, r->i); n++) {
		unsigned digit = (unsigned)(r->text.p[r->i] - '0');

		if (digit > 7)
			break;
		value = value * 8 + digit;
		r->i++;
	}
	return (unsigned char)value;
}

/* A letter or digit that is none of the escapes we know. */
static enum sek_code
refuse_escape(const struct sek_regex_reader *r, size_t at, char c)
{
	if ((c >= '1' && c <= '9') || c == 'g' || c == 'k')
		return sek_regex_fail(r, at,
		    "back-references are not supported");
	if (c == 'p' || c == 'P' || c == 'X' || c == 'C' || c == 'R')
		return sek_regex_fail(r, at,
		    "\\%c is not supported: text is bytes", c);
	if (c == 'A' || c == 'z' || c == 'Z' || c == 'G')
		return sek_regex_fail(r, at,
		    "\\%c is not supported: use ^ and $ (of a line)", c);
	return sek_regex_fail(r, at, "\\%c is not supported", c);
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* \N is `.`; PCRE2 takes \N{ for a character's name. */
static enum sek_code
read_not_newline(struct sek_regex_reader *r, struct sek_regex_escape *out)
{
	size_t at = r->i;
	uint32_t from, to;
	bool interval = true;

	if (sek_regex_at(r, at, '{')) {
		enum sek_code code = sek_regex_read_interval(r, &interval,
		    &from, &to);

		if (code != SEK_OK)
			return code;
		r->i = at;
	}
	if (!interval)
		return sek_regex_fail(r, at, "\\N{} is not supported");
	out->kind = SEK_REGEX_ESC_SET;
	sek_regex_set_add(&out->set, '\n');
	sek_regex_set_invert(&out->set);
	return SEK_OK;
}

enum sek_code
sek_regex_read_escape(struct sek_regex_reader *r, bool in_class,
    struct sek_regex_escape *out)
{
	static const char letters[] = "aefnrt";
	static const char bytes[] = "\a\x1b\f\n\r\t";
	size_t at = r->i - 1;
	const char *letter;
	char c;

	*out = (struct sek_regex_escape){0};
	if (r->i == r->text.n)
		return sek_regex_fail(r, at, "a backslash ends the regex");
	c = r->text.p[r->i++];
	letter = strchr(letters, c);
	if (letter)
		out->byte = (unsigned char)bytes[letter - letters];
	else if (c == 'x')
		return read_hex(r, &out->byte);
	else if (c == '0')
		out->byte = read_octal(r);
	else if (c == 'b' && in_class)
		out->byte = '\b';
	else if ((c == 'b' || c == 'B') && !in_class)
		out->kind = SEK_REGEX_ESC_EDGE;
	else if (c == 'N' && !in_class)
		return read_not_newline(r, out);
	else if (sek_regex_set_escape(&out->set, c))
		out->kind = SEK_REGEX_ESC_SET;
	else if (is_alnum(c))
		return refuse_escape(r, at, c);
	else
		out->byte = (unsigned char)c;
	return SEK_OK;
}

/*
 * Does a `[:`, `[.` or `[=` whose second byte is at i name a class? It does if
 * the same byte and `]` follow before any other `]`. Sets *end to that byte.
 */
static bool
is_named(const struct sek_regex_reader *r, size_t i, size_t *end)
{
	char mark = i < r->text.n ? r->text.p[i] : 0;

	if (!mark || !strchr(":.=", mark))
		return false;
	for (i++; i + 1 < r->text.n; i++) {
		char c = r->text.p[i], next = r->text.p[i + 1];

		if (c == mark && next == ']') {
			*end = i;
			return true;
		}
		if (c == ']' || (c == '[' && next == mark))
			return false;
		if (c == '\\' && (next == ']' || next == '\\'))
			i++;
	}
	return false;
}

/* [:name:] or [:^name:], r at the first colon; end at the last. */
static enum sek_code
read_named(struct sek_regex_reader *r, size_t end, struct sek_regex_set *out)
{
	struct sek_regex_set set = {0};
	size_t at = r->i;
	bool invert, posix = sek_regex_take(r, ':');
	struct sek_str name;

	invert = posix && sek_regex_take(r, '^');
	name = (struct sek_str){r->text.p + r->i, end - r->i};
	if (!posix || !sek_regex_set_posix(&set, name))
		return sek_regex_fail(r, at - 1, "no such class of bytes");
	if (r->caseless)
		sek_regex_set_fold(&set);
	if (invert)
		sek_regex_set_invert(&set);
	sek_regex_set_join(out, &set);
	r->i = end + 2;
	return SEK_OK;
}

struct item {
	bool one; /* a byte, else a set */
	unsigned char byte;
	struct sek_regex_set set;
};

/* A member of a class, or an end of a range. */
static enum sek_code
read_item(struct sek_regex_reader *r, struct item *out)
{
	struct sek_regex_escape escape;
	enum sek_code code;
	size_t end;
	char c = r->text.p[r->i++];

	*out = (struct item){.one = true, .byte = (unsigned char)c};
	if (c == '[' && is_named(r, r->i, &end)) {
		out->one = false;
		return read_named(r, end, &out->set);
	}
	if (c != '\\')
		return SEK_OK;
	code = sek_regex_read_escape(r, true, &escape);
	out->one = escape.kind == SEK_REGEX_ESC_BYTE;
	out->byte = escape.byte;
	out->set = escape.set;
	return code;
}

/* Is there a hyphen here that must mean a range? */
static bool
at_range(const struct sek_regex_reader *r)
{
	return sek_regex_at(r, r->i, '-') && r->i + 1 < r->text.n &&
	    r->text.p[r->i + 1] != ']';
}

static enum sek_code
read_range(struct sek_regex_reader *r, unsigned char first,
    struct sek_regex_set *out)
{
	size_t at = r->i++;
	struct item last;
	enum sek_code code = read_item(r, &last);

	if (code != SEK_OK)
		return code;
	if (!last.one)
		return sek_regex_fail(r, at, "a class cannot end a range");
	if (last.byte < first)
		return sek_regex_fail(r, at, "the range is reversed");
	sek_regex_set_range(out, first, last.byte);
	return SEK_OK;
}

enum sek_code
sek_regex_read_class(struct sek_regex_reader *r, struct sek_regex_set *out)
{
	size_t start = r->i - 1, end;
	struct sek_regex_set set = {0};
	enum sek_code code = SEK_OK;
	bool invert;

	if (is_named(r, r->i, &end))
		return sek_regex_fail(r, start, "write [[:name:]]");
	invert = sek_regex_take(r, '^');
	for (size_t first = r->i; code == SEK_OK;) {
		struct item item;

		if (r->i >= r->text.n)
			return sek_regex_fail(r, start, "no ] for this [");
		if (r->i > first && sek_regex_take(r, ']'))
			break;
		code = read_item(r, &item);
		if (code != SEK_OK)
			return code;
		sek_regex_set_join(&set, &item.set);
		if (item.one)
			sek_regex_set_add(&set, item.byte);
		if (!at_range(r))
			continue;
		if (!item.one)
			return sek_regex_fail(r, r->i,
			    "a class cannot begin a range; write \\-");
		code = read_range(r, item.byte, &set);
	}
	if (r->caseless)
		sek_regex_set_fold(&set);
	if (invert)
		sek_regex_set_invert(&set);
	*out = set;
	return code;
}

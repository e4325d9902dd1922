#include "scan/ere.h"

#include "scan/regex_tree.h"

/*
 * Facts are GNU grep 3.8's, tried: a quantifier with nothing before it is
 * dropped, `)` without `(` is text, so is a `{` that begins no interval; but of
 * digits and commas, after what could be repeated, such a one is an error.
 */
#define REPEAT_MAX 32767 /* RE_DUP_MAX of the GNU C library */
#define NEST_MAX   200   /* the most that PCRE2 takes is 250 */

static const char before_word[] = "(?<![A-Za-z0-9_])(?:";
static const char after_word[] = ")(?![A-Za-z0-9_])";

struct translator {
	struct sek_str in;
	size_t i; /* the next byte of it */
	struct sek_buf *out;
	struct sek_err *err;
};

/* What was just written to out. */
struct piece {
	size_t at;       /* where in out it begins */
	unsigned height; /* of the groups in it, in each other */
	bool bare;       /* a quantifier may follow it as it is */
	bool lax;        /* so may a {} that is no interval, as text */
};

static enum sek_code
fail(const struct translator *t, size_t at, const char *why)
{
	return sek_fail(t->err, SEK_ECONFIG, "column %zu: %s", at + 1, why);
}

static bool
at(const struct translator *t, char c)
{
	return t->i < t->in.n && t->in.p[t->i] == c;
}

static bool
take(struct translator *t, char c)
{
	if (!at(t, c))
		return false;
	t->i++;
	return true;
}

static void
write_byte(struct translator *t, unsigned c)
{
	if (c < ' ' || c > '~')
		sek_buf_printf(t->out, "\\x%02x", c);
	else if (strchr("\\^$.[]|()?*+{}-", (int)c))
		sek_buf_printf(t->out, "\\%c", (int)c);
	else
		sek_buf_add_c(t->out, (char)c);
}

static void
write_ranges(struct translator *t, const struct sek_regex_set *set)
{
	for (unsigned c = 0, end; c < 256; c = end + 1) {
		end = c;
		if (!sek_regex_set_has(set, (unsigned char)c))
			continue;
		while (end < 255 &&
		    sek_regex_set_has(set, (unsigned char)(end + 1)))
			end++;
		write_byte(t, c);
		if (end > c) {
			sek_buf_add_c(t->out, '-');
			write_byte(t, end);
		}
	}
}

/* A line holds no newline, so that no class may match one. */
static void
write_set(struct translator *t, struct sek_regex_set set, struct piece *out)
{
	unsigned n = 0;

	set.bits['\n' / 64] &= ~((uint64_t)1 << '\n');
	for (unsigned c = 0; c < 256; c++)
		n += sek_regex_set_has(&set, (unsigned char)c);
	if (n == 0) {
		sek_buf_add_s(t->out, "(?!)");
		out->height = 1;
		return;
	}
	out->bare = true;
	sek_buf_add_c(t->out, '[');
	if (n > 128) {
		sek_buf_add_c(t->out, '^');
		sek_regex_set_invert(&set);
	}
	write_ranges(t, &set);
	sek_buf_add_c(t->out, ']');
}

static bool
read_number(struct translator *t, uint32_t *out)
{
	size_t start = t->i;

	for (*out = 0; t->i < t->in.n; t->i++) {
		char c = t->in.p[t->i];

		if (c < '0' || c > '9')
			break;
		if (*out <= REPEAT_MAX)
			*out = *out * 10 + (uint32_t)(c - '0');
	}
	return t->i > start;
}

/* At a `{`: takes {n}, {n,}, {,m}, {n,m} or {,}; *yes false: it is text. */
static enum sek_code
read_interval(struct translator *t, const struct piece *repeated, bool *yes,
    uint32_t *from, uint32_t *to)
{
	bool strict = repeated && !repeated->lax;
	size_t start = t->i++;
	bool number = read_number(t, from), comma = take(t, ',');

	*to = *from;
	if (comma && !read_number(t, to))
		*to = SEK_UNBOUNDED;
	*yes = (number || comma) && take(t, '}');
	if (*from > *to && !strict)
		*yes = false;
	if (!*yes) {
		while (strict && t->i < t->in.n &&
		    strchr("0123456789,", t->in.p[t->i]))
			t->i++;
		if (strict && at(t, '}'))
			return fail(t, start, "this {} is no interval");
		t->i = start;
		return SEK_OK;
	}
	if (*from > REPEAT_MAX || (*to > REPEAT_MAX && *to != SEK_UNBOUNDED))
		return fail(t, start, "more than 32767 repetitions");
	if (*from > *to)
		return fail(t, start, "the numbers in {} are reversed");
	return SEK_OK;
}

/* [:name:] with its bracket already read; else what the byte means. */
static enum sek_code
read_named(struct translator *t, struct sek_regex_set *set, bool *yes)
{
	size_t start = t->i - 1, end = t->i + 1;
	struct sek_str name;

	*yes = at(t, ':') || at(t, '.') || at(t, '=');
	if (!*yes)
		return SEK_OK;
	if (!at(t, ':'))
		return fail(t, start,
		    "collating elements and equivalences are not supported");
	while (end + 1 < t->in.n &&
	    !(t->in.p[end] == ':' && t->in.p[end + 1] == ']'))
		end++;
	name = (struct sek_str){t->in.p + t->i + 1, end - t->i - 1};
	if (end + 1 >= t->in.n || sek_str_is(name, "word") ||
	    sek_str_is(name, "ascii") || !sek_regex_set_posix(set, name))
		return fail(t, start, "no such class of bytes");
	t->i = end + 2;
	return SEK_OK;
}

/* A member of a bracket expression, or a range of them. */
static enum sek_code
read_member(struct translator *t, struct sek_regex_set *set)
{
	size_t start = t->i;
	unsigned char first = (unsigned char)t->in.p[t->i++], last = first;
	enum sek_code code;
	bool named = false;

	if (first == '[') {
		code = read_named(t, set, &named);
		if (code != SEK_OK || named)
			return code;
	}
	if (at(t, '-') && t->i + 1 < t->in.n && t->in.p[t->i + 1] != ']') {
		t->i++;
		last = (unsigned char)t->in.p[t->i++];
		if (last == '[' && (at(t, ':') || at(t, '.') || at(t, '=')))
			return fail(t, start, "a class cannot end a range");
		if (last < first)
			return fail(t, start, "the range is reversed");
	}
	sek_regex_set_range(set, first, last);
	return SEK_OK;
}

/* After a `[`. */
static enum sek_code
translate_bracket(struct translator *t, struct piece *out)
{
	size_t start = t->i - 1, first;
	bool invert = take(t, '^');
	struct sek_regex_set set = {0};

	for (first = t->i; t->i == first || !at(t, ']');) {
		enum sek_code code;

		if (t->i >= t->in.n)
			return fail(t, start, "no ] for this [");
		code = read_member(t, &set);
		if (code != SEK_OK)
			return code;
	}
	if (t->i - first > 1 && t->in.p[first] == ':' &&
	    t->in.p[t->i - 1] == ':')
		return fail(t, start, "write [[:name:]]");
	t->i++;
	if (invert)
		sek_regex_set_invert(&set);
	write_set(t, set, out);
	return SEK_OK;
}

/* After a backslash. */
static enum sek_code
translate_escape(struct translator *t, struct piece *out)
{
	static const struct {
		char letter;
		const char *regex;
	} edges[] = {
	    {'b', "\\b"},
	    {'B', "\\B"},
	    {'<', "\\b(?=\\w)"},
	    {'>', "\\b(?<=\\w)"},
	    {'`', "^"},
	    {'\'', "$"},
	};
	struct sek_regex_set set = {0};
	size_t start = t->i - 1;
	char c;

	if (t->i == t->in.n)
		return fail(t, start, "a backslash ends the pattern");
	c = t->in.p[t->i++];
	if (c >= '1' && c <= '9')
		return fail(t, start, "back-references are not supported");
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		if (c != edges[i].letter)
			continue;
		sek_buf_add_s(t->out, edges[i].regex);
		out->height = 1;
		return SEK_OK;
	}
	if (strchr("sSwW", c)) {
		(void)sek_regex_set_escape(&set, c);
		write_set(t, set, out);
		return SEK_OK;
	}
	write_byte(t, (unsigned char)c);
	out->bare = true;
	return SEK_OK;
}

static enum sek_code
translate_choice(struct translator *t, unsigned depth, unsigned *height);

static enum sek_code
translate_group(struct translator *t, unsigned depth, struct piece *out)
{
	size_t start = t->i - 1;
	enum sek_code code;

	if (depth == NEST_MAX)
		return fail(t, start, "too many groups in each other");
	sek_buf_add_s(t->out, "(?:");
	code = translate_choice(t, depth + 1, &out->height);
	if (code != SEK_OK)
		return code;
	if (!take(t, ')'))
		return fail(t, start, "no ) for this (");
	sek_buf_add_c(t->out, ')');
	out->height++;
	out->bare = true;
	return SEK_OK;
}

static enum sek_code
translate_atom(struct translator *t, unsigned depth, struct piece *out)
{
	char c = t->in.p[t->i++];

	*out = (struct piece){.at = t->out->n};
	switch (c) {
	case '(':
		return translate_group(t, depth, out);
	case '[':
		return translate_bracket(t, out);
	case '\\':
		return translate_escape(t, out);
	case '^':
	case '$':
		sek_buf_add_c(t->out, c);
		out->lax = true;
		return SEK_OK;
	case '.':
		sek_buf_add_c(t->out, c);
		break;
	case '{':
		out->lax = true;
		write_byte(t, '{');
		break;
	default:
		write_byte(t, (unsigned char)c);
		break;
	}
	out->bare = true;
	return SEK_OK;
}

/* Puts a group around a piece that a quantifier would not take as a whole. */
static void
wrap(struct translator *t, struct piece *piece)
{
	static const char open[] = "(?:";
	struct sek_buf *b = t->out;
	size_t n = sizeof(open) - 1, len;

	if (piece->bare)
		return;
	sek_buf_add_s(b, "(?:)");
	if (b->toobig)
		return;
	len = b->n - piece->at - n - 1;
	memmove(b->p + piece->at + n, b->p + piece->at, len);
	memcpy(b->p + piece->at, open, n);
	piece->height++;
	piece->bare = true;
}

/* {0}, which our regexes do not have. */
static void
drop(struct translator *t, struct piece *piece)
{
	if (!t->out->toobig)
		t->out->n = piece->at;
	sek_buf_add_s(t->out, "(?:)");
	piece->height = 1;
	piece->bare = true;
}

/*
 * The quantifiers after a piece, or (piece NULL) where they repeat nothing.
 * What stands for `a*?` in PCRE2 is not what it means here; `*`, `+` and `?` in
 * a row are one of them.
 */
static enum sek_code
translate_quantifiers(struct translator *t, struct piece *piece)
{
	bool optional = false, many = false, pending = false;

	for (;;) {
		uint32_t from, to;
		bool interval = false;

		if (at(t, '*') || at(t, '+') || at(t, '?')) {
			char c = t->in.p[t->i++];

			optional |= c != '+';
			many |= c != '?';
			pending = true;
			continue;
		}
		if (at(t, '{')) {
			enum sek_code code = read_interval(t, piece, &interval,
			    &from, &to);

			if (code != SEK_OK)
				return code;
		}
		if (piece && pending) {
			wrap(t, piece);
			sek_buf_add_c(t->out,
			    !many          ? '?'
				: optional ? '*'
					   : '+');
			piece->bare = optional = many = pending = false;
		}
		if (!interval)
			return SEK_OK;
		if (!piece)
			continue;
		if (to == 0) {
			drop(t, piece);
			continue;
		}
		wrap(t, piece);
		if (to == SEK_UNBOUNDED)
			sek_buf_printf(t->out, "{%u,}", from);
		else
			sek_buf_printf(t->out, "{%u,%u}", from, to);
		piece->bare = false;
	}
}

static enum sek_code
translate_branch(struct translator *t, unsigned depth, unsigned *height)
{
	enum sek_code code = translate_quantifiers(t, NULL);

	while (code == SEK_OK && t->i < t->in.n && !at(t, '|') &&
	    !(depth > 0 && at(t, ')'))) {
		struct piece piece;
		size_t start = t->i;

		code = translate_atom(t, depth, &piece);
		if (code == SEK_OK)
			code = translate_quantifiers(t, &piece);
		if (code == SEK_OK && depth + piece.height > NEST_MAX)
			return fail(t, start, "too many groups in each other");
		if (piece.height > *height)
			*height = piece.height;
	}
	return code;
}

/* Up to the end, or in a group (depth > 0) up to its parenthesis. */
static enum sek_code
translate_choice(struct translator *t, unsigned depth, unsigned *height)
{
	enum sek_code code;

	*height = 0;
	do {
		code = translate_branch(t, depth, height);
		if (code != SEK_OK || !at(t, '|'))
			return code;
		sek_buf_add_c(t->out, '|');
	} while (take(t, '|'));
	return code;
}

enum sek_code
sek_ere_translate(const char *ere, bool word, struct sek_buf *out,
    struct sek_err *err)
{
	struct translator t = {.in = sek_str(ere), .out = out, .err = err};
	size_t before = out->n;
	enum sek_code code;
	unsigned height;

	if (t.in.n > SEK_REGEX_MAX)
		return fail(&t, SEK_REGEX_MAX, "the pattern is too long");
	if (strchr(ere, '\n'))
		return fail(&t, strcspn(ere, "\n"), "a pattern is one line");
	if (word)
		sek_buf_add_s(out, before_word);
	code = translate_choice(&t, 0, &height);
	if (code != SEK_OK)
		return code;
	if (word)
		sek_buf_add_s(out, after_word);
	if (out->n - before > SEK_REGEX_MAX)
		return fail(&t, 0, "the pattern is too long in PCRE2's syntax");
	return sek_buf_check(out, "pattern", err);
}

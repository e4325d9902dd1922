#include "scan/pair_gap.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"

#define OBJECTS_MAX ((size_t)16 << 20) /* larger contents have no objects */
#define DEPTH_MAX   4096
#define LOOK_DOWN   64 /* open brackets that one of another kind may pass */
#define LEAST       0xffff
#define INDENT_MAX  0xff

/* An open bracket: after how many halves. */
struct open {
	uint32_t kind, halves;
};
struct objects {
	SEK_VEC(struct open) open;
	const struct sek_half *half;
	size_t n, at;  /* halves, and those before where we read */
	int32_t *step; /* per gap: objects around both sides, as differences */
};

/* What is opened and closed between the same halves divides nothing; what is
 * never closed, or was never opened, is no object. */
static void
close_object(struct objects *o, uint32_t kind)
{
	size_t low = o->open.n > LOOK_DOWN ? o->open.n - LOOK_DOWN : 0;

	for (size_t i = o->open.n; i > low; i--) {
		const struct open *b = &o->open.at[i - 1];

		if (b->kind != kind)
			continue;
		if (o->at >= (size_t)b->halves + 2) {
			o->step[b->halves + 1]++;
			o->step[o->at]--;
		}
		o->open.n = i - 1;
		return;
	}
}

static void
open_object(struct objects *o, uint32_t kind)
{
	if (o->open.n < DEPTH_MAX)
		*sek_vec_push(&o->open) = (struct open){kind, (uint32_t)o->at};
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* <name, </name> and />; others are no tags. */
static void
read_tag(struct objects *o, struct sek_str s)
{
	bool closes = s.n > 1 && s.p[1] == '/';
	uint32_t kind = 256;

	if (s.p[0] == '/') {
		if (s.n > 1 && s.p[1] == '>' && o->open.n)
			close_object(o, o->open.at[o->open.n - 1].kind);
		return;
	}
	for (size_t i = 1 + closes; i < s.n && i < 64; i++) {
		if (!is_letter(s.p[i]) && (s.p[i] < '-' || s.p[i] > ':'))
			break;
		kind = kind * 31 + (unsigned char)s.p[i];
	}
	if (kind == 256)
		return;
	kind |= 256;
	if (closes)
		close_object(o, kind);
	else
		open_object(o, kind);
}

static void
read_objects(struct objects *o, struct sek_str c)
{
	struct sek_str first = sek_str_trim(c);
	bool tags = first.n && first.p[0] == '<';

	for (size_t i = 0; i < c.n; i++) {
		while (o->at < o->n && o->half[o->at].start <= i)
			o->at++;
		switch (c.p[i]) {
		case '{':
		case '[':
		case '(':
			open_object(o, (unsigned char)c.p[i]);
			break;
		case '}':
		case ']':
			close_object(o, (unsigned char)c.p[i] - 2u);
			break;
		case ')':
			close_object(o, '(');
			break;
		case '<':
		case '/':
			if (tags)
				read_tag(o, (struct sek_str){c.p + i, c.n - i});
			break;
		default:
			break;
		}
	}
}

/* [name] or [[name]] by itself, as in INI and TOML; --- in YAML. */
static bool
is_header(struct sek_str line)
{
	line = sek_str_trim(line);
	if (sek_str_is(line, "---"))
		return true;
	if (line.n < 3 || line.p[0] != '[' || line.p[line.n - 1] != ']')
		return false;
	for (size_t i = 1; i < line.n - 1; i++)
		if (line.p[i] == ',' || line.p[i] == '{')
			return false;
	return true;
}

/* Where the text of a line starts; a list's dash stands before its text. */
static size_t
indent_of(struct sek_str line)
{
	size_t n = 0;

	while (n < line.n && n < INDENT_MAX &&
	    (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

struct lines {
	size_t indent, ends;
	bool blank, header;
};

/* The lines that begin in text[from, to); the last may go on. */
static struct lines
read_lines(struct sek_str c, size_t from, size_t to)
{
	struct lines l = {.indent = INDENT_MAX};
	const char *p = c.p + from, *end = c.p + to, *all = c.p + c.n, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
		const char *next = memchr(nl + 1, '\n', (size_t)(all - nl - 1));
		struct sek_str line = {
		    nl + 1, (size_t)((next ? next : all) - nl - 1)};
		size_t indent = indent_of(line);

		l.ends++;
		p = nl + 1;
		if (!sek_str_trim(line).n) {
			l.blank = true;
			continue;
		}
		l.indent = indent < l.indent ? indent : l.indent;
		l.header |= line.n < 256 && next && next < end &&
		    is_header(line);
	}
	return l;
}

static uint64_t
strength(const struct lines *l, size_t objects)
{
	uint64_t inner = objects > LEAST ? LEAST : objects;
	uint64_t apart = !l->ends ? 0 : l->blank ? 2 : 1;

	return (l->header ? SEK_GAP_SECTION : 0) | (LEAST - inner) << 16 |
	    (INDENT_MAX - (uint64_t)l->indent) << 8 | apart;
}

void
sek_gaps_measure(struct sek_str content, struct sek_half *half, size_t n,
    uint64_t *gap)
{
	struct objects o = {.half = half, .n = n};
	size_t depth = 0;

	o.step = sek_alloc_n(n + 1, sizeof(*o.step));
	if (n > 2 && content.n <= OBJECTS_MAX)
		read_objects(&o, content);
	half[0].line = 1 + read_lines(content, 0, half[0].start).ends;
	for (size_t i = 1; i < n; i++) {
		size_t from = half[i - 1].end, to = half[i].start;
		struct lines l = read_lines(content, from < to ? from : to, to);

		depth += (size_t)o.step[i];
		gap[i] = strength(&l, depth);
		half[i].line = half[i - 1].line + l.ends;
	}
	sek_vec_clear(&o.open);
	free(o.step);
}

/* Names. */

#define NAME_MAX_LEN 80

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_in_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

struct sek_str
sek_gap_name(struct sek_str c, size_t at)
{
	size_t low = at > NAME_MAX_LEN ? at - NAME_MAX_LEN : 0, end;
	bool given = false;

	while (at > low && !is_in_name(c.p[at - 1])) {
		char before = c.p[--at];

		given |= before == '=' || before == ':' || before == '>';
		if (before == '\n' || before == ',')
			return (struct sek_str){c.p, 0};
	}
	end = at;
	while (at > low && is_in_name(c.p[at - 1]))
		at--;
	return (struct sek_str){c.p + at, given ? end - at : 0};
}

/* Does the word end between a and b? fooBar, key1 */
static bool
is_edge(char a, char b)
{
	if (!is_letter(a) && !is_digit(a))
		return true;
	if (is_digit(a) != is_digit(b))
		return true;
	return a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z';
}

static bool
is_general(struct sek_str word)
{
	static const char *const words[] = {"aws", "amazon", "access", "secret",
	    "key", "keys", "id", "s", "iam", "cred", "creds", "credential",
	    "credentials", "value", "string", "export", "set", "env", "name",
	    "accesskey", "accesskeyid", "secretkey", "secretaccesskey", "keyid",
	    "token", "default"};
	char low[16];

	if (word.n >= sizeof(low))
		return false;
	for (size_t i = 0; i < word.n; i++)
		low[i] = (char)(word.p[i] | (is_letter(word.p[i]) ? 0x20 : 0));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (word.n == strlen(words[i]) &&
		    !memcmp(low, words[i], word.n))
			return true;
	return false;
}

uint64_t
sek_gap_stem(struct sek_str content, size_t value)
{
	struct sek_str name = sek_gap_name(content, value);
	uint64_t hash = 0;

	for (size_t i = 0, n; i < name.n; i += n) {
		struct sek_str word = {name.p + i, 1};

		n = 1;
		if (!is_letter(name.p[i]) && !is_digit(name.p[i]))
			continue;
		while (i + n < name.n &&
		    !is_edge(name.p[i + n - 1], name.p[i + n]) &&
		    (is_letter(name.p[i + n]) || is_digit(name.p[i + n])))
			n++;
		word.n = n;
		if (is_general(word))
			continue;
		hash = (hash + 1) * 0x100000001b3;
		for (size_t k = 0; k < n; k++)
			hash = (hash ^
				   (unsigned char)(word.p[k] |
				       (is_letter(word.p[k]) ? 0x20 : 0))) *
			    0x100000001b3;
	}
	return hash;
}

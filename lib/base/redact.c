#include "base/redact.h"

#include "base/enc.h"

#define EDGE_HEAD   4
#define EDGE_TAIL   2
#define EDGE_HIDDEN 12

static void
add_plain(struct sek_buf *out, struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sek_buf_add_c(out,
		    s.p[i] >= 0x20 && s.p[i] < 0x7f ? s.p[i] : '?');
}

void
sek_redact(struct sek_buf *out, struct sek_str value, enum sek_show show)
{
	if (show != SEK_SHOW_EDGES ||
	    value.n < EDGE_HEAD + EDGE_HIDDEN + EDGE_TAIL) {
		sek_buf_printf(out, "(%zu character%s)", value.n,
		    value.n == 1 ? "" : "s");
		return;
	}
	add_plain(out, (struct sek_str){value.p, EDGE_HEAD});
	sek_buf_add_s(out, "...");
	add_plain(out,
	    (struct sek_str){value.p + value.n - EDGE_TAIL, EDGE_TAIL});
}

/*
 * Controls of both kinds, and what turns the direction of text around: with it
 * a path can be made to read as another.
 */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
	    point == 0x061c || point == 0x200e || point == 0x200f ||
	    (point >= 0x2028 && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069);
}

/* How many bytes at the start of s may be shown as they are; 0: none. */
static size_t
plain_bytes(struct sek_str s)
{
	uint32_t point;
	size_t n = sek_utf8_next(s, &point);

	if (n == 0 || is_control(point) || point == '"' || point == '\\')
		return 0;
	return n;
}

static void
add_escaped(struct sek_buf *out, unsigned char c)
{
	static const char letter[] = "abtnvfr";

	sek_buf_add_c(out, '\\');
	if (c == '"' || c == '\\')
		sek_buf_add_c(out, (char)c);
	else if (c >= '\a' && c <= '\r')
		sek_buf_add_c(out, letter[c - '\a']);
	else
		sek_buf_printf(out, "%03o", c);
}

static bool
is_plain(struct sek_str s)
{
	while (s.n > 0) {
		size_t n = plain_bytes(s);

		if (n == 0)
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

void
sek_quote(struct sek_buf *out, struct sek_str text)
{
	if (is_plain(text)) {
		sek_buf_add_str(out, text);
		return;
	}
	sek_buf_add_c(out, '"');
	while (text.n > 0) {
		size_t n = plain_bytes(text);

		if (n > 0)
			sek_buf_add(out, text.p, n);
		else
			add_escaped(out, (unsigned char)*text.p);
		/* after an escaped lead byte its tail is escaped as well */
		text.p += n ? n : 1;
		text.n -= n ? n : 1;
	}
	sek_buf_add_c(out, '"');
}

bool
sek_is_line(struct sek_str text)
{
	while (text.n > 0) {
		uint32_t point;
		size_t n = sek_utf8_next(text, &point);

		if (n == 0 || is_control(point))
			return false;
		text.p += n;
		text.n -= n;
	}
	return true;
}

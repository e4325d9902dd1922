#include "scan/decode.h"

#include "base/enc.h"
#include "scan/decode_escape.h"

/* A line of wrapped base64 or hex has at least so many characters; between two
 * lines there are at most so many bytes of indentation and quotes. */
#define LINE_MIN 16
#define GAP_MAX  96
/* What may be looked at before a run: gaps, and lines that are too short. */
#define SEEN_BEFORE (4 * GAP_MAX)
/* Of text with escapes: the line of a lead and those above it. */
#define LINES_ABOVE 6

const char *
sek_encoding_name(enum sek_encoding e)
{
	static const char *const name[] = {
	    [SEK_PLAIN] = "",
	    [SEK_BASE64] = "base64",
	    [SEK_HEX] = "hex",
	    [SEK_UTF16LE] = "utf-16",
	    [SEK_UTF16BE] = "utf-16",
	    [SEK_PARTS] = "parts",
	    [SEK_ESCAPES] = "escapes",
	    [SEK_QUOTED] = "quoted-printable",
	};

	return name[e];
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool
in_gap(char c)
{
	return is_one_of(c, " \t\r\n\"'\\#>*");
}

/* \n in a string: two characters of the text, of which the second would be one
 * of base64. */
static bool
is_escape(struct sek_str c, size_t at)
{
	return at + 1 < c.n && c.p[at] == '\\' && is_one_of(c.p[at + 1], "nrt");
}

/* How many bytes from `at` on are of a set. */
static size_t
strspn_in(struct sek_str c, size_t at, size_t end, const char *set)
{
	size_t n = 0;

	while (at + n < end && n < GAP_MAX && is_one_of(c.p[at + n], set))
		n++;
	return n;
}

static size_t
limit_back(const struct sek_lead *l, size_t most)
{
	return l->at > most ? l->at - most : 0;
}

static size_t
limit_ahead(struct sek_str c, const struct sek_lead *l, size_t most)
{
	return c.n - l->at > most ? l->at + most : c.n;
}

/* Is the line's run all there is in the line, or its end by padding or a quote?
 * A name that follows would only spoil the last bytes. */
static bool
is_alone(struct sek_str c, size_t at, size_t end)
{
	while (at < end && sek_base64_digit(c.p[at]) >= 0)
		at++;
	if (at < end && c.p[at] == '=')
		return at + 1 == end || sek_base64_digit(c.p[at + 1]) < 0;
	return at == end || is_one_of(c.p[at], "\r\n\"'`\\,;)]}<");
}

/*
 * Over the end of a line, from the first character after its run: where the
 * next line's run begins, or 0.
 */
static size_t
over_gap(struct sek_str c, size_t at, size_t end)
{
	size_t from = at, stop = end;
	bool line = false;

	end = end - at > GAP_MAX ? at + GAP_MAX : end;
	while (at < end && in_gap(c.p[at])) {
		bool escape = is_escape(c, at);

		line = line || escape || c.p[at] == '\n';
		at += escape ? 2 : 1;
	}
	if (!line || at == from || at == end || sek_base64_digit(c.p[at]) < 0)
		return 0;
	return is_alone(c, at, stop) ? at : 0;
}

/* The same from right to left, from a run's first character: just past the last
 * of the line before. */
static size_t
over_gap_back(struct sek_str c, size_t at, size_t begin)
{
	bool line = false;

	begin = at - begin > GAP_MAX ? at - GAP_MAX : begin;
	while (at > begin) {
		if (at - begin >= 2 && is_escape(c, at - 2)) {
			line = true;
			at -= 2;
		} else if (in_gap(c.p[at - 1])) {
			line = line || c.p[at - 1] == '\n';
			at--;
		} else {
			break;
		}
	}
	return line && at > begin && sek_base64_digit(c.p[at - 1]) >= 0 ? at
									: 0;
}

/* The start of the run; chars: how many of its characters stand before the
 * lead. */
static size_t
base64_begin(struct sek_str c, const struct sek_lead *l, size_t *chars)
{
	size_t begin = limit_back(l, SEK_DECODE_BACK), at = l->at;
	size_t line = LINE_MIN; /* what of it stands in this line */

	*chars = 0;
	for (;;) {
		size_t next;

		while (at > begin && sek_base64_digit(c.p[at - 1]) >= 0 &&
		    !(at - begin >= 2 && is_escape(c, at - 2))) {
			at--;
			line++;
			++*chars;
		}
		next = line >= LINE_MIN ? over_gap_back(c, at, begin) : 0;
		if (!next)
			return at;
		line = 0;
		at = next;
	}
}

static size_t
base64_end(struct sek_str c, const struct sek_lead *l)
{
	size_t end = limit_ahead(c, l, SEK_DECODE_AHEAD), at = l->at;
	size_t line = LINE_MIN;

	for (;;) {
		size_t next;

		while (at < end && sek_base64_digit(c.p[at]) >= 0) {
			at++;
			line++;
		}
		next = line >= LINE_MIN ? over_gap(c, at, end) : 0;
		if (!next)
			return at;
		line = 0;
		at = next;
	}
}

static void
open_base64(struct sek_decode *d)
{
	size_t chars;

	d->begin = base64_begin(d->content, &d->lead, &chars);
	d->end = base64_end(d->content, &d->lead);
	/* Groups of four begin where the lead says so. */
	for (size_t skip = (chars + 4 - d->lead.index) % 4;
	     skip && d->begin < d->end; d->begin++)
		skip -= sek_base64_digit(d->content.p[d->begin]) >= 0 &&
		    !(d->begin && is_escape(d->content, d->begin - 1));
}

static bool
in_hex(char c)
{
	return sek_hex_value(c) >= 0 || is_one_of(c, " \t\r\n,:xX\\\"'");
}

/* Where the digits begin that stand without a gap before `at`. */
static size_t
digits_begin(struct sek_str c, size_t at, size_t begin)
{
	while (at > begin && sek_hex_value(c.p[at - 1]) >= 0)
		at--;
	return at;
}

/* The lead's own digits, skipping what is written before each byte. */
static size_t
hex_lead(struct sek_str c, const struct sek_lead *l)
{
	for (size_t at = l->at; at < l->at + 3 && at + 1 < c.n; at++)
		if (sek_hex_value(c.p[at]) >= 0 &&
		    sek_hex_value(c.p[at + 1]) >= 0)
			return at;
	return l->at;
}

static void
open_hex(struct sek_decode *d)
{
	struct sek_str c = d->content;
	size_t begin = limit_back(&d->lead, SEK_DECODE_BACK);
	size_t end = limit_ahead(c, &d->lead, SEK_DECODE_AHEAD);
	size_t lead = hex_lead(c, &d->lead);
	size_t digits = digits_begin(c, lead, begin);

	d->begin = d->lead.at;
	while (d->begin > begin && in_hex(c.p[d->begin - 1]))
		d->begin--;
	if ((lead - digits) % 2) /* bytes begin where the lead says so */
		d->begin = digits + 1;
	d->end = d->begin > d->lead.at ? d->begin : d->lead.at;
	while (d->end < end && in_hex(c.p[d->end]))
		d->end++;
}

/* A character of Latin-1 that is text. */
static bool
in_utf16(const struct sek_decode *d, size_t at)
{
	bool big = d->encoding == SEK_UTF16BE;
	unsigned char high = (unsigned char)d->content.p[at + !big];
	unsigned char low = (unsigned char)d->content.p[at + big];

	return !high && (low >= ' ' || is_one_of((char)low, "\t\r\n"));
}

static void
open_utf16(struct sek_decode *d)
{
	struct sek_str c = d->content;
	size_t begin = limit_back(&d->lead, SEK_DECODE_BACK);
	size_t end = limit_ahead(c, &d->lead, SEK_DECODE_AHEAD);

	d->begin = d->end = d->lead.at;
	if (d->lead.all) {
		d->end = c.n & ~(size_t)1;
		return;
	}
	while (d->begin - begin >= 2 && in_utf16(d, d->begin - 2))
		d->begin -= 2;
	while (end - d->end >= 2 && in_utf16(d, d->end))
		d->end += 2;
}

/*
 * The end of a joint that begins at `at`: a quote, an operator or a line's end
 * or nothing, a quote; or a backslash before a line's end. 0: there is none.
 */
static size_t
joint_end(struct sek_str c, size_t at, size_t end)
{
	char quote = c.p[at];

	if (quote == '\\' && at + 1 < end && is_one_of(c.p[at + 1], "\r\n"))
		return at + 1 + strspn_in(c, at + 1, end, "\r\n \t");
	if (!is_one_of(quote, "\"'`"))
		return 0;
	at++;
	at += strspn_in(c, at, end, " \t\r\n\\+.&|~<>_");
	return at < end && is_one_of(c.p[at], "\"'`") ? at + 1 : 0;
}

bool
sek_decode_joint_follows(struct sek_str c, size_t at)
{
	size_t end = c.n - at > SEK_PARTS_AHEAD ? at + SEK_PARTS_AHEAD : c.n;

	for (at++; at + 1 < end; at++) {
		size_t next;

		if (!is_one_of(c.p[at], "\"'`\\") ||
		    sek_base64_digit(c.p[at - 1]) < 0)
			continue;
		next = joint_end(c, at, end);
		if (next && next < end && sek_base64_digit(c.p[next]) >= 0)
			return true;
	}
	return false;
}

/* A joint takes up the line's end: the run is not of one line. */
static void
open_parts(struct sek_decode *d)
{
	struct sek_str c = d->content;
	size_t begin = limit_back(&d->lead, SEK_ESCAPES_BACK);
	const char *nl = memrchr(c.p + begin, '\n', d->lead.at - begin);

	d->begin = nl ? (size_t)(nl - c.p) + 1 : begin;
	d->end = limit_ahead(c, &d->lead, SEK_ESCAPES_BACK);
}

/* A name may stand some lines above its value; and what follows soon is of the
 * same run, so that it is read once. */
static void
open_escapes(struct sek_decode *d)
{
	struct sek_str c = d->content;
	size_t begin = limit_back(&d->lead, SEK_ESCAPES_BACK);
	size_t end = limit_ahead(c, &d->lead, SEK_ESCAPES_AHEAD);
	size_t soon = limit_ahead(c, &d->lead, SEK_ESCAPES_BACK);
	const char *nl;

	d->begin = d->lead.at;
	for (int lines = 0; lines < LINES_ABOVE && d->begin > begin; lines++) {
		d->begin -= lines > 0; /* the newline */
		nl = memrchr(c.p + begin, '\n', d->begin - begin);
		d->begin = nl ? (size_t)(nl - c.p) + 1 : begin;
	}
	nl = memchr(c.p + soon, '\n', end - soon);
	d->end = nl ? (size_t)(nl - c.p) : end;
}

void
sek_decode_open(struct sek_decode *d, struct sek_str content,
    const struct sek_lead *lead)
{
	*d = (struct sek_decode){
	    .content = content,
	    .encoding = lead->encoding,
	    .lead = *lead,
	};
	switch (d->encoding) {
	case SEK_BASE64:
		open_base64(d);
		break;
	case SEK_HEX:
		open_hex(d);
		break;
	case SEK_UTF16LE:
	case SEK_UTF16BE:
		open_utf16(d);
		break;
	case SEK_PARTS:
		open_parts(d);
		break;
	case SEK_ESCAPES:
		open_escapes(d);
		break;
	case SEK_QUOTED: /* another part of a message has its own lead */
		d->begin = d->lead.at;
		d->end = limit_ahead(content, lead, SEK_DECODE_BACK);
		break;
	case SEK_PLAIN:
	case SEK_ENCODINGS:
		break;
	}
	d->at = d->from = d->begin;
}

static bool
next_base64(struct sek_decode *d, unsigned char *byte)
{
	while (d->at < d->end) {
		size_t at = d->at++;
		int v = sek_base64_digit(d->content.p[at]);

		if (v < 0) {
			d->at += is_escape(d->content, at);
			continue;
		}
		d->bits = (d->bits & 0xff) << 6 | (uint32_t)v;
		if (!d->bits_n) {
			d->bits_n = 6;
			d->bits_from = at;
			continue;
		}
		d->bits_n = (uint8_t)(d->bits_n - 2);
		*byte = (unsigned char)(d->bits >> d->bits_n);
		d->from = d->bits_from;
		d->bits_from = at;
		return true;
	}
	return false;
}

static bool
next_hex(struct sek_decode *d, unsigned char *byte)
{
	const char *p = d->content.p;

	for (; d->end - d->at >= 2; d->at++) {
		int high = sek_hex_value(p[d->at]),
		    low = sek_hex_value(p[d->at + 1]);

		if (high < 0 || low < 0)
			continue;
		*byte = (unsigned char)(high << 4 | low);
		d->from = d->at;
		d->at += 2;
		return true;
	}
	return false;
}

/* Gives the first byte of a character as UTF-8 and keeps the others. */
static unsigned char
give(struct sek_decode *d, uint32_t c)
{
	unsigned char *to = d->more;

	d->more_at = 0;
	d->more_n = 0;
	if (c < 0x80)
		return (unsigned char)c;
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	d->more_n = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	for (int i = d->more_n; i > 0; i--, c >>= 6)
		to[i - 1] = (unsigned char)(0x80 | (c & 0x3f));
	return (unsigned char)(0xff00 >> (d->more_n + 1) | c);
}

static uint32_t
unit(const struct sek_decode *d, size_t at)
{
	const unsigned char *p = (const unsigned char *)d->content.p + at;

	return d->encoding == SEK_UTF16BE ? (uint32_t)p[0] << 8 | p[1]
					  : (uint32_t)p[1] << 8 | p[0];
}

static bool
next_utf16(struct sek_decode *d, unsigned char *byte)
{
	uint32_t c, low;

	if (d->end - d->at < 2)
		return false;
	d->from = d->at;
	c = unit(d, d->at);
	d->at += 2;
	if (c >= 0xd800 && c < 0xdc00 && d->end - d->at >= 2) {
		low = unit(d, d->at);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			d->at += 2;
		}
	}
	*byte = give(d, c);
	return true;
}

static bool
next_escape(struct sek_decode *d, unsigned char *byte)
{
	uint32_t value = 0;
	size_t n;
	char c;

	if (d->at == d->end)
		return false;
	d->from = d->at;
	c = d->content.p[d->at];
	n = sek_escape_read((struct sek_str){d->content.p + d->at,
				d->end - d->at},
	    &value);
	d->at += n ? n : 1;
	if (!n || c == '%') /* bytes as they are */
		*byte = n ? (unsigned char)value : (unsigned char)c;
	else
		*byte = give(d, value);
	return true;
}

static bool
next_quoted(struct sek_decode *d, unsigned char *byte)
{
	size_t n = sek_quoted_read((struct sek_str){d->content.p + d->at,
				       d->end - d->at},
	    byte);

	d->from = d->at;
	d->at += n;
	return n > 0;
}

static bool
next_part(struct sek_decode *d, unsigned char *byte)
{
	size_t next;

	while (d->at > d->begin && d->at < d->end &&
	    sek_base64_digit(d->content.p[d->at - 1]) >= 0) {
		next = joint_end(d->content, d->at, d->end);
		if (!next || next >= d->end ||
		    sek_base64_digit(d->content.p[next]) < 0)
			break;
		d->at = next;
	}
	if (d->at >= d->end)
		return false;
	d->from = d->at;
	*byte = (unsigned char)d->content.p[d->at++];
	return true;
}

bool
sek_decode_next(struct sek_decode *d, unsigned char *byte)
{
	bool more = false;

	if (d->more_at < d->more_n) {
		*byte = d->more[d->more_at++];
		d->made++;
		return true;
	}
	switch (d->encoding) {
	case SEK_BASE64:
		more = next_base64(d, byte);
		break;
	case SEK_HEX:
		more = next_hex(d, byte);
		break;
	case SEK_UTF16LE:
	case SEK_UTF16BE:
		more = next_utf16(d, byte);
		break;
	case SEK_PARTS:
		more = next_part(d, byte);
		break;
	case SEK_ESCAPES:
		more = next_escape(d, byte);
		break;
	case SEK_QUOTED:
		more = next_quoted(d, byte);
		break;
	case SEK_PLAIN:
	case SEK_ENCODINGS:
		break;
	}
	d->made += more;
	return more;
}

/* Of base64 it was looked how the line after the last one ends. */
static size_t
seen_after(const struct sek_decode *d)
{
	struct sek_str c = d->content;
	size_t at = d->end;

	if (d->encoding != SEK_BASE64)
		return at;
	while (at < c.n && at - d->end <= GAP_MAX && in_gap(c.p[at]))
		at += is_escape(c, at) ? 2 : 1;
	while (at < c.n && sek_base64_digit(c.p[at]) >= 0)
		at++;
	return at;
}

void
sek_decode_seen(const struct sek_decode *d, size_t *from, size_t *to)
{
	size_t after = seen_after(d), n = d->content.n;

	*from = d->begin > SEEN_BEFORE ? d->begin - SEEN_BEFORE : 0;
	*to = after < n && n - after > 2 ? after + 2 : n;
}

static bool
covers_base64(struct sek_decode *d, const struct sek_lead *lead)
{
	size_t index = d->lead.index;

	for (size_t at = d->lead.at; at < lead->at; at++) {
		if (is_escape(d->content, at))
			at++;
		else if (sek_base64_digit(d->content.p[at]) >= 0)
			index++;
	}
	d->lead.at = lead->at;
	d->lead.index = (uint8_t)(index % 4);
	return d->lead.index == lead->index;
}

static bool
covers_hex(struct sek_decode *d, const struct sek_lead *lead)
{
	size_t old = hex_lead(d->content, &d->lead);
	size_t new = hex_lead(d->content, lead);
	bool whole;

	if (new < old)
		return false;
	/* Bytes that were found to begin at the last lead begin at every second
	 * digit from there. */
	whole = (new - digits_begin(d->content, new, old)) % 2 == 0;
	if (whole)
		d->lead = *lead;
	return whole;
}

bool
sek_decode_covers(struct sek_decode *d, const struct sek_lead *lead)
{
	if (d->encoding != lead->encoding || lead->at < d->lead.at ||
	    lead->at >= d->end)
		return false;
	if (d->encoding == SEK_BASE64)
		return covers_base64(d, lead);
	if (d->encoding == SEK_HEX)
		return covers_hex(d, lead);
	if (d->encoding == SEK_PARTS) /* with all that may belong to it */
		return d->end - lead->at > SEK_PARTS_AHEAD ||
		    d->end == d->content.n;
	return d->encoding == SEK_ESCAPES || d->encoding == SEK_QUOTED ||
	    (lead->at - d->begin) % 2 == 0;
}

void
sek_decode_place(struct sek_decode *d, size_t *start, size_t *end)
{
	size_t first = *start, last = *end;
	unsigned char byte;
	struct sek_decode ahead;

	if (d->made > first + 1) {
		struct sek_decode again = *d;

		*d = (struct sek_decode){
		    .content = again.content,
		    .encoding = again.encoding,
		    .begin = again.begin,
		    .end = again.end,
		    .at = again.begin,
		    .from = again.begin,
		    .lead = again.lead,
		};
	}
	while (d->made < first + 1 && sek_decode_next(d, &byte))
		;
	*start = d->from;
	ahead = *d;
	while (ahead.made < last && sek_decode_next(&ahead, &byte))
		;
	*end = ahead.at;
}

bool
sek_decode_whole(struct sek_str content, struct sek_lead *lead)
{
	struct sek_decode d = {.content = content};
	const char *p = content.p;

	*lead = (struct sek_lead){.all = true};
	if (content.n < 2)
		return false;
	if (!memcmp(p, "\xff\xfe", 2) || !memcmp(p, "\xfe\xff", 2)) {
		lead->at = 2;
		lead->encoding = p[0] == '\xff' ? SEK_UTF16LE : SEK_UTF16BE;
		return true;
	}
	if (content.n < SEK_DECODE_HEAD)
		return false;
	for (int e = SEK_UTF16LE; e <= SEK_UTF16BE; e++) {
		size_t at = 0;

		d.encoding = e;
		while (at < SEK_DECODE_HEAD && in_utf16(&d, at))
			at += 2;
		lead->encoding = (uint8_t)e;
		if (at == SEK_DECODE_HEAD)
			return true;
	}
	return false;
}

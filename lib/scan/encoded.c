#include "scan/encoded.h"

#include "base/enc.h"
#include "scan/decode_escape.h"
#include "scan/encoded_block.h"
#include "scan/prefilter_table.h"

/* What a character of text in an encoding may be. */
#define FOURTHS 0x0f /* a bit each: first to fourth of a group of base64 */
#define HALVES  0x30 /* first, second digit of a byte */
#define INSIDE  0x40 /* in an escape */
#define BEGINS  0x80 /* what begins one */
#define HALF    4    /* bits that HALVES are up */

struct search {
	const char *p;
	size_t n, from, to;
	sek_encoded_fn *hit;
	void *arg;
};

/* Of each ASCII character, as far as text in an encoding comes to it. */
/* clang-format off */
static const uint8_t meanings[128] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40,
	0x00, 0x80, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x7e, 0x6e, 0x7a, 0x7a, 0x7c, 0x7c, 0x78, 0x78, 0x6c, 0x6c, 0x00, 0x40,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x6f, 0x6c, 0x6b, 0x6b, 0x6e, 0x6e, 0x0a,
	0x0a, 0x0d, 0x0d, 0x09, 0x09, 0x0d, 0x0d, 0x09, 0x09, 0x0f, 0x0d, 0x0b,
	0x0b, 0x4f, 0x0f, 0x0b, 0x4b, 0x0d, 0x0d, 0x00, 0x80, 0x00, 0x00, 0x00,
	0x00, 0x69, 0x69, 0x6d, 0x6d, 0x69, 0x69, 0x0e, 0x0c, 0x0a, 0x0a, 0x0e,
	0x0e, 0x0a, 0x0a, 0x0c, 0x0c, 0x08, 0x08, 0x0c, 0x0c, 0x48, 0x08, 0x0e,
	0x4c, 0x0a, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00,
};
/* clang-format on */

static unsigned
may_be(char c)
{
	unsigned char u = (unsigned char)c;

	return u < sizeof(meanings) ? meanings[u] : 0;
}

/* Bytes of text, and the NULs that UTF-16 has between them. */
static bool
is_text(uint32_t byte)
{
	return (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\r' ||
	    byte == '\t';
}

/*
 * The two last digits of the alphabets are in no group: of text only the third
 * byte can have them, and only '>', '?' and '~', while names and paths are full
 * of them.
 */
static size_t
base64_group(const struct search *s, size_t at)
{
	uint32_t v = 0;
	bool a, b, c;

	if (s->n < 4 || at > s->n - 4)
		return 0;
	for (size_t i = at; i < at + 4; i++) {
		int digit = sek_base64_digit(s->p[i]);

		if (digit < 0 || digit > 61)
			return 0;
		v = v << 6 | (uint32_t)digit;
	}
	a = is_text(v >> 16);
	b = is_text(v >> 8 & 0xff);
	c = is_text(v & 0xff);
	if (b ? (a || !(v >> 16)) && (c || !(v & 0xff))
	      : a && c && !(v >> 8 & 0xff))
		return 4;
	return 0;
}

static size_t
hex_group(const struct search *s, size_t at)
{
	int high, low;

	if (s->n < 2 || at > s->n - 2)
		return 0;
	high = sek_hex_value(s->p[at]);
	low = sek_hex_value(s->p[at + 1]);
	return high >= 0 && low >= 0 && is_text((uint32_t)(high << 4 | low))
	    ? 2
	    : 0;
}

static size_t
escape_group(const struct search *s, size_t at)
{
	const char *p = s->p + at;
	size_t n = at < s->n ? s->n - at : 0;
	uint32_t value;
	size_t len = sek_escape_read((struct sek_str){p,
					 n < SEK_ENCODED_BACK
					     ? n
					     : SEK_ENCODED_BACK},
	    &value);

	/* Shorter ones are \n and its like, and &amp; is no number. */
	if (len < 3 || !is_text(value) || (p[0] == '&' && p[1] != '#'))
		return 0;
	return len;
}

typedef size_t group_fn(const struct search *s, size_t at);
static group_fn *const group[SEK_ENCODED] = {
    [SEK_IN_BASE64] = base64_group,
    [SEK_IN_HEX] = hex_group,
    [SEK_IN_ESCAPES] = escape_group,
};

/* Where the group begins that ends at `at`; `at`: there is none. */
static size_t
group_before(const struct search *s, enum sek_encoded kind, size_t at)
{
	size_t len = kind == SEK_IN_BASE64 ? 4 : 2;

	for (len = kind == SEK_IN_ESCAPES ? 3 : len; len <= at; len++) {
		bool begins = kind != SEK_IN_ESCAPES ||
		    (may_be(s->p[at - len]) & BEGINS);

		if (begins)
			return group[kind](s, at - len) == len ? at - len : at;
		if (len == SEK_ENCODED_BACK)
			break;
	}
	return at;
}

static size_t
past(const struct search *s, size_t kind, size_t at, size_t enough)
{
	size_t len = 1;

	for (; at < enough && len; at += len)
		len = group[kind](s, at);
	return at;
}

/*
 * `at` begins a group of a stretch if there is one: is it long enough, and does
 * it begin where no block before saw it? False: a hit ended the search.
 */
static bool
look_at(const struct search *s, enum sek_encoded kind, size_t block, size_t at)
{
	size_t floor = s->from, start = at, before;

	if (block - s->from >= SEK_BLOCK_STEP)
		floor = block - SEK_BLOCK_STEP + 1;
	while ((before = group_before(s, kind, start)) < start) {
		start = before;
		if (start < floor)
			return true;
	}
	if (start < floor || start > block || start >= s->to)
		return true;
	if (past(s, kind, start, start + SEK_ENCODED_MIN) - start <
	    SEK_ENCODED_MIN)
		return true;
	return s->hit(s->arg, kind, start);
}

static uint64_t
has(uint64_t bytes, unsigned char c)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t v = bytes ^ ones * c;

	return (v - ones) & ~v & ones << 7;
}

static bool
look_at_escapes(const struct search *s, size_t block)
{
	uint64_t bytes;

	memcpy(&bytes, s->p + block, sizeof(bytes));
	if (!(has(bytes, '\\') | has(bytes, '%') | has(bytes, '&')))
		return true;
	for (size_t at = block; at < block + SEK_ENCODED_BACK; at++) {
		unsigned m = may_be(s->p[at]);

		if (m & BEGINS)
			return look_at(s, SEK_IN_ESCAPES, block, at);
		if (!(m & INSIDE))
			break;
	}
	return true;
}

static bool
look(const struct search *s, size_t block)
{
	unsigned fourths = 15, halves = 3;
	bool on = true;

	/* Bit i: the character at hand may be i-th of its group. */
	for (size_t at = block; at < block + SEK_BLOCK; at++) {
		unsigned m = may_be(s->p[at]);

		fourths &= m & FOURTHS;
		halves &= (m & HALVES) >> HALF;
		if (!fourths && !halves)
			return look_at_escapes(s, block);
		fourths = (fourths << 1 | fourths >> 3) & 15;
		halves = (halves << 1 | halves >> 1) & 3;
	}
	for (size_t i = 0; on && i < 4 && i <= block; i++)
		if (fourths >> i & 1)
			on = look_at(s, SEK_IN_BASE64, block, block - i);
	for (size_t i = 0; on && i < 2 && i <= block; i++)
		if (halves >> i & 1)
			on = look_at(s, SEK_IN_HEX, block, block - i);
	return on;
}

void
sek_encoded_find(const char *p, size_t n, size_t from, size_t to,
    sek_encoded_fn *hit, void *arg)
{
	struct search s = {p, n, from, to < n ? to : n, hit, arg};
	sek_block_fn *next = sek_prefilter_block();
	size_t end = n;

	if (n - s.to > SEK_BLOCK_STEP + SEK_BLOCK)
		end = s.to + SEK_BLOCK_STEP + SEK_BLOCK;
	for (size_t at = from; at < end; at += SEK_BLOCK_STEP) {
		at = next((const uint8_t *)p, at, end);
		if (at == end || !look(&s, at))
			return;
	}
}

size_t
sek_encoded_past(const char *p, size_t n, size_t kind, size_t at, size_t enough)
{
	struct search s = {.p = p, .n = n};

	return past(&s, kind, at, enough);
}

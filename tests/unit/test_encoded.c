#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/vec.h"
#include "scan/lead.h"
#include "scan/prefilter_table.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const cpus[] = {"avx2", "ssse3", "neon", "scalar"};

struct hit {
	size_t kind, offset;
};
struct hits SEK_VEC_BODY(struct hit);

static bool
keep(void *arg, size_t kind, size_t offset)
{
	*sek_vec_push((struct hits *)arg) = (struct hit){kind, offset};
	return true;
}

static int
by_kind(const void *pa, const void *pb)
{
	const struct hit *a = pa, *b = pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* What is said in encoded.h, in the plainest way. */

static bool
is_text(unsigned c)
{
	return (c >= 32 && c < 127) || c == 9 || c == 10 || c == 13;
}

static size_t
naive_base64(struct sek_str s)
{
	sek_auto_buf out = {0};
	unsigned char b[3];
	bool zero = false, other = false;

	if (s.n < 4)
		return 0;
	for (size_t i = 0; i < 4; i++)
		if (strchr("+/-_=", s.p[i]))
			return 0;
	if (!sek_unbase64((struct sek_str){s.p, 4}, &out) || out.n != 3)
		return 0;
	memcpy(b, out.p, 3);
	for (size_t i = 0; i < 3; i++) {
		if (!is_text(b[i]) && b[i])
			return 0;
		zero = zero || (i && !b[i] && !b[i - 1]);
		other = other || b[i];
	}
	return !zero && other ? 4 : 0;
}

static size_t
naive_hex(struct sek_str s)
{
	unsigned char byte;

	return s.n >= 2 && sek_unhex((struct sek_str){s.p, 2}, &byte) &&
		is_text(byte)
	    ? 2
	    : 0;
}

static bool
takes(struct sek_str s, const char *before, int base, size_t digits,
    const char *after, size_t *len)
{
	size_t head = strlen(before), tail = strlen(after);
	char number[8] = {0}, *end;
	unsigned long value;

	if (s.n < head + digits + tail || strncasecmp(s.p, before, head) != 0 ||
	    memcmp(s.p + head + digits, after, tail) != 0)
		return false;
	memcpy(number, s.p + head, digits);
	value = strtoul(number, &end, base);
	*len = head + digits + tail;
	return *end == '\0' && strspn(number, " +-xX") == 0 && is_text(value) &&
	    value < 127;
}

static size_t
naive_escape(struct sek_str s)
{
	size_t len = 0;

	if (takes(s, "%", 16, 2, "", &len) || takes(s, "\\", 8, 3, "", &len) ||
	    (s.n > 1 && s.p[1] == 'x' && takes(s, "\\x", 16, 2, "", &len)) ||
	    (s.n > 1 && s.p[1] == 'u' && takes(s, "\\u", 16, 4, "", &len)))
		return len;
	for (size_t digits = 1; digits <= 5; digits++)
		if (takes(s, "&#", 10, digits, ";", &len) ||
		    (digits < 5 && takes(s, "&#x", 16, digits, ";", &len)))
			return len;
	return 0;
}

static size_t
naive_group(size_t kind, struct sek_str s)
{
	return kind == SEK_IN_BASE64 ? naive_base64(s)
	    : kind == SEK_IN_HEX     ? naive_hex(s)
				     : naive_escape(s);
}

static bool
naive_begins(size_t kind, struct sek_str s, size_t at)
{
	size_t end = at, len;

	for (size_t n = 1; n <= SEK_ENCODED_BACK && n <= at; n++)
		if (naive_group(kind,
			(struct sek_str){s.p + at - n, s.n - at + n}) == n)
			return false;
	while (end - at < SEK_ENCODED_MIN) {
		len = naive_group(kind, (struct sek_str){s.p + end, s.n - end});
		if (!len)
			return false;
		end += len;
	}
	return true;
}

static void
naive(struct sek_str s, size_t from, size_t to, struct hits *out)
{
	for (size_t kind = 0; kind < SEK_ENCODED; kind++)
		for (size_t at = from; at < to && at < s.n; at++)
			if (naive_begins(kind, s, at))
				(void)keep(out, kind, at);
}

static void
assert_same(struct sek_str s, size_t from, size_t to, const char *cpu)
{
	struct hits want = {0}, got = {0};

	naive(s, from, to, &want);
	sek_encoded_find(s.p, s.n, from, to, keep, &got);
	if (got.n)
		qsort(got.at, got.n, sizeof(*got.at), by_kind);
	if (got.n != want.n)
		fail_msg("%s: %zu of %zu in [%zu, %zu) of %.*s", cpu, got.n,
		    want.n, from, to, (int)s.n, s.p);
	for (size_t i = 0; i < got.n; i++) {
		assert_int_equal(got.at[i].kind, want.at[i].kind);
		assert_int_equal(got.at[i].offset, want.at[i].offset);
	}
	sek_vec_clear(&got);
	sek_vec_clear(&want);
}

/* Text of all kinds, made of a seed. */

static unsigned
below(unsigned *seed, unsigned n)
{
	return (unsigned)rand_r(seed) % n;
}

static void
add_text(struct sek_buf *out, unsigned *seed, size_t n)
{
	while (n--)
		sek_buf_add_c(out,
		    (char)(below(seed, 30) ? 32 + below(seed, 95) : '\n'));
}

static void
add_escapes(struct sek_buf *out, unsigned *seed, const char *text, size_t n)
{
	unsigned form = below(seed, 7);

	for (size_t i = 0; i < n; i++) {
		unsigned c = (unsigned char)text[i];

		if (form == 0)
			sek_buf_printf(out, "%%%02X", c);
		else if (form == 1)
			sek_buf_printf(out, "\\x%02x", c);
		else if (form == 2)
			sek_buf_printf(out, "\\u00%02x", c);
		else if (form == 3)
			sek_buf_printf(out, "&#%u;", c);
		else if (form == 4)
			sek_buf_printf(out, "&#x%x;", c);
		else if (form == 5)
			sek_buf_printf(out, "\\%03o", c);
		else
			sek_buf_printf(out, below(seed, 2) ? "%%%02x" : "&#%u;",
			    c);
	}
}

static void
add_piece(struct sek_buf *out, unsigned *seed)
{
	static const char *const glue[] = {"", " ", "\n", "\\n", "=", "%", "&",
	    "\\", "_", "x", "%3D", "4", "41", "&#", "\\u00"};
	sek_auto_buf text = {0};
	unsigned what = below(seed, 8);

	add_text(&text, seed, below(seed, 60));
	if (what == 0)
		sek_buf_add_str(out, sek_buf_str(&text));
	else if (what < 4 && text.n)
		sek_base64(out, text.p, text.n - below(seed, 2));
	else if (what < 5 && text.n)
		sek_hex(out, text.p, text.n);
	else if (what < 7 && text.n)
		add_escapes(out, seed, text.p, text.n);
	else
		for (unsigned i = below(seed, 60); i; i--)
			sek_buf_add_c(out,
			    "09AZaz+/_-\\&#;%41"[below(seed, 17)]);
	sek_buf_add_s(out, glue[below(seed, COUNT(glue))]);
}

static void
every_variant_finds_what_a_naive_search_finds(void **state)
{
	size_t hits = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 1500; seed++) {
		sek_auto_buf text = {0};
		struct hits all = {0};
		unsigned s = seed;
		size_t from, to;

		while (text.n < 400)
			add_piece(&text, &s);
		if (below(&s, 3) == 0)
			text.p[below(&s, (unsigned)text.n)] = (char)0xc3;
		from = below(&s, 3) ? 0 : below(&s, (unsigned)text.n);
		to = from + below(&s, 2 * (unsigned)(text.n - from) + 1);
		for (size_t c = 0; c < COUNT(cpus); c++)
			if (sek_prefilter_use(cpus[c])) {
				assert_same(sek_buf_str(&text), from, to,
				    cpus[c]);
				assert_same(sek_buf_str(&text), 0, text.n,
				    cpus[c]);
			}
		naive(sek_buf_str(&text), 0, text.n, &all);
		hits += all.n;
		sek_vec_clear(&all);
	}
	assert_true(hits > 3000);
}

/* As long as asked for, cut off or not, wherever it begins. */
static void
a_stretch_is_found_at_every_offset_if_it_is_long_enough(void **state)
{
	static const char *const stretch[] = {
	    "VG9rZW46IGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3",
	    "746f6b656e206162636465666768696a6b6c6d6e",
	    "\\x74\\x6f\\x6b\\x65\\x6e\\x3d\\x61\\x62\\x63\\x64"};

	(void)state;
	for (size_t kind = 0; kind < SEK_ENCODED; kind++)
		for (size_t at = 0; at < 3 * SEK_BLOCK_STEP; at++) {
			sek_auto_buf text = {0};
			struct hits got = {0};

			sek_buf_printf(&text, "%*s%s", (int)at, "",
			    stretch[kind]);
			assert_int_equal(text.n, at + SEK_ENCODED_MIN);
			sek_encoded_find(text.p, text.n, 0, text.n, keep, &got);
			assert_int_equal(got.n, 1);
			assert_int_equal(got.at[0].kind, kind);
			assert_int_equal(got.at[0].offset, at);
			got.n = 0;
			sek_encoded_find(text.p, text.n - 1, 0, text.n - 1,
			    keep, &got);
			assert_int_equal(got.n, 0);
			sek_vec_clear(&got);
		}
}

static void
digests_names_and_random_bytes_are_no_text(void **state)
{
	static const char *const plain[] = {
	    "SharedObjectResourceManagerFactoryBeanConfigurationException",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "00000000000000000000000000000000000000000000000000000000",
	    "usr/share/locale/en/LC/MESSAGES/resource/bundle/of/the/thing",
	    "\\u4e2d\\u6587\\u4e2d\\u6587\\u4e2d\\u6587\\u4e2d\\u6587\\u4e2d",
	    "\\x00\\x01\\x02\\x80\\xff\\x13\\x00\\x00\\x41\\x00\\x00\\x00"};
	sek_auto_buf bytes = {0}, text = {0};
	struct hits got = {0};
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < COUNT(plain); i++)
		sek_encoded_find(plain[i], strlen(plain[i]), 0,
		    strlen(plain[i]), keep, &got);
	for (size_t i = 0; i < 1 << 20; i++)
		sek_buf_add_c(&bytes, (char)below(&seed, 256));
	sek_base64(&text, bytes.p, bytes.n);
	sek_hex(&text, bytes.p, bytes.n);
	sek_encoded_find(text.p, text.n, 0, text.n, keep, &got);
	assert_int_equal(got.n, 0);
}

static bool
stop(void *arg, size_t kind, size_t offset)
{
	(void)kind;
	(void)offset;
	++*(size_t *)arg;
	return false;
}

static void
a_hit_may_end_the_search(void **state)
{
	sek_auto_buf text = {0};
	size_t hits = 0;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		sek_buf_add_s(&text,
		    "746f6b656e206162636465666768696a6b6c6d6e\n");
	sek_encoded_find(text.p, text.n, 0, text.n, stop, &hits);
	assert_int_equal(hits, 1);
}

static void
a_stretch_has_an_end(void **state)
{
	static const char text[] = "746f6b656e7f";

	(void)state;
	assert_int_equal(sek_encoded_past(text, 12, SEK_IN_HEX, 0, 99), 10);
	assert_int_equal(sek_encoded_past(text, 12, SEK_IN_HEX, 0, 5), 6);
	assert_int_equal(sek_encoded_past(text, 9, SEK_IN_HEX, 0, 99), 8);
}

struct taking {
	struct sek_str content;
	struct sek_runs runs;
	struct sek_leads leads;
};

static bool
take(void *arg, size_t kind, size_t offset)
{
	struct taking *t = arg;

	assert_int_equal(kind, SEK_IN_BASE64);
	sek_stretches_take(&t->runs, t->content, kind, SEK_BASE64, offset,
	    &t->leads);
	return true;
}

/* Without padding, lines of base64 take turns to begin a group. */
static void
lines_that_are_each_encoded_by_itself_have_few_leads(void **state)
{
	sek_auto_buf text = {0};
	struct taking t = {0};

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		sek_auto_buf plain = {0}, code = {0};

		sek_buf_printf(&plain, "line %zu of the text %.*s", i,
		    20 + (int)(i % 3), "and some more words in it");
		sek_base64(&code, plain.p, plain.n);
		while (code.p[code.n - 1] == '=')
			code.n--;
		sek_buf_add_str(&text, sek_buf_str(&code));
		sek_buf_add_c(&text, '\n');
	}
	t.content = sek_buf_str(&text);
	sek_encoded_find(text.p, text.n, 0, text.n, take, &t);
	assert_in_range(t.leads.n, 2, SEK_RUNS_EACH);
	sek_vec_clear(&t.leads);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_variant_finds_what_a_naive_search_finds),
	    cmocka_unit_test(
		a_stretch_is_found_at_every_offset_if_it_is_long_enough),
	    cmocka_unit_test(digests_names_and_random_bytes_are_no_text),
	    cmocka_unit_test(a_hit_may_end_the_search),
	    cmocka_unit_test(a_stretch_has_an_end),
	    cmocka_unit_test(
		lines_that_are_each_encoded_by_itself_have_few_leads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

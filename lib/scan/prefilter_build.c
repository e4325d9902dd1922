#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scan/prefilter_table.h"

#define COLUMNS SEK_PREFILTER_COLUMNS
#define BUCKETS (8 * SEK_PREFILTER_SETS)
#define LANE    SEK_PREFILTER_LANE
#define FEW     1024  /* literals that are placed twice: quadratic */
#define MOST    65534 /* literals, so that a check's index fits 16 bits */

/* From this many literals on, what 8 or 16 full buckets let through costs more
 * than eight more buckets do. Measured. */
#define WIDE   100
#define WIDEST 300

/* How often each ASCII byte from the blank on stands in source text, in ten
 * thousand: the mean of 16 kinds of files (C, Python, Ruby, Java, Go, Rust,
 * JavaScript, shell, JSON, YAML, documents), runs of blanks counted as one. */
/* clang-format off */
static const uint16_t common[96] = {
	1042, 6, 139, 34, 12, 4, 9, 51, 92, 92, 49, 6,
	119, 130, 125, 81, 73, 54, 48, 33, 31, 28, 28, 21,
	26, 24, 118, 40, 8, 49, 16, 3, 5, 51, 17, 43,
	35, 54, 22, 12, 15, 40, 6, 7, 29, 23, 34, 30,
	27, 5, 35, 55, 46, 19, 11, 10, 7, 8, 3, 16,
	9, 16, 1, 103, 37, 427, 96, 270, 240, 791, 152, 131,
	146, 426, 24, 45, 256, 162, 415, 415, 198, 20, 416, 419,
	558, 211, 68, 55, 51, 86, 15, 45, 7, 45, 1, 1,
};
/* clang-format on */

/* A fingerprint: for each column the low and the high halves of its bytes, a
 * bit for each. A bucket's is the union of its literals'. */
struct print {
	uint16_t low[COLUMNS];
	uint16_t high[COLUMNS];
};

struct bucket {
	struct print print;
	float cost; /* how often it matches; 1 is always, 0 an empty one's */
};

struct order {
	uint64_t key;
	uint16_t literal;
};

struct builder {
	const struct sek_literal *literal;
	size_t n;
	enum sek_prefilter_layout layout;
	size_t buckets;
	struct print *print; /* [n] */
	uint8_t *in;         /* [n], the bucket of each literal */
	struct order *order; /* [n] */
	struct bucket bucket[BUCKETS];
	/* How often a byte occurs that has this high half and one of a set of
	 * low halves, the set's upper and lower eight apart. */
	float share[16][2][256];
};

static bool
letter(uint8_t b)
{
	return b >= 'a' && b <= 'z';
}

/* Literal bytes, lower case where nocase. */
static uint8_t
byte_of(const struct sek_literal *l, size_t i)
{
	uint8_t b = (uint8_t)l->bytes[i];

	return l->nocase && b >= 'A' && b <= 'Z' ? b | 0x20 : b;
}

static int
by_key(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->literal < y->literal ? -1 : x->literal > y->literal;
}

static void
count_shares(struct builder *b)
{
	float one[256], sum = 0;

	for (unsigned c = 0; c < 256; c++) {
		one[c] = c >= ' ' && c < 128 ? common[c - ' '] : 0.5f;
		sum += one[c];
	}
	for (unsigned h = 0; h < 16; h++) {
		for (unsigned set = 1; set < 256; set++) {
			unsigned low = (unsigned)__builtin_ctz(set);
			unsigned rest = set & (set - 1);

			b->share[h][0][set] = b->share[h][0][rest] +
			    one[16 * h + low] / sum;
			b->share[h][1][set] = b->share[h][1][rest] +
			    one[16 * h + 8 + low] / sum;
		}
	}
}

static float
cost(const struct builder *b, const struct print *p)
{
	float all = 1;

	for (size_t c = 0; c < COLUMNS; c++) {
		float sum = 0;

		if (p->low[c] == 0xffff && p->high[c] == 0xffff)
			continue;
		for (unsigned m = p->high[c]; m; m &= m - 1) {
			unsigned h = (unsigned)__builtin_ctz(m);

			sum += b->share[h][0][p->low[c] & 0xff] +
			    b->share[h][1][p->low[c] >> 8];
		}
		all *= sum;
	}
	return all;
}

static void
take_print(struct print *p, const struct sek_literal *l)
{
	for (size_t c = 0; c < COLUMNS; c++) {
		uint8_t byte;

		if (c >= l->len) {
			p->low[c] = p->high[c] = 0xffff;
			continue;
		}
		byte = byte_of(l, c);
		p->low[c] = (uint16_t)(1 << (byte & 15));
		p->high[c] = (uint16_t)(1 << (byte >> 4));
		if (l->nocase && letter(byte))
			p->high[c] |= (uint16_t)(1 << ((byte ^ 0x20) >> 4));
	}
}

static void
join(struct bucket *to, const struct print *p)
{
	if (to->cost <= 0) {
		to->print = *p;
		return;
	}
	for (size_t c = 0; c < COLUMNS; c++) {
		to->print.low[c] |= p->low[c];
		to->print.high[c] |= p->high[c];
	}
}

static void
place(struct builder *b, size_t literal)
{
	struct bucket best = {.cost = 0};
	float least = 2;

	for (size_t k = 0; k < b->buckets; k++) {
		struct bucket with = b->bucket[k];
		float more;

		join(&with, &b->print[literal]);
		with.cost = cost(b, &with.print);
		more = with.cost - b->bucket[k].cost;
		if (more < least) {
			least = more;
			best = with;
			b->in[literal] = (uint8_t)k;
		}
	}
	b->bucket[b->in[literal]] = best;
}

static void
take_out(struct builder *b, size_t literal)
{
	uint8_t k = b->in[literal];
	struct bucket left = {.cost = 0};

	b->in[literal] = BUCKETS;
	for (size_t i = 0; i < b->n; i++) {
		if (b->in[i] != k)
			continue;
		join(&left, &b->print[i]);
		left.cost = 1; /* for now: it is not empty */
	}
	if (left.cost > 0)
		left.cost = cost(b, &left.print);
	b->bucket[k] = left;
}

/* The most frequent first, each where it adds least; then each once more, now
 * that the others are known, which further rounds hardly better. */
static void
fill_buckets(struct builder *b)
{
	count_shares(b);
	for (size_t i = 0; i < b->n; i++) {
		take_print(&b->print[i], &b->literal[i]);
		b->order[i].literal = (uint16_t)i;
		b->order[i].key = (uint64_t)(1 / cost(b, &b->print[i]));
	}
	qsort(b->order, b->n, sizeof(*b->order), by_key);
	for (size_t i = 0; i < b->n; i++)
		place(b, b->order[i].literal);
	for (size_t i = 0; i < b->n && b->n <= FEW; i++) {
		take_out(b, b->order[i].literal);
		place(b, b->order[i].literal);
	}
}

static void
put_bucket(struct sek_prefilter *f, size_t k, const struct print *p)
{
	size_t s = k / 8;
	uint8_t bit = (uint8_t)(1 << k % 8);

	for (size_t c = 0; c < COLUMNS; c++) {
		for (size_t h = 0; h < 16; h++) {
			if (p->low[c] >> h & 1)
				f->low[s][c][h] &= (uint8_t)~bit;
			if (p->high[c] >> h & 1)
				f->high[s][c][h] &= (uint8_t)~bit;
		}
		for (size_t x = 0; x < 256; x++)
			if (p->low[c] >> (x & 15) & p->high[c] >> (x >> 4) & 1)
				f->byte[x] &= ~(UINT64_C(1)
				    << (LANE * c + k % LANE));
	}
}

/* Clears a bucket's bit for what a literal of it has in each column. */
static void
put_exact(struct sek_prefilter *f, size_t k, const struct sek_literal *l)
{
	uint8_t others = (uint8_t) ~(1 << k % 8);

	for (size_t c = 0; c < COLUMNS; c++) {
		uint8_t *at = f->exact[k / 8][c];
		uint8_t byte;

		for (size_t x = 0; c >= l->len && x < 128; x++)
			at[x] &= others;
		if (c >= l->len)
			continue;
		byte = byte_of(l, c);
		at[byte & 0x7f] &= others;
		if (l->nocase && letter(byte))
			at[byte ^ 0x20] &= others;
	}
}

static void
put_buckets(const struct builder *b, struct sek_prefilter *f)
{
	f->layout = (uint8_t)b->layout;
	memset(f->low, 0xff, sizeof(f->low));
	memset(f->high, 0xff, sizeof(f->high));
	memset(f->exact, 0xff, sizeof(f->exact));
	memset(f->byte, 0xff, sizeof(f->byte));
	for (size_t k = 0; k < b->buckets; k++)
		if (b->bucket[k].cost > 0)
			put_bucket(f, k, &b->bucket[k].print);
	for (size_t i = 0; i < b->n; i++)
		put_exact(f, b->in[i], &b->literal[i]);
}

static void
put_check(struct sek_prefilter_check *c, const struct sek_literal *l,
    uint8_t *rest, uint32_t *rests)
{
	c->len = l->len;
	c->nocase = l->nocase;
	c->rest = *rests;
	for (size_t i = 0; i < l->len; i++) {
		uint64_t byte = byte_of(l, i);

		if (i >= 8) {
			rest[(*rests)++] = (uint8_t)byte;
			continue;
		}
		c->bits |= byte << 8 * i;
		c->mask |= UINT64_C(0xff) << 8 * i;
		if (l->nocase && letter((uint8_t)byte))
			c->fold |= UINT64_C(0x20) << 8 * i;
	}
}

static uint32_t
hash_of(const struct sek_prefilter *f, const struct sek_literal *l)
{
	uint32_t first = 0;

	for (unsigned i = 0; i < 4 && i < l->len; i++)
		first |= (uint32_t)byte_of(l, i) << 8 * i;
	return sek_prefilter_hash(f, first);
}

static void
put_checks(const struct builder *b, struct sek_prefilter *f)
{
	struct sek_prefilter_check *check;
	uint16_t *hash;
	uint8_t *rest;

	check = sek_alloc_n(f->checks, sizeof(*check));
	hash = sek_alloc_n(f->hashes, sizeof(*hash));
	rest = f->rests ? sek_alloc_n(f->rests, 1) : NULL;
	f->check = check;
	f->hash = hash;
	f->rest = rest;
	f->rests = 0;
	for (size_t i = 0; i < b->n; i++) {
		b->order[i].key = hash_of(f, &b->literal[i]);
		b->order[i].literal = (uint16_t)i;
	}
	qsort(b->order, b->n, sizeof(*b->order), by_key);
	check[0].bits = 1; /* with mask 0: matches nothing */
	for (size_t i = 0; i < b->n; i++) {
		const struct order *o = &b->order[i];

		put_check(&check[i + 1], &b->literal[o->literal], rest,
		    &f->rests);
		check[i + 1].literal = o->literal;
		if (i && o[-1].key == o->key)
			check[i].more = 1;
		else
			hash[o->key] = (uint16_t)(i + 1);
	}
}

static void
choose_layout(struct builder *b)
{
	b->buckets = 16;
	b->layout = SEK_PREFILTER_4X16;
	if (b->n < WIDE) {
		b->layout = SEK_PREFILTER_4X8;
		b->buckets = 8;
	} else if (b->n >= WIDEST) {
		b->layout = SEK_PREFILTER_4X24;
		b->buckets = 24;
	}
}

static void
build(struct builder *b, struct sek_prefilter *f)
{
	unsigned bits = 9;

	f->literals = (uint32_t)b->n;
	f->checks = (uint32_t)b->n + 1;
	f->key = 0xffffffff;
	for (size_t i = 0; i < b->n; i++) {
		if (b->literal[i].len < 4)
			f->key = 0xffffff;
		if (b->literal[i].len > 8)
			f->rests += b->literal[i].len - 8u;
	}
	while (bits < 16 && (size_t)1 << bits < 16 * b->n)
		bits++;
	f->hashes = 1u << bits;
	f->shift = (uint8_t)(32 - bits);
	choose_layout(b);
	fill_buckets(b);
	put_buckets(b, f);
	put_checks(b, f);
}

struct sek_prefilter *
sek_prefilter_new(const struct sek_literal *literals, size_t n)
{
	struct sek_prefilter *f;
	struct builder *b;

	for (size_t i = 0; i < n; i++)
		if (literals[i].len < SEK_LITERAL_MIN ||
		    literals[i].len > SEK_LITERAL_MAX)
			return NULL;
	if (n > MOST)
		return NULL;
	f = sek_alloc(sizeof(*f));
	if (!n)
		return f;
	b = sek_alloc(sizeof(*b));
	b->literal = literals;
	b->n = n;
	b->print = sek_alloc_n(n, sizeof(*b->print));
	b->in = sek_alloc_n(n, sizeof(*b->in));
	b->order = sek_alloc_n(n, sizeof(*b->order));
	build(b, f);
	free(b->order);
	free(b->in);
	free(b->print);
	free(b);
	return f;
}

static void
drop(const void *p)
{
	free((void *)(uintptr_t)p);
}

void
sek_prefilter_free(struct sek_prefilter *p)
{
	if (!p)
		return;
	drop(p->check);
	drop(p->hash);
	drop(p->rest);
	free(p);
}

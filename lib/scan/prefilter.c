#include "scan/prefilter.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "scan/prefilter_table.h"

/* Text is worked on a chunk at a time: first all candidates, without a branch
 * that depends on the text, then what is left of them after hash and compare.
 * Mispredicted branches, not work, are what costs time here. */
#define CHUNK_BLOCKS 32
#define CHUNK        (CHUNK_BLOCKS * SEK_PREFILTER_BLOCK)

/* Bytes beyond a block that the look at its positions may touch. */
#define REACH SEK_LITERAL_MAX

struct variant {
	const char *name;
	sek_prefilter_fill_fn *fill;
	sek_block_fn *block;
};

struct run {
	const struct sek_prefilter *f;
	const uint8_t *p;
	size_t n, to;
	sek_prefilter_fn *hit;
	void *arg;
};

struct candidate {
	uint16_t at;    /* in the chunk */
	uint16_t check; /* the first of its hash */
};

/* Best first. */
static const struct variant variants[] = {
#if defined(__x86_64__) && !defined(SEK_NO_SIMD)
    {"avx512", sek_prefilter_fill_avx512, sek_block_avx2},
    {"avx2", sek_prefilter_fill_avx2, sek_block_avx2},
    {"ssse3", sek_prefilter_fill_ssse3, sek_block_ssse3},
#elif defined(__aarch64__) && !defined(SEK_NO_SIMD)
    {"neon", sek_prefilter_fill_neon, sek_block_neon},
#endif
    {"scalar", sek_prefilter_fill_scalar, sek_block_scalar},
};
#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static const struct variant *chosen; /* NULL: not yet; atomic */

static bool
processor_has(const struct variant *v)
{
#if defined(__x86_64__)
	if (!strcmp(v->name, "avx512"))
		return __builtin_cpu_supports("avx512vbmi") &&
		    __builtin_cpu_supports("avx512bw");
	if (!strcmp(v->name, "avx2"))
		return __builtin_cpu_supports("avx2");
	if (!strcmp(v->name, "ssse3"))
		return __builtin_cpu_supports("ssse3");
#endif
	(void)v;
	return true;
}

/* An unknown name, or one that is not to be had here, is ignored. */
static const struct variant *
choose(void)
{
	const struct variant *best = NULL, *v;
	const char *asked = getenv("SEKISHO_CPU");

	for (v = variants; v < variants + VARIANTS; v++) {
		if (!processor_has(v))
			continue;
		if (!best)
			best = v;
		if (asked && !strcmp(v->name, asked))
			return v;
	}
	return best;
}

/* Threads that get here at once all come to the same answer. */
static const struct variant *
variant(void)
{
	const struct variant *v = __atomic_load_n(&chosen, __ATOMIC_RELAXED);

	if (!v) {
		v = choose();
		__atomic_store_n(&chosen, v, __ATOMIC_RELAXED);
	}
	return v;
}

const char *
sek_prefilter_cpu(void)
{
	return variant()->name;
}

sek_block_fn *
sek_prefilter_block(void)
{
	return variant()->block;
}

bool
sek_prefilter_use(const char *cpu)
{
	const struct variant *v;

	for (v = variants; v < variants + VARIANTS; v++) {
		if (!strcmp(v->name, cpu) && processor_has(v)) {
			__atomic_store_n(&chosen, v, __ATOMIC_RELAXED);
			return true;
		}
	}
	return false;
}

static inline uint64_t
first_eight(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return le64toh(x);
}

static inline bool
begins(const struct sek_prefilter_check *c, uint64_t text)
{
	return ((text | c->fold) & c->mask) == c->bits;
}

/* Writes the place of the lowest bit, if any, and takes the bit away. */
static inline uint64_t
put(uint64_t m, uint32_t base, uint16_t *at, size_t *n)
{
	const uint64_t top = UINT64_C(1) << 63;

	at[*n] = (uint16_t)(base + (uint32_t)__builtin_ctzll(m | top));
	*n += m != 0;
	return m & (m - 1);
}

/* Four at a time, so that the number of bits in a block, which nobody can
 * foretell, seldom makes a branch. Kept apart from sift, whose loop would
 * otherwise wait for itself: the bit scan instruction depends on what its
 * register held before. */
static size_t
spread(const uint64_t *mask, const uint16_t *block, size_t blocks, uint16_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i < blocks; i++) {
		uint32_t base = block[i] * SEK_PREFILTER_BLOCK;
		uint64_t m = mask[i];

		do {
			m = put(m, base, at, &n);
			m = put(m, base, at, &n);
			m = put(m, base, at, &n);
			m = put(m, base, at, &n);
		} while (m);
	}
	return n;
}

/* Keeps the positions whose hash leads to a literal that begins there, or to
 * several that may. */
static size_t
sift(const struct sek_prefilter *f, const uint8_t *text, const uint16_t *at,
    size_t count, struct candidate *out)
{
	const struct sek_prefilter_check *check = f->check;
	const uint16_t *hash = f->hash;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t x = first_eight(text + at[i]);
		uint16_t c = hash[sek_prefilter_hash(f, (uint32_t)x)];

		out[n].at = at[i];
		out[n].check = c;
		n += (size_t)(begins(&check[c], x) | check[c].more);
	}
	return n;
}

static bool
ends(const struct sek_prefilter *f, const struct sek_prefilter_check *c,
    const uint8_t *text)
{
	for (size_t i = 8; i < c->len; i++) {
		uint8_t b = text[i];

		if (c->nocase && b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (b != f->rest[c->rest + i - 8])
			return false;
	}
	return true;
}

/* text is what stands at offset, with REACH bytes that may be read; what of
 * that is not the run's text but padding is told by the length. */
static bool
report(const struct run *r, const uint8_t *text, size_t offset,
    const struct sek_prefilter_check *c)
{
	uint64_t x = first_eight(text);

	for (;; c++) {
		if (begins(c, x) && c->len <= r->n - offset &&
		    ends(r->f, c, text) && !r->hit(r->arg, c->literal, offset))
			return false;
		if (!c->more)
			return true;
	}
}

/* Positions of text[0, 64 * blocks), which is what stands at offset. False:
 * the run has ended. */
static bool
chunk(const struct run *r, sek_prefilter_fill_fn *fill, const uint8_t *text,
    size_t offset, size_t blocks)
{
	uint64_t mask[CHUNK_BLOCKS];
	uint16_t block[CHUNK_BLOCKS], at[CHUNK + 1];
	struct candidate left[CHUNK];
	size_t n;

	n = fill(r->f, text, blocks, mask, block);
	if (!n)
		return true;
	n = spread(mask, block, n, at);
	n = sift(r->f, text, at, n, left);
	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &left[i];

		if (offset + c->at >= r->to)
			return false;
		if (!report(r, text + c->at, offset + c->at,
			&r->f->check[c->check]))
			return false;
	}
	return true;
}

/* One block at the end of the text, in a copy with room behind it. */
static bool
edge(const struct run *r, sek_prefilter_fill_fn *fill, size_t offset)
{
	uint8_t copy[SEK_PREFILTER_BLOCK + REACH] = {0};
	size_t n = r->n - offset;

	if (n > sizeof(copy))
		n = sizeof(copy);
	memcpy(copy, r->p + offset, n);
	return chunk(r, fill, copy, offset, 1);
}

void
sek_prefilter_run(const struct sek_prefilter *f, const char *p, size_t n,
    size_t from, size_t to, sek_prefilter_fn *hit, void *arg)
{
	struct run r = {f, (const uint8_t *)p, n, to < n ? to : n, hit, arg};
	sek_prefilter_fill_fn *fill = variant()->fill;
	size_t blocks, at = from;
	bool on = f->literals > 0;

	while (on && at < r.to) {
		blocks = 0;
		if (n - at >= SEK_PREFILTER_BLOCK + REACH)
			blocks = (n - at - REACH) / SEK_PREFILTER_BLOCK;
		if (blocks >
		    (r.to - at + SEK_PREFILTER_BLOCK - 1) / SEK_PREFILTER_BLOCK)
			blocks = (r.to - at + SEK_PREFILTER_BLOCK - 1) /
			    SEK_PREFILTER_BLOCK;
		if (blocks > CHUNK_BLOCKS)
			blocks = CHUNK_BLOCKS;
		if (blocks) {
			on = chunk(&r, fill, r.p + at, at, blocks);
		} else {
			on = edge(&r, fill, at);
			blocks = 1;
		}
		at += blocks * SEK_PREFILTER_BLOCK;
	}
}

#include "repo/index.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/map.h"

#define HEADER    12 /* "DIRC", version, number of entries */
#define STAT      40 /* of an entry, before its id: times, owner, size */
#define INDEX_MAX ((size_t)1 << 31)
#define PATHS_MAX ((size_t)1 << 30)

#define NAME_LEN  0x0fffu /* of an entry's flags; all ones: or longer */
#define STAGE     0x3000u
#define EXTENDED  0x4000u
#define INTENT    0x2000u /* of the extended flags */
#define EXT_KNOWN 0x6000u /* intent to add, skip work tree */

static uint32_t
be32(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static unsigned
be16(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (unsigned)p[0] << 8 | p[1];
}

static enum sek_code
broken(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "the index is not as git writes it");
}

static enum sek_code
unusual(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "an index that only git reads");
}

/* How long an entry is up to its path; 0: that many are not there. */
static size_t
fixed_part(const struct sek_index *x, const char *at, size_t left)
{
	size_t n = STAT + x->oid_len + 2;

	if (left < n)
		return 0;
	if (be16(at + n - 2) & EXTENDED)
		n += 2;
	return left < n ? 0 : n;
}

/* How many bytes of the path before are dropped; as an OFS_DELTA's distance. */
static bool
read_strip(struct sek_str *s, size_t *out)
{
	unsigned char c;

	if (!s->n)
		return false;
	c = (unsigned char)*s->p;
	*out = c & 127;
	for (s->p++, s->n--; c & 128; s->p++, s->n--) {
		if (!s->n || *out >> 40)
			return false;
		c = (unsigned char)*s->p;
		*out = (*out + 1) << 7 | (c & 127);
	}
	return true;
}

/* Version 4: a path is what is kept of the one before, and new bytes. */
static bool
take_path(struct sek_index *x, uint32_t i, struct sek_str *s)
{
	size_t before = i ? x->paths.n - 1 - x->path[i - 1] : 0, strip;
	const char *nul;

	if (!read_strip(s, &strip) || strip > before)
		return false;
	nul = memchr(s->p, '\0', s->n);
	if (!nul || !sek_buf_room(&x->paths, before))
		return false;
	x->path[i] = (uint32_t)x->paths.n;
	if (i)
		memcpy(x->paths.p + x->paths.n, x->paths.p + x->path[i - 1],
		    before - strip);
	x->paths.n += before - strip;
	sek_buf_add(&x->paths, s->p, (size_t)(nul - s->p) + 1);
	s->n -= (size_t)(nul - s->p) + 1;
	s->p = nul + 1;
	return !x->paths.toobig;
}

/* Versions 2 and 3: the path ends with a NUL, and zeros up to 8 bytes. */
static bool
pass_path(struct sek_str *s, size_t fixed, unsigned flags)
{
	size_t n = flags & NAME_LEN;
	const char *nul;

	if (n == NAME_LEN) {
		nul = memchr(s->p, '\0', s->n);
		if (!nul)
			return false;
		n = (size_t)(nul - s->p);
	}
	if (n >= s->n || s->p[n])
		return false;
	n = ((fixed + n + 8) & ~(size_t)7) - fixed;
	if (n > s->n)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

static enum sek_code
find_entries(struct sek_index *x, struct sek_str *rest, struct sek_err *err)
{
	for (uint32_t i = 0; i < x->n; i++) {
		const char *at = rest->p;
		size_t fixed = fixed_part(x, at, rest->n);
		unsigned flags;

		if (!fixed)
			return broken(err);
		flags = be16(at + STAT + x->oid_len);
		if ((flags & EXTENDED) &&
		    (x->version < 3 || be16(at + fixed - 2) & ~EXT_KNOWN))
			return unusual(err);
		x->at[i] = (uint32_t)(at - x->bytes.p);
		rest->p += fixed;
		rest->n -= fixed;
		if (x->version == 4 ? !take_path(x, i, rest)
				    : !pass_path(rest, fixed, flags))
			return broken(err);
	}
	return SEK_OK;
}

static bool
read_count(struct sek_str text, bool *negative, uint32_t *out)
{
	uint64_t n;

	*negative = sek_str_starts(text, "-");
	text.p += *negative;
	text.n -= *negative;
	if (!sek_str_to_u64(text, &n) || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

/* "NAME\0COUNT SUBTREES\n" and, if COUNT is not negative, an id. */
static bool
read_tree(const struct sek_index *x, struct sek_str *s,
    struct sek_index_tree *t, uint32_t *subtrees)
{
	bool negative;
	struct sek_str count;

	t->name = sek_str_cut(s, '\0');
	if (!s->p)
		return false;
	count = sek_str_cut(s, ' ');
	if (!s->p || !read_count(count, &negative, &t->count))
		return false;
	t->valid = !negative;
	count = sek_str_cut(s, '\n');
	if (!s->p || !read_count(count, &negative, subtrees) || negative)
		return false;
	if (!t->valid)
		return true;
	if (t->count > x->n || s->n < x->oid_len)
		return false;
	t->oid.len = (unsigned char)x->oid_len;
	memcpy(t->oid.raw, s->p, x->oid_len);
	s->p += x->oid_len;
	s->n -= x->oid_len;
	return true;
}

/* A directory that is open, and how many are still to come in it. */
struct open_tree {
	uint32_t tree, left;
};

static enum sek_code
read_trees(struct sek_index *x, struct sek_str s, struct sek_err *err)
{
	SEK_VEC(struct open_tree) open = {0};
	bool good = true;

	if (x->trees.n)
		return broken(err);
	do {
		uint32_t i = (uint32_t)x->trees.n, subtrees = 0;
		struct sek_index_tree *t = sek_vec_push(&x->trees);

		good = read_tree(x, &s, t, &subtrees);
		if (!good)
			break;
		*sek_vec_push(&open) = (struct open_tree){i, subtrees};
		while (open.n && !open.at[open.n - 1].left)
			x->trees.at[open.at[--open.n].tree].next = i + 1;
		if (open.n)
			open.at[open.n - 1].left--;
	} while (open.n);
	sek_vec_clear(&open);
	return good && !s.n ? SEK_OK : broken(err);
}

/* Whatever begins with a small letter changes what the rest means. */
static enum sek_code
read_extensions(struct sek_index *x, struct sek_str rest, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	while (!r && rest.n) {
		struct sek_str body;

		if (rest.n < 8 || rest.n - 8 < be32(rest.p + 4))
			return broken(err);
		body = (struct sek_str){rest.p + 8, be32(rest.p + 4)};
		if (*rest.p < 'A' || *rest.p > 'Z')
			return unusual(err);
		if (memcmp(rest.p, "TREE", 4) == 0)
			r = read_trees(x, body, err);
		rest.p += 8 + body.n;
		rest.n -= 8 + body.n;
	}
	return r;
}

enum sek_code
sek_index_parse(struct sek_index *x, struct sek_str bytes, unsigned oid_len,
    struct sek_err *err)
{
	struct sek_str rest = bytes;
	enum sek_code r;

	*x = (struct sek_index){.bytes = bytes, .oid_len = oid_len};
	if (bytes.n > INDEX_MAX)
		return sek_fail(err, SEK_ETOOBIG, "an index over 2 GiB");
	if (bytes.n < HEADER + oid_len || memcmp(bytes.p, "DIRC", 4))
		return broken(err);
	x->version = be32(bytes.p + 4);
	x->n = be32(bytes.p + 8);
	if (x->version < 2 || x->version > 4)
		return unusual(err);
	rest.p += HEADER;
	rest.n -= HEADER + oid_len;
	if (x->n > rest.n / (STAT + oid_len))
		return broken(err);
	x->at = sek_alloc_n(x->n + (size_t)1, sizeof(*x->at));
	if (x->version == 4) {
		x->path = sek_alloc_n(x->n + (size_t)1, sizeof(*x->path));
		x->paths.max = PATHS_MAX;
	}
	r = find_entries(x, &rest, err);
	return r ? r : read_extensions(x, rest, err);
}

enum sek_code
sek_index_open(struct sek_index *x, const char *path, unsigned oid_len,
    struct sek_err *err)
{
	struct sek_str bytes = {NULL, 0};
	enum sek_code r = sek_map_open(&bytes, path, err);

	*x = (struct sek_index){.oid_len = oid_len};
	if (r == SEK_ENOTFOUND)
		return SEK_OK;
	if (r)
		return r;
	r = sek_index_parse(x, bytes, oid_len, err);
	x->mapped = true;
	return r;
}

void
sek_index_close(struct sek_index *x)
{
	if (x->mapped)
		sek_map_close(&x->bytes);
	free(x->at);
	free(x->path);
	sek_buf_clear(&x->paths);
	sek_vec_clear(&x->trees);
	*x = (struct sek_index){0};
}

struct sek_str
sek_index_path(const struct sek_index *x, uint32_t i)
{
	const char *at = x->bytes.p + x->at[i];
	unsigned flags = be16(at + STAT + x->oid_len);

	if (x->version == 4)
		return sek_str(x->paths.p + x->path[i]);
	at += fixed_part(x, at, SIZE_MAX);
	if ((flags & NAME_LEN) == NAME_LEN)
		return sek_str(at);
	return (struct sek_str){at, flags & NAME_LEN};
}

void
sek_index_entry(const struct sek_index *x, uint32_t i,
    struct sek_index_entry *out)
{
	const char *at = x->bytes.p + x->at[i];
	unsigned flags = be16(at + STAT + x->oid_len);
	size_t fixed = fixed_part(x, at, SIZE_MAX);

	*out = (struct sek_index_entry){
	    .path = sek_index_path(x, i),
	    .mode = be32(at + 24), /* after two times, device and inode */
	    .oid.len = (unsigned char)x->oid_len,
	};
	memcpy(out->oid.raw, at + STAT, x->oid_len);
	out->left_out = (flags & STAGE) ||
	    ((flags & EXTENDED) && (be16(at + fixed - 2) & INTENT));
}

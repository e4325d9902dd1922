#include "repo/diff_side.h"

#include <sys/stat.h>

/* Memory of a larger directory is not held for the next one. */
#define TEXT_KEPT ((size_t)1 << 20)

static enum sek_code
unusual(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "a directory that only git reads");
}

int
sek_side_cmp(const struct sek_side_item *a, const struct sek_side_item *b)
{
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int c = memcmp(a->name.p, b->name.p, n);
	unsigned char x = a->mode == SEK_MODE_DIR ? '/' : '\0';
	unsigned char y = b->mode == SEK_MODE_DIR ? '/' : '\0';

	if (c)
		return c;
	if (a->name.n > n)
		x = (unsigned char)a->name.p[n];
	if (b->name.n > n)
		y = (unsigned char)b->name.p[n];
	if (x != y)
		return x < y ? -1 : 1;
	return (a->name.n > b->name.n) - (a->name.n < b->name.n);
}

/* What git makes of the modes that old versions wrote. */
static unsigned
canonical(unsigned mode)
{
	if (S_ISREG(mode))
		return S_IFREG | (mode & 0100 ? 0755 : 0644);
	if (S_ISLNK(mode))
		return S_IFLNK;
	return S_ISDIR(mode) ? SEK_MODE_DIR : 0160000;
}

/* "MODE NAME\0" and an id. */
static enum sek_code
next_of_tree(struct sek_side *s, struct sek_err *err)
{
	struct sek_str mode = sek_str_cut(&s->rest, ' ');
	unsigned n = 0;

	s->item.name = sek_str_cut(&s->rest, '\0');
	if (!s->rest.p || s->rest.n < s->oid_len || !s->item.name.n ||
	    memchr(s->item.name.p, '/', s->item.name.n) || !mode.n ||
	    mode.n > 6)
		return unusual(err);
	for (size_t i = 0; i < mode.n; i++) {
		if (mode.p[i] < '0' || mode.p[i] > '7')
			return unusual(err);
		n = 8 * n + (unsigned)(mode.p[i] - '0');
	}
	s->item.mode = canonical(n);
	s->item.oid.len = (unsigned char)s->oid_len;
	memcpy(s->item.oid.raw, s->rest.p, s->oid_len);
	s->rest.p += s->oid_len;
	s->rest.n -= s->oid_len;
	return SEK_OK;
}

/* What git writes today, with its blank; its length, or 0. */
static size_t
plain_mode(struct sek_str s)
{
	static const char modes[][8] = {
	    "100644 ", "100755 ", "120000 ", "160000 "};

	if (s.n > 6 && memcmp(s.p, "40000 ", 6) == 0)
		return 6;
	for (size_t i = 0; s.n > 7 && i < sizeof(modes) / sizeof(*modes); i++)
		if (memcmp(s.p, modes[i], 7) == 0)
			return 7;
	return 0;
}

/* The bytes of the first entry, where it is plain; else 0. */
static size_t
plain_entry(struct sek_str s, unsigned oid_len)
{
	size_t mode = plain_mode(s);
	const char *end = mode ? memchr(s.p + mode, '\0', s.n - mode) : NULL;

	if (!end || end == s.p + mode || s.n - (size_t)(end - s.p) <= oid_len)
		return 0;
	return (size_t)(end - s.p) + 1 + oid_len;
}

enum sek_code
sek_side_pass(struct sek_side *a, struct sek_side *b, struct sek_err *err)
{
	size_t n, last = 0, at = 0;
	struct sek_str x = a->rest;
	enum sek_code r;

	if (a->index || b->index)
		return SEK_OK;
	while ((n = plain_entry(x, a->oid_len)) && n <= b->rest.n - at &&
	    memcmp(x.p, b->rest.p + at, n) == 0) {
		last = at;
		at += n;
		x.p += n;
		x.n -= n;
	}
	if (!at)
		return SEK_OK;
	a->rest = (struct sek_str){a->rest.p + last, a->rest.n - last};
	b->rest = (struct sek_str){b->rest.p + last, b->rest.n - last};
	r = next_of_tree(a, err);
	return r ? r : next_of_tree(b, err);
}

/* The order in which the cache tree keeps a directory's directories. */
static int
tree_cmp(struct sek_str a, struct sek_str b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return memcmp(a.p, b.p, a.n);
}

/* Of this name in the cache tree. */
static uint32_t
find_subtree(const struct sek_side *s, struct sek_str name)
{
	size_t low = 0, high = s->subtrees.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t tree = s->subtrees.at[middle];
		int c = tree_cmp(s->index->trees.at[tree].name, name);

		if (!c)
			return tree;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SEK_NO_TREE;
}

/* Is entry i in the directory s->item, whose first entry has this path? */
static bool
is_within(const struct sek_side *s, struct sek_str first, uint32_t i)
{
	struct sek_str path = sek_index_path(s->index, i);
	size_t n = s->prefix.n + s->item.name.n + 1;

	return path.n > n && memcmp(path.p, first.p, n) == 0;
}

/* A directory that the cache tree knows is passed over in one step. */
static enum sek_code
take_directory(struct sek_side *s, struct sek_str first, struct sek_err *err)
{
	const struct sek_index_tree *t = NULL;

	s->item.mode = SEK_MODE_DIR;
	s->item.from = s->at;
	s->item.tree = find_subtree(s, s->item.name);
	if (s->item.tree != SEK_NO_TREE)
		t = &s->index->trees.at[s->item.tree];
	if (!t || !t->valid) {
		while (s->at < s->end && is_within(s, first, s->at))
			s->at++;
	} else {
		if (!t->count || t->count > s->end - s->at ||
		    !is_within(s, first, s->at + t->count - 1))
			return unusual(err);
		s->item.oid = t->oid;
		s->at += t->count;
	}
	s->item.to = s->at;
	return SEK_OK;
}

static enum sek_code
next_of_index(struct sek_side *s, struct sek_err *err)
{
	struct sek_index_entry e;
	const char *slash;

	for (;; s->at++) {
		s->over = s->at == s->end;
		if (s->over)
			return SEK_OK;
		sek_index_entry(s->index, s->at, &e);
		if (!e.left_out)
			break;
	}
	if (e.path.n <= s->prefix.n ||
	    memcmp(e.path.p, s->prefix.p, s->prefix.n))
		return unusual(err);
	s->item = (struct sek_side_item){
	    .name = {e.path.p + s->prefix.n, e.path.n - s->prefix.n},
	    .mode = e.mode,
	    .oid = e.oid,
	};
	slash = memchr(s->item.name.p, '/', s->item.name.n);
	if (slash) {
		s->item.oid = (struct sek_oid){0};
		s->item.name.n = (size_t)(slash - s->item.name.p);
	}
	if (!s->item.name.n)
		return unusual(err);
	if (slash)
		return take_directory(s, e.path, err);
	s->at++;
	if (e.mode != canonical(e.mode) || e.mode == SEK_MODE_DIR)
		return unusual(err);
	return SEK_OK;
}

enum sek_code
sek_side_next(struct sek_side *s, struct sek_err *err)
{
	struct sek_side_item last = s->item;
	enum sek_code r;

	s->over = !s->index && !s->rest.n;
	if (s->over)
		return SEK_OK;
	r = s->index ? next_of_index(s, err) : next_of_tree(s, err);
	if (!r && !s->over && last.name.p && sek_side_cmp(&last, &s->item) >= 0)
		return unusual(err);
	return r;
}

enum sek_code
sek_side_tree(struct sek_side *s, unsigned oid_len, struct sek_err *err)
{
	s->oid_len = oid_len;
	s->rest = sek_buf_str(&s->text);
	return sek_side_next(s, err);
}

/* The cache tree's directories in this one, for find_subtree. */
static bool
list_subtrees(struct sek_side *s, uint32_t tree)
{
	const struct sek_index_tree *t = s->index->trees.at;

	for (uint32_t i = tree + 1; i < t[tree].next; i = t[i].next) {
		size_t n = s->subtrees.n;

		if (n &&
		    tree_cmp(t[s->subtrees.at[n - 1]].name, t[i].name) >= 0)
			return false;
		*sek_vec_push(&s->subtrees) = i;
	}
	return true;
}

enum sek_code
sek_side_index(struct sek_side *s, const struct sek_index *x,
    const struct sek_side_item *dir, struct sek_str prefix, struct sek_err *err)
{
	s->index = x;
	s->oid_len = x->oid_len;
	s->at = dir->from;
	s->end = dir->to;
	s->prefix = prefix;
	if (dir->tree < x->trees.n && !list_subtrees(s, dir->tree))
		return unusual(err);
	return sek_side_next(s, err);
}

void
sek_side_reset(struct sek_side *s)
{
	struct sek_side was = *s;

	if (was.text.cap > TEXT_KEPT)
		sek_buf_clear(&was.text);
	*s = (struct sek_side){.text = was.text, .subtrees = was.subtrees};
	sek_buf_reset(&s->text);
	s->subtrees.n = 0;
}

void
sek_side_clear(struct sek_side *s)
{
	sek_buf_clear(&s->text);
	sek_vec_clear(&s->subtrees);
}

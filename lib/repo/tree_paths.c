#include "repo/tree_paths.h"

#include "repo/few.h"

#define DEPTH_MAX 256 /* of directories in each other */
#define TREE_MAX  ((size_t)64 << 20)

struct search {
	struct sek_few *few;
	unsigned oid_len;
	const char *const *paths;
	struct sek_oid *out;
};

struct entry {
	struct sek_str name;
	struct sek_oid oid;
	bool dir, blob;
};

static enum sek_code
unusual(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE,
	    "a tree that git is to be asked about");
}

/* "MODE NAME\0" and an id. */
static bool
next_entry(struct sek_str *tree, unsigned oid_len, struct entry *out)
{
	struct sek_str rest = *tree, mode;

	*out = (struct entry){.oid.len = (unsigned char)oid_len};
	if (!memchr(rest.p, '\0', rest.n))
		return false;
	out->name = sek_str_cut(&rest, '\0');
	if (rest.n < oid_len || !memchr(out->name.p, ' ', out->name.n))
		return false;
	mode = sek_str_cut(&out->name, ' ');
	memcpy(out->oid.raw, rest.p, oid_len);
	*tree = (struct sek_str){rest.p + oid_len, rest.n - oid_len};
	out->dir = sek_str_is(mode, "40000");
	out->blob = sek_str_starts(mode, "100") || sek_str_is(mode, "120000");
	return out->name.n > 0;
}

/* As git orders a tree: the name of a directory as if it ended with a slash. */
static int
compare(struct sek_str a, bool a_dir, struct sek_str b, bool b_dir)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	int x = a.n > n ? (unsigned char)a.p[n] : a_dir ? '/' : '\0';
	int y = b.n > n ? (unsigned char)b.p[n] : b_dir ? '/' : '\0';

	return c ? c : x - y;
}

/* Paths with the same next part. */
struct group {
	size_t from, to;
	struct sek_str part;
	bool dir;
};

static struct group
group_at(const struct search *s, size_t from, size_t to, size_t at)
{
	const char *p = s->paths[from] + at;
	struct group g = {from, from + 1, {p, strcspn(p, "/")}, false};

	g.dir = p[g.part.n] == '/';
	while (g.dir && g.to < to &&
	    !strncmp(s->paths[g.to] + at, p, g.part.n + 1))
		g.to++;
	return g;
}

static enum sek_code look(struct search *s, const struct sek_oid *tree,
    size_t from, size_t to, size_t at, unsigned depth, struct sek_err *err);

static enum sek_code
take(struct search *s, const struct group *g, const struct entry *e, size_t at,
    unsigned depth, struct sek_err *err)
{
	if (g->dir)
		return look(s, &e->oid, g->from, g->to, at + g->part.n + 1,
		    depth + 1, err);
	if (e->blob)
		s->out[g->from] = e->oid;
	return SEK_OK;
}

/* Both the entries and the paths are in order: they are gone through once. */
static enum sek_code
merge(struct search *s, struct sek_str tree, size_t from, size_t to, size_t at,
    unsigned depth, struct sek_err *err)
{
	struct entry last = {0}, e;
	enum sek_code r = SEK_OK;

	while (!r && tree.n) {
		if (!next_entry(&tree, s->oid_len, &e) ||
		    (last.name.n &&
			compare(last.name, last.dir, e.name, e.dir) >= 0))
			return unusual(err);
		last = e;
		while (!r && from < to) {
			struct group g = group_at(s, from, to, at);
			int c = compare(g.part, g.dir, e.name, e.dir);

			if (c > 0)
				break;
			if (!c)
				r = take(s, &g, &e, at, depth, err);
			from = g.to;
		}
	}
	return r;
}

static enum sek_code
look(struct search *s, const struct sek_oid *tree, size_t from, size_t to,
    size_t at, unsigned depth, struct sek_err *err)
{
	sek_auto_buf content = {.max = TREE_MAX};
	enum sek_type type;
	enum sek_code r;

	if (depth > DEPTH_MAX)
		return unusual(err);
	r = sek_few_read(s->few, tree, &content, &type, err);
	if (r)
		return r;
	return type == SEK_TREE
	    ? merge(s, sek_buf_str(&content), from, to, at, depth, err)
	    : unusual(err);
}

static enum sek_code
tree_of(struct sek_few *few, const struct sek_oid *commit, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_buf content = {.max = TREE_MAX};
	struct sek_str line;
	enum sek_type type;
	enum sek_code r = sek_few_read(few, commit, &content, &type, err);

	if (r)
		return r;
	line = sek_buf_str(&content);
	if (type != SEK_COMMIT || !sek_str_starts(line, "tree "))
		return unusual(err);
	line.p += strlen("tree ");
	line.n -= strlen("tree ");
	return sek_oid_parse(out, sek_str_cut(&line, '\n')) ? SEK_OK
							    : unusual(err);
}

enum sek_code
sek_tree_paths(const struct sek_repo *r, const struct sek_oid *commit,
    const char *const *paths, size_t n, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_few *few = NULL;
	struct search s = {.oid_len = r->oid_len, .paths = paths, .out = out};
	struct sek_oid tree;
	enum sek_code code = sek_few_open(&few, r, err);

	s.few = few;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct sek_oid){0};
	if (!code)
		code = tree_of(few, commit, &tree, err);
	return code ? code : look(&s, &tree, 0, n, 0, 0, err);
}

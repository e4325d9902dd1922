#include "repo/changes_own.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/diff.h"
#include "repo/index_file.h"
#include "repo/map.h"
#include "repo/refs.h"

#define COMMIT_MAX ((size_t)64 << 20)

/* What is known of a commit that was read. */
struct commit {
	struct sek_oid oid, tree;
};

#define KEPT 1024 /* a power of 2 */

struct reader {
	struct sek_few *few; /* borrowed */
	struct sek_buf text;
	struct commit kept[KEPT]; /* by id: parents come again and again */
};

static void
reader_free(struct reader **r)
{
	if (!*r)
		return;
	sek_buf_clear(&(*r)->text);
	sek_free_ptr(r);
}
#define auto_reader __attribute__((cleanup(reader_free))) struct reader

static enum sek_code
reader_open(struct reader **out, struct sek_repo *r, struct sek_err *err)
{
	auto_reader *made = sek_alloc(sizeof(*made));
	enum sek_code code = sek_few_share(&made->few, r, err);

	made->text.max = COMMIT_MAX;
	if (!code)
		*out = sek_steal(&made);
	return code;
}

static bool
cut_id(struct sek_str *text, const char *key, struct sek_oid *out)
{
	struct sek_str line = *text, rest = *text;
	size_t n = strlen(key);

	if (!sek_str_starts(line, key))
		return false;
	line = sek_str_cut(&rest, '\n');
	line.p += n;
	line.n -= n;
	if (!sek_oid_parse(out, line))
		return false;
	*text = rest;
	return true;
}

/* "tree ID\n", then a "parent ID\n" for each. parents may be NULL. */
static enum sek_code
read_commit(struct reader *r, const struct sek_oid *oid, struct sek_oid *tree,
    struct sek_oids *parents, struct sek_err *err)
{
	struct sek_str text;
	struct sek_oid parent;
	enum sek_type type;
	enum sek_code code = sek_few_read(r->few, oid, &r->text, &type, err);

	if (code)
		return code;
	text = sek_buf_str(&r->text);
	if (type != SEK_COMMIT || !cut_id(&text, "tree ", tree))
		return sek_fail(err, SEK_EPARSE, "not a commit");
	while (parents && cut_id(&text, "parent ", &parent))
		*sek_vec_push(parents) = parent;
	r->kept[(oid->raw[0] | oid->raw[1] << 8) % KEPT] = (struct commit){
	    *oid, *tree};
	return SEK_OK;
}

static enum sek_code
tree_of(struct reader *r, const struct sek_oid *oid, struct sek_oid *tree,
    struct sek_err *err)
{
	const struct commit
	    *kept = &r->kept[(oid->raw[0] | oid->raw[1] << 8) % KEPT];

	if (!sek_oid_eq(&kept->oid, oid))
		return read_commit(r, oid, tree, NULL, err);
	*tree = kept->tree;
	return SEK_OK;
}

static enum sek_code
diff_staged(struct sek_diff *d, const struct sek_repo *r,
    const struct sek_oids *trees, struct sek_err *err)
{
	struct sek_index x = {0};
	sek_auto_free char *path = NULL;
	enum sek_code code = sek_index_file(&path, r, err);

	if (!code)
		code = sek_index_open(&x, path, r->oid_len, err);
	if (!code)
		code = sek_diff_index(d, &x, trees->at, trees->n, err);
	if (x.mapped && sek_map_failed(&x.bytes))
		code = sek_fail(err, SEK_EIO, "%s: cannot be read", path);
	sek_index_close(&x);
	return code;
}

/* The trees of HEAD and the others; of a branch that is not born yet: none. */
static enum sek_code
staged_trees(const struct sek_repo *r, struct reader *reader,
    const struct sek_oids *others, struct sek_oids *out, struct sek_err *err)
{
	struct sek_oid head;
	enum sek_code code = sek_refs_head(r, &head, err);

	if (code == SEK_ENOTFOUND) {
		(void)sek_vec_push(out);
		code = SEK_OK;
	} else if (!code) {
		code = tree_of(reader, &head, sek_vec_push(out), err);
	}
	for (size_t i = 0; !code && others && i < others->n; i++)
		code = tree_of(reader, &others->at[i], sek_vec_push(out), err);
	return code;
}

enum sek_code
sek_own_staged(struct sek_repo *r, const struct sek_oids *others,
    sek_change_fn *fn, void *arg, bool *told, struct sek_err *err)
{
	auto_reader *reader = NULL;
	sek_auto_diff d = {0};
	struct sek_oids trees = {0};
	struct sek_oid none = {0};
	enum sek_code code = reader_open(&reader, r, err);

	*told = false;
	if (!code)
		code = staged_trees(r, reader, others, &trees, err);
	if (!code) {
		sek_diff_init(&d, r, reader->few);
		code = diff_staged(&d, r, &trees, err);
	}
	sek_vec_clear(&trees);
	if (code)
		return code;
	*told = true;
	return sek_diff_tell(&d, &none, fn, arg, err);
}

static enum sek_code
diff_commit(struct sek_diff *d, struct reader *reader,
    const struct sek_oid *commit, struct sek_err *err)
{
	struct sek_oids parents = {0}, trees = {0};
	struct sek_oid tree;
	enum sek_code code = read_commit(reader, commit, &tree, &parents, err);

	for (size_t i = 0; !code && i < parents.n; i++)
		code = tree_of(reader, &parents.at[i], sek_vec_push(&trees),
		    err);
	if (!parents.n)
		(void)sek_vec_push(&trees);
	if (!code)
		code = sek_diff_tree(d, &tree, trees.at, trees.n, err);
	sek_vec_clear(&parents);
	sek_vec_clear(&trees);
	return code;
}

enum sek_code
sek_own_commits(struct sek_repo *r, const struct sek_oids *commits,
    sek_change_fn *fn, void *arg, size_t *done, bool *told, struct sek_err *err)
{
	auto_reader *reader = NULL;
	sek_auto_diff d = {0};
	enum sek_code code;

	*told = false;
	*done = 0;
	/* There git calls commits first ones that have parents. */
	if (r->shallow)
		return sek_fail(err, SEK_EPARSE, "a shallow repository");
	code = reader_open(&reader, r, err);
	if (code)
		return code;
	sek_diff_init(&d, r, reader->few);
	for (; !code && *done < commits->n; ++*done) {
		const struct sek_oid *commit = &commits->at[*done];

		code = diff_commit(&d, reader, commit, err);
		if (code)
			return code;
		code = sek_diff_tell(&d, commit, fn, arg, err);
		*told = code != SEK_OK;
	}
	return code;
}

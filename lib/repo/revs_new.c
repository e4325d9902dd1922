#include "repo/revs_new.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/commit_queue.h"
#include "repo/few.h"
#include "repo/refs.h"
#include "repo/revs.h"

#define COMMIT_MAX ((size_t)64 << 20)

/* A new commit; its parents are those of `edges` from `first` on. */
struct node {
	struct sek_oid oid;
	uint64_t date;
	size_t first, parents;
	size_t in; /* how many of the new commits have it as a parent */
	bool seen;
};

struct walk {
	struct sek_few *few, *before; /* with the push, and without it */
	SEK_VEC(struct node) nodes;
	SEK_VEC(uint32_t) edges; /* nodes, of new parents only */
	uint32_t *table;         /* of nodes by id, 1 more; 0: free */
	size_t room;             /* of table; a power of 2 */
	struct sek_oids old;     /* what new commits stand on */
	struct sek_buf text;
};

static enum sek_code
only_git(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "commits that only git walks");
}

static size_t
slot_of(const struct walk *w, const struct sek_oid *oid)
{
	size_t i;

	memcpy(&i, oid->raw, sizeof(i));
	for (i &= w->room - 1; w->table[i]; i = (i + 1) & (w->room - 1))
		if (sek_oid_eq(&w->nodes.at[w->table[i] - 1].oid, oid))
			break;
	return i;
}

static void
grow_table(struct walk *w)
{
	if (2 * w->nodes.n < w->room)
		return;
	free(w->table);
	w->room = w->room ? 2 * w->room : 1024;
	w->table = sek_alloc_n(w->room, sizeof(*w->table));
	for (size_t i = 0; i < w->nodes.n; i++)
		w->table[slot_of(w, &w->nodes.at[i].oid)] = (uint32_t)i + 1;
}

/* The node of a new commit; *old: it was here before the push. */
static enum sek_code
node_of(struct walk *w, const struct sek_oid *oid, uint32_t *node, bool *old,
    struct sek_err *err)
{
	size_t slot;
	enum sek_code r;

	*old = false;
	grow_table(w);
	slot = slot_of(w, oid);
	if (w->table[slot]) {
		*node = w->table[slot] - 1;
		return SEK_OK;
	}
	r = sek_few_has(w->before, oid, old, err);
	if (!r && *old)
		*sek_vec_push(&w->old) = *oid;
	if (r || *old)
		return r;
	if (w->nodes.n == UINT32_MAX / 4)
		return only_git(err);
	sek_vec_push(&w->nodes)->oid = *oid;
	w->table[slot] = (uint32_t)w->nodes.n;
	*node = (uint32_t)w->nodes.n - 1;
	return SEK_OK;
}

/* "committer NAME <MAIL> SECONDS ZONE": git takes what is behind the last '>'
 * of the line; what it would make of an odd date is its own affair. */
static bool
read_date(struct sek_str line, uint64_t *out)
{
	const char *end = memrchr(line.p, '>', line.n);
	struct sek_str rest, seconds;

	if (!sek_str_starts(line, "committer ") || !end)
		return false;
	rest.p = end + 1;
	rest.n = line.n - (size_t)(rest.p - line.p);
	if (!sek_str_starts(rest, " "))
		return false;
	rest.p++;
	rest.n--;
	seconds = sek_str_cut(&rest, ' ');
	return rest.p && seconds.n < 16 && sek_str_to_u64(seconds, out);
}

static enum sek_code
add_parent(struct walk *w, struct sek_str hex, struct sek_err *err)
{
	struct sek_oid oid;
	uint32_t node;
	bool old;
	enum sek_code r;

	if (!sek_oid_parse(&oid, hex))
		return only_git(err);
	r = node_of(w, &oid, &node, &old, err);
	if (r || old)
		return r;
	*sek_vec_push(&w->edges) = node;
	w->nodes.at[node].in++;
	return SEK_OK;
}

static struct sek_str
cut_word(struct sek_str *line)
{
	return sek_str_cut(line, ' ');
}

/* Its parents become nodes, which are read in their turn. */
static enum sek_code
read_node(struct walk *w, size_t i, struct sek_err *err)
{
	struct sek_oid oid = w->nodes.at[i].oid;
	struct sek_str rest, line, word;
	size_t first = w->edges.n;
	uint64_t date;
	enum sek_type type;
	enum sek_code r = sek_few_read(w->few, &oid, &w->text, &type, err);

	if (r)
		return r;
	rest = sek_buf_str(&w->text);
	line = sek_str_cut(&rest, '\n');
	word = cut_word(&line);
	if (type != SEK_COMMIT || !sek_str_is(word, "tree") ||
	    !sek_oid_parse(&oid, line))
		return only_git(err);
	for (;;) {
		line = sek_str_cut(&rest, '\n');
		if (!sek_str_starts(line, "parent "))
			break;
		(void)cut_word(&line);
		r = add_parent(w, line, err);
		if (r)
			return r;
	}
	if (!sek_str_starts(line, "author ") ||
	    !read_date(sek_str_cut(&rest, '\n'), &date))
		return only_git(err);
	w->nodes.at[i].date = date;
	w->nodes.at[i].first = first;
	w->nodes.at[i].parents = w->edges.n - first;
	return SEK_OK;
}

static enum sek_code
read_all(struct walk *w, const struct sek_new_tip *tips, size_t n,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;
	uint32_t node;
	bool old;

	for (size_t i = 0; !r && i < n; i++)
		r = node_of(w, &tips[i].oid, &node, &old, err);
	for (size_t i = 0; !r && i < w->nodes.n; i++)
		r = read_node(w, i, err);
	return r;
}

static enum sek_code
check_commit(struct walk *w, const struct sek_oid *oid, struct sek_err *err)
{
	enum sek_type type;
	enum sek_code r = sek_few_read(w->few, oid, &w->text, &type, err);

	return r || type == SEK_COMMIT ? r : only_git(err);
}

/* Whether a ref is at each of what was here: HEAD, those that are pushed to, or
 * a packed one. */
static enum sek_code
check_old(struct walk *w, const struct sek_repo *r,
    const struct sek_new_tip *tips, size_t n, struct sek_err *err)
{
	struct sek_oids at = {0};
	struct sek_oid oid;
	enum sek_code code = SEK_OK;

	sek_oids_sort(&w->old);
	if (!w->old.n)
		return SEK_OK;
	if (sek_refs_head(r, &oid, NULL) == SEK_OK)
		*sek_vec_push(&at) = oid;
	for (size_t i = 0; i < n; i++)
		if (sek_refs_read(r, tips[i].ref, &oid, NULL) == SEK_OK)
			*sek_vec_push(&at) = oid;
	sek_oids_sort(&at);
	for (size_t i = 0; !code && i < w->old.n; i++)
		if (!sek_oids_find(&at, &w->old.at[i]) &&
		    !sek_refs_packed_at(r, &w->old.at[i]))
			code = only_git(err);
		else
			code = check_commit(w, &w->old.at[i], err);
	sek_vec_clear(&at);
	return code;
}

static void
enqueue(struct walk *w, struct sek_commit_queue *q, uint32_t node)
{
	sek_commit_queue_add(q, node, w->nodes.at[node].date);
}

/* The order in which git's walk comes across the commits: by date, and those of
 * the same date as they were met. */
static void
meet(struct walk *w, const struct sek_new_tip *tips, size_t n, uint32_t *list)
{
	struct sek_commit_queue q = {0};
	size_t met = 0;
	uint32_t node;

	for (size_t i = 0; i < n; i++) {
		size_t slot = slot_of(w, &tips[i].oid);

		if (!w->table[slot])
			continue;
		node = w->table[slot] - 1;
		if (!w->nodes.at[node].seen)
			enqueue(w, &q, node);
		w->nodes.at[node].seen = true;
	}
	while (sek_commit_queue_take(&q, &node)) {
		const struct node *c = &w->nodes.at[node];

		list[met++] = node;
		for (size_t i = c->first; i < c->first + c->parents; i++) {
			struct node *p = &w->nodes.at[w->edges.at[i]];

			if (!p->seen)
				enqueue(w, &q, w->edges.at[i]);
			p->seen = true;
		}
	}
	sek_commit_queue_clear(&q);
}

/* Then none before all of its children: by date, and those of the same date as
 * they became free; the other way round. */
static void
arrange(struct walk *w, const uint32_t *list, struct sek_oids *out)
{
	struct sek_commit_queue q = {0};
	size_t left = w->nodes.n, start = out->n;
	uint32_t node;

	for (size_t i = 0; i < w->nodes.n; i++) {
		(void)sek_vec_push(out);
		if (!w->nodes.at[list[i]].in)
			enqueue(w, &q, list[i]);
	}
	while (sek_commit_queue_take(&q, &node)) {
		const struct node *c = &w->nodes.at[node];

		out->at[start + --left] = c->oid;
		for (size_t i = c->first; i < c->first + c->parents; i++)
			if (!--w->nodes.at[w->edges.at[i]].in)
				enqueue(w, &q, w->edges.at[i]);
	}
	sek_commit_queue_clear(&q);
}

static enum sek_code
walk_new(struct walk *w, const struct sek_repo *r,
    const struct sek_new_tip *tips, size_t n, struct sek_oids *out,
    struct sek_err *err)
{
	sek_auto_free uint32_t *list = NULL;
	enum sek_code code = read_all(w, tips, n, err);

	if (!code)
		code = check_old(w, r, tips, n, err);
	if (code)
		return code;
	list = sek_alloc_n(w->nodes.n + 1, sizeof(*list));
	meet(w, tips, n, list);
	arrange(w, list, out);
	return SEK_OK;
}

enum sek_code
sek_own_new(struct sek_repo *r, const struct sek_new_tip *tips, size_t n,
    struct sek_oids *out, struct sek_err *err)
{
	sek_auto_free char *objects = sek_printf("%s/objects", r->common_dir);
	struct walk w = {.text.max = COMMIT_MAX};
	enum sek_code code = sek_few_share(&w.few, r, err);

	if (!code && (!r->quarantine || r->shallow || r->partial))
		code = only_git(err);
	if (!code)
		code = sek_few_open_of(&w.before, objects, r->oid_len, err);
	if (!code)
		code = walk_new(&w, r, tips, n, out, err);
	sek_few_free(w.before);
	sek_vec_clear(&w.nodes);
	sek_vec_clear(&w.edges);
	sek_vec_clear(&w.old);
	sek_buf_clear(&w.text);
	free(w.table);
	return code;
}

static enum sek_code
ask_git(struct sek_repo *r, const struct sek_new_tip *tips, size_t n,
    struct sek_oids *out, struct sek_err *err)
{
	SEK_VEC(char *) args = {0};
	char hex[SEK_OID_HEX];
	enum sek_code code;

	for (size_t i = 0; i < n; i++)
		*sek_vec_push(&args) = sek_strdup(sek_oid_hex(&tips[i].oid,
		    hex));
	*sek_vec_push(&args) = sek_strdup("--not");
	*sek_vec_push(&args) = sek_strdup("--all");
	*sek_vec_push(&args) = NULL;
	code = sek_revs_commits(r, (const char *const *)args.at, out, NULL,
	    err);
	sek_vec_each (arg, &args)
		free(*arg);
	sek_vec_clear(&args);
	return code;
}

enum sek_code
sek_revs_new(struct sek_repo *r, const struct sek_new_tip *tips, size_t n,
    struct sek_oids *out, struct sek_err *err)
{
	if (sek_own_new(r, tips, n, out, NULL) == SEK_OK)
		return SEK_OK;
	return ask_git(r, tips, n, out, err);
}

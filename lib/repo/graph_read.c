#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/graph.h"
#include "repo/walk.h"

/* What one thread read. */
struct reading {
	SEK_VEC(struct sek_graph_node) nodes; /* parent: in ids */
	struct sek_oids ids;
};

struct shared {
	struct sek_walk *walk;
	struct sek_tally *tally;
	enum sek_type type;
	pthread_mutex_t lock;
	struct reading all;
	atomic_bool lost, many;
};

/* Git makes few commits with more than two parents; a small pack can name
 * billions. */
#define PARENTS_EACH 4
#define PARENTS_MORE ((size_t)1 << 20)

struct reader {
	struct shared *shared;
	struct reading own;
	struct sek_buf built;
	bool caller;
};

/* Of "NAME <ADDRESS> SECONDS ZONE"; 0: none that can be read, as for git. */
static int64_t
date_of(struct sek_str who)
{
	const char *end = memrchr(who.p, '>', who.n);
	struct sek_str rest;
	uint64_t date;

	if (!end)
		return 0;
	rest = (struct sek_str){end + 1, who.n - (size_t)(end + 1 - who.p)};
	rest = sek_str_trim(rest);
	return sek_str_to_u64(sek_str_cut(&rest, ' '), &date) &&
		date <= INT64_MAX
	    ? (int64_t)date
	    : 0;
}

/* The value of a header, if that is what the line is. */
static bool
is_header(struct sek_str line, const char *name, struct sek_str *value)
{
	size_t n = strlen(name);

	if (!sek_str_starts(line, name))
		return false;
	*value = (struct sek_str){line.p + n, line.n - n};
	return true;
}

static void
read_commit(struct reading *to, struct sek_graph_node *n, struct sek_str text)
{
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n'), value;
		struct sek_oid oid;

		if (!line.n)
			return;
		if (is_header(line, "committer ", &value)) {
			n->date = date_of(value);
			return; /* what follows names no parent */
		}
		if (is_header(line, "tree ", &value)) {
			(void)sek_oid_parse(&n->holds, value);
		} else if (is_header(line, "parent ", &value) &&
		    sek_oid_parse(&oid, value)) {
			*sek_vec_push(&to->ids) = oid;
			n->parents++;
		}
	}
}

static void
read_tag(struct reading *to, struct sek_graph_node *n, struct sek_str text)
{
	struct sek_oid target = {0};

	n->tag = true;
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n'), value;

		if (!line.n)
			return;
		if (is_header(line, "object ", &value)) {
			(void)sek_oid_parse(&target, value);
		} else if (is_header(line, "type ", &value)) {
			if (sek_str_is(value, "tree") ||
			    sek_str_is(value, "blob")) {
				n->holds = target;
			} else if (!sek_oid_is_none(&target)) {
				*sek_vec_push(&to->ids) = target;
				n->parents++;
			}
			return;
		}
	}
}

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct reader *r = arg;
	struct shared *s = r->shared;
	struct sek_graph_node node = {0};
	struct sek_str content = o->content;

	if (o->type != s->type || o->known)
		return true;
	if (!content.p) {
		if (sek_walk_build(s->walk, o, &r->built, NULL)) {
			atomic_store(&s->lost, true);
			return false;
		}
		content = sek_buf_str(&r->built);
	}
	if (!sek_walk_oid(o, &node.oid)) {
		atomic_store(&s->lost, true);
		return false;
	}
	node.parent = (uint32_t)r->own.ids.n;
	if (o->type == SEK_COMMIT)
		read_commit(&r->own, &node, content);
	else
		read_tag(&r->own, &node, content);
	*sek_vec_push(&r->own.nodes) = node;
	if (r->own.ids.n > PARENTS_EACH * r->own.nodes.n + PARENTS_MORE) {
		atomic_store(&s->many, true);
		return false;
	}
	return sek_tally_one(s->tally, r->caller);
}

/* Of other types, which may stand in one family of a broken pack, too. */
static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	(void)oid;
	(void)number;
	(void)loss;
	(void)why;
	atomic_store(&((struct reader *)arg)->shared->lost, true);
	return false;
}

static void
hand_over(struct shared *s, struct reading *own)
{
	pthread_mutex_lock(&s->lock);
	sek_vec_each (node, &own->nodes) {
		node->parent += (uint32_t)s->all.ids.n;
		*sek_vec_push(&s->all.nodes) = *node;
	}
	sek_vec_each (id, &own->ids)
		*sek_vec_push(&s->all.ids) = *id;
	pthread_mutex_unlock(&s->lock);
	sek_vec_clear(&own->nodes);
	sek_vec_clear(&own->ids);
}

static void
read_some(void *arg, bool own)
{
	struct shared *s = arg;
	struct reader r = {.shared = s, .caller = own};
	struct sek_walk_visitor v = {on_object, on_lost, &r};

	sek_walk_run(s->walk, &v);
	hand_over(s, &r.own);
	sek_buf_clear(&r.built);
}

static void
read_type(struct shared *s, const struct sek_families *f, enum sek_type type)
{
	s->type = type;
	s->walk = sek_walk_new(f);
	sek_walk_only(s->walk, type);
	sek_crew_run(read_some, s);
	sek_walk_free(s->walk);
}

static int
by_id(const void *a, const void *b)
{
	return sek_oid_cmp(&((const struct sek_graph_node *)a)->oid,
	    &((const struct sek_graph_node *)b)->oid);
}

/* Ids become nodes. */
static void
resolve(struct sek_graph *g, struct reading *all)
{
	if (all->nodes.n)
		qsort(all->nodes.at, all->nodes.n, sizeof(*all->nodes.at),
		    by_id);
	g->nodes.at = all->nodes.at;
	g->nodes.n = all->nodes.n;
	g->nodes.cap = all->nodes.cap;
	sek_vec_each (node, &g->nodes) {
		uint32_t first = node->parent, n = node->parents;

		node->parent = (uint32_t)g->parent.n;
		node->parents = 0;
		for (uint32_t i = first; i < first + n; i++) {
			uint32_t to = sek_graph_find(g, &all->ids.at[i]);

			if (to == SEK_NO_NODE)
				continue;
			*sek_vec_push(&g->parent) = to;
			node->parents++;
		}
	}
	sek_vec_clear(&all->ids);
}

enum sek_code
sek_graph_read(struct sek_graph *g, const struct sek_families *f,
    struct sek_tally *t, struct sek_err *err)
{
	struct shared s = {.tally = t, .lock = PTHREAD_MUTEX_INITIALIZER};

	read_type(&s, f, SEK_COMMIT);
	if (!s.lost && !s.many && !atomic_load(&t->ended))
		read_type(&s, f, SEK_TAG);
	resolve(g, &s.all);
	pthread_mutex_destroy(&s.lock);
	if (atomic_load(&t->ended))
		return sek_fail(err, SEK_ECANCEL, "interrupted");
	if (s.many)
		return sek_fail(err, SEK_ETOOBIG,
		    "its commits name more parents than the limit");
	return s.lost ? sek_fail(err, SEK_EPARSE, "a commit cannot be read")
		      : SEK_OK;
}

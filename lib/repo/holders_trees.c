#include "repo/holders_trees.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/walk.h"

#define THREADS 64
#define BITS    24 /* of an id, in a filter that stays in the cache */
#define LEVELS  4096

/* What is looked for on one level, and what of it was found. */
struct level {
	struct sek_walk *walk;
	unsigned oid_len;
	const struct sek_oids *wanted; /* by id */
	unsigned char *filter;
	pthread_mutex_t lock;
	struct sek_leads found;
	bool lost;
};

/* A thread's. */
struct reader {
	struct level *level;
	struct sek_leads found;
	struct sek_buf built;
};

static int
by_id(const void *a, const void *b)
{
	return sek_oid_cmp(a, b);
}

static size_t
filter_bit(const unsigned char *raw)
{
	return (size_t)raw[0] << 16 | (size_t)raw[1] << 8 | raw[2];
}

static bool
is_wanted(const struct level *l, const unsigned char *raw, struct sek_oid *oid)
{
	if (!sek_bit(l->filter, filter_bit(raw)))
		return false;
	*oid = (struct sek_oid){.len = (unsigned char)l->oid_len};
	memcpy(oid->raw, raw, l->oid_len);
	return bsearch(oid, l->wanted->at, l->wanted->n, sizeof(*oid), by_id);
}

/* Entries are "MODE NAME\0" and an id; that of a directory is 40000. */
static void
read_tree(struct reader *r, const struct sek_oid *tree, struct sek_str t)
{
	const struct level *l = r->level;
	const char *at = t.p, *end = t.p + t.n;

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *sp;
		struct sek_oid child;

		if (!nul || (size_t)(end - nul) <= l->oid_len)
			return; /* broken: git finds no more in it, too */
		if (is_wanted(l, (const unsigned char *)nul + 1, &child) &&
		    (sp = memchr(at, ' ', (size_t)(nul - at))))
			*sek_vec_push(&r->found) = (struct sek_lead){
			    .tree = *tree,
			    .child = child,
			    .name = sek_strndup(sp + 1, (size_t)(nul - sp - 1)),
			    .dir = *at == '4',
			};
		at = nul + 1 + l->oid_len;
	}
}

static void
set_lost(struct level *l)
{
	__atomic_store_n(&l->lost, true, __ATOMIC_RELAXED);
}

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct reader *r = arg;
	struct sek_str content = o->content;

	if (o->type != SEK_TREE || o->known)
		return true;
	if (!content.p) {
		if (sek_walk_build(r->level->walk, o, &r->built, NULL)) {
			set_lost(r->level);
			return false;
		}
		content = sek_buf_str(&r->built);
	}
	read_tree(r, &o->oid, content);
	return true;
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	(void)oid;
	(void)number;
	(void)loss;
	(void)why;
	set_lost(((struct reader *)arg)->level);
	return false;
}

static void *
read_level(void *arg)
{
	struct level *l = arg;
	struct reader r = {.level = l};
	struct sek_walk_visitor v = {on_object, on_lost, &r};

	sek_walk_run(l->walk, &v);
	pthread_mutex_lock(&l->lock);
	sek_vec_each (lead, &r.found)
		*sek_vec_push(&l->found) = *lead;
	pthread_mutex_unlock(&l->lock);
	sek_vec_clear(&r.found);
	sek_buf_clear(&r.built);
	return NULL;
}

static void
run_level(struct level *l)
{
	pthread_t thread[THREADS];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = 0;

	while ((long)n + 1 < cores && n < THREADS &&
	    !pthread_create(&thread[n], NULL, read_level, l))
		n++;
	read_level(l);
	while (n)
		pthread_join(thread[--n], NULL);
}

static int
by_tree(const void *pa, const void *pb)
{
	const struct sek_lead *a = pa, *b = pb;
	int c = sek_oid_cmp(&a->tree, &b->tree);

	return c ? c : strcmp(a->name, b->name);
}

/* The trees of what was found, if they are not known to lead there already. */
static void
next_level(struct sek_oids *wanted, struct sek_oids *all,
    const struct sek_leads *found)
{
	size_t known = all->n;

	wanted->n = 0;
	for (size_t i = 0; i < found->n; i++) {
		const struct sek_oid *tree = &found->at[i].tree;

		if (i && sek_oid_eq(tree, &found->at[i - 1].tree))
			continue;
		if (!known ||
		    !bsearch(tree, all->at, known, sizeof(*tree), by_id))
			*sek_vec_push(wanted) = *tree;
	}
	sek_vec_each (tree, wanted)
		*sek_vec_push(all) = *tree;
	if (all->n)
		qsort(all->at, all->n, sizeof(*all->at), by_id);
}

static void
look_for(struct level *l, const struct sek_families *f,
    const struct sek_oids *wanted)
{
	l->wanted = wanted;
	memset(l->filter, 0, ((size_t)1 << BITS) / 8);
	sek_vec_each (oid, wanted) {
		size_t bit = filter_bit(oid->raw);

		l->filter[bit / 8] |= (unsigned char)(1u << (bit % 8));
	}
	l->walk = sek_walk_new(f);
	sek_walk_only(l->walk, SEK_TREE);
	run_level(l);
	sek_walk_free(l->walk);
	if (l->found.n)
		qsort(l->found.at, l->found.n, sizeof(*l->found.at), by_tree);
}

enum sek_code
sek_leads_find(struct sek_leads *out, const struct sek_store *s,
    const struct sek_oids *blobs, struct sek_err *err)
{
	struct sek_families *f = sek_families_new(s);
	struct level l = {
	    .oid_len = s->oid_len,
	    .filter = sek_alloc(((size_t)1 << BITS) / 8),
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct sek_oids wanted = {0}, all = {0};
	size_t levels = 0;

	sek_vec_each (blob, blobs)
		*sek_vec_push(&wanted) = *blob;
	while (wanted.n && !l.lost && levels++ < LEVELS) {
		look_for(&l, f, &wanted);
		next_level(&wanted, &all, &l.found);
		sek_vec_each (lead, &l.found)
			*sek_vec_push(out) = *lead;
		l.found.n = 0;
	}
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_tree);
	sek_vec_clear(&l.found);
	sek_vec_clear(&wanted);
	sek_vec_clear(&all);
	sek_families_free(f);
	free(l.filter);
	pthread_mutex_destroy(&l.lock);
	return l.lost ? sek_fail(err, SEK_EPARSE, "a tree cannot be read")
		      : SEK_OK;
}

void
sek_leads_clear(struct sek_leads *v)
{
	sek_vec_each (lead, v)
		free(lead->name);
	sek_vec_clear(v);
}

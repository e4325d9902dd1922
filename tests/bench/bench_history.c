/*
 * What a history scan costs beside its floor: all streams of a repository's
 * packs inflated once and thrown away.
 *
 *     bench_history REPOSITORY inflate|walk|scan [THREADS]
 *
 * inflate: the floor; walk: bases put together, too, nothing looked at; scan:
 * as `sekisho scan --history` does, without saying where things come from.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "repo/walk.h"
#include "scan/source_store.h"

#define THREADS_MAX 64

struct bench {
	struct sek_store *store;
	struct sek_walk *walk;
	_Atomic size_t next;
	_Atomic uint64_t objects, bytes;
};

static void
inflate_pack(struct bench *b, const struct sek_pack *p, struct sek_inflate *z,
    struct sek_buf *out)
{
	enum { CHUNK = 256 };

	for (size_t at; (at = atomic_fetch_add(&b->next, CHUNK)) < p->index.n;)
		for (size_t i = at; i < at + CHUNK && i < p->index.n; i++) {
			struct sek_pack_entry e;

			if (sek_pack_entry(p, (uint32_t)i, &e, NULL) ||
			    sek_pack_inflate(p, (uint32_t)i, &e, z, out, NULL))
				continue;
			atomic_fetch_add(&b->objects, 1);
			atomic_fetch_add(&b->bytes, out->n);
		}
}

/* Of the largest pack. */
static void *
inflate_all(void *arg)
{
	struct bench *b = arg;
	struct sek_inflate *z = sek_inflate_new();
	struct sek_pack *largest = NULL;
	sek_auto_buf out = {0};

	sek_vec_each (p, &b->store->packs)
		if (!largest || (*p)->index.n > largest->index.n)
			largest = *p;
	if (largest)
		inflate_pack(b, largest, z, &out);
	sek_inflate_free(z);
	return NULL;
}

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct bench *b = arg;

	atomic_fetch_add(&b->objects, 1);
	atomic_fetch_add(&b->bytes, o->size);
	return true;
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	(void)arg;
	(void)oid;
	(void)number;
	(void)loss;
	fprintf(stderr, "%s\n", why);
	return true;
}

static void *
walk_all(void *arg)
{
	struct sek_walk_visitor v = {on_object, on_lost, arg};

	sek_walk_run(((struct bench *)arg)->walk, &v);
	return NULL;
}

static void
on_threads(unsigned n, void *(*fn)(void *), struct bench *b)
{
	pthread_t thread[THREADS_MAX];

	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&thread[i], NULL, fn, b))
			abort();
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

static void
scan_all(struct bench *b, struct sek_repo *repo, unsigned threads)
{
	struct sek_policy_options po = {0};
	struct sek_engine_options eo = {.threads = threads, .repo = repo};
	struct sek_policy *policy = NULL;
	struct sek_outcome out = {0};
	struct sek_engine *e;

	if (sek_policy_load(&policy, NULL, NULL, &po, NULL))
		abort();
	eo.policy = policy;
	e = sek_engine_new(&eo);
	sek_source_store(e, repo, b->store, NULL, NULL);
	sek_engine_finish(&e, &out);
	out.policy = policy;
	b->objects = out.counts.blobs + out.counts.messages;
	b->bytes = out.counts.bytes;
	printf("%zu findings, ", out.founds.n);
	sek_outcome_clear(&out);
}

int
main(int argc, char **argv)
{
	unsigned threads = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
	struct sek_families *f = NULL;
	struct sek_repo *repo = NULL;
	struct bench b = {0};
	struct sek_err err;

	if (argc < 3 || !threads || threads > THREADS_MAX) {
		fprintf(stderr, "usage: bench_history REPOSITORY MODE [N]\n");
		return 2;
	}
	if (sek_repo_open(&repo, argv[1], &err) ||
	    sek_store_open(&b.store, repo, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	if (!strcmp(argv[2], "walk")) {
		f = sek_families_new(b.store);
		b.walk = sek_walk_new(f);
		on_threads(threads, walk_all, &b);
	} else if (!strcmp(argv[2], "scan")) {
		scan_all(&b, repo, threads);
	} else {
		on_threads(threads, inflate_all, &b);
	}
	printf("%llu objects, %llu bytes\n", (unsigned long long)b.objects,
	    (unsigned long long)b.bytes);
	sek_walk_free(b.walk);
	sek_families_free(f);
	sek_store_free(b.store);
	sek_repo_free(repo);
	return 0;
}

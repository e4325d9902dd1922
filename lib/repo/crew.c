#include "repo/crew.h"

#include <pthread.h>
#include <unistd.h>

#define THREADS 64
#define STEP    256 /* objects between two looks at the watch */

struct crew {
	sek_crew_fn *fn;
	void *arg;
};

static void *
join_in(void *arg)
{
	const struct crew *c = arg;

	c->fn(c->arg, false);
	return NULL;
}

void
sek_crew_run(sek_crew_fn *fn, void *arg)
{
	struct crew c = {fn, arg};
	pthread_t thread[THREADS];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = 0;

	while ((long)n + 1 < cores && n < THREADS &&
	    !pthread_create(&thread[n], NULL, join_in, &c))
		n++;
	fn(arg, true);
	while (n)
		pthread_join(thread[--n], NULL);
}

bool
sek_tally_look(struct sek_tally *t)
{
	if (t->watch && !t->watch->go_on(t->watch->arg, atomic_load(&t->done)))
		atomic_store(&t->ended, true);
	return !atomic_load(&t->ended);
}

bool
sek_tally_one(struct sek_tally *t, bool own)
{
	atomic_fetch_add_explicit(&t->done, 1, memory_order_relaxed);
	if (own && ++t->own % STEP == 0)
		return sek_tally_look(t);
	return !atomic_load_explicit(&t->ended, memory_order_relaxed);
}

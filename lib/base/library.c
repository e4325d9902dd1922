#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { UNKNOWN, READY, MISSING };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
find_all(const struct sek_library *l)
{
	void *so = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; so && i < l->n; i++) {
		void *at = dlsym(so, l->names[i]);

		if (!at)
			return false;
		memcpy((char *)l->functions + i * sizeof(at), &at, sizeof(at));
	}
	return so != NULL;
}

bool
sek_library_ready(struct sek_library *l)
{
	int state = atomic_load(&l->state);

	if (state != UNKNOWN)
		return state == READY;
	pthread_mutex_lock(&lock);
	if (atomic_load(&l->state) == UNKNOWN)
		atomic_store(&l->state, find_all(l) ? READY : MISSING);
	pthread_mutex_unlock(&lock);
	return atomic_load(&l->state) == READY;
}

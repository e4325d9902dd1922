#include "vault/watch.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/alloc.h"

struct sek_watch {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct timespec until; /* CLOCK_MONOTONIC */
	bool stopped;
	const struct sek_env *env;
	void (*late)(void *arg);
	void *arg;
};

static struct timespec
after(int64_t ms)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	if (ms < 0)
		ms = 0;
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static void *
watch(void *arg)
{
	struct sek_watch *w = arg;
	int waited = 0;

	pthread_mutex_lock(&w->mutex);
	while (!w->stopped && waited != ETIMEDOUT) {
		struct timespec until = w->until;

		waited = pthread_cond_timedwait(&w->changed, &w->mutex, &until);
	}
	if (!w->stopped)
		w->late(w->arg);
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

enum sek_code
sek_watch_start(struct sek_watch **out, const struct sek_env *env,
    int64_t deadline, void (*late)(void *arg), void *arg, struct sek_err *err)
{
	struct sek_watch *w = sek_alloc(sizeof(*w));
	pthread_condattr_t attributes;

	w->env = env;
	w->late = late;
	w->arg = arg;
	w->until = after(deadline - env->ticks(env));
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	errno = pthread_create(&w->thread, NULL, watch, w);
	if (errno) {
		sek_free_ptr(&w);
		return sek_fail_errno(err, "no thread to keep a deadline");
	}
	*out = w;
	return SEK_OK;
}

void
sek_watch_move(struct sek_watch *w, int64_t deadline)
{
	pthread_mutex_lock(&w->mutex);
	w->until = after(deadline - w->env->ticks(w->env));
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->mutex);
}

void
sek_watch_stop(struct sek_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->mutex);
	w->stopped = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->mutex);
	sek_free_ptr(&w);
}

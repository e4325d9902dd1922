#include "sekisho/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define EVERY_MS 200
#define AFTER_MS 1000
#define SAME_MS  500

static volatile int stop;
static bool is_shown, left_over;
static long long started, searching, last;
static size_t secrets;

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The time since the start of what is shown, in s; 0: it is not time to. */
static double
time_to_show(long long since)
{
	long long now = now_ms();

	if (!is_shown || now - started < AFTER_MS || now - last < EVERY_MS)
		return 0;
	last = now;
	left_over = true;
	return (double)(now - since) / 1000 + 0.001;
}

/* As people say it; what is left is never known better. */
static void
show_left(double seconds)
{
	unsigned long long s = (unsigned long long)seconds + 1;

	if (s < 100)
		fprintf(stderr, ", %llu s left", s);
	else if (s < 6000)
		fprintf(stderr, ", %llu min left", (s + 30) / 60);
	else
		fprintf(stderr, ", %llu h left", (s + 1800) / 3600);
}

static void
show_scan(void *arg, const struct sek_progress *p)
{
	double t = p->objects ? time_to_show(started) : 0;

	(void)arg;
	if (t <= 0)
		return;
	fprintf(stderr, "\r\033[Kscanned %llu objects, %llu MB, %llu MB/s",
	    (unsigned long long)p->objects, (unsigned long long)p->bytes >> 20,
	    (unsigned long long)((double)p->bytes / 1048576 / t));
	if (p->expected >= p->objects)
		show_left(t * (double)(p->expected - p->objects) /
		    (double)p->objects);
	fflush(stderr);
}

static bool
show_search(void *arg, uint64_t done)
{
	double t = time_to_show(searching);

	(void)arg;
	if (t > 0) {
		fprintf(stderr, "\r\033[Kfinding where %zu secret%s came in",
		    secrets, secrets == 1 ? "" : "s");
		if (done)
			fprintf(stderr, ", %llu objects, %llu/s",
			    (unsigned long long)done,
			    (unsigned long long)((double)done / t));
		fflush(stderr);
	}
	return !stop;
}

/*
 * A second one ends the program at once, but for one that comes with the first:
 * timeout(1) and others signal the process and then its group.
 */
static void
interrupted(int sig)
{
	static long long first;

	if (!stop)
		first = now_ms();
	else if (now_ms() - first > SAME_MS)
		_exit(128 + sig);
	stop = 1;
}

void
progress_start(struct sek_run *run)
{
	struct sigaction sa = {.sa_handler = interrupted};

	started = now_ms();
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	run->stop = &stop;
	is_shown = isatty(STDERR_FILENO);
	if (is_shown)
		run->progress = show_scan;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
count_secrets(const struct sek_founds *v)
{
	const char **at = sek_alloc_n(v->n + 1, sizeof(*at));
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		at[i] = v->at[i].finding.fingerprint;
	qsort(at, v->n, sizeof(*at), by_text);
	for (size_t i = 0; i < v->n; i++)
		n += !i || strcmp(at[i - 1], at[i]) != 0;
	free(at);
	return n;
}

void
progress_watch(struct sek_watch *watch, const struct sek_founds *v)
{
	secrets = count_secrets(v);
	searching = now_ms();
	*watch = (struct sek_watch){.go_on = show_search};
}

void
progress_end(void)
{
	if (left_over)
		fputs("\r\033[K", stderr);
}

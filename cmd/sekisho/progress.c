#include "sekisho/progress.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define EVERY_MS 200
#define AFTER_MS 1000
#define SAME_MS  500

static volatile int stop;
static bool shown;
static long long started, last;

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void
show(void *arg, const struct sek_counts *c)
{
	long long now = now_ms();

	(void)arg;
	if (now - started < AFTER_MS || now - last < EVERY_MS)
		return;
	last = now;
	shown = true;
	fprintf(stderr, "\r\033[Kscanned %llu objects, %llu MB, %llu MB/s",
	    (unsigned long long)c->blobs, (unsigned long long)c->bytes >> 20,
	    (unsigned long long)(c->bytes / 1048576.0 /
		((double)(now - started) / 1000)));
	fflush(stderr);
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
	if (isatty(STDERR_FILENO))
		run->progress = show;
}

void
progress_end(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
}

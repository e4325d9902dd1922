/* Preloaded: the time of day, moved by SHIFT_CLOCK seconds. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t
shift(void)
{
	const char *text = getenv("SHIFT_CLOCK");

	return text ? atol(text) : 0;
}

int
clock_gettime(clockid_t which, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int status;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	status = real(which, t);
	if (!status && which == CLOCK_REALTIME)
		t->tv_sec += shift();
	return status;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

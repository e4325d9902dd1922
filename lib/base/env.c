#include "base/env.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

static const char *
get(const struct sek_env *env, const char *name)
{
	const char *value = getenv(name);

	(void)env;
	return value && *value ? value : NULL;
}

static int64_t
now(const struct sek_env *env)
{
	struct timespec t = {0};

	(void)env;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

/* A deadline goes on while the machine sleeps: CLOCK_BOOTTIME. */
static int64_t
ticks(const struct sek_env *env)
{
	struct timespec t = {0};

	(void)env;
	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
sleep_ms(const struct sek_env *env, int64_t ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	(void)env;
	if (ms > 0)
		(void)nanosleep(&t, NULL);
}

static enum sek_code
random_bytes(const struct sek_env *env, void *p, size_t n, struct sek_err *err)
{
	char *at = p;

	(void)env;
	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sek_fail_errno(err, "random numbers");
		at += got;
		n -= (size_t)got;
	}
	return SEK_OK;
}

const struct sek_env sek_env_system = {
    .get = get,
    .now = now,
    .ticks = ticks,
    .sleep = sleep_ms,
    .random = random_bytes,
};

/*
 * The passwd entry is asked for only without HOME: it may need the network, and
 * a statically linked program has no way to it.
 */
enum sek_code
sek_env_home(char **out, const struct sek_env *env, struct sek_err *err)
{
	const char *home = env->get(env, "HOME");
#ifndef SEK_STATIC
	const struct passwd *pw = home ? NULL : getpwuid(getuid());

	if (pw)
		home = pw->pw_dir;
#endif
	if (!home || home[0] != '/')
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no home directory: set HOME");
	*out = sek_strdup(home);
	return SEK_OK;
}

enum sek_code
sek_env_dir(char **out, const struct sek_env *env, const char *variable,
    const char *below_home, struct sek_err *err)
{
	const char *set = env->get(env, variable);
	sek_auto_free char *home = NULL;
	enum sek_code code;

	if (set && set[0] == '/') {
		*out = sek_strdup(set);
		return SEK_OK;
	}
	code = sek_env_home(&home, env, err);
	if (!code)
		*out = sek_printf("%s/%s", home, below_home);
	return code;
}

bool
sek_env_true(const char *value)
{
	return value && !strcasecmp(value, "true");
}

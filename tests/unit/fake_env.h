#ifndef SEK_TESTS_UNIT_FAKE_ENV_H
#define SEK_TESTS_UNIT_FAKE_ENV_H

#include <stdlib.h>
#include <string.h>

#include "base/env.h"

/* Surroundings that a case sets: clocks that only it and sleep move, randomness
 * that is always the same. */
struct fake_env {
	struct sek_env env; /* first: this is one */
	int64_t now;        /* s */
	int64_t ticks;      /* ms */
	int64_t slept;      /* ms, in all */
	unsigned char random;
	bool no_random;
	const char *vars[16]; /* name, value, name, value, ... */
};

static inline const char *
fake_get(const struct sek_env *env, const char *name)
{
	const struct fake_env *f = (const struct fake_env *)env;

	for (size_t i = 0; i + 1 < 16 && f->vars[i]; i += 2)
		if (!strcmp(f->vars[i], name))
			return f->vars[i + 1];
	return NULL;
}

static inline int64_t
fake_now(const struct sek_env *env)
{
	return ((const struct fake_env *)env)->now;
}

static inline int64_t
fake_ticks(const struct sek_env *env)
{
	return ((const struct fake_env *)env)->ticks;
}

static inline void
fake_sleep(const struct sek_env *env, int64_t ms)
{
	struct fake_env *f = env->arg;

	f->ticks += ms;
	f->slept += ms;
}

static inline enum sek_code
fake_random(const struct sek_env *env, void *p, size_t n, struct sek_err *err)
{
	const struct fake_env *f = (const struct fake_env *)env;

	if (f->no_random)
		return sek_fail(err, SEK_EIO, "no randomness");
	memset(p, f->random, n);
	return SEK_OK;
}

static inline void
fake_env_init(struct fake_env *f)
{
	*f = (struct fake_env){
	    .env = {fake_get, fake_now, fake_ticks, fake_sleep, fake_random, f},
	    .now = 1700000000,
	    .ticks = 5000,
	};
}

#endif

#ifndef SEK_BASE_ENV_H
#define SEK_BASE_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * What a program takes from its surroundings besides files: variables, clocks,
 * randomness, sleep. Everything that needs one of them gets a struct sek_env,
 * so that a test can hand in a clock that it sets and a sleep that does not.
 */
struct sek_env {
	/* The variable's value, borrowed; NULL: not set, or set to nothing. */
	const char *(*get)(const struct sek_env *env, const char *name);
	int64_t (*now)(const struct sek_env *env);   /* s since 1970, UTC */
	int64_t (*ticks)(const struct sek_env *env); /* ms, monotonic */
	void (*sleep)(const struct sek_env *env, int64_t ms);
	enum sek_code (*random)(const struct sek_env *env, void *p, size_t n,
	    struct sek_err *err);
	void *arg; /* a test's own */
};

extern const struct sek_env sek_env_system;

/* $NAME_HOME if it is absolute, else $HOME/REST (HOME then from passwd); to
 * free. SEK_ENOTFOUND: there is no home. `sek_env_dir(&p, env,
 * "XDG_CONFIG_HOME", ".config", err)` */
enum sek_code
sek_env_dir(char **out, const struct sek_env *env, const char *variable,
    const char *below_home, struct sek_err *err) SEK_CHECKED;

/* $HOME, or without it the passwd entry's; to free. SEK_ENOTFOUND: there is
 * none, or it is not absolute. */
enum sek_code sek_env_home(char **out, const struct sek_env *env,
    struct sek_err *err) SEK_CHECKED;

/* "true" in any case. Anything else, and NULL, is false. */
bool sek_env_true(const char *value);

#endif

#ifndef SEK_VAULT_HIT_H
#define SEK_VAULT_HIT_H

#include <stdbool.h>

#include "base/env.h"
#include "base/secret.h"

/*
 * `get [--] [PROFILE]`, its output not a terminal, answered by a fresh session
 * in the kernel keyring: what is to be printed, new, to free. NULL: anything
 * else, and anything that is wrong; the full program then says what.
 */
struct sek_secret *sek_hit(const struct sek_env *env, int argc, char **argv);

#endif

#ifndef SEK_VAULT_WATCH_H
#define SEK_VAULT_WATCH_H

#include "base/env.h"

/*
 * Calls a function, on a thread of its own, once a deadline (on env's ticks) is
 * past: for libraries that know no deadline but can be told to stop.
 */
struct sek_watch;
enum sek_code sek_watch_start(struct sek_watch **out, const struct sek_env *env,
    int64_t deadline, void (*late)(void *arg), void *arg,
    struct sek_err *err) SEK_CHECKED;
void
sek_watch_move(struct sek_watch *w, int64_t deadline); /* if not yet past */
void sek_watch_stop(struct sek_watch *w); /* late is not called after it */

#endif

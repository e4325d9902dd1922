#ifndef SEK_VAULT_SERVE_MEMORY_H
#define SEK_VAULT_SERVE_MEMORY_H

#include "vault/serve.h"
#include "vault/state.h"

/*
 * Private to serve: which failures are told to whom. A process that waited for
 * the one that failed gets the same error at once. Later ones get it until
 *
 *   what the service asked for, 5 to 300 s;
 *   15 s: refused, expired, not there; 5 s: all else;
 *   60 s, or half of what is left, where something valid can be served.
 *
 * Only those that waited are told of a mistake in the configuration (it may
 * have been put right), of a hop that reads no more than this machine's own
 * files and keyrings (it costs nothing, and the keyring may be unlocked now),
 * and of one that asks a person for an MFA code (who may try again). That there
 * was no one to ask is told nobody: who waited may have a terminal.
 */
struct sek_moment {
	int64_t at;    /* s since 1970 */
	int64_t ticks; /* the same on env's ticks */
};

#define SEK_SERVE_PATIENCE 60 /* s */

/* s until what is valid for left s is renewed again, a try having failed. */
int64_t sek_serve_patience(int64_t left);

/* f->err is set by the caller. left: s that what is kept is valid, 0: none. */
void sek_serve_remember(const struct sek_serve *s, const char *name,
    const struct sek_hop *hop, int64_t left, struct sek_failure *f);

/* SEK_OK: there is none that counts for a call that began then. */
enum sek_code sek_serve_remembered(const struct sek_serve *s, const char *name,
    const struct sek_moment *began, struct sek_err *err) SEK_CHECKED;

#endif

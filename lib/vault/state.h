#ifndef SEK_VAULT_STATE_H
#define SEK_VAULT_STATE_H

#include <stdint.h>

#include "base/env.h"
#include "base/str.h"

/*
 * What processes of one user tell each other: locks, failures, spent MFA codes.
 * Small files in a directory that is this user's alone; no secret is in them.
 *
 * The directory: $XDG_RUNTIME_DIR/sekisho, else $XDG_CACHE_HOME/sekisho/state
 * (~/.cache). It is made with mode 0700; one that belongs to another user or
 * that others can write is not used, and none is made in another user's home
 * or in a directory that others can write. SEK_ENOTFOUND: there is neither; the
 * caller goes on without, and says so.
 */
enum sek_code sek_state_dir(char **out, const struct sek_env *env,
    struct sek_err *err) SEK_CHECKED;

/*
 * One process at a time per name (a file name's characters). The kernel gives
 * the lock up with the holder, however that ends; programs that the holder
 * starts do not inherit it. SEK_ECANCEL: another held it until deadline (on
 * env's ticks), of which one try is made in any case. Others: there can be no
 * lock here (a full disk, a file system without).
 */
struct sek_lock;
enum sek_code sek_lock_take(struct sek_lock **out, const char *dir,
    const char *name, const struct sek_env *env, int64_t deadline,
    struct sek_err *err) SEK_CHECKED;
void sek_lock_drop(struct sek_lock *l); /* NULL is legal */
void sek_lock_drop_ptr(struct sek_lock **l);
#define sek_auto_lock                                                          \
	__attribute__((cleanup(sek_lock_drop_ptr))) struct sek_lock

/*
 * The last failure of a name, so that a hundred callers a minute do not each
 * repeat it. Lost, damaged and unwritable files count as no failure.
 */
struct sek_failure {
	int64_t at;         /* s since 1970 */
	int64_t ticks;      /* the same moment on env's ticks */
	int64_t not_before; /* s since 1970: do not try again until; 0 */
	struct sek_err err; /* what it said */
};
bool
sek_failure_read(struct sek_failure *out, const char *dir, const char *name);
void sek_failure_note(const char *dir, const char *name,
    const struct sek_failure *f);
void sek_failure_forget(const char *dir, const char *name);

/*
 * Marks a one-time code as spent, before it is sent: AWS takes each once, and
 * one that is sent again after an unclear answer looks like an attack.
 * SEK_EDENIED: this device's code was spent already, in the last quarter of an
 * hour; SEK_EIO: the mark cannot be made, so it must not be sent. dir NULL:
 * there is no memory; SEK_OK.
 */
enum sek_code
sek_mfa_spend(const char *dir, const char *serial, struct sek_str code,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;

#endif

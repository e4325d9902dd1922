#ifndef SEK_VAULT_KEYRING_H
#define SEK_VAULT_KEYRING_H

#include <stdint.h>
#include <sys/types.h>

#include "base/env.h"
#include "base/secret.h"

/*
 * A store of named secrets: long-term keys (KEY), short-lived credentials as
 * records of cache.h (SESSION), and what unlocks the encrypted file (UNLOCK;
 * the kernel keyring alone holds it). One class never sees another's names.
 *
 * Errors, the same for every backend: SEK_ENOTFOUND: it is not there;
 * SEK_EDENIED: it is locked, or not ours, and the text says what to do;
 * SEK_ECANCEL: no answer within the deadline; SEK_ETOOBIG: a quota or size;
 * SEK_EPARSE: what is stored is damaged; SEK_ECONFIG: not for this backend.
 */
enum sek_keyring_class {
	SEK_KEYRING_SESSION,
	SEK_KEYRING_KEY,
	SEK_KEYRING_UNLOCK,
};

/* "session", "key", "unlock" */
const char *sek_keyring_class_name(enum sek_keyring_class class);

/* The largest value of a kernel key: add_key(2). An empty one is refused. */
#define SEK_KEYRING_VALUE_MAX ((size_t)32767)
#define SEK_KEYRING_NAME_MAX  200 /* bytes of printable UTF-8 */

typedef enum sek_code
sek_keyring_fn(void *arg, const char *name, struct sek_err *err);

struct sek_keyring;
struct sek_keyring_ops {
	const char *name; /* "kernel", "secret-service", "file" */
	enum sek_code (*get)(struct sek_keyring *k,
	    enum sek_keyring_class class, const char *name,
	    struct sek_secret **out, struct sek_err *err);
	/* expires: s since 1970, after which it may be dropped; 0: never */
	enum sek_code (*put)(struct sek_keyring *k,
	    enum sek_keyring_class class, const char *name,
	    struct sek_str value, int64_t expires, struct sek_err *err);
	enum sek_code (*remove)(struct sek_keyring *k,
	    enum sek_keyring_class class, const char *name,
	    struct sek_err *err);
	enum sek_code (*each)(struct sek_keyring *k,
	    enum sek_keyring_class class, sek_keyring_fn *fn, void *arg,
	    struct sek_err *err);
	/* NULL: has no lock */
	enum sek_code (*lock)(struct sek_keyring *k, struct sek_err *err);
	enum sek_code (*unlock)(struct sek_keyring *k, struct sek_err *err);
	void (*close)(struct sek_keyring *k);
};

/* A backend's own struct starts with this one. */
struct sek_keyring {
	const struct sek_keyring_ops *ops;
	const struct sek_env *env;
};

/* out: new, to free. What has expired is not there. */
enum sek_code
sek_keyring_get(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_secret **out, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_keyring_put(struct sek_keyring *k,
    enum sek_keyring_class class, const char *name, struct sek_str value,
    int64_t expires, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_keyring_remove(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err) SEK_CHECKED;
/*
 * fn may remove the item it is called for. An error of fn ends it. A damaged
 * item does not: the others come first, then SEK_EPARSE.
 */
enum sek_code
sek_keyring_each(struct sek_keyring *k, enum sek_keyring_class class,
    sek_keyring_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;
void sek_keyring_close(struct sek_keyring *k); /* NULL is legal */
void sek_keyring_close_ptr(struct sek_keyring **k);
#define sek_auto_keyring                                                       \
	__attribute__((cleanup(sek_keyring_close_ptr))) struct sek_keyring

/*
 * keyring_kernel.c, libc only: keys of type `user` in the user keyring, which
 * the kernel drops when they expire (keyrings(7)). Sessions and unlock keys
 * only. All of the user's processes can read them, other users' cannot. Their
 * expiry is the kernel's to watch, on its own clock, from when they are put.
 * SEK_ENOTFOUND: this kernel has none, or the system call is refused.
 */
enum sek_code sek_keyring_kernel_open(struct sek_keyring **out,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;
/*
 * Whether the user keyring is this user's alone: not for root and not in a
 * container or user namespace, whose uid others may have, too. why: one
 * phrase, to keep.
 */
bool sek_keyring_kernel_is_ours(const struct sek_env *env, const char **why);
/* The same for another user and the files below another root ("": this one). */
bool sek_keyring_kernel_is_theirs(const struct sek_env *env, uid_t user,
    const char *root, const char **why);

#endif

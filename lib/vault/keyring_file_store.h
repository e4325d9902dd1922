#ifndef SEK_VAULT_KEYRING_FILE_STORE_H
#define SEK_VAULT_KEYRING_FILE_STORE_H

#include "base/buf.h"
#include "base/env.h"
#include "base/secret.h"

/*
 * The directory of the encrypted file keyring. It and its files must be this
 * user's; the directory and what holds a key must be closed to all others
 * (SEK_EDENIED says which is not). Symbolic links in it are not followed. A
 * file is there whole or not at all, whatever happens to the writer.
 */
struct sek_store {
	const struct sek_env *env;
	char *path;
	int fd; /* -1: not open */
};
void sek_store_clear(struct sek_store *s);

/* Opens it, once. SEK_ENOTFOUND: there is none, and make is false. */
enum sek_code sek_store_enter(struct sek_store *s, bool make,
    struct sek_err *err) SEK_CHECKED;

/* Appends the file, up to the limit of out. SEK_ENOTFOUND: there is none. */
enum sek_code sek_store_read(struct sek_buf *out, const struct sek_store *s,
    const char *name, struct sek_err *err) SEK_CHECKED;
/*
 * A file with a key, below an open directory or at an absolute path. outside:
 * it is handed to us by the system, so it may be root's and its access may be
 * widened by an ACL. out: new, at most max bytes.
 */
enum sek_code
sek_store_read_key(struct sek_secret **out, int dir, const char *path,
    size_t max, bool outside, struct sek_err *err) SEK_CHECKED;

/* Mode 0600, synced. made NULL: replaces what is there; else *made is false,
 * and nothing is done, if it was there before. */
enum sek_code sek_store_write(const struct sek_store *s, const char *name,
    struct sek_str bytes, bool *made, struct sek_err *err) SEK_CHECKED;

/* SEK_ENOTFOUND: there is none. */
enum sek_code sek_store_remove(const struct sek_store *s, const char *name,
    struct sek_err *err) SEK_CHECKED;

/* The same for what is of no use any more: as far as it goes, unsynced. */
void sek_store_tidy(const struct sek_store *s, const char *name);

/* The names that start with prefix, each with its NUL. What writers that were
 * killed left behind a day ago or before is removed. */
enum sek_code sek_store_list(struct sek_buf *out, const struct sek_store *s,
    const char *prefix, struct sek_err *err) SEK_CHECKED;

#endif

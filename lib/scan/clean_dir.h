#ifndef SEK_SCAN_CLEAN_DIR_H
#define SEK_SCAN_CLEAN_DIR_H

#include "base/env.h"
#include "scan/hmac.h"

/* Where the clean-set stands and the key to it, for clean_set.c alone. */

/* A descriptor of a directory that is ours alone, made if need be: -1 and why. */
int
sek_clean_dir(const char *dir, const struct sek_env *env, struct sek_err *err);

/* The user's key, made if need be. */
enum sek_code sek_clean_key(unsigned char out[SEK_HMAC_KEY],
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;

/* A regular file of ours that no one else can write, in a directory: -1. */
int sek_clean_open_file(int dir, const char *name);

/* The whole file, replaced; not synced: what a power cut leaves of it is not
 * believed. */
enum sek_code sek_clean_write_file(int dir, const char *name, const void *p,
    size_t n, struct sek_err *err) SEK_CHECKED;

/* Takes out what was changed longest ago, until what is left is smaller. */
void sek_clean_trim(int dir, uint64_t max);

#endif

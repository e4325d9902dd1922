#ifndef SEK_REPO_STORE_DIRS_H
#define SEK_REPO_STORE_DIRS_H

#include "repo/store.h"

/* Fills dirs, for store.c and few.c; what is not there becomes a problem. */
enum sek_code sek_store_dirs(struct sek_store *s, const struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;
/* The same from that directory alone, whatever the environment names. */
enum sek_code sek_store_dirs_of(struct sek_store *s, const char *objects,
    struct sek_err *err) SEK_CHECKED;

void sek_store_problem(struct sek_store *s, const char *name, const char *why);

#endif

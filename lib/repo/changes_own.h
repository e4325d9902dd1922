#ifndef SEK_REPO_CHANGES_OWN_H
#define SEK_REPO_CHANGES_OWN_H

#include "repo/changes.h"

/*
 * sek_changes_staged and sek_changes_commits without git, for changes.c alone.
 * *told: what fn said ends the walk. Otherwise any code but SEK_OK means that
 * git is to be asked, and that fn has heard nothing of what is asked for.
 */
enum sek_code sek_own_staged(struct sek_repo *r, const struct sek_oids *others,
    sek_change_fn *fn, void *arg, bool *told, struct sek_err *err) SEK_CHECKED;

/* *done: how many of the commits have been answered. */
enum sek_code sek_own_commits(struct sek_repo *r,
    const struct sek_oids *commits, sek_change_fn *fn, void *arg, size_t *done,
    bool *told, struct sek_err *err) SEK_CHECKED;

#endif

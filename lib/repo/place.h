#ifndef SEK_REPO_PLACE_H
#define SEK_REPO_PLACE_H

#include "repo/repo.h"

/*
 * A repository that lies as most do where a hook runs is known without asking
 * `git rev-parse`: at the top of its work tree with the git directory in .git,
 * or GIT_DIR=. in a bare one. git finds such a one before any other
 * (gitrepository-layout(5), setup.c's order of search), and what it says of the
 * configuration shows that it did and that it trusts the owner: else it tells
 * nothing of the repository's own file.
 */
enum sek_place {
	SEK_PLACE_OTHER, /* only git knows */
	SEK_PLACE_TOP,
	SEK_PLACE_BARE,
};

enum sek_place sek_place_here(void);

/* Fills in all but r->config, which is loaded. False, with nothing filled in:
 * git has to be asked. */
bool sek_place_take(struct sek_repo *r, enum sek_place place);

/* base/rel without "." and ".." parts, to free; rel may be absolute. base is
 * real, so this is no guess. */
char *sek_place_join(const char *base, struct sek_str rel);

#endif

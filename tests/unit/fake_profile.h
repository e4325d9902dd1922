#ifndef SEK_TESTS_UNIT_FAKE_PROFILE_H
#define SEK_TESTS_UNIT_FAKE_PROFILE_H

#include <string.h>

#include "vault/profile.h"

/*
 * A profile of the test's own making. It brings what is asked of a profile, so
 * that profile.c is left out of the program; it has tests of its own.
 */
struct sek_profile {
	const char *pairs[16]; /* key, value, ..., NULL */
};

const char *
sek_profile_get(const struct sek_profile *p, const char *key)
{
	for (size_t i = 0; p->pairs[i]; i += 2)
		if (!strcmp(p->pairs[i], key))
			return p->pairs[i + 1];
	return NULL;
}

const char *
sek_profile_where(const struct sek_profile *p, const char *key)
{
	return key && sek_profile_get(p, key) ? "file:7" : "file:1";
}

#endif

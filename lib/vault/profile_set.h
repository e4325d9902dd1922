#ifndef SEK_VAULT_PROFILE_SET_H
#define SEK_VAULT_PROFILE_SET_H

#include "base/secret.h"
#include "base/vec.h"
#include "vault/profile.h"

/*
 * What profile.c and profile_parse.c share. All strings lie in the locked pages
 * of their file: the parser ends names, keys and values with a NUL in place.
 */
enum sek_profile_file {
	SEK_PROFILE_OURS,
	SEK_PROFILE_CONFIG,
	SEK_PROFILE_CREDENTIALS,
	SEK_PROFILE_FILES,
};

enum sek_profile_kind {
	SEK_PROFILE_PLAIN,
	SEK_PROFILE_SERVICES, /* [services NAME] */
	SEK_PROFILE_SETTINGS, /* [sekisho], named "" */
};

/* `key = value`. In a services section, what stands in the block of a service
 * has the service as key, and its own name as sub. */
struct sek_profile_pair {
	const char *key;
	const char *sub; /* or NULL */
	const char *value;
	uint32_t line;
	uint32_t before; /* 1 + index of the one before in its profile; 0 */
	enum sek_profile_file file;
};

struct sek_profile {
	struct sek_profiles *set;
	const char *name;
	uint32_t line;
	uint32_t last;              /* 1 + index of its last pair; 0: none */
	enum sek_profile_file file; /* where it was first met */
	enum sek_profile_kind kind;
	bool hidden; /* a [default] beside [profile default] */
};

struct sek_profiles {
	char *paths[SEK_PROFILE_FILES]; /* NULL: there is no home */
	struct sek_secret *texts[SEK_PROFILE_FILES];
	SEK_VEC(struct sek_profile) all; /* in the order of the files */
	SEK_VEC(struct sek_profile_pair) pairs;
	/* Hash table of 1 + index into all, at most half full. */
	uint32_t *slots;
	size_t n_slots; /* a power of 2, or 0 */
	char *where;    /* what sek_profile_where said last */
};

/*
 * Reads a file's text (n bytes, and one more that may be written to) into the
 * set. Files are parsed in the order of enum sek_profile_file.
 */
enum sek_code
sek_profile_parse(struct sek_profiles *set, enum sek_profile_file file,
    char *text, size_t n, struct sek_err *err) SEK_CHECKED;

/* The profile or section of that name, of sekisho's file or of AWS's; NULL. */
struct sek_profile *sek_profile_set_find(const struct sek_profiles *set,
    bool ours, enum sek_profile_kind kind, const char *name);
/* A new one; until sek_profile_set_index it cannot be found. Returns its index:
 * pointers move. */
uint32_t sek_profile_set_add(struct sek_profiles *set,
    const struct sek_profile *profile);
void sek_profile_set_index(struct sek_profiles *set, uint32_t at);

#endif

#ifndef SEK_SCAN_ATTRIBUTE_PARTS_H
#define SEK_SCAN_ATTRIBUTE_PARTS_H

#include "scan/attribute.h"
#include "scan/extent.h"

/* For attribute*.c alone. */

/* A blob with findings, or the name of a tree's entry with one. */
struct sek_wanted {
	struct sek_oid blob; /* a name: an id that no object has */
	char *name;          /* NULL: it is about the blob; owned */
	bool dir;            /* a name: of a directory */
	bool lost;           /* a blob: it could not be read again */
	bool seen; /* a commit brings it: what was found is told from there */
	bool done; /* a name: and no allow-list has a say in it any more */
	SEK_VEC(char *)
	paths; /* by name, where it was looked at; owned */
};

/* A finding whose place is the name of a tree's entry. */
struct sek_in_name {
	size_t found, name; /* indices */
};

struct sek_attribution {
	SEK_VEC(struct sek_wanted) blobs; /* sorted by id, each once */
	SEK_VEC(struct sek_wanted) names; /* each once; sorted by id */
	SEK_VEC(struct sek_in_name) in_names;
	struct sek_spread_list held; /* what is told, and by what object */
	size_t open;
	uint64_t order; /* of the commit under way */
	struct sek_oid commit;
	const struct sek_repo *repo;
	struct sek_odb *odb;
	struct sek_buf content;
	struct sek_scanner *scanner;
	const struct sek_allow *allow;
	const struct sek_watch *watch;
	struct sek_outcome *out; /* findings with names */
	void *told;              /* secrets and paths, of tsearch */
};

/* What was told since `before` and was told at the same path from an earlier
 * commit leaves again. */
void sek_attribute_once(struct sek_attribution *a, size_t before);
void sek_attribute_once_clear(struct sek_attribution *a);

/* Blobs that only their ids were kept of (outcome.h), and that no commit
 * brings, are told by these after all: added to o. */
void sek_attribute_repeats(struct sek_attribution *a, struct sek_outcome *o);

struct sek_wanted *
sek_attribute_find(struct sek_attribution *a, const struct sek_oid *blob);

/* Fills names and in_names; findings in names move to where the name starts. */
void sek_attribute_names(struct sek_attribution *a, unsigned oid_len,
    struct sek_founds *v);

#endif

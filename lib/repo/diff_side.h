#ifndef SEK_REPO_DIFF_SIDE_H
#define SEK_REPO_DIFF_SIDE_H

#include "repo/diff.h"

/*
 * One directory's entries in git's order, whether they stand in a tree object
 * or are a part of the index; for diff.c alone.
 */
struct sek_side_item {
	struct sek_str name;
	unsigned mode;      /* as git shows it; 040000: a directory */
	struct sek_oid oid; /* none: a directory of the index whose id is not
			       known */
	uint32_t from, to;  /* of a directory of the index: its entries */
	uint32_t tree; /* and its place in the cache tree, or SEK_NO_TREE */
};

#define SEK_NO_TREE UINT32_MAX

struct sek_side {
	struct sek_side_item item; /* where it stands */
	bool over;                 /* or behind the last one */
	unsigned oid_len;
	struct sek_buf text; /* a tree object's; owned */
	struct sek_str rest;
	const struct sek_index *index; /* NULL: a tree */
	uint32_t at, end;
	struct sek_str prefix; /* the directory's own path, with its '/' */
	SEK_VEC(uint32_t) subtrees;
};

#define SEK_MODE_DIR 0040000u

/* Each stands at the first item then. text: see above, read already. */
enum sek_code sek_side_tree(struct sek_side *s, unsigned oid_len,
    struct sek_err *err) SEK_CHECKED;
/* dir: an item of an index's side; prefix: its path, borrowed while the side
 * stands in it. */
enum sek_code sek_side_index(struct sek_side *s, const struct sek_index *x,
    const struct sek_side_item *dir, struct sek_str prefix,
    struct sek_err *err) SEK_CHECKED;
/* SEK_EPARSE: out of order, or not what git writes. */
enum sek_code
sek_side_next(struct sek_side *s, struct sek_err *err) SEK_CHECKED;
/*
 * Two trees: passes over what they have alike, byte for byte, right behind
 * where they stand, which is then the last of it. It is as if they had been
 * moved on one by one, but that the order of these entries and a '/' in their
 * names are not looked for: of entries that are alike neither changes anything.
 */
enum sek_code sek_side_pass(struct sek_side *a, struct sek_side *b,
    struct sek_err *err) SEK_CHECKED;
void sek_side_reset(struct sek_side *s); /* for another one; keeps memory */
void sek_side_clear(struct sek_side *s);

/* Git's order of entries: that of their paths, a directory's ending in '/'. */
int sek_side_cmp(const struct sek_side_item *a, const struct sek_side_item *b);

#endif

#ifndef SEK_REPO_INDEX_H
#define SEK_REPO_INDEX_H

#include "base/buf.h"
#include "base/vec.h"
#include "repo/oid.h"

/*
 * Git's index, versions 2 to 4, with its cache tree (gitformat-index(5)): what
 * the next commit will hold, as it stands in the file. Neither the work tree is
 * looked at, nor the checksum at the end: git does not either when it commits
 * from an index, and what it would commit is the question. Anything that is not
 * in that page, or that only git puts together (a split or sparse index), is
 * refused, upon which git is asked.
 */
struct sek_index {
	struct sek_str bytes; /* borrowed by sek_index_parse */
	bool mapped;
	unsigned oid_len, version;
	uint32_t n;     /* entries */
	uint32_t *at;   /* where each starts */
	uint32_t *path; /* version 4: where its path starts in paths */
	struct sek_buf paths;
	SEK_VEC(struct sek_index_tree) trees; /* [0]: the root, if any */
};

struct sek_index_entry {
	struct sek_str path;
	unsigned mode;
	struct sek_oid oid;
	bool left_out; /* unmerged, or only intended to be added */
};

/* A directory of the cache tree, before those in it. */
struct sek_index_tree {
	struct sek_str name; /* of the last part of its path */
	bool valid;          /* count and oid are what its entries make */
	uint32_t count;      /* entries of the index in it, at any depth */
	struct sek_oid oid;
	uint32_t next; /* in trees: the first that is not in it */
};

/* Any bytes. SEK_EPARSE, SEK_ETOOBIG "why"; x is to be closed all the same. */
enum sek_code sek_index_parse(struct sek_index *x, struct sek_str bytes,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;

/* A file; one that is not there (SEK_OK) has no entries. Whoever reads asks
 * sek_map_failed of `bytes` when done, if mapped. */
enum sek_code sek_index_open(struct sek_index *x, const char *path,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
void sek_index_close(struct sek_index *x);

/* i: less than n. In the order of the file, which is not checked. Borrowed
 * until the index is closed. */
void sek_index_entry(const struct sek_index *x, uint32_t i,
    struct sek_index_entry *out);
struct sek_str sek_index_path(const struct sek_index *x, uint32_t i);

#endif

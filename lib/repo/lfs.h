#ifndef SEK_REPO_LFS_H
#define SEK_REPO_LFS_H

#include "base/str.h"
#include "repo/repo.h"

/*
 * Git LFS: a blob that stands for a content which is kept elsewhere, and those
 * contents that are here. Facts: git-lfs' docs/spec.md and its fs package.
 */
struct sek_lfs_pointer {
	struct sek_oid oid; /* SHA-256 of the content */
	uint64_t size;      /* the content's, in bytes */
};

/* A pointer's blob is smaller. */
#define SEK_LFS_POINTER_MAX 1024

/* Does it begin as a pointer does? It need not be a whole one. */
bool sek_lfs_begins(struct sek_str blob);

/* False: git-lfs would not take it for a pointer, or could not find what it
 * points to. */
bool sek_lfs_parse(struct sek_lfs_pointer *out, struct sek_str blob);

/*
 * Maps the content with that id, see repo/map.h: from lfs.storage or the `lfs`
 * of the git directory, then from beside each alternate. Nothing is fetched. Its
 * SHA-256 is not computed. SEK_ENOTFOUND: it is not here; SEK_EIO and others:
 * it is here and cannot be read.
 */
enum sek_code sek_lfs_map(struct sek_str *out, const struct sek_repo *r,
    const struct sek_oid *oid, struct sek_err *err) SEK_CHECKED;

/*
 * The ids of all contents in the repository's own storage, sorted; not of one
 * that lfs.storage places outside of the git directory, which other repositories
 * share. What is no content's file is passed over; none is no error.
 */
enum sek_code sek_lfs_list(struct sek_oids *out, const struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;

#endif

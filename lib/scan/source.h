#ifndef SEK_SCAN_SOURCE_H
#define SEK_SCAN_SOURCE_H

#include "repo/changes.h"
#include "repo/revs.h"
#include "repo/select.h"
#include "repo/shard.h"
#include "scan/engine.h"

/*
 * Where content comes from. Each function gives jobs to the engine until its
 * source is exhausted (or the engine was stopped). What cannot be listed is
 * told to the engine as unread; an error is returned only when the source as a
 * whole cannot be read. Paths are git's, relative to the top of the work tree.
 */

/*
 * Files on disk. Below a repository's work tree: what git tracks and what it
 * does not ignore, with paths from its top, however they were named. Elsewhere,
 * and for an operand of which git lists nothing or that is a repository inside
 * this one: every file. repo may be NULL. operands: as the user gave them,
 * NULL-ended; none: the repository's work tree (or the current directory).
 */
enum sek_code sek_source_tree(struct sek_engine *e, struct sek_repo *repo,
    const char *const *operands, struct sek_err *err) SEK_CHECKED;

/*
 * What git would commit now, with its origin in HEAD and others. whole: without
 * origin, so that everything in a changed file counts.
 */
enum sek_code sek_source_staged(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_oids *others, bool whole, struct sek_err *err) SEK_CHECKED;

/* Commits: message and headers, the blobs they bring, the names of these. The
 * ids of all that was given are appended to seen, if that is not NULL. */
enum sek_code sek_source_commits(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_oids *commits, bool whole, struct sek_oids *seen,
    struct sek_err *err) SEK_CHECKED;

/* What a ref names that is no commit: a tag's text (followed to what it tags), a
 * blob, all that a tree holds. */
enum sek_code
sek_source_ref(struct sek_engine *e, struct sek_repo *repo, struct sek_str ref,
    const struct sek_oid *oid, struct sek_err *err) SEK_CHECKED;

void sek_source_ref_name(struct sek_engine *e, struct sek_str name);

/*
 * Every object of the repository: blobs whole, commits and tags as messages,
 * trees as file names; ref names too. Paths are not known here (a blob's is its
 * id): see attribute.h. selection: NULL, or these objects only, and ref names
 * only if it is that of all refs and of all times and paths. shard: NULL, or of
 * the objects its part, and ref names and what is missing in the first one.
 */
enum sek_code sek_source_objects(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_selection *selection, const struct sek_shard *shard,
    struct sek_err *err) SEK_CHECKED;

/* What git noted of each ref's way, in files below the git directory and those
 * of its worktrees: names, addresses, messages. Paths from the top of the work
 * tree where they are below it, else absolute. Of a repository with reftable
 * (git's reftable.txt) git tells each entry whose commit is there, and its path
 * is "reflog REF@{N}". */
void sek_source_reflogs(struct sek_engine *e, const struct sek_repo *repo);

/* A push's quarantine but for what is in seen (sorted here): blobs whole,
 * commits and tags as messages. Names come with the commits that bring them. */
enum sek_code sek_source_quarantine(struct sek_engine *e, struct sek_repo *repo,
    struct sek_oids *seen, struct sek_err *err) SEK_CHECKED;

#endif

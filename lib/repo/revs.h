#ifndef SEK_REPO_REVS_H
#define SEK_REPO_REVS_H

#include "repo/repo.h"

/*
 * Commits reachable from the include set and not from the exclude set, oldest
 * first (topological, by committer date). args are `git rev-list` revisions
 * ("A..B", "--not", "--remotes=origin", ids), NULL-terminated; ids that come
 * from outside must have been parsed as ids first. Missing promisor objects
 * end no walk: they are counted in *missing (may be NULL).
 */
enum sek_code sek_revs_commits(struct sek_repo *r, const char *const *args,
    struct sek_oids *out, size_t *missing, struct sek_err *err) SEK_CHECKED;

/* Ref names and what they point to (annotated tags: the tag object). */
typedef enum sek_code sek_ref_fn(void *arg, struct sek_str name,
    const struct sek_oid *oid, struct sek_err *err);
enum sek_code sek_revs_refs(struct sek_repo *r, sek_ref_fn *fn, void *arg,
    struct sek_err *err) SEK_CHECKED;

/* Does one of these commits, sorted, stand where a shallow history ends? Also
 * true where that cannot be said. */
bool
sek_revs_meet_end(const struct sek_repo *r, const struct sek_oids *commits);

#endif

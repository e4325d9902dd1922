#ifndef SEK_REPO_SELECT_H
#define SEK_REPO_SELECT_H

#include "base/buf.h"
#include "repo/repo.h"

/*
 * A part of a history, as a set of objects.
 *
 * revisions: the commits that they reach, and no others; none: those that refs,
 * HEAD and (reflogs) reflogs reach. since: of these the ones whose committer's
 * date is not before. Each selected commit brings what its tree holds and the
 * trees of its parents that are not selected do not hold. paths: of that only
 * what stands at or below them; then commits and tags are left out, too.
 *
 * Without paths, tags that are named count, by the date of their own; and so
 * does what a ref or revision names that is neither commit nor tag.
 *
 * Zero-initialised: what refs and HEAD lead to.
 */
struct sek_paths SEK_VEC_BODY(char *);

struct sek_selection {
	struct sek_buf tips; /* lines "ID" or "^ID"; empty: all refs */
	bool reflogs;
	bool dated;
	int64_t since;          /* seconds since 1970 */
	struct sek_paths paths; /* from the top; "" is all of it; owned */
};

/* As git understands them, not options. SEK_ECONFIG "REVISION: why". */
enum sek_code sek_select_revisions(struct sek_selection *s, struct sek_repo *r,
    const char *const *revisions, struct sek_err *err) SEK_CHECKED;
/* A day (its begin, UTC), a time of RFC 3339, "N days ago" (hours, weeks, months
 * and years, too); git takes anything else for now. SEK_ECONFIG. */
enum sek_code sek_select_since(struct sek_selection *s, struct sek_repo *r,
    const char *text, struct sek_err *err) SEK_CHECKED;
/* Relative to where the repository was opened. SEK_ECONFIG. */
enum sek_code sek_select_path(struct sek_selection *s, const struct sek_repo *r,
    const char *path, struct sek_err *err) SEK_CHECKED;
void sek_selection_clear(struct sek_selection *s);

/*
 * The objects, by id, each once. *missing: how many of them are not here, in a
 * partial clone; elsewhere a missing one is an error. A gitlink is no object.
 */
enum sek_code
sek_select_objects(struct sek_oids *out, uint64_t *missing, struct sek_repo *r,
    const struct sek_selection *s, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_SCAN_LINEAGE_H
#define SEK_SCAN_LINEAGE_H

#include "repo/holders.h"
#include "repo/tips.h"
#include "scan/scanner.h"

/*
 * What sek_holders answers of a history, remembered in the clean-set, so that a
 * second scan of a history with findings does not walk it again.
 *
 * An answer is remembered with all that it depends on: each file that holds
 * objects, as the clean-set knows it again (file_id.h), each ref, HEAD and
 * reflog, what was asked for, and the rules. One bit of that is other, and the
 * history is walked. Nothing is remembered where files were changed just now.
 *
 * No secret is remembered: blobs are asked for by their ids, the names of files
 * that hold a secret stand as numbers in what was asked, and if any rule finds
 * something in the rest of a path the answer is not kept.
 */
struct sek_lineage;

struct sek_lineage_of {
	struct sek_repo *repo;
	struct sek_store *store;      /* it may be unplaced */
	const struct sek_oids *blobs; /* by id */
	const struct sek_holder_name *names;
	size_t names_n;
	struct sek_scanner *scanner;
	const struct sek_watch *watch; /* may be NULL */
};

/* All of `of` outlives it; so does o, which says where to remember. Errors here
 * and below are those of sek_holders_open. */
enum sek_code
sek_lineage_open(struct sek_lineage **out, const struct sek_lineage_of *of,
    struct sek_outcome *o, struct sek_err *err) SEK_CHECKED;
void sek_lineage_close(struct sek_lineage *l); /* NULL is legal */

/* As sek_holders_each, _count and _reach; if the history cannot be read any
 * more, what is counted and reached stays unknown. */
enum sek_code sek_lineage_each(struct sek_lineage *l, sek_holder_fn *fn,
    void *arg, struct sek_err *err) SEK_CHECKED;
bool sek_lineage_count(struct sek_lineage *l, struct sek_holding *v, size_t n,
    uint32_t groups, uint64_t *out);
bool sek_lineage_reach(struct sek_lineage *l, const struct sek_oids *ids,
    struct sek_reach *out);

const struct sek_tips *sek_lineage_tips(const struct sek_lineage *l);

#endif

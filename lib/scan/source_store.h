#ifndef SEK_SCAN_SOURCE_STORE_H
#define SEK_SCAN_SOURCE_STORE_H

#include "repo/shard.h"
#include "scan/engine.h"

/*
 * Every object of a store as sek_source_objects gives them, by ourselves: each
 * delta family depth first, of a delta only what it brings (carry.h). What is
 * damaged is told, and git is asked for it; what no one should read is told.
 * only: ids in order, or NULL for all. shard: or NULL.
 */
void sek_source_store(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_store *store, const struct sek_oids *only,
    const struct sek_shard *shard);

/* NULL holds everything. */
bool sek_source_holds(const struct sek_oids *only, const struct sek_oid *oid);

/* What a bare object is told as: its type and id for a path, which is owned. */
struct sek_job sek_source_bare(const struct sek_oid *oid, enum sek_type type);

#endif

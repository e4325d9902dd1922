#ifndef SEK_SCAN_LINEAGE_TEXT_H
#define SEK_SCAN_LINEAGE_TEXT_H

#include "repo/holders.h"

/*
 * The bytes that lineage.c remembers an answer as. Numbers are little-endian;
 * an id is a byte for its length and its bytes; a path is its parts, a u32 each
 * for how many bytes follow, or with the highest bit for which of the names that
 * were asked for it is. Whatever does not read as one of these is SEK_EPARSE.
 */

/* One call of a sek_holder_fn. */
void sek_lineage_put_place(struct sek_buf *b, const struct sek_oid *commit,
    struct sek_str path, const struct sek_oid *id,
    const struct sek_holder_name *names, size_t names_n);
/* path without those names: all of it that stands in the answer. */
void sek_lineage_bare(struct sek_buf *out, struct sek_str path,
    const struct sek_holder_name *names, size_t names_n);
enum sek_code sek_lineage_get_places(struct sek_str text,
    const struct sek_holder_name *names, size_t names_n, sek_holder_fn *fn,
    void *arg, struct sek_err *err) SEK_CHECKED;

void sek_lineage_put_counts(struct sek_buf *b, const uint64_t *at, size_t n);
enum sek_code sek_lineage_get_counts(struct sek_str text, uint64_t *at,
    size_t n, struct sek_err *err) SEK_CHECKED;

void
sek_lineage_put_reach(struct sek_buf *b, const struct sek_reach *at, size_t n);
/* at: zeroed; its lists are the caller's, after an error, too. refs: how many
 * there are. */
enum sek_code sek_lineage_get_reach(struct sek_str text, struct sek_reach *at,
    size_t n, size_t refs, struct sek_err *err) SEK_CHECKED;

void sek_lineage_put_number(struct sek_buf *b, uint64_t n, unsigned bytes);
void sek_lineage_put_oid(struct sek_buf *b, const struct sek_oid *oid);

#endif

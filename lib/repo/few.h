#ifndef SEK_REPO_FEW_H
#define SEK_REPO_FEW_H

#include "repo/objects.h"

/*
 * Reads a few objects of a repository by ourselves: opening costs the same
 * however many objects there are, and what is asked for is found through the
 * loose objects and the packs' own indices, in all places that sek_store reads.
 * For one thread. Whatever is out of the ordinary is an error here, upon which
 * the caller asks git, whose word counts.
 */
struct sek_few;
enum sek_code sek_few_open(struct sek_few **out, const struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;
/* The same of one directory of objects and its info/alternates. */
enum sek_code sek_few_open_of(struct sek_few **out, const char *objects,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
/* The one that stays with the repository, so that what one has read the next
 * need not read again: for whoever works in the thread that opened r. */
enum sek_code sek_few_share(struct sek_few **out, struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;
void sek_few_free(struct sek_few *f); /* NULL is legal */
void sek_few_free_ptr(struct sek_few **f);
#define sek_auto_few __attribute__((cleanup(sek_few_free_ptr))) struct sek_few

/*
 * Replaces out's content, within out's limit (SEK_ETOOBIG). SEK_ENOTFOUND: not
 * where we look; SEK_EPARSE: damaged, or not what its id is of. After an error out is undefined, and the
 * handle can still be used.
 */
enum sek_code sek_few_read(struct sek_few *f, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err) SEK_CHECKED;

/* Whether it is there and whole as far as its first bytes tell. SEK_EPARSE: git
 * is to be asked, since something there is damaged or for git alone. */
enum sek_code sek_few_has(struct sek_few *f, const struct sek_oid *oid,
    bool *has, struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_REPO_STORE_H
#define SEK_REPO_STORE_H

#include "base/vec.h"
#include "repo/pack.h"
#include "repo/repo.h"

/*
 * Every place that a repository's objects stand in, read by ourselves: its own
 * object directory (GIT_OBJECT_DIRECTORY: the quarantine of a push), those of
 * GIT_ALTERNATE_OBJECT_DIRECTORIES and of info/alternates, as far as these lead
 * (gitrepository-layout(5), git(1)). Packs stay mapped: one that git deletes in
 * the meantime can be read to its end. Once open, it is only read, by all
 * threads. Nothing is ever fetched.
 */
struct sek_store_loose {
	struct sek_oid oid;
	uint32_t dir;
};

struct sek_store_problem { /* a place that cannot be read */
	char *name, *why;
};

struct sek_store {
	unsigned oid_len;
	SEK_VEC(char *) dirs;
	SEK_VEC(struct sek_pack *) packs;      /* by directory, then name */
	SEK_VEC(struct sek_store_loose) loose; /* by id, then directory */
	SEK_VEC(struct sek_store_problem) problems;
	bool needs_git; /* there is what only git can read */
	bool unplaced;  /* packs have no places */
};

/* What cannot be read is a problem, and hides nothing else. SEK_EIO: there is
 * no directory of objects; SEK_EPARSE: there is what only git can read. */
enum sek_code sek_store_open(struct sek_store **out, const struct sek_repo *r,
    struct sek_err *err) SEK_CHECKED;
/* The same of one directory of objects and its info/alternates. */
enum sek_code sek_store_open_of(struct sek_store **out, const char *objects,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
/* The same, but packs have no places (pack.h) before sek_store_place gives them
 * some: to ask only which files there are. */
enum sek_code sek_store_open_unplaced(struct sek_store **out,
    const struct sek_repo *r, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_store_place(struct sek_store *s, struct sek_err *err) SEK_CHECKED;
void sek_store_free(struct sek_store *s); /* NULL is legal */

bool sek_store_has(const struct sek_store *s, const struct sek_oid *oid);

/* Which file the loose object at i is now; false: it is not steady. */
bool
sek_store_look(const struct sek_store *s, size_t i, struct sek_file_id *id);

/* A loose object's content is out from *body on. "why" as in loose.h; the file
 * may be gone by now: SEK_ENOTFOUND; or go bad while it is read: SEK_EIO. */
enum sek_code sek_store_read_loose(const struct sek_store *s,
    const struct sek_store_loose *l, struct sek_inflate *z, struct sek_buf *out,
    enum sek_type *type, size_t *body, struct sek_err *err) SEK_CHECKED;

/*
 * An object, wherever it stands, through all its bases (at most
 * SEK_CHAIN_MAX of them, so that a circle has an end): replaces out. *work is
 * raised by the bytes that were made for it; it ends with SEK_ETOOBIG when it
 * passes work_max. SEK_ENOTFOUND; SEK_EPARSE "why".
 */
#define SEK_CHAIN_MAX 4096 /* git makes none longer than 4095 */
enum sek_code
sek_store_read(const struct sek_store *s, const struct sek_oid *oid,
    struct sek_inflate *z, struct sek_buf *out, enum sek_type *type,
    uint64_t *work, uint64_t work_max, struct sek_err *err) SEK_CHECKED;

#endif

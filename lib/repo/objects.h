#ifndef SEK_REPO_OBJECTS_H
#define SEK_REPO_OBJECTS_H

#include "base/buf.h"
#include "repo/repo.h"

/* Reading objects. The bytes are the object's own: no filter, no textconv. */
enum sek_type { SEK_COMMIT = 1, SEK_TREE, SEK_BLOB, SEK_TAG };

struct sek_odb;

/*
 * SEK_ODB_FEW reads by ourselves (few.h) and asks `git cat-file --batch`, which
 * knows every format, for what is out of the ordinary; nothing is started
 * before that. SEK_ODB_MANY reads through libgit2's object database where it
 * knows the format (SHA-1) and through git elsewhere. One handle per thread.
 * SEK_ODB_SHARED is SEK_ODB_FEW with the reader that stays with the repository
 * (sek_few_share), which is for one thread, too, and as long as it is open.
 */
enum sek_odb_use { SEK_ODB_FEW, SEK_ODB_MANY, SEK_ODB_SHARED };
enum sek_code sek_odb_open(struct sek_odb **out, struct sek_repo *r,
    enum sek_odb_use use, struct sek_err *err) SEK_CHECKED;
void sek_odb_close(struct sek_odb *o); /* NULL is legal */
void sek_odb_close_ptr(struct sek_odb **o);
#define sek_auto_odb __attribute__((cleanup(sek_odb_close_ptr))) struct sek_odb

/*
 * Replaces out's content, whose sum is the id. SEK_ENOTFOUND: missing (never
 * fetched); SEK_ETOOBIG: over out's limit; SEK_EPARSE: corrupt, or of another
 * id; SEK_EIO. After any of these the handle can still be used.
 */
enum sek_code sek_odb_read(struct sek_odb *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err) SEK_CHECKED;

/*
 * Every object of the repository and its alternates, loose and packed, once
 * each, in storage order. quarantine_only: those of GIT_QUARANTINE_PATH alone.
 * size is the object's, in bytes.
 */
struct sek_object {
	struct sek_oid oid;
	enum sek_type type;
	uint64_t size;
};
typedef enum sek_code
sek_object_fn(void *arg, const struct sek_object *object, struct sek_err *err);
enum sek_code sek_odb_list(struct sek_repo *r, bool quarantine_only,
    sek_object_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

/*
 * What a push brings: the objects of its quarantine that the repository did not
 * have. (git completes a thin pack with objects from the repository.) Listed by
 * ourselves, by git what is out of the ordinary. Their size is not told: 0.
 * wanted (NULL: all are) is asked first, since the repository need not be
 * searched for what is not: perhaps more than once about the same.
 */
typedef bool sek_wanted_fn(const void *arg, const struct sek_object *object);
enum sek_code sek_odb_list_pushed(struct sek_repo *r, sek_wanted_fn *wanted,
    sek_object_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

#endif

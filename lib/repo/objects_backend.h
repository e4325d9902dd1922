#ifndef SEK_REPO_OBJECTS_BACKEND_H
#define SEK_REPO_OBJECTS_BACKEND_H

#include "repo/objects.h"

/*
 * The other ways to an object's bytes, for objects.c alone. Both read as
 * sek_odb_read does; free takes NULL.
 */
struct sek_odb_git; /* objects_git.c: git cat-file --batch */
struct sek_odb_git *sek_odb_git_new(struct sek_repo *r);
/* Starts the child if there is none; a read does so, too. */
enum sek_code
sek_odb_git_start(struct sek_odb_git *o, struct sek_err *err) SEK_CHECKED;
void sek_odb_git_free(struct sek_odb_git *o);
enum sek_code sek_odb_git_read(struct sek_odb_git *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err) SEK_CHECKED;

struct sek_odb_libgit2; /* objects_libgit2.c: SHA-1 only */
enum sek_code sek_odb_libgit2_open(struct sek_odb_libgit2 **out,
    const struct sek_repo *r, struct sek_err *err) SEK_CHECKED;
void sek_odb_libgit2_free(struct sek_odb_libgit2 *o);
enum sek_code
sek_odb_libgit2_read(struct sek_odb_libgit2 *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err) SEK_CHECKED;

/* The type that git calls this; 0: none. */
enum sek_type sek_odb_type(struct sek_str name);

#endif

#include <git2.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/library.h"
#include "repo/objects_backend.h"

/*
 * libgit2 is loaded when many objects are to be read, not at every start: it
 * brings 15 more libraries, and loading them takes longer than all that a hook
 * does. Where it cannot be loaded, git reads the objects.
 */
#define FUNCTIONS(X)                                                           \
	X(git_error_last)                                                      \
	X(git_libgit2_init)                                                    \
	X(git_libgit2_opts)                                                    \
	X(git_libgit2_shutdown)                                                \
	X(git_odb_open)                                                        \
	X(git_odb_free)                                                        \
	X(git_odb_add_disk_alternate)                                          \
	X(git_odb_read)                                                        \
	X(git_odb_read_header)                                                 \
	X(git_odb_object_data)                                                 \
	X(git_odb_object_free)                                                 \
	X(git_odb_object_size)                                                 \
	X(git_odb_object_type)

static struct {
	FUNCTIONS(SEK_LIBRARY_FIELD)
} lib;
static const char *const names[] = {FUNCTIONS(SEK_LIBRARY_NAME)};
static struct sek_library library = SEK_LIBRARY(SEK_LIBGIT2, names, &lib);

struct sek_odb_libgit2 {
	git_odb *odb;
};

static enum sek_code
fail(int code, const char *what, struct sek_err *err)
{
	const git_error *e = lib.git_error_last();

	return sek_fail(err, code == GIT_ENOTFOUND ? SEK_ENOTFOUND : SEK_EPARSE,
	    "%s: %s", what, e && e->message ? e->message : "cannot be read");
}

/* Relative places count from where git children run. */
static char *
place(const struct sek_repo *r, struct sek_str path)
{
	if (sek_str_starts(path, "/"))
		return sek_strndup(path.p, path.n);
	return sek_printf("%s/%.*s", r->dir, (int)path.n, path.p);
}

/*
 * GIT_ALTERNATE_OBJECT_DIRECTORIES, separated by colons. An entry in quotes
 * (its path holds a colon) is left out: objects.c asks git for what is missing.
 */
static int
add_alternates(git_odb *odb, const struct sek_repo *r)
{
	struct sek_str rest =
	    sek_str(getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"));
	int code = 0;

	while (rest.p && !code) {
		struct sek_str one = sek_str_cut(&rest, ':');
		sek_auto_free char *path = NULL;

		if (!one.n || sek_str_starts(one, "\""))
			continue;
		path = place(r, one);
		code = lib.git_odb_add_disk_alternate(odb, path);
	}
	return code;
}

enum sek_code
sek_odb_libgit2_open(struct sek_odb_libgit2 **out, const struct sek_repo *r,
    struct sek_err *err)
{
	const char *named = getenv("GIT_OBJECT_DIRECTORY");
	sek_auto_free char *objects = named && *named
	    ? place(r, sek_str(named))
	    : sek_printf("%s/objects", r->common_dir);
	struct sek_odb_libgit2 *o;
	int code;

	if (!sek_library_ready(&library))
		return sek_fail(err, SEK_EIO, SEK_LIBGIT2 ": cannot be loaded");
	code = lib.git_libgit2_init();
	if (code < 0)
		return fail(code, "libgit2", err);
	/* objects.c makes the sum of what is read, of all readers alike. */
	lib.git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	o = sek_alloc(sizeof(*o));
	code = lib.git_odb_open(&o->odb, objects);
	if (!code)
		code = add_alternates(o->odb, r);
	if (code) {
		enum sek_code failed = fail(code, objects, err);

		sek_odb_libgit2_free(o);
		return failed;
	}
	*out = o;
	return SEK_OK;
}

void
sek_odb_libgit2_free(struct sek_odb_libgit2 *o)
{
	if (!o)
		return;
	lib.git_odb_free(o->odb);
	free(o);
	lib.git_libgit2_shutdown();
}

static enum sek_type
type_of(git_object_t type)
{
	switch (type) {
	case GIT_OBJECT_COMMIT:
		return SEK_COMMIT;
	case GIT_OBJECT_TREE:
		return SEK_TREE;
	case GIT_OBJECT_BLOB:
		return SEK_BLOB;
	case GIT_OBJECT_TAG:
		return SEK_TAG;
	default:
		return 0;
	}
}

static enum sek_code
too_big(const char *hex, size_t size, size_t max, struct sek_err *err)
{
	return sek_fail(err, SEK_ETOOBIG,
	    "object %s: %zu bytes are more than the limit of %zu", hex, size,
	    max);
}

enum sek_code
sek_odb_libgit2_read(struct sek_odb_libgit2 *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err)
{
	size_t size, max = out->max ? out->max : SEK_BUF_MAX;
	char hex[SEK_OID_HEX];
	git_odb_object *object;
	git_object_t kind;
	git_oid id;
	int code;

	sek_buf_reset(out);
	sek_oid_hex(oid, hex);
	memcpy(id.id, oid->raw, sizeof(id.id));
	/* First its size: it may claim more memory than there is. */
	code = lib.git_odb_read_header(&size, &kind, o->odb, &id);
	if (code)
		return fail(code, hex, err);
	if (size > max)
		return too_big(hex, size, max, err);
	code = lib.git_odb_read(&object, o->odb, &id);
	if (code)
		return fail(code, hex, err);
	*type = type_of(lib.git_odb_object_type(object));
	sek_buf_add(out, lib.git_odb_object_data(object),
	    lib.git_odb_object_size(object));
	lib.git_odb_object_free(object);
	if (!*type)
		return sek_fail(err, SEK_EPARSE, "object %s: of no known type",
		    hex);
	return out->toobig ? too_big(hex, size, max, err) : SEK_OK;
}

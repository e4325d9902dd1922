#include "repo/objects.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/few.h"
#include "repo/objects_backend.h"
#include "repo/sum.h"

struct sek_odb {
	const struct sek_repo *repo;
	struct sek_odb_git *git;
	struct sek_few *few;             /* NULL: not used */
	bool shared;                     /* it is the repository's */
	struct sek_odb_libgit2 *libgit2; /* NULL: not used */
};

enum sek_code
sek_odb_open(struct sek_odb **out, struct sek_repo *r, enum sek_odb_use use,
    struct sek_err *err)
{
	sek_auto_odb *o = sek_alloc(sizeof(*o));
	enum sek_code code = SEK_OK;

	*out = NULL;
	o->repo = r;
	o->git = sek_odb_git_new(r);
	/* What we or libgit2 cannot open, git can, so a failure is none. */
	o->shared = use == SEK_ODB_SHARED;
	if (use != SEK_ODB_MANY) {
		code = o->shared ? sek_few_share(&o->few, r, NULL)
				 : sek_few_open(&o->few, r, NULL);
		if (code)
			code = sek_odb_git_start(o->git, err);
	} else if (r->oid_len == 20 &&
	    sek_odb_libgit2_open(&o->libgit2, r, NULL) != SEK_OK) {
		o->libgit2 = NULL;
	}
	if (!code)
		*out = sek_steal(&o);
	return code;
}

void
sek_odb_close(struct sek_odb *o)
{
	if (!o)
		return;
	sek_odb_git_free(o->git);
	if (!o->shared)
		sek_few_free(o->few);
	sek_odb_libgit2_free(o->libgit2);
	free(o);
}

void
sek_odb_close_ptr(struct sek_odb **o)
{
	sek_odb_close(*o);
	*o = NULL;
}

static enum sek_code
read_by_others(struct sek_odb *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err)
{
	struct sek_err said = {0};
	enum sek_code code;

	if (!o->libgit2)
		return sek_odb_git_read(o->git, oid, out, type, err);
	code = sek_odb_libgit2_read(o->libgit2, oid, out, type, &said);
	if (code == SEK_OK)
		return SEK_OK;
	/*
	 * git has the last word on an object that libgit2 cannot read, except
	 * that in a partial clone many are not there, and it would be asked
	 * for each of them.
	 */
	if (code == SEK_ETOOBIG || (code == SEK_ENOTFOUND && o->repo->partial))
		return sek_fail(err, code, "%s", said.text);
	return sek_odb_git_read(o->git, oid, out, type, err);
}

/* git takes what an index calls the object for it, and does not look again. */
enum sek_code
sek_odb_read(struct sek_odb *o, const struct sek_oid *oid, struct sek_buf *out,
    enum sek_type *type, struct sek_err *err)
{
	char hex[SEK_OID_HEX];
	enum sek_code code;

	if (o->few && sek_few_read(o->few, oid, out, type, NULL) == SEK_OK)
		return SEK_OK;
	code = read_by_others(o, oid, out, type, err);
	if (code || sek_sum_is(oid, *type, sek_buf_str(out)))
		return code;
	return sek_fail(err, SEK_EPARSE,
	    "object %s: damaged: its content has another id",
	    sek_oid_hex(oid, hex));
}

enum sek_type
sek_odb_type(struct sek_str name)
{
	if (sek_str_is(name, "blob"))
		return SEK_BLOB;
	if (sek_str_is(name, "tree"))
		return SEK_TREE;
	if (sek_str_is(name, "commit"))
		return SEK_COMMIT;
	if (sek_str_is(name, "tag"))
		return SEK_TAG;
	return 0;
}

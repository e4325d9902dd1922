#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "repo/objects.h"

struct objects SEK_VEC_BODY(struct sek_object);

static enum sek_code
collect(void *arg, const struct sek_object *object, struct sek_err *err)
{
	struct objects *all = arg;

	(void)err;
	*sek_vec_push(all) = *object;
	return SEK_OK;
}

/* Asks the store as it is without the push. */
static enum sek_code
ask_store(struct sek_repo *r, const struct objects *all, struct sek_git **g,
    struct sek_buf *ids, struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file", "--batch-check=%(objectname)", NULL};
	sek_auto_free char *store =
	    sek_printf("GIT_OBJECT_DIRECTORY=%s/objects", r->common_dir);
	const char *const env[] = {store, "GIT_QUARANTINE_PATH",
	    "GIT_ALTERNATE_OBJECT_DIRECTORIES", NULL};
	char hex[SEK_OID_HEX];
	enum sek_code code;

	for (size_t i = 0; i < all->n; i++)
		sek_buf_printf(ids, "%s\n", sek_oid_hex(&all->at[i].oid, hex));
	code = sek_buf_check(ids, "ids of pushed objects", err);
	if (!code)
		code = sek_git_start_env(g, r->dir, argv, env, err);
	if (!code)
		sek_git_feed(*g, sek_buf_str(ids));
	return code;
}

enum sek_code
sek_odb_list_pushed(struct sek_repo *r, sek_object_fn *fn, void *arg,
    struct sek_err *err)
{
	sek_auto_buf ids = {.max = (size_t)1 << 30};
	sek_auto_git *g = NULL;
	struct objects all = {0};
	struct sek_str line;
	enum sek_code code = sek_odb_list(r, true, collect, &all, err);

	if (!code && all.n)
		code = ask_store(r, &all, &g, &ids, err);
	for (size_t i = 0; !code && i < all.n; i++) {
		code = sek_git_record(g, '\n', &line, err);
		if (!code && !line.p)
			code = sek_fail(err, SEK_EIO,
			    "git answered for %zu of %zu pushed objects", i,
			    all.n);
		if (!code && sek_str_ends(line, " missing"))
			code = fn(arg, &all.at[i], err);
	}
	sek_vec_clear(&all);
	return code;
}

#include "repo/index_file.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/map.h"
#include "repo/sum.h"

/* git takes a relative one from the top of the work tree. */
enum sek_code
sek_index_file(char **out, const struct sek_repo *r, struct sek_err *err)
{
	const char *named = getenv("GIT_INDEX_FILE");

	if (!named)
		*out = sek_printf("%s/index", r->git_dir);
	else if (*named == '/')
		*out = sek_strdup(named);
	else if (*named && r->work_tree)
		*out = sek_printf("%s/%s", r->work_tree, named);
	else
		return sek_fail(err, SEK_EPARSE, "GIT_INDEX_FILE is relative");
	return SEK_OK;
}

static bool
is_whole(struct sek_str bytes, unsigned oid_len)
{
	static const unsigned char zeros[SEK_OID_MAX];
	struct sek_oid sum, end = {.len = (unsigned char)oid_len};
	struct sek_str rest = bytes;

	if (bytes.n < oid_len)
		return false;
	rest.n -= oid_len;
	memcpy(end.raw, bytes.p + rest.n, oid_len);
	if (!memcmp(end.raw, zeros, oid_len))
		return true;
	return sek_sum_make(&sum, end.len, SEK_STR(""), rest) &&
	    sek_oid_eq(&sum, &end);
}

enum sek_code
sek_index_check(const struct sek_repo *r, struct sek_err *err)
{
	sek_auto_free char *path = NULL;
	struct sek_str bytes = {NULL, 0};
	enum sek_code code = sek_index_file(&path, r, err);

	if (!code)
		code = sek_map_open(&bytes, path, err);
	if (code == SEK_ENOTFOUND)
		return SEK_OK;
	if (!code && (!is_whole(bytes, r->oid_len) || sek_map_failed(&bytes)))
		code = sek_fail(err, SEK_EPARSE,
		    "damaged: its checksum is wrong, so files may be missing "
		    "from it");
	sek_map_close(&bytes);
	return code;
}

#include "repo/lfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/map.h"
#include "repo/store.h"
#include "repo/store_dirs.h"

/* The second and third are those of its first releases. */
static const char *const versions[] = {
    "version https://git-lfs.github.com/spec/",
    "version https://hawser.github.com/spec/",
    "version http://git-media.io/v/",
};

bool
sek_lfs_begins(struct sek_str blob)
{
	if (blob.n >= SEK_LFS_POINTER_MAX)
		return false;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (sek_str_starts(blob, versions[i]))
			return true;
	return false;
}

static bool
cut_key(struct sek_str line, const char *key, struct sek_str *value)
{
	size_t n = strlen(key);

	if (!sek_str_starts(line, key))
		return false;
	*value = (struct sek_str){line.p + n, line.n - n};
	return true;
}

/* Lines that begin with ext- stand between the version and the id. */
bool
sek_lfs_parse(struct sek_lfs_pointer *out, struct sek_str blob)
{
	struct sek_str rest = blob, value;
	bool oid = false, size = false;

	if (!sek_lfs_begins(blob))
		return false;
	while (rest.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&rest, '\n'));

		if (cut_key(line, "oid ", &value)) {
			if (oid || !cut_key(value, "sha256:", &value) ||
			    value.n != 2 * SEK_OID_MAX ||
			    !sek_oid_parse(&out->oid, value))
				return false;
			oid = true;
		} else if (cut_key(line, "size ", &value)) {
			if (size || !sek_str_to_u64(value, &out->size))
				return false;
			size = true;
		}
	}
	return oid && size;
}

/* Of contents. shared: it is not below the git directory. */
static char *
own_storage(const struct sek_repo *r, bool *shared)
{
	const struct sek_config_entry *e = r->config
	    ? sek_config_last(r->config, "lfs.storage")
	    : NULL;
	const char *dir = e && e->value && *e->value ? e->value : "lfs";

	*shared = *dir == '/';
	if (*shared)
		return sek_printf("%s/objects", dir);
	return sek_printf("%s/%s/objects", r->common_dir, dir);
}

static enum sek_code
map_from(struct sek_str *out, const char *storage, const struct sek_oid *oid,
    struct sek_err *err)
{
	char hex[SEK_OID_HEX];
	sek_auto_free char *path = NULL;

	sek_oid_hex(oid, hex);
	path = sek_printf("%s/%.2s/%.2s/%s", storage, hex, hex + 2, hex);
	return sek_map_open(out, path, err);
}

static enum sek_code
map_beside(struct sek_str *out, const struct sek_store *store,
    const struct sek_oid *oid, struct sek_err *err)
{
	enum sek_code code = SEK_ENOTFOUND;

	for (size_t i = 0; code == SEK_ENOTFOUND && i < store->dirs.n; i++) {
		sek_auto_free char *dir = sek_printf("%s/../lfs/objects",
		    store->dirs.at[i]);

		code = map_from(out, dir, oid, err);
	}
	return code;
}

enum sek_code
sek_lfs_map(struct sek_str *out, const struct sek_repo *r,
    const struct sek_oid *oid, struct sek_err *err)
{
	bool shared;
	sek_auto_free char *own = own_storage(r, &shared);
	enum sek_code code = map_from(out, own, oid, err);
	struct sek_store *store;

	if (code != SEK_ENOTFOUND)
		return code;
	store = sek_alloc(sizeof(*store));
	if (sek_store_dirs(store, r, NULL) == SEK_OK)
		code = map_beside(out, store, oid, err);
	sek_store_free(store);
	return code;
}

/* Every name in a directory that has n characters and is hexadecimal. */
typedef enum sek_code
name_fn(struct sek_oids *out, const char *path, struct sek_err *err);

static enum sek_code
each_name(struct sek_oids *out, const char *dir, size_t n, name_fn *fn,
    struct sek_err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	enum sek_code code = SEK_OK;

	if (!d && (errno == ENOENT || errno == ENOTDIR))
		return SEK_OK;
	if (!d)
		return sek_fail_errno(err, "%s", dir);
	while (code == SEK_OK && (e = readdir(d))) {
		sek_auto_free char *path = NULL;

		if (strlen(e->d_name) != n ||
		    strspn(e->d_name, "0123456789abcdef") != n)
			continue;
		path = sek_printf("%s/%s", dir, e->d_name);
		code = fn(out, path, err);
	}
	closedir(d);
	return code;
}

static enum sek_code
take_content(struct sek_oids *out, const char *path, struct sek_err *err)
{
	(void)err;
	return sek_oid_parse(sek_vec_push(out), sek_str(strrchr(path, '/') + 1))
	    ? SEK_OK
	    : SEK_EPARSE;
}

static enum sek_code
take_second(struct sek_oids *out, const char *path, struct sek_err *err)
{
	return each_name(out, path, 2 * SEK_OID_MAX, take_content, err);
}

static enum sek_code
take_first(struct sek_oids *out, const char *path, struct sek_err *err)
{
	return each_name(out, path, 2, take_second, err);
}

enum sek_code
sek_lfs_list(struct sek_oids *out, const struct sek_repo *r,
    struct sek_err *err)
{
	bool shared;
	sek_auto_free char *own = own_storage(r, &shared);
	enum sek_code code = SEK_OK;

	if (!shared)
		code = each_name(out, own, 2, take_first, err);
	sek_oids_sort(out);
	return code;
}

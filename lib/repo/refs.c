#include "repo/refs.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/map.h"

#define HOPS     5 /* of refs to refs, as in git */
#define FILE_MAX ((size_t)4096)

static enum sek_code
unusual(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "refs that only git reads");
}

/* Of this worktree alone; all others are shared. */
static bool
is_own(struct sek_str name)
{
	return !sek_str_starts(name, "refs/") ||
	    sek_str_starts(name, "refs/worktree/") ||
	    sek_str_starts(name, "refs/bisect/") ||
	    sek_str_starts(name, "refs/rewritten/");
}

/* One that could name a file elsewhere is none. */
static bool
is_plain(struct sek_str name)
{
	return sek_str_starts(name, "refs/") && !sek_str_ends(name, "/") &&
	    !memmem(name.p, name.n, "..", 2) &&
	    !memmem(name.p, name.n, "//", 2) && !memchr(name.p, '\0', name.n);
}

/* "ID NAME\n", below a first line that begins with '#'; '^' begins a line about
 * the one above. */
static enum sek_code
find_packed(const struct sek_repo *r, const char *name, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/packed-refs", r->common_dir);
	struct sek_str map = {NULL, 0}, rest;
	enum sek_code code = sek_map_open(&map, path, err);

	if (code)
		return code;
	code = SEK_ENOTFOUND;
	rest = map;
	while (code == SEK_ENOTFOUND && rest.n) {
		struct sek_str line = sek_str_cut(&rest, '\n');
		struct sek_str hex = sek_str_cut(&line, ' ');

		if (!sek_str_is(line, name) || sek_str_starts(hex, "#"))
			continue;
		code = sek_oid_parse(out, hex) ? SEK_OK : SEK_EPARSE;
	}
	if (sek_map_failed(&map))
		code = SEK_EIO;
	sek_map_close(&map);
	return code ? sek_fail(err, code, "%s: not there", name) : SEK_OK;
}

static enum sek_code
read_file(const struct sek_repo *r, const char *name, struct sek_buf *out,
    struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/%s",
	    is_own(sek_str(name)) ? r->git_dir : r->common_dir, name);

	out->max = FILE_MAX;
	return sek_file_read(path, out, err);
}

/* Loose refs first: git packs them, and then deletes the loose ones. */
static enum sek_code
look_up(const struct sek_repo *r, char **name, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_buf text = {0};
	struct sek_str line;
	enum sek_code code = read_file(r, *name, &text, err);

	if (code == SEK_ENOTFOUND && !is_own(sek_str(*name)))
		return find_packed(r, *name, out, err);
	if (code)
		return code;
	line = sek_str_trim(sek_buf_str(&text));
	if (!sek_str_starts(line, "ref:"))
		return sek_oid_parse(out, line) ? SEK_OK : unusual(err);
	line.p += 4;
	line.n -= 4;
	line = sek_str_trim(line);
	if (!is_plain(line))
		return unusual(err);
	sek_free_ptr(name);
	*name = sek_strndup(line.p, line.n);
	return SEK_OK;
}

enum sek_code
sek_refs_head(const struct sek_repo *r, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_free char *table = sek_printf("%s/reftable", r->common_dir);
	sek_auto_free char *name = sek_strdup("HEAD");
	enum sek_code code = SEK_OK;
	int hops = 0;

	*out = (struct sek_oid){0};
	if (access(table, F_OK) == 0)
		return unusual(err);
	while (!code && sek_oid_is_none(out)) {
		if (hops++ > HOPS)
			return unusual(err);
		code = look_up(r, &name, out, err);
	}
	/* No HEAD, or a branch of this worktree only: not what git makes. */
	if (code == SEK_ENOTFOUND && is_own(sek_str(name)))
		return unusual(err);
	if (!code && out->len != r->oid_len)
		return unusual(err);
	return code;
}

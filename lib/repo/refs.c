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

static enum sek_code
read_ref(const struct sek_repo *r, char **name, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_free char *table = sek_printf("%s/reftable", r->common_dir);
	enum sek_code code = SEK_OK;
	int hops = 0;

	*out = (struct sek_oid){0};
	if (access(table, F_OK) == 0)
		return unusual(err);
	while (!code && sek_oid_is_none(out)) {
		if (hops++ > HOPS)
			return unusual(err);
		code = look_up(r, name, out, err);
	}
	if (!code && out->len != r->oid_len)
		return unusual(err);
	return code;
}

enum sek_code
sek_refs_head(const struct sek_repo *r, struct sek_oid *out,
    struct sek_err *err)
{
	sek_auto_free char *name = sek_strdup("HEAD");
	enum sek_code code = read_ref(r, &name, out, err);

	/* No HEAD, or a branch of this worktree only: not what git makes. */
	if (code == SEK_ENOTFOUND && is_own(sek_str(name)))
		return unusual(err);
	return code;
}

/* What git takes for no ref's name, as that of a lock (git-check-ref-format(1)),
 * may be a file in that place all the same. */
static bool
is_ref_name(struct sek_str name)
{
	if (!is_plain(name) || is_own(name) || memmem(name.p, name.n, "@{", 2))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' ||
		    strchr("~^:?*[\\\177", name.p[i]))
			return false;
	while (name.p) {
		struct sek_str part = sek_str_cut(&name, '/');

		if (sek_str_starts(part, ".") || sek_str_ends(part, ".") ||
		    sek_str_ends(part, ".lock"))
			return false;
	}
	return true;
}

enum sek_code
sek_refs_read(const struct sek_repo *r, struct sek_str name,
    struct sek_oid *out, struct sek_err *err)
{
	sek_auto_free char *at = NULL;

	*out = (struct sek_oid){0};
	if (!is_ref_name(name))
		return unusual(err);
	at = sek_strndup(name.p, name.n);
	return read_ref(r, &at, out, err);
}

/* A loose ref of the same name counts before the packed one. */
static bool
is_line_at(const struct sek_repo *r, struct sek_str line,
    const struct sek_oid *oid)
{
	struct sek_str hex = sek_str_cut(&line, ' ');
	struct sek_oid now;

	return sek_oid_parse(&now, hex) && sek_oid_eq(&now, oid) &&
	    sek_refs_read(r, line, &now, NULL) == SEK_OK &&
	    sek_oid_eq(&now, oid);
}

bool
sek_refs_packed_at(const struct sek_repo *r, const struct sek_oid *oid)
{
	sek_auto_free char *path = sek_printf("%s/packed-refs", r->common_dir);
	struct sek_str map = {NULL, 0}, rest;
	char hex[SEK_OID_HEX];
	bool yes = false;

	sek_oid_hex(oid, hex);
	if (sek_map_open(&map, path, NULL))
		return false;
	rest = map;
	while (!yes && rest.n) {
		const char *at = memmem(rest.p, rest.n, hex, strlen(hex));

		if (!at)
			break;
		rest.n -= (size_t)(at - rest.p);
		rest.p = at;
		yes = is_line_at(r, sek_str_cut(&rest, '\n'), oid);
	}
	yes = yes && !sek_map_failed(&map);
	sek_map_close(&map);
	return yes;
}

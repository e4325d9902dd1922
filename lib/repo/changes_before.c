#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "repo/changes.h"
#include "repo/changes_walk.h"
#include "repo/tree_paths.h"

struct preimages {
	sek_preimage_fn *fn;
	void *arg;
	size_t parent;
};

static enum sek_code
deliver_preimage(void *arg, const struct sek_raw *raw, struct sek_str path,
    struct sek_err *err)
{
	struct preimages *p = arg;
	const struct sek_raw_side *old = &raw->old.at[0];

	if (raw->old.n != 1 || !old->mode || old->mode == SEK_GITLINK ||
	    raw->status == 'U' || sek_oid_eq(&old->oid, &raw->now.oid))
		return SEK_OK;
	return p->fn(p->arg, p->parent, path, &old->oid, err);
}

static enum sek_code
parents_of(struct sek_repo *r, const struct sek_oid *commit,
    struct sek_oids *out, struct sek_err *err)
{
	char hex[SEK_OID_HEX];
	sek_auto_free char *all = sek_printf("%s^@", sek_oid_hex(commit, hex));
	const char *const argv[] = {
	    "rev-parse",
	    all,
	    NULL,
	};
	sek_auto_buf text = {0};
	struct sek_str rest;
	enum sek_code code = sek_git_output(r->dir, argv, &text, NULL, err);

	if (code)
		return code;
	rest = sek_buf_str(&text);
	while (rest.n) {
		struct sek_str line = sek_str_cut(&rest, '\n');

		if (!sek_oid_parse(sek_vec_push(out), line))
			return sek_fail(err, SEK_EPARSE,
			    "git rev-parse: not an object id");
	}
	return SEK_OK;
}

static enum sek_code
commit_preimages(struct sek_repo *r, const struct sek_oid *commit,
    struct preimages *p, struct sek_err *err)
{
	struct sek_oids parents = {0};
	char from[SEK_OID_HEX], to[SEK_OID_HEX];
	const char *const argv[] = {
	    "diff-tree",
	    "-r",
	    "-z",
	    "--raw",
	    "--no-abbrev",
	    "--no-renames",
	    "--ignore-submodules=none",
	    from,
	    to,
	    NULL,
	};
	bool told;
	enum sek_code code = parents_of(r, commit, &parents, err);

	sek_oid_hex(commit, to);
	for (p->parent = 0; !code && p->parent < parents.n; p->parent++) {
		sek_auto_git *g = NULL;

		sek_oid_hex(&parents.at[p->parent], from);
		code = sek_git_start(&g, r->dir, argv, err);
		if (!code)
			code = sek_raw_walk(&g, r, deliver_preimage, p, &told,
			    err);
	}
	sek_vec_clear(&parents);
	return code;
}

enum sek_code
sek_changes_preimages(struct sek_repo *r, const struct sek_oid *commit,
    const struct sek_oids *others, sek_preimage_fn *fn, void *arg,
    struct sek_err *err)
{
	struct preimages p = {.fn = fn, .arg = arg};
	char hex[SEK_OID_HEX];
	bool told;
	enum sek_code code;

	if (commit)
		return commit_preimages(r, commit, &p, err);
	code = sek_raw_walk_head(r, deliver_preimage, &p, err);
	for (size_t i = 0; !code && others && i < others->n; i++) {
		p.parent = i + 1;
		code = sek_raw_walk_index(r, sek_oid_hex(&others->at[i], hex),
		    deliver_preimage, &p, &told, err);
	}
	return code;
}

/* `MODE TYPE OID\tPATH` of ls-tree, `MODE OID STAGE\tPATH` of ls-files. */
static bool
is_blob_line(struct sek_str line, bool index, struct sek_str path,
    struct sek_oid *oid)
{
	struct sek_str mode = sek_str_cut(&line, ' ');
	struct sek_str second = sek_str_cut(&line, ' ');
	struct sek_str third = sek_str_cut(&line, '\t');

	if (!sek_str_eq(line, path))
		return false;
	if (sek_str_is(mode, "160000"))
		return false;
	if (index)
		return sek_str_is(third, "0") && sek_oid_parse(oid, second);
	return sek_str_is(second, "blob") && sek_oid_parse(oid, third);
}

enum sek_code
sek_changes_blob_at(struct sek_repo *r, const struct sek_oid *commit,
    struct sek_str path, struct sek_oid *out, struct sek_err *err)
{
	static const char *const env[] = {
	    "GIT_LITERAL_PATHSPECS=1",
	    NULL,
	};
	sek_auto_free char *name = sek_strndup(path.p, path.n);
	char hex[SEK_OID_HEX];
	const char *const tree[] = {
	    "ls-tree",
	    "-z",
	    "--full-tree",
	    commit ? sek_oid_hex(commit, hex) : "",
	    "--",
	    name,
	    NULL,
	};
	const char *const index[] = {
	    "ls-files",
	    "--stage",
	    "-z",
	    "--full-name",
	    "--",
	    name,
	    NULL,
	};
	sek_auto_git *g = NULL;
	struct sek_str line;
	enum sek_code code;

	*out = (struct sek_oid){0};
	if (!path.n)
		return SEK_OK;
	if (commit &&
	    sek_tree_paths(r, commit, (const char *const[]){name}, 1, out,
		NULL) == SEK_OK)
		return SEK_OK;
	*out = (struct sek_oid){0};
	code = sek_git_start_env(&g, r->dir, commit ? tree : index, env, err);
	while (!code) {
		struct sek_oid oid;

		code = sek_git_record(g, '\0', &line, err);
		if (code)
			return code;
		if (!line.p)
			return sek_git_finish(&g, NULL, err);
		if (is_blob_line(line, !commit, path, &oid))
			*out = oid;
	}
	return code;
}

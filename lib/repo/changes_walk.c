#include "repo/changes_walk.h"

/* Known to every git, whether or not the repository holds it. */
const char *
sek_raw_empty_tree(const struct sek_repo *r)
{
	if (r->oid_len == 20)
		return "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
	return "6ef19b41225c5369f1c104d45d8d85ef"
	       "a9b057b53b14b4b9b939dd74decc5321";
}

/* The next record's two parts; raw->status 0 and *header for any other one;
 * header->p NULL at the end. *path is borrowed until the next call. */
enum sek_code
sek_raw_next(struct sek_git *g, const struct sek_repo *r, struct sek_raw *raw,
    struct sek_str *header, struct sek_str *path, struct sek_err *err)
{
	enum sek_code code = sek_git_record(g, '\0', header, err);

	raw->status = 0;
	if (code || !sek_str_starts(*header, ":"))
		return code;
	code = sek_raw_parse(raw, *header, r->oid_len, err);
	if (!code)
		code = sek_git_record(g, '\0', path, err);
	if (!code && !path->n)
		code = sek_fail(err, SEK_EPARSE,
		    "git: a raw diff record without its path");
	return code;
}

/* The index against a commit or tree. */
static enum sek_code
start_index(struct sek_git **g, struct sek_repo *r, const char *tree,
    struct sek_err *err)
{
	const char *const argv[] = {
	    "diff-index",
	    "--cached",
	    "--raw",
	    "-z",
	    "--no-abbrev",
	    "--no-renames",
	    "--ignore-submodules=none",
	    "--ita-invisible-in-index",
	    tree,
	    "--",
	    NULL,
	};

	return sek_git_start(g, r->dir, argv, err);
}

/* *told: was anything handed to fn? */
enum sek_code
sek_raw_walk(struct sek_git **g, struct sek_repo *r, sek_raw_fn *fn, void *arg,
    bool *told, struct sek_err *err)
{
	sek_auto_raw raw = {0};
	struct sek_str header, path = {NULL, 0};
	enum sek_code code;

	for (;;) {
		code = sek_raw_next(*g, r, &raw, &header, &path, err);
		if (code)
			return code;
		if (!header.p)
			return sek_git_finish(g, NULL, err);
		if (!raw.status)
			return sek_fail(err, SEK_EPARSE,
			    "git: not a raw diff record");
		*told = true;
		code = fn(arg, &raw, path, err);
		if (code)
			return code;
	}
}

enum sek_code
sek_raw_walk_index(struct sek_repo *r, const char *tree, sek_raw_fn *fn,
    void *arg, bool *told, struct sek_err *err)
{
	sek_auto_git *g = NULL;
	enum sek_code code = start_index(&g, r, tree, err);

	if (code)
		return code;
	return sek_raw_walk(&g, r, fn, arg, told, err);
}

/*
 * The index against HEAD, which need not be there yet. Most often it is, so it
 * is tried first: a hook waits for each child.
 */
enum sek_code
sek_raw_walk_head(struct sek_repo *r, sek_raw_fn *fn, void *arg,
    struct sek_err *err)
{
	struct sek_err said = {0};
	struct sek_oid head;
	bool told = false;
	enum sek_code code;

	code = sek_raw_walk_index(r, "HEAD", fn, arg, &told, &said);
	if (code && !told &&
	    sek_repo_resolve(r, "HEAD", &head, NULL) == SEK_ENOTFOUND)
		return sek_raw_walk_index(r, sek_raw_empty_tree(r), fn, arg,
		    &told, err);
	if (code)
		return sek_fail(err, code, "%s", said.text);
	return SEK_OK;
}

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "repo/objects.h"
#include "repo/select.h"

#define TAG_MAX ((size_t)1 << 20)

struct strings SEK_VEC_BODY(const char *);

struct lookup {
	struct sek_repo *r;
	const struct sek_selection *s;
	struct sek_oids commits; /* selected */
	struct sek_oids parents; /* of these */
	struct sek_oids others;  /* tags, and what else a ref names */
	struct sek_oids changed; /* commits with another content at the paths */
	bool all_changed;        /* the paths hold everything */
	struct sek_buf trees;    /* what git is to list: "ID" or "^ID" */
	uint64_t missing;
};

/* git rev-list OPTION... of the selected revisions. */
static enum sek_code
start_list(struct sek_git **g, const struct lookup *l,
    const char *const *options, struct sek_err *err)
{
	static const char *const env[] = {"GIT_LITERAL_PATHSPECS=1", NULL};
	struct strings argv = {0};
	enum sek_code code;

	*sek_vec_push(&argv) = "rev-list";
	for (; *options; options++)
		*sek_vec_push(&argv) = *options;
	if (l->r->partial)
		*sek_vec_push(&argv) = "--missing=print";
	*sek_vec_push(&argv) = "--stdin";
	if (!l->s->tips.n)
		*sek_vec_push(&argv) = "--all";
	if (!l->s->tips.n && l->s->reflogs)
		*sek_vec_push(&argv) = "--reflog";
	*sek_vec_push(&argv) = "--";
	sek_vec_each (path, &l->s->paths)
		if (**path)
			*sek_vec_push(&argv) = *path;
	*sek_vec_push(&argv) = NULL;
	code = sek_git_start_env(g, l->r->dir, argv.at, env, err);
	sek_vec_clear(&argv);
	if (!code)
		sek_git_feed(*g, sek_buf_str(&l->s->tips));
	return code;
}

/* Ids, one a line, to the end. */
static enum sek_code
read_ids(struct lookup *l, struct sek_git **g, struct sek_oids *out,
    struct sek_err *err)
{
	struct sek_str line;
	struct sek_oid oid;
	enum sek_code code;

	for (;;) {
		code = sek_git_record(*g, '\n', &line, err);
		if (code)
			return code;
		if (!line.p)
			return sek_git_finish(g, NULL, err);
		if (sek_str_starts(line, "?")) {
			l->missing++;
			continue;
		}
		if (!sek_oid_parse(&oid, line))
			return sek_fail(err, SEK_EPARSE,
			    "git rev-list: a line is not an object id");
		*sek_vec_push(out) = oid;
	}
}

/* "SECONDS PARENT..." of a commit. */
static enum sek_code
take_commit(struct lookup *l, const struct sek_oid *commit, struct sek_str line,
    struct sek_err *err)
{
	struct sek_str number = sek_str_cut(&line, ' ');
	uint64_t seconds;

	if (!sek_str_to_u64(number, &seconds))
		return sek_fail(err, SEK_EPARSE,
		    "git rev-list: a commit without a date");
	if (l->s->dated && l->s->since > 0 && seconds < (uint64_t)l->s->since)
		return SEK_OK;
	*sek_vec_push(&l->commits) = *commit;
	while (line.p) {
		struct sek_str hex = sek_str_cut(&line, ' ');
		struct sek_oid parent;

		if (sek_oid_parse(&parent, hex))
			*sek_vec_push(&l->parents) = parent;
	}
	return SEK_OK;
}

/*
 * All commits that the revisions reach are looked at: one with a wrong clock
 * hides none behind it, as it would from `git rev-list --since`.
 */
static enum sek_code
list_commits(struct lookup *l, struct sek_err *err)
{
	static const char *const options[] = {
	    "--objects",
	    "--no-object-names",
	    "--filter=tree:0",
	    "--format=%ct %P",
	    NULL,
	};
	struct sek_selection everywhere = *l->s;
	struct lookup whole = {.r = l->r, .s = &everywhere};
	sek_auto_git *g = NULL;
	struct sek_oid oid = {0};
	enum sek_code code;

	everywhere.paths = (struct sek_paths){0};
	code = start_list(&g, &whole, options, err);
	while (!code) {
		struct sek_str line, hex;

		code = sek_git_record(g, '\n', &line, err);
		if (code)
			return code;
		if (!line.p)
			return sek_git_finish(&g, NULL, err);
		hex = line;
		if (sek_str_starts(line, "commit ")) {
			(void)sek_str_cut(&hex, ' ');
			if (sek_oid_parse(&oid, hex))
				continue;
		}
		if (sek_str_starts(line, "?"))
			l->missing++;
		else if (sek_oid_parse(&oid, line))
			*sek_vec_push(&l->others) = oid;
		else
			code = take_commit(l, &oid, line, err);
	}
	return code;
}

/* The seconds of a tag's "tagger NAME <ADDRESS> SECONDS ZONE"; else false. */
static bool
tag_date(struct sek_str text, uint64_t *out)
{
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');
		const char *end;

		if (!line.n)
			break;
		end = memrchr(line.p, '>', line.n);
		if (!sek_str_starts(line, "tagger ") || !end)
			continue;
		line.n -= (size_t)(end + 1 - line.p);
		line.p = end + 1;
		line = sek_str_trim(line);
		return sek_str_to_u64(sek_str_cut(&line, ' '), out);
	}
	return false;
}

/* Tags from before leave; what has no date stays. */
static enum sek_code
drop_old_tags(struct lookup *l, struct sek_err *err)
{
	sek_auto_odb *odb = NULL;
	sek_auto_buf content = {.max = TAG_MAX};
	enum sek_type type;
	uint64_t seconds;
	size_t n = 0;
	enum sek_code code;

	if (!l->s->dated || l->s->since <= 0 || !l->others.n)
		return SEK_OK;
	code = sek_odb_open(&odb, l->r, SEK_ODB_FEW, err);
	if (code)
		return code;
	sek_vec_each (oid, &l->others) {
		bool old = !sek_odb_read(odb, oid, &content, &type, NULL) &&
		    type == SEK_TAG &&
		    tag_date(sek_buf_str(&content), &seconds) &&
		    seconds < (uint64_t)l->s->since;

		if (!old)
			l->others.at[n++] = *oid;
	}
	l->others.n = n;
	return SEK_OK;
}

/* Does this commit bring anything that its parents do not have at the paths? */
static bool
is_asked(const struct lookup *l, const struct sek_oid *commit)
{
	return !l->s->paths.n || l->all_changed ||
	    sek_oids_find(&l->changed, commit);
}

/* Names of trees and blobs: of a commit, or of a path in it. */
static void
add_names(const struct lookup *l, struct sek_buf *names,
    const struct sek_oid *commit)
{
	char hex[SEK_OID_HEX];

	(void)sek_oid_hex(commit, hex);
	if (!l->s->paths.n || l->all_changed) {
		sek_buf_printf(names, "%s^{tree}\n", hex);
		return;
	}
	sek_vec_each (path, &l->s->paths)
		sek_buf_printf(names, "%s:%s\n", hex, *path);
}

/* What git says of each name: "ID TYPE", or that it is not there. Trees and
 * blobs are added to what is to be listed. */
static enum sek_code
resolve(struct lookup *l, const struct sek_buf *names, const char *prefix,
    struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file",
	    "--batch-check=%(objectname) %(objecttype)",
	    NULL,
	};
	bool every_tree = !*prefix && (!l->s->paths.n || l->all_changed);
	sek_auto_git *g = NULL;
	struct sek_oids ids = {0};
	enum sek_code code = sek_git_start(&g, l->r->dir, argv, err);

	if (!code)
		sek_git_feed(g, sek_buf_str(names));
	while (!code) {
		struct sek_str line, hex;
		struct sek_oid oid;

		code = sek_git_record(g, '\n', &line, err);
		if (code || !line.p)
			break;
		hex = sek_str_cut(&line, ' ');
		if (sek_oid_parse(&oid, hex) && line.p &&
		    (sek_str_is(line, "tree") || sek_str_is(line, "blob")))
			*sek_vec_push(&ids) = oid;
		else if (every_tree && line.p && sek_str_is(line, "missing"))
			code = sek_fail(err, SEK_EIO,
			    "the tree of a commit is not here");
	}
	if (!code)
		code = sek_git_finish(&g, NULL, err);
	sek_oids_sort(&ids);
	sek_vec_each (oid, &ids) {
		char hex[SEK_OID_HEX];

		sek_buf_printf(&l->trees, "%s%s\n", prefix,
		    sek_oid_hex(oid, hex));
	}
	sek_vec_clear(&ids);
	return code;
}

/* What selected commits hold, and what stood there before them. */
static enum sek_code
resolve_trees(struct lookup *l, struct sek_err *err)
{
	sek_auto_buf held = {.max = SIZE_MAX / 2};
	sek_auto_buf before = {.max = SIZE_MAX / 2};
	char hex[SEK_OID_HEX];
	enum sek_code code;

	l->trees.max = SIZE_MAX / 2;
	sek_vec_each (commit, &l->commits)
		if (is_asked(l, commit))
			add_names(l, &held, commit);
	if (!l->s->paths.n)
		sek_vec_each (other, &l->others)
			sek_buf_printf(&held, "%s\n", sek_oid_hex(other, hex));
	sek_vec_each (parent, &l->parents)
		if (!sek_oids_find(&l->commits, parent))
			add_names(l, &before, parent);
	code = resolve(l, &held, "", err);
	return code ? code : resolve(l, &before, "^", err);
}

static enum sek_code
list_trees(struct lookup *l, struct sek_oids *out, struct sek_err *err)
{
	const char *const argv[] = {
	    "rev-list",
	    "--objects",
	    "--no-object-names",
	    "--stdin",
	    l->r->partial ? "--missing=print" : NULL,
	    NULL,
	};
	sek_auto_git *g = NULL;
	enum sek_code code;

	if (!l->trees.n)
		return SEK_OK;
	code = sek_git_start(&g, l->r->dir, argv, err);
	if (!code)
		sek_git_feed(g, sek_buf_str(&l->trees));
	return code ? code : read_ids(l, &g, out, err);
}

/*
 * git compares every commit with its parents at the paths, for which it reads
 * all trees on the way there: one that cannot be read is an error here, while
 * to ask for a path in it would only say that there is none.
 */
static enum sek_code
list_changed(struct lookup *l, struct sek_err *err)
{
	static const char *const options[] = {"--full-history", NULL};
	sek_auto_git *g = NULL;
	enum sek_code code;

	sek_vec_each (path, &l->s->paths)
		l->all_changed = l->all_changed || !**path;
	if (l->all_changed)
		return SEK_OK;
	code = start_list(&g, l, options, err);
	if (!code)
		code = read_ids(l, &g, &l->changed, err);
	sek_oids_sort(&l->changed);
	return code;
}

/* With dates or paths git's own choice would not do. */
static enum sek_code
select_commits(struct lookup *l, struct sek_oids *out, struct sek_err *err)
{
	enum sek_code code = list_commits(l, err);

	sek_oids_sort(&l->commits);
	sek_oids_sort(&l->parents);
	if (!code && l->s->paths.n)
		code = list_changed(l, err);
	if (!code && !l->s->paths.n)
		code = drop_old_tags(l, err);
	if (!code)
		code = resolve_trees(l, err);
	if (!code && !l->s->paths.n) {
		sek_vec_each (oid, &l->others)
			*sek_vec_push(out) = *oid;
		sek_vec_each (oid, &l->commits)
			*sek_vec_push(out) = *oid;
	}
	return code ? code : list_trees(l, out, err);
}

enum sek_code
sek_select_objects(struct sek_oids *out, uint64_t *missing, struct sek_repo *r,
    const struct sek_selection *s, struct sek_err *err)
{
	static const char *const all[] = {
	    "--objects",
	    "--no-object-names",
	    NULL,
	};
	struct lookup l = {.r = r, .s = s};
	sek_auto_git *g = NULL;
	enum sek_code code;

	if (s->dated || s->paths.n) {
		code = select_commits(&l, out, err);
	} else {
		code = start_list(&g, &l, all, err);
		if (!code)
			code = read_ids(&l, &g, out, err);
	}
	sek_oids_sort(out);
	*missing = l.missing;
	sek_vec_clear(&l.commits);
	sek_vec_clear(&l.parents);
	sek_vec_clear(&l.others);
	sek_vec_clear(&l.changed);
	sek_buf_clear(&l.trees);
	return code;
}

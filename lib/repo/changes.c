#include "repo/changes.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "repo/changes_own.h"
#include "repo/changes_walk.h"

/* One change of a set that is compared with several parents. */
struct entry {
	char *path;
	size_t n;
	struct sek_raw_side now;
	struct sek_oid *before; /* nparents of them */
	size_t seen;            /* how many parents it differs from */
};

struct entries SEK_VEC_BODY(struct entry);

/* A commit of a submodule is not content that lines can come from. */
static struct sek_oid
content_of(const struct sek_raw_side *side, unsigned now_mode)
{
	if (side->mode == SEK_GITLINK && now_mode != SEK_GITLINK)
		return (struct sek_oid){0};
	return side->oid;
}

/* Deletions bring nothing; an unmerged path cannot be committed. */
static bool
is_new(const struct sek_raw *raw)
{
	if (!raw->now.mode || raw->status == 'U')
		return false;
	for (size_t i = 0; i < raw->old.n; i++)
		if (sek_raw_same(&raw->old.at[i], &raw->now))
			return false;
	return true;
}

static enum sek_code
deliver(const struct sek_oid *commit, const struct sek_raw *raw,
    struct sek_str path, sek_change_fn *fn, void *arg, struct sek_err *err)
{
	SEK_VEC(struct sek_oid) before = {0};
	struct sek_change change;
	enum sek_code code;

	for (size_t i = 0; i < raw->old.n; i++)
		*sek_vec_push(&before) = content_of(&raw->old.at[i],
		    raw->now.mode);
	change = (struct sek_change){
	    path, raw->now.mode, raw->now.oid, before.at, before.n};
	code = fn(arg, commit, &change, err);
	sek_vec_clear(&before);
	return code;
}

struct staged {
	sek_change_fn *fn;
	void *arg;
	struct entries entries;
	size_t nparents;
	size_t parent; /* being compared */
};

static enum sek_code
deliver_staged(void *arg, const struct sek_raw *raw, struct sek_str path,
    struct sek_err *err)
{
	struct staged *s = arg;
	struct sek_oid none = {0};

	if (!is_new(raw))
		return SEK_OK;
	return deliver(&none, raw, path, s->fn, s->arg, err);
}

static enum sek_code
collect(void *arg, const struct sek_raw *raw, struct sek_str path,
    struct sek_err *err)
{
	struct staged *s = arg;
	struct entry *e;

	(void)err;
	if (!is_new(raw))
		return SEK_OK;
	e = sek_vec_push(&s->entries);
	e->path = sek_strndup(path.p, path.n);
	e->n = path.n;
	e->now = raw->now;
	e->before = sek_alloc_n(s->nparents, sizeof(*e->before));
	e->before[0] = content_of(&raw->old.at[0], raw->now.mode);
	e->seen = 1;
	return SEK_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return sek_str_cmp((struct sek_str){x->path, x->n},
	    (struct sek_str){y->path, y->n});
}

/* Keeps an entry that differs from this parent too. */
static enum sek_code
confirm(void *arg, const struct sek_raw *raw, struct sek_str path,
    struct sek_err *err)
{
	struct staged *s = arg;
	struct entry key = {.path = sek_strndup(path.p, path.n), .n = path.n};
	struct entry *e = NULL;

	(void)err;
	if (s->entries.n && is_new(raw))
		e = bsearch(&key, s->entries.at, s->entries.n, sizeof(key),
		    compare);
	free(key.path);
	if (!e || e->seen != s->parent)
		return SEK_OK;
	e->before[s->parent] = content_of(&raw->old.at[0], raw->now.mode);
	e->seen++;
	return SEK_OK;
}

static void
clear_entries(struct entries *entries)
{
	sek_vec_each (e, entries) {
		free(e->path);
		free(e->before);
	}
	sek_vec_clear(entries);
}

static enum sek_code
deliver_entries(struct staged *s, struct sek_err *err)
{
	struct sek_oid none = {0};
	enum sek_code code = SEK_OK;

	sek_vec_each (e, &s->entries) {
		struct sek_change change = {{e->path, e->n}, e->now.mode,
		    e->now.oid, e->before, s->nparents};

		if (e->seen != s->nparents)
			continue;
		code = s->fn(s->arg, &none, &change, err);
		if (code)
			break;
	}
	return code;
}

static enum sek_code
ask_staged(struct sek_repo *r, const struct sek_oids *others, sek_change_fn *fn,
    void *arg, struct sek_err *err)
{
	struct staged s = {.fn = fn, .arg = arg};
	char hex[SEK_OID_HEX];
	bool told;
	enum sek_code code;

	if (!others || !others->n)
		return sek_raw_walk_head(r, deliver_staged, &s, err);
	s.nparents = 1 + others->n;
	code = sek_raw_walk_head(r, collect, &s, err);
	if (!code && s.entries.n)
		qsort(s.entries.at, s.entries.n, sizeof(*s.entries.at),
		    compare);
	for (size_t i = 0; !code && i < others->n; i++) {
		s.parent = i + 1;
		code = sek_raw_walk_index(r, sek_oid_hex(&others->at[i], hex),
		    confirm, &s, &told, err);
	}
	if (!code)
		code = deliver_entries(&s, err);
	clear_entries(&s.entries);
	return code;
}

enum sek_code
sek_changes_staged(struct sek_repo *r, const struct sek_oids *others,
    sek_change_fn *fn, void *arg, struct sek_err *err)
{
	bool told;
	enum sek_code code = sek_own_staged(r, others, fn, arg, &told, err);

	return code && !told ? ask_staged(r, others, fn, arg, err) : code;
}

enum sek_code
sek_changes_tree(struct sek_repo *r, const struct sek_oid *tree,
    sek_change_fn *fn, void *arg, struct sek_err *err)
{
	char hex[SEK_OID_HEX];
	const char *const argv[] = {"diff-tree", "-r", "--raw", "-z",
	    "--no-abbrev", "--no-renames", sek_raw_empty_tree(r),
	    sek_oid_hex(tree, hex), "--", NULL};
	struct staged s = {.fn = fn, .arg = arg};
	sek_auto_git *g = NULL;
	bool told;
	enum sek_code code = sek_git_start(&g, r->dir, argv, err);

	if (code)
		return code;
	return sek_raw_walk(&g, r, deliver_staged, &s, &told, err);
}

/* One id a line, for --stdin. */
static void
list_ids(struct sek_buf *out, const struct sek_oids *ids)
{
	char hex[SEK_OID_HEX];

	out->max = (ids->n + 1) * SEK_OID_HEX;
	for (size_t i = 0; i < ids->n; i++) {
		sek_buf_add_s(out, sek_oid_hex(&ids->at[i], hex));
		sek_buf_add_c(out, '\n');
	}
}

struct walk {
	const struct sek_oids *commits;
	size_t next; /* commits before it were answered or are being so */
	sek_change_fn *fn;
	void *arg;
};

static enum sek_code
unread(const struct sek_oid *commit, struct sek_err *err)
{
	char hex[SEK_OID_HEX];

	return sek_fail(err, SEK_EIO, "commit %s: git cannot read it",
	    sek_oid_hex(commit, hex));
}

/*
 * git passes over a commit that it cannot read without a word. With --always
 * each one that it read has its line, so the lines must be our list.
 */
static enum sek_code
next_commit(struct walk *w, struct sek_str header, struct sek_err *err)
{
	struct sek_oid oid;

	if (!sek_oid_parse(&oid, header))
		return sek_fail(err, SEK_EPARSE,
		    "git diff-tree: neither a commit nor a raw diff record");
	if (w->next == w->commits->n)
		return sek_fail(err, SEK_EPARSE,
		    "git diff-tree: more commits than were asked for");
	if (!sek_oid_eq(&oid, &w->commits->at[w->next]))
		return unread(&w->commits->at[w->next], err);
	w->next++;
	return SEK_OK;
}

static enum sek_code
walk_commits(struct walk *w, struct sek_git **g, struct sek_repo *r,
    struct sek_err *err)
{
	sek_auto_raw raw = {0};
	struct sek_str header, path = {NULL, 0};
	enum sek_code code;

	for (;;) {
		code = sek_raw_next(*g, r, &raw, &header, &path, err);
		if (code)
			return code;
		if (!header.p)
			break;
		if (!raw.status) {
			code = next_commit(w, header, err);
		} else if (!w->next) {
			code = sek_fail(err, SEK_EPARSE,
			    "git diff-tree: a record of no commit");
		} else if (is_new(&raw)) {
			code = deliver(&w->commits->at[w->next - 1], &raw, path,
			    w->fn, w->arg, err);
		}
		if (code)
			return code;
	}
	code = sek_git_finish(g, NULL, err);
	if (!code && w->next < w->commits->n)
		code = unread(&w->commits->at[w->next], err);
	return code;
}

static enum sek_code
ask_commits(struct sek_repo *r, const struct sek_oids *commits,
    sek_change_fn *fn, void *arg, struct sek_err *err)
{
	/* -c: a merge's paths that differ from all of its parents. */
	static const char *const argv[] = {
	    "diff-tree",
	    "--stdin",
	    "--always",
	    "-r",
	    "-c",
	    "--root",
	    "-z",
	    "--raw",
	    "--no-abbrev",
	    "--no-renames",
	    "--ignore-submodules=none",
	    NULL,
	};
	struct walk w = {.commits = commits, .fn = fn, .arg = arg};
	sek_auto_buf input = {0};
	sek_auto_git *g = NULL;
	enum sek_code code;

	if (!commits->n)
		return SEK_OK;
	list_ids(&input, commits);
	code = sek_buf_check(&input, "commits", err);
	if (!code)
		code = sek_git_start(&g, r->dir, argv, err);
	if (code)
		return code;
	sek_git_feed(g, sek_buf_str(&input));
	return walk_commits(&w, &g, r, err);
}

enum sek_code
sek_changes_commits(struct sek_repo *r, const struct sek_oids *commits,
    sek_change_fn *fn, void *arg, struct sek_err *err)
{
	struct sek_oids rest = *commits;
	size_t done;
	bool told;
	enum sek_code code = sek_own_commits(r, commits, fn, arg, &done, &told,
	    err);

	if (!code || told)
		return code;
	rest.at += done;
	rest.n -= done;
	return ask_commits(r, &rest, fn, arg, err);
}

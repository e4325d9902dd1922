#include "scan/new.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/pointer.h"

/*
 * How much text is searched for the findings of one commit, in bytes: only a
 * commit with thousands of findings reaches it, and what is not known to be old
 * by then is new.
 */
#define SEARCH_MAX ((uint64_t)4 << 30)

/*
 * The findings of one commit that still look new, while the parents' contents
 * pass by once.
 */
struct search {
	struct sek_repo *repo;
	struct sek_odb *odb;
	struct sek_buf content;
	size_t cursor; /* where in content the last lines were found */
	uint64_t left; /* how much may still be searched */
	struct sek_founds *v;
	bool *old;       /* beside v */
	size_t from, to; /* this commit's findings in v */
	size_t open;     /* how many of them are not known to be old */
};

static bool
at_line_edges(struct sek_str text, const char *at, size_t n)
{
	const char *end = text.p + text.n;

	return (at == text.p || at[-1] == '\n') &&
	    (at + n == end || at[n] == '\n');
}

static bool
holds_between(struct search *s, const struct sek_found *f, size_t from,
    size_t to)
{
	struct sek_str text = sek_buf_str(&s->content);
	const char *p = text.p + from, *end = text.p + to, *at;

	while (p < end && s->left) {
		size_t n = (size_t)(end - p), seen;

		at = memmem(p, n, f->lines, f->lines_n);
		seen = at ? (size_t)(at + 1 - p) : n;
		s->left -= s->left < seen ? s->left : seen;
		if (!at)
			return false;
		if (!f->whole_lines || at_line_edges(text, at, f->lines_n)) {
			s->cursor = (size_t)(at - text.p);
			return true;
		}
		p = at + 1;
	}
	return false;
}

/* Old lines mostly stand in the order of the new ones, so the search goes on
 * where the last one ended. */
static bool
holds(struct search *s, const struct sek_found *f)
{
	size_t all = s->content.n, cursor = s->cursor, to;

	if (!all)
		return false;
	to = all - cursor > f->lines_n ? cursor + f->lines_n : all;
	return holds_between(s, f, cursor, all) ||
	    (cursor && holds_between(s, f, 0, to));
}

static bool
read_blob(struct search *s, const struct sek_oid *oid)
{
	enum sek_type type;

	sek_buf_reset(&s->content);
	s->cursor = 0;
	if (sek_odb_read(s->odb, oid, &s->content, &type, NULL) != SEK_OK ||
	    type != SEK_BLOB)
		return false;
	if (sek_lfs_begins(sek_buf_str(&s->content)))
		sek_pointer_append(&s->content, s->repo);
	return true;
}

static void
mark_old(struct search *s, size_t i)
{
	s->old[i] = true;
	s->open--;
}

/* The findings in v[from, to) stand in one file; before: in one parent. */
static void
search_before(struct search *s, size_t from, size_t to,
    const struct sek_oid *before)
{
	bool tried = false, readable = false;

	for (size_t i = from; i < to; i++) {
		const struct sek_found *f = &s->v->at[i];

		if (s->old[i])
			continue;
		if (f->finding.place == SEK_PLACE_FILE_NAME) {
			mark_old(s, i);
			continue;
		}
		if (!tried)
			readable = read_blob(s, before);
		tried = true;
		if (readable && holds(s, f))
			mark_old(s, i);
	}
}

static bool
same_before(const struct sek_origin *a, const struct sek_origin *b)
{
	if (a->parents != b->parents)
		return false;
	for (size_t p = 0; p < a->parents; p++)
		if (!sek_oid_eq(&a->before[p], &b->before[p]))
			return false;
	return true;
}

static void
search_same_path(struct search *s)
{
	size_t from, to;

	for (from = s->from; from < s->to; from = to) {
		const struct sek_origin *o = s->v->at[from].origin;

		to = from + 1;
		while (to < s->to && same_before(o, s->v->at[to].origin))
			to++;
		for (size_t p = 0; p < o->parents; p++)
			if (!sek_oid_is_none(&o->before[p]))
				search_before(s, from, to, &o->before[p]);
	}
}

static enum sek_code
search_preimage(void *arg, size_t parent, struct sek_str path,
    const struct sek_oid *blob, struct sek_err *err)
{
	struct search *s = arg;

	(void)parent;
	(void)path;
	(void)err;
	if (!s->open || !s->left || !read_blob(s, blob))
		return SEK_OK;
	for (size_t i = s->from; i < s->to; i++) {
		const struct sek_found *f = &s->v->at[i];

		if (s->old[i] || f->finding.place == SEK_PLACE_FILE_NAME)
			continue;
		if (holds(s, f))
			mark_old(s, i);
	}
	return SEK_OK;
}

/* What cannot be listed is not known to be old. */
static void
search_commit(struct search *s, const struct sek_oids *others)
{
	const struct sek_oid *commit = &s->v->at[s->from].origin->commit;
	enum sek_code r;

	s->open = s->to - s->from;
	s->left = SEARCH_MAX;
	search_same_path(s);
	if (!s->open)
		return;
	r = sek_changes_preimages(s->repo,
	    sek_oid_is_none(commit) ? NULL : commit, others, search_preimage, s,
	    NULL);
	(void)r;
}

static bool
same_commit(const struct sek_found *a, const struct sek_found *b)
{
	return b->origin && sek_oid_eq(&a->origin->commit, &b->origin->commit);
}

static void
drop_old(struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->v->n; i++) {
		if (s->old[i])
			sek_found_clear(&s->v->at[i]);
		else
			s->v->at[n++] = s->v->at[i];
	}
	s->v->n = n;
}

enum sek_code
sek_new_keep(struct sek_repo *repo, const struct sek_oids *others,
    struct sek_founds *v, struct sek_err *err)
{
	struct search s = {
	    .repo = repo, .v = v, .content = {.max = (size_t)1 << 30}};
	sek_auto_odb *odb = NULL;
	enum sek_code r = SEK_OK;

	if (!v->n)
		return SEK_OK;
	r = sek_odb_open(&odb, repo, SEK_ODB_SHARED, err);
	if (r != SEK_OK)
		return r;
	s.odb = odb;
	s.old = sek_alloc_n(v->n, sizeof(*s.old));
	/* Findings stand in job order, so a commit's stand together. */
	for (s.from = 0; s.from < v->n; s.from = s.to) {
		s.to = s.from + 1;
		if (!v->at[s.from].origin)
			continue;
		while (s.to < v->n && same_commit(&v->at[s.from], &v->at[s.to]))
			s.to++;
		search_commit(&s, others);
	}
	drop_old(&s);
	sek_buf_clear(&s.content);
	free(s.old);
	return r;
}

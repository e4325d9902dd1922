#include "scan/new.h"

#include <stdlib.h>

#include "base/alloc.h"

/*
 * The findings of one commit that still look new, while the parents' contents
 * pass by once.
 */
struct search {
	struct sek_odb *odb;
	struct sek_buf content;
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
holds(struct sek_str text, const struct sek_found *f)
{
	const char *p = text.p, *at;
	size_t left = text.n;

	while (left && (at = memmem(p, left, f->lines, f->lines_n))) {
		if (!f->whole_lines || at_line_edges(text, at, f->lines_n))
			return true;
		p = at + 1;
		left = text.n - (size_t)(p - text.p);
	}
	return false;
}

static bool
read_blob(struct search *s, const struct sek_oid *oid)
{
	enum sek_type type;

	sek_buf_reset(&s->content);
	return sek_odb_read(s->odb, oid, &s->content, &type, NULL) == SEK_OK &&
	    type == SEK_BLOB;
}

static void
mark_old(struct search *s, size_t i)
{
	s->old[i] = true;
	s->open--;
}

static void
search_same_path(struct search *s, size_t i)
{
	const struct sek_found *f = &s->v->at[i];
	const struct sek_origin *o = f->origin;

	for (size_t p = 0; p < o->parents && !s->old[i]; p++) {
		if (sek_oid_is_none(&o->before[p]))
			continue;
		if (f->finding.place == SEK_PLACE_FILE_NAME)
			mark_old(s, i);
		else if (read_blob(s, &o->before[p]) &&
		    holds(sek_buf_str(&s->content), f))
			mark_old(s, i);
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
	if (!s->open || !read_blob(s, blob))
		return SEK_OK;
	for (size_t i = s->from; i < s->to; i++) {
		const struct sek_found *f = &s->v->at[i];

		if (s->old[i] || f->finding.place == SEK_PLACE_FILE_NAME)
			continue;
		if (holds(sek_buf_str(&s->content), f))
			mark_old(s, i);
	}
	return SEK_OK;
}

/* What cannot be listed is not known to be old. */
static void
search_commit(struct search *s, struct sek_repo *repo,
    const struct sek_oids *others)
{
	const struct sek_oid *commit = &s->v->at[s->from].origin->commit;
	enum sek_code r;

	s->open = s->to - s->from;
	for (size_t i = s->from; i < s->to; i++)
		search_same_path(s, i);
	if (!s->open)
		return;
	r = sek_changes_preimages(repo, sek_oid_is_none(commit) ? NULL : commit,
	    others, search_preimage, s, NULL);
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
	struct search s = {.v = v, .content = {.max = (size_t)1 << 30}};
	sek_auto_odb *odb = NULL;
	enum sek_code r = SEK_OK;

	if (!v->n)
		return SEK_OK;
	r = sek_odb_open(&odb, repo, SEK_ODB_FEW, err);
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
		search_commit(&s, repo, others);
	}
	drop_old(&s);
	sek_buf_clear(&s.content);
	free(s.old);
	return r;
}

#include "scan/merge_places.h"

#include <stdlib.h>

#include "base/alloc.h"

/* What a finding is, but for its place. */
static struct sek_finding
copy(const struct sek_finding *f)
{
	return (struct sek_finding){
	    .rule = f->rule,
	    .severity = f->severity,
	    .facts = f->facts,
	    .redacted = sek_strdup(f->redacted),
	    .secret = sek_strdup(f->secret),
	    .pair = sek_strdup(f->pair),
	    .pair_path = sek_strdup(f->pair_path),
	    .pair_line = f->pair_line,
	    .entropy = f->entropy,
	};
}

static void
move_place(struct sek_finding *to, struct sek_finding *from)
{
	to->place = from->place;
	to->shown = from->shown;
	to->path = sek_steal(&from->path);
	to->encoding = sek_steal(&from->encoding);
	to->line = from->line;
	to->column = from->column;
	to->end_line = from->end_line;
	to->end_column = from->end_column;
	to->char_column = from->char_column;
	to->end_char_column = from->end_char_column;
	to->start = from->start;
	to->end = from->end;
	to->commit = from->commit;
	to->blob = from->blob;
	to->author = sek_steal(&from->author);
	memcpy(to->date, from->date, sizeof(to->date));
	to->in_head = from->in_head;
	to->head_line = from->head_line;
	to->rank = from->rank;
	to->reached = from->reached;
	to->refs = from->refs;
}

void
sek_merge_flatten(struct sek_founds *to, struct sek_finding *f)
{
	struct sek_finding *more = sek_steal(&f->more);
	size_t n = f->more_n;

	f->more_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct sek_finding *place = &sek_vec_push(to)->finding;

		*place = copy(f);
		memcpy(place->fingerprint, f->fingerprint,
		    sizeof(f->fingerprint));
		move_place(place, &more[i]);
		sek_finding_clear(&more[i]);
	}
	free(more);
	sek_vec_push(to)->finding = *f;
	*f = (struct sek_finding){0};
}

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What no shard ranked comes after what one did. */
static int
by_rank(const struct sek_finding *a, const struct sek_finding *b)
{
	return compare(a->rank - 1, b->rank - 1);
}

static int
by_commit(const struct sek_finding *a, const struct sek_finding *b)
{
	return (int)sek_oid_is_none(&a->commit) -
	    (int)sek_oid_is_none(&b->commit);
}

static int
by_start(const struct sek_finding *a, const struct sek_finding *b)
{
	int c = compare(a->start, b->start);

	c = c ? c : compare(a->end, b->end);
	return c ? c : sek_oid_cmp(&a->commit, &b->commit);
}

/* The same secret at the same path, the first one first. */
static int
by_first(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	int c = strcmp(a->fingerprint, b->fingerprint);

	c = c ? c : (int)a->place - (int)b->place;
	c = c ? c : strcmp(a->path, b->path);
	c = c ? c : by_commit(a, b);
	c = c ? c : by_rank(a, b);
	c = c ? c : strcmp(a->date, b->date);
	return c ? c : by_start(a, b);
}

/* The places of a secret, the first one first. */
static int
by_secret(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	int c = strcmp(a->fingerprint, b->fingerprint);

	c = c ? c : (int)a->place - (int)b->place;
	c = c ? c : by_commit(a, b);
	c = c ? c : strcmp(a->date, b->date);
	c = c ? c : strcmp(a->path, b->path);
	c = c ? c : by_rank(a, b);
	return c ? c : by_start(a, b);
}

static int
by_path(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	int c = strcmp(a->path, b->path);

	c = c ? c : by_rank(a, b);
	c = c ? c : by_start(a, b);
	c = c ? c : strcmp(a->fingerprint, b->fingerprint);
	return c ? c : (int)a->place - (int)b->place;
}

static bool
is_same_place(const struct sek_finding *a, const struct sek_finding *b)
{
	return a->place == b->place &&
	    !strcmp(a->fingerprint, b->fingerprint) &&
	    !strcmp(a->path, b->path) &&
	    (!sek_oid_is_none(&a->commit) ||
		(a->start == b->start && a->end == b->end &&
		    sek_oid_eq(&a->blob, &b->blob)));
}

/* One part of a scan knows of its own blobs alone, and two scans of one
 * repository of the same ones: so many there are at least. */
static void
keep_spread(struct sek_finding *to, const struct sek_finding *from)
{
	if (from->blobs > to->blobs)
		to->blobs = from->blobs;
	if (from->commits > to->commits)
		to->commits = from->commits;
}

static void
keep_first(struct sek_founds *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (n &&
		    is_same_place(&v->at[n - 1].finding, &v->at[i].finding)) {
			keep_spread(&v->at[n - 1].finding, &v->at[i].finding);
			sek_found_clear(&v->at[i]);
		} else
			v->at[n++] = v->at[i];
	}
	v->n = n;
}

static void
gather(struct sek_founds *v)
{
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct sek_finding *f = &v->at[i].finding;
		struct sek_finding *first = n ? &v->at[n - 1].finding : NULL;

		if (!first || first->place != SEK_PLACE_FILE ||
		    f->place != SEK_PLACE_FILE ||
		    strcmp(first->fingerprint, f->fingerprint) != 0) {
			v->at[n++] = v->at[i];
			cap = 0;
			continue;
		}
		sek_vec_grow((void **)&first->more, first->more_n, &cap,
		    sizeof(*first->more));
		keep_spread(first, f);
		first->more[first->more_n++] = *f;
		*f = (struct sek_finding){0};
	}
	v->n = n;
}

void
sek_merge_places(struct sek_founds *v)
{
	if (!v->n)
		return;
	qsort(v->at, v->n, sizeof(*v->at), by_first);
	keep_first(v);
	qsort(v->at, v->n, sizeof(*v->at), by_secret);
	gather(v);
	qsort(v->at, v->n, sizeof(*v->at), by_path);
}

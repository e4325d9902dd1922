#include "scan/pair_elsewhere.h"

#include <stdlib.h>

#include "base/alloc.h"

#define PAIRED (SEK_SIGNAL_PAIRED | SEK_SIGNAL_PAIRED_ELSEWHERE)

/* A half without a partner, and which part of the findings it is compared
 * with: all of its group, or those of its stem or directory. */
struct lone {
	struct sek_found *found;
	struct sek_str directory; /* of its path */
	uint64_t stem;
};
struct lones {
	struct lone *at;
	size_t n, cap; /* a SEK_VEC */
};

typedef int part_fn(const struct lone *a, const struct lone *b);

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool
is_change(const struct lone *l)
{
	return l->found->origin || !sek_oid_is_none(&l->found->finding.commit);
}

/* What may belong together at all: a commit, the staged change, or files of one
 * directory. */
static int
by_group(const struct lone *a, const struct lone *b)
{
	int c = compare(is_change(a), is_change(b));

	c = c
	    ? c
	    : sek_oid_cmp(&a->found->finding.commit, &b->found->finding.commit);
	if (c || is_change(a))
		return c;
	return sek_str_cmp(a->directory, b->directory);
}

static int
by_stem(const struct lone *a, const struct lone *b)
{
	return compare(a->stem, b->stem);
}

static int
by_directory(const struct lone *a, const struct lone *b)
{
	return sek_str_cmp(a->directory, b->directory);
}

static int
by_nothing(const struct lone *a, const struct lone *b)
{
	(void)a;
	(void)b;
	return 0;
}

static bool
is_id(const struct sek_finding *f)
{
	return f->rule->role == SEK_ROLE_KEY_ID;
}

static int
by_place(const struct sek_finding *a, const struct sek_finding *b)
{
	int c = strcmp(a->path, b->path);

	c = c ? c : compare(a->order, b->order);
	return c ? c : compare(a->start, b->start);
}

static int
by_part(const void *pa, const void *pb, void *arg)
{
	const struct lone *a = pa, *b = pb;
	part_fn *const *part = arg;
	const struct sek_finding *x = &a->found->finding;
	const struct sek_finding *y = &b->found->finding;
	int c = by_group(a, b);

	c = c ? c : (*part)(a, b);
	c = c ? c : compare(is_id(x), is_id(y));
	c = c ? c : strcmp(x->fingerprint, y->fingerprint);
	return c ? c : by_place(x, y);
}

static void
join(struct sek_finding *secret, const struct sek_finding *id)
{
	secret->pair = sek_strdup(id->redacted);
	/* The same content may hold both, one of them in an encoding. */
	if (strcmp(secret->path, id->path) != 0 ||
	    !sek_str_eq(sek_str(secret->inner), sek_str(id->inner)))
		secret->pair_path = id->inner
		    ? sek_printf("%s!%s", id->path, id->inner)
		    : sek_strdup(id->path);
	secret->pair_line = id->line;
}

static void
mark(struct sek_finding *f)
{
	f->facts.signals |= SEK_SIGNAL_PAIRED_ELSEWHERE;
	f->facts.confidence = sek_signal_grade(f->facts.signals);
}

/* One secret, at one or more places, stands before one key id. */
static bool
are_two(const struct lone *at, size_t n, size_t *secrets)
{
	const struct sek_finding *first = &at[0].found->finding;
	const struct sek_finding *last = &at[n - 1].found->finding;

	*secrets = 0;
	if (is_id(first) || !is_id(last))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct sek_finding *f = &at[i].found->finding;

		if (strcmp(f->fingerprint,
			(is_id(f) ? last : first)->fingerprint) != 0)
			return false;
		*secrets += !is_id(f);
	}
	return true;
}

static void
match_part(struct lone *at, size_t n)
{
	size_t secrets;

	if (!are_two(at, n, &secrets))
		return;
	for (size_t i = 0; i < n; i++) {
		if (i < secrets)
			join(&at[i].found->finding,
			    &at[secrets].found->finding);
		mark(&at[i].found->finding);
	}
}

static void
drop_paired(struct lones *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!(v->at[i].found->finding.facts.signals & PAIRED))
			v->at[n++] = v->at[i];
	v->n = n;
}

static void
match_by(struct lones *v, part_fn *part)
{
	size_t to;

	if (v->n < 2)
		return;
	qsort_r(v->at, v->n, sizeof(*v->at), by_part, &part);
	for (size_t i = 0; i < v->n; i = to) {
		to = i + 1;
		while (to < v->n && !by_group(&v->at[i], &v->at[to]) &&
		    !part(&v->at[i], &v->at[to]))
			to++;
		if (part != by_stem || v->at[i].stem)
			match_part(v->at + i, to - i);
	}
	drop_paired(v);
}

static struct sek_str
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct sek_str){path, slash ? (size_t)(slash - path) : 0};
}

static bool
is_unplaced(const struct sek_found *f)
{
	return !f->origin && sek_oid_is_none(&f->finding.commit) &&
	    !sek_oid_is_none(&f->finding.blob);
}

static int
by_print(const void *a, const void *b)
{
	return strcmp((*(struct sek_finding *const *)a)->fingerprint,
	    (*(struct sek_finding *const *)b)->fingerprint);
}

/* Halves that have a partner nowhere: a value that stands alone here and in a
 * pair there has its own. */
static void
collect(struct lones *out, struct sek_founds *v)
{
	SEK_VEC(struct sek_finding *) paired = {0};

	sek_vec_each (f, v)
		if (f->finding.facts.signals & PAIRED)
			*sek_vec_push(&paired) = &f->finding;
	if (paired.n)
		qsort(paired.at, paired.n, sizeof(*paired.at), by_print);
	sek_vec_each (f, v) {
		const struct sek_finding *key = &f->finding;

		if (key->rule->role == SEK_ROLE_NONE || is_unplaced(f) ||
		    (paired.n &&
			bsearch(&key, paired.at, paired.n, sizeof(*paired.at),
			    by_print)))
			continue;
		*sek_vec_push(out) = (struct lone){
		    f, directory_of(key->path), key->stem};
	}
	sek_vec_clear(&paired);
}

void
sek_pair_elsewhere(struct sek_founds *v)
{
	struct lones lones = {0};

	collect(&lones, v);
	match_by(&lones, by_stem);
	match_by(&lones, by_directory);
	match_by(&lones, by_nothing);
	sek_vec_clear(&lones);
}

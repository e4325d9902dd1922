#include <search.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/attribute_parts.h"
#include "scan/source_store.h"

/* A secret at a path. */
struct told {
	char fingerprint[25];
	enum sek_place place;
	char path[];
};

static int
by_told(const void *pa, const void *pb)
{
	const struct told *a = pa, *b = pb;
	int c = strcmp(a->fingerprint, b->fingerprint);

	c = c ? c : (int)a->place - (int)b->place;
	return c ? c : strcmp(a->path, b->path);
}

static struct told *
told_of(const struct sek_finding *f)
{
	size_t n = strlen(f->path) + 1;
	struct told *t = sek_alloc(sizeof(*t) + n);

	memcpy(t->fingerprint, f->fingerprint, sizeof(t->fingerprint));
	t->place = f->place;
	memcpy(t->path, f->path, n);
	return t;
}

static void
add(struct sek_attribution *a, const struct sek_finding *f)
{
	struct told *t = told_of(f);
	struct told **at = tsearch(t, &a->told, by_told);

	if (!at)
		abort();
	if (*at != t)
		free(t);
}

void
sek_attribute_once(struct sek_attribution *a, size_t before)
{
	struct sek_founds *v = &a->out->founds;
	size_t n = before;

	for (size_t i = before; i < v->n; i++) {
		sek_auto_free struct told *t = told_of(&v->at[i].finding);

		if (tfind(t, &a->told, by_told))
			sek_outcome_forget(a->out, &v->at[i]);
		else
			v->at[n++] = v->at[i];
	}
	v->n = n;
	for (size_t i = before; i < n; i++)
		add(a, &v->at[i].finding);
}

void
sek_attribute_once_clear(struct sek_attribution *a)
{
	tdestroy(a->told, free);
	a->told = NULL;
}

/* As the scan had it: what is allowed there was told then. */
static void
scan_bare(struct sek_attribution *a, const struct sek_repeat *r,
    struct sek_outcome *o)
{
	struct sek_job job = sek_source_bare(&r->blob, SEK_BLOB);
	struct sek_outcome found = {.room = a->out->room};
	enum sek_type type;
	struct sek_err err;
	enum sek_code code;

	job.order = r->order;
	code = sek_odb_read(a->odb, &r->blob, &a->content, &type, &err);
	if (code == SEK_OK)
		code = sek_scanner_name(a->scanner, &job, &found, &err);
	if (code == SEK_OK)
		code = sek_scanner_run(a->scanner, &job,
		    sek_buf_str(&a->content), &found, &err);
	if (code != SEK_OK)
		sek_outcome_unread(o, sek_str(job.path), "%s", err.text);
	sek_vec_each (f, &found.founds)
		*sek_vec_push(&o->founds) = *f;
	sek_vec_clear(&found.founds);
	a->out->counts.dropped += found.counts.dropped;
	a->out->crowded += found.crowded;
	sek_outcome_clear(&found);
	sek_job_clear(&job);
}

static int
by_blob(const void *pa, const void *pb)
{
	const struct sek_repeat *a = pa, *b = pb;
	int c = sek_oid_cmp(&a->blob, &b->blob);

	return c ? c : (a->order > b->order) - (a->order < b->order);
}

void
sek_attribute_repeats(struct sek_attribution *a, struct sek_outcome *o)
{
	if (o->repeats.n)
		qsort(o->repeats.at, o->repeats.n, sizeof(*o->repeats.at),
		    by_blob);
	for (size_t i = 0; i < o->repeats.n; i++) {
		const struct sek_repeat *r = &o->repeats.at[i];
		const struct sek_wanted *w = sek_attribute_find(a, &r->blob);

		if (i && sek_oid_eq(&r[-1].blob, &r->blob))
			continue;
		if (!w || !w->seen)
			scan_bare(a, r, o);
	}
	sek_vec_clear(&o->repeats);
}

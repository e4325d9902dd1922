#include "scan/places.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "repo/changes.h"
#include "repo/tree_paths.h"
#include "scan/pair_elsewhere.h"

struct places {
	struct sek_repo *repo;
	struct sek_founds *v;
	struct sek_odb *odb;
	struct sek_scanner *scanner;
	const struct sek_watch *watch;
	struct sek_buf content;
	struct sek_oid asked; /* the commit in content; none: none is */
	enum sek_type type;   /* of that */
	SEK_VEC(struct sek_finding *) files; /* by path */
};

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool
go_on(const struct places *p)
{
	return !p->watch || p->watch->go_on(p->watch->arg, 0);
}

/* First what HEAD holds. */

static int
by_path(const void *a, const void *b)
{
	return strcmp((*(struct sek_finding *const *)a)->path,
	    (*(struct sek_finding *const *)b)->path);
}

/* A path that was redacted names no file. */
static void
collect_files(struct places *p)
{
	sek_vec_each (f, p->v)
		if (f->finding.place == SEK_PLACE_FILE && !f->path_hidden &&
		    !sek_oid_is_none(&f->finding.commit))
			*sek_vec_push(&p->files) = &f->finding;
	if (p->files.n)
		qsort(p->files.at, p->files.n, sizeof(*p->files.at), by_path);
}

static size_t
first_of(const struct places *p, struct sek_str path)
{
	size_t low = 0, high = p->files.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_str_cmp(sek_str(p->files.at[middle]->path), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
scan_blob(struct places *p, const char *path, const struct sek_oid *oid,
    struct sek_outcome *out)
{
	struct sek_job job = {.place = SEK_PLACE_FILE, .blob = *oid};
	enum sek_type type;
	enum sek_code r = sek_odb_read(p->odb, oid, &p->content, &type, NULL);

	job.path = sek_strdup(path);
	if (r == SEK_OK)
		r = sek_scanner_name(p->scanner, &job, out, NULL);
	if (r == SEK_OK)
		r = sek_scanner_run(p->scanner, &job, sek_buf_str(&p->content),
		    out, NULL);
	sek_job_clear(&job);
	/* What is allowed there is there, and is not told. */
	return r == SEK_OK && !out->counts.allowed;
}

static int
by_fingerprint(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	int c = strcmp(a->fingerprint, b->fingerprint);

	return c ? c : compare(a->start, b->start);
}

/* held: by fingerprint. The first one of its kind is told. */
static void
mark(struct sek_finding *f, const struct sek_founds *held)
{
	size_t low = 0, high = held->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(held->at[middle].finding.fingerprint,
			f->fingerprint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	f->in_head = SEK_HELD_NO;
	if (low == held->n ||
	    strcmp(held->at[low].finding.fingerprint, f->fingerprint))
		return;
	f->in_head = SEK_HELD_YES;
	f->head_line = held->at[low].finding.line;
}

/* The files from first on that are at one path, which holds oid in HEAD. */
static void
ask_blob(struct places *p, size_t first, const struct sek_oid *oid)
{
	const char *path = p->files.at[first]->path;
	struct sek_outcome held = {0};
	bool sure = scan_blob(p, path, oid, &held);

	if (held.founds.n)
		qsort(held.founds.at, held.founds.n, sizeof(*held.founds.at),
		    by_fingerprint);
	for (size_t i = first; i < p->files.n; i++) {
		struct sek_finding *f = p->files.at[i];

		if (strcmp(f->path, path) != 0)
			break;
		if (sure)
			mark(f, &held.founds);
		else
			f->in_head = SEK_HELD_UNKNOWN;
	}
	sek_outcome_clear(&held);
}

static enum sek_code
entry(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct places *p = arg;
	size_t first = first_of(p, c->path);

	(void)commit;
	(void)err;
	if (first == p->files.n ||
	    !sek_str_is(c->path, p->files.at[first]->path))
		return SEK_OK;
	if (!go_on(p))
		return SEK_ECANCEL;
	ask_blob(p, first, &c->oid);
	return SEK_OK;
}

/* False: git has to be asked. */
static bool
ask_tree(struct places *p, const struct sek_oid *head)
{
	size_t n = p->files.n;
	sek_auto_free const char **paths = sek_alloc_n(n, sizeof(*paths));
	sek_auto_free struct sek_oid *blob = sek_alloc_n(n, sizeof(*blob));

	for (size_t i = 0; i < n; i++)
		paths[i] = p->files.at[i]->path;
	if (sek_tree_paths(p->repo, head, paths, n, blob, NULL))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i && !strcmp(paths[i - 1], paths[i]))
			continue;
		if (!sek_oid_is_none(&blob[i]) && go_on(p))
			ask_blob(p, i, &blob[i]);
	}
	return true;
}

static void
ask_head(struct places *p)
{
	struct sek_oid head;

	collect_files(p);
	if (!p->files.n ||
	    sek_repo_resolve(p->repo, "HEAD", &head, NULL) != SEK_OK)
		return;
	sek_vec_each (f, &p->files)
		(*f)->in_head = SEK_HELD_NO;
	if ((ask_tree(p, &head) ||
		sek_changes_tree(p->repo, &head, entry, p, NULL) == SEK_OK) &&
	    go_on(p))
		return;
	sek_vec_each (f, &p->files)
		(*f)->in_head = SEK_HELD_UNKNOWN;
}

/* Then who brought it, and when. */

/* The value of a header of a commit or tag; p NULL: there is none. */
static struct sek_str
header(struct sek_str text, const char *name)
{
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');

		if (!line.n)
			break;
		if (sek_str_starts(line, name))
			return (struct sek_str){
			    line.p + strlen(name), line.n - strlen(name)};
	}
	return (struct sek_str){NULL, 0};
}

/* "NAME <ADDRESS> SECONDS ZONE" */
static void
set_author(struct places *p, struct sek_finding *f, struct sek_str who)
{
	const char *end = who.p ? memrchr(who.p, '>', who.n) : NULL;
	sek_auto_free char *name = NULL;
	struct sek_str rest;
	uint64_t seconds;
	time_t when;
	struct tm tm;

	if (!end)
		return;
	name = sek_strndup(who.p, (size_t)(end + 1 - who.p));
	f->author = sek_scanner_hide(p->scanner, name);
	rest = (struct sek_str){end + 1, who.n - (size_t)(end + 1 - who.p)};
	rest = sek_str_trim(rest);
	when = sek_str_to_u64(sek_str_cut(&rest, ' '), &seconds) &&
		seconds < (uint64_t)1 << 40
	    ? (time_t)seconds
	    : -1;
	if (when >= 0 && gmtime_r(&when, &tm))
		(void)strftime(f->date, sizeof(f->date), "%Y-%m-%dT%H:%M:%SZ",
		    &tm);
}

static void
ask_commit(struct places *p, struct sek_finding *f)
{
	struct sek_str text, who;

	if (sek_oid_is_none(&f->commit))
		return;
	if (!sek_oid_eq(&f->commit, &p->asked)) {
		p->asked = f->commit;
		if (sek_odb_read(p->odb, &f->commit, &p->content, &p->type,
			NULL) != SEK_OK)
			p->asked = (struct sek_oid){0};
	}
	if (sek_oid_is_none(&p->asked))
		return;
	text = sek_buf_str(&p->content);
	who = header(text, p->type == SEK_TAG ? "tagger " : "author ");
	set_author(p, f, who);
}

/* At last the places of one secret come together. */

static int
by_secret(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	bool na = sek_oid_is_none(&a->commit), nb = sek_oid_is_none(&b->commit);
	int c = strcmp(a->fingerprint, b->fingerprint);

	c = c ? c : (int)na - (int)nb;
	c = c ? c : strcmp(a->date, b->date);
	c = c ? c : (int)a->place - (int)b->place;
	return c ? c : compare(a->order, b->order);
}

static int
by_order(const void *pa, const void *pb)
{
	return compare(((const struct sek_found *)pa)->finding.order,
	    ((const struct sek_found *)pb)->finding.order);
}

static void
move_into(struct sek_finding *first, struct sek_found *other)
{
	first->more = sek_realloc(first->more,
	    (first->more_n + 1) * sizeof(*first->more));
	first->more[first->more_n++] = other->finding;
	other->finding = (struct sek_finding){0};
	sek_found_clear(other);
}

static void
gather(struct sek_founds *v)
{
	size_t n = 0;

	qsort(v->at, v->n, sizeof(*v->at), by_secret);
	for (size_t i = 0; i < v->n; i++) {
		struct sek_found *last = n ? &v->at[n - 1] : NULL;

		if (last &&
		    !strcmp(last->finding.fingerprint,
			v->at[i].finding.fingerprint))
			move_into(&last->finding, &v->at[i]);
		else
			v->at[n++] = v->at[i];
	}
	v->n = n;
	qsort(v->at, v->n, sizeof(*v->at), by_order);
}

void
sek_places_tell(struct sek_repo *repo, struct sek_outcome *o,
    const struct sek_watch *watch)
{
	struct places p = {
	    .repo = repo,
	    .watch = watch,
	    .v = &o->founds,
	    .content = {.max = SEK_CONTENT_MAX},
	};

	if (!o->founds.n)
		return;
	if (!o->interrupted &&
	    sek_odb_open(&p.odb, repo, SEK_ODB_FEW, NULL) == SEK_OK) {
		p.scanner = sek_scanner_new(o->policy);
		ask_head(&p);
		for (size_t i = 0; i < o->founds.n && go_on(&p); i++)
			ask_commit(&p, &o->founds.at[i].finding);
		if (!go_on(&p)) {
			o->interrupted = true;
			sek_outcome_unread(o, SEK_STR("history"),
			    "interrupted: not all places are told");
		}
	}
	sek_pair_elsewhere(&o->founds);
	gather(&o->founds);
	sek_scanner_free(p.scanner);
	sek_odb_close(p.odb);
	sek_buf_clear(&p.content);
	sek_vec_clear(&p.files);
}

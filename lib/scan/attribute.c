#include <stdlib.h>

#include "base/alloc.h"
#include "repo/changes.h"
#include "repo/revs.h"
#include "scan/attribute_parts.h"
#include "scan/pointer.h"

static int
by_blob(const void *a, const void *b)
{
	return sek_oid_cmp(&((const struct sek_wanted *)a)->blob,
	    &((const struct sek_wanted *)b)->blob);
}

struct sek_wanted *
sek_attribute_find(struct sek_attribution *l, const struct sek_oid *oid)
{
	struct sek_wanted key = {.blob = *oid};

	return l->blobs.n
	    ? bsearch(&key, l->blobs.at, l->blobs.n, sizeof(key), by_blob)
	    : NULL;
}

/* What the allow-list took out here may stand at another path, too. */
static void
settle(struct sek_attribution *l, struct sek_wanted *w,
    const struct sek_counts *before)
{
	const struct sek_counts *now = &l->out->counts;

	if (w->lost)
		return;
	w->seen = true;
	w->done = w->name && now->allowed == before->allowed &&
	    now->left_out == before->left_out;
	l->open -= w->done;
}

/* A blob is told from every path that it ever came to, once for each. */
static bool
is_known_path(struct sek_wanted *w, struct sek_str path)
{
	size_t low = 0, high = w->paths.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sek_str_cmp(sek_str(w->paths.at[middle]), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < w->paths.n && sek_str_is(path, w->paths.at[low]))
		return true;
	(void)sek_vec_push(&w->paths);
	memmove(w->paths.at + low + 1, w->paths.at + low,
	    (w->paths.n - 1 - low) * sizeof(*w->paths.at));
	w->paths.at[low] = sek_strndup(path.p, path.n);
	return false;
}

/* What was told since, of this object. */
static void
note_held(struct sek_attribution *l, size_t before, bool blob,
    const struct sek_oid *id)
{
	const struct sek_founds *v = &l->out->founds;

	for (size_t i = before; i < v->n; i++) {
		struct sek_spread *h;

		if (!sek_room_charge(l->out->room, sizeof(*h))) {
			l->out->counts.dropped++;
			l->out->crowded++;
			continue;
		}
		h = sek_vec_push(&l->held);
		*h = (struct sek_spread){.blob = blob, .id = *id};
		memcpy(h->fingerprint, v->at[i].finding.fingerprint,
		    sizeof(h->fingerprint));
	}
}

static struct sek_job
named(const struct sek_attribution *l, const struct sek_change *c)
{
	return (struct sek_job){
	    .from = SEK_FROM_OBJECT,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strndup(c->path.p, c->path.n),
	    .blob = c->oid,
	    .commit = l->commit,
	    .order = l->order,
	};
}

static bool
is_left_out(struct sek_attribution *l, const struct sek_job *job)
{
	bool yes = false;

	if (!l->allow ||
	    sek_allow_path(l->allow, sek_str(job->path), &yes, NULL) != SEK_OK)
		return false;
	l->out->counts.left_out += yes;
	return yes;
}

/* Scans a blob again, now that its path is known. */
static bool
scan_blob(struct sek_attribution *l, const struct sek_job *job)
{
	enum sek_type type;
	struct sek_err err;
	enum sek_code r;

	r = sek_odb_read(l->odb, &job->blob, &l->content, &type, &err);
	if (r == SEK_OK)
		r = sek_scanner_name(l->scanner, job, l->out, &err);
	if (r == SEK_OK)
		r = sek_scanner_run(l->scanner, job, sek_buf_str(&l->content),
		    l->out, &err);
	if (r == SEK_OK && sek_lfs_begins(sek_buf_str(&l->content)))
		sek_pointer_scan(l->scanner, l->repo, job,
		    sek_buf_str(&l->content), l->out);
	return r == SEK_OK;
}

/* Is it in the last part of its path? A directory ends with a slash. */
static bool
is_in_last_part(const struct sek_finding *f)
{
	size_t n = strlen(f->path);

	return f->end <= n && strcspn(f->path + f->end, "/") + 1 >= n - f->end;
}

/* own_only: what is in the names of directories above is told of them. */
static bool
scan_name(struct sek_attribution *l, struct sek_job *job, bool own_only)
{
	enum sek_code r;
	struct sek_founds *v = &l->out->founds;
	size_t n = v->n;

	job->name_too = true;
	r = sek_scanner_name(l->scanner, job, l->out, NULL);
	for (size_t i = n; i < v->n; i++) {
		if (own_only && !is_in_last_part(&v->at[i].finding))
			sek_found_clear(&v->at[i]);
		else
			v->at[n++] = v->at[i];
	}
	v->n = n;
	return r == SEK_OK;
}

/* Is name one of path's parts? */
static bool
has_part(struct sek_str path, const char *name)
{
	while (path.p)
		if (sek_str_is(sek_str_cut(&path, '/'), name))
			return true;
	return false;
}

static void
look_at(struct sek_attribution *l, struct sek_wanted *w,
    const struct sek_change *c, bool own_only)
{
	struct sek_counts before = l->out->counts;
	size_t founds = l->out->founds.n;
	struct sek_job job = named(l, c);

	if (!is_left_out(l, &job)) {
		if (w->name)
			w->lost = !scan_name(l, &job, own_only);
		else
			w->lost = !scan_blob(l, &job);
	}
	note_held(l, founds, !w->name, &w->blob);
	sek_attribute_once(l, founds);
	settle(l, w, &before);
	sek_job_clear(&job);
}

static bool
go_on(const struct sek_attribution *l)
{
	return !l->watch || l->watch->go_on(l->watch->arg, 0);
}

static void
start_commit(struct sek_attribution *l, const struct sek_oid *commit)
{
	if (sek_oid_eq(&l->commit, commit))
		return;
	l->commit = *commit;
	l->order++;
}

static enum sek_code
change(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct sek_attribution *l = arg;
	struct sek_wanted *w = sek_attribute_find(l, &c->oid);

	(void)err;
	start_commit(l, commit);
	if (w && !is_known_path(w, c->path))
		look_at(l, w, c, false);
	sek_vec_each (name, &l->names)
		if (!name->done && has_part(c->path, name->name))
			look_at(l, name, c, false);
	return l->open && go_on(l) ? SEK_OK : SEK_ECANCEL;
}

static void
unique_blobs(struct sek_attribution *l)
{
	size_t n = 0;

	if (!l->blobs.n)
		return;
	qsort(l->blobs.at, l->blobs.n, sizeof(*l->blobs.at), by_blob);
	for (size_t i = 0; i < l->blobs.n; i++)
		if (!n || by_blob(&l->blobs.at[n - 1], &l->blobs.at[i]))
			l->blobs.at[n++] = l->blobs.at[i];
	l->blobs.n = n;
}

static void
collect(struct sek_attribution *l, unsigned oid_len, struct sek_outcome *o)
{
	struct sek_founds *v = &o->founds;

	for (size_t i = 0; i < v->n; i++) {
		const struct sek_finding *f = &v->at[i].finding;

		if (f->place == SEK_PLACE_FILE && !sek_oid_is_none(&f->blob))
			*sek_vec_push(&l->blobs) = (struct sek_wanted){
			    .blob = f->blob,
			};
	}
	sek_vec_each (d, &o->doubts)
		*sek_vec_push(&l->blobs) = (struct sek_wanted){.blob = d->blob};
	sek_vec_each (repeat, &o->repeats)
		*sek_vec_push(&l->blobs) = (struct sek_wanted){
		    .blob = repeat->blob,
		};
	unique_blobs(l);
	sek_attribute_names(l, oid_len, v);
	l->open = l->blobs.n + l->names.n;
}

/* Findings that are told from a commit leave, with their ids for paths. */
static void
drop_seen(struct sek_attribution *l, struct sek_founds *v)
{
	sek_auto_free bool *seen = sek_alloc_n(v->n + 1, sizeof(*seen));
	size_t n = 0;

	sek_vec_each (in, &l->in_names)
		seen[in->found] = l->names.at[in->name].seen;
	for (size_t i = 0; i < v->n; i++) {
		struct sek_finding *f = &v->at[i].finding;
		const struct sek_wanted *w = NULL;

		if (f->place == SEK_PLACE_FILE)
			w = sek_attribute_find(l, &f->blob);
		if (seen[i] || (w && w->seen))
			sek_found_clear(&v->at[i]);
		else
			v->at[n++] = v->at[i];
	}
	v->n = n;
}

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* The same secret at the same path stands together, the first one first, and
 * before all one that a commit brings. */
static int
by_first(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	bool na = sek_oid_is_none(&a->commit), nb = sek_oid_is_none(&b->commit);
	int c = strcmp(a->path, b->path);

	c = c ? c : strcmp(a->fingerprint, b->fingerprint);
	c = c ? c : (int)a->place - (int)b->place;
	c = c ? c : (int)na - (int)nb;
	c = c ? c : compare(a->order, b->order);
	return c ? c : compare(a->start, b->start);
}

static int
by_path(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;
	int c = strcmp(a->path, b->path);

	c = c ? c : compare(a->order, b->order);
	c = c ? c : compare(a->start, b->start);
	return c ? c : strcmp(a->fingerprint, b->fingerprint);
}

/* A secret that stood in a hundred versions of a file is one finding. */
static void
tell_once(struct sek_founds *v)
{
	size_t n = 0;

	if (!v->n)
		return;
	qsort(v->at, v->n, sizeof(*v->at), by_first);
	for (size_t i = 0; i < v->n; i++) {
		struct sek_finding *f = &v->at[i].finding, *last;

		last = n ? &v->at[n - 1].finding : NULL;
		if (last && !strcmp(f->fingerprint, last->fingerprint) &&
		    f->place == last->place && !strcmp(f->path, last->path))
			sek_found_clear(&v->at[i]);
		else
			v->at[n++] = v->at[i];
	}
	v->n = n;
	qsort(v->at, v->n, sizeof(*v->at), by_path);
	for (size_t i = 0; i < v->n; i++)
		v->at[i].finding.order = i;
}

static struct sek_wanted *
find_name(struct sek_attribution *l, const struct sek_oid *oid)
{
	struct sek_wanted key = {.blob = *oid};

	return l->names.n
	    ? bsearch(&key, l->names.at, l->names.n, sizeof(key), by_blob)
	    : NULL;
}

static enum sek_code
holder(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id, struct sek_err *err)
{
	struct sek_attribution *l = arg;
	struct sek_wanted *blob = sek_attribute_find(l, id),
			  *name = find_name(l, id);
	struct sek_change c = {.path = path, .oid = *id};
	sek_auto_free char *dir = NULL;

	start_commit(l, commit);
	if (blob && !is_known_path(blob, path))
		look_at(l, blob, &c, true);
	if (name && name->dir) {
		dir = sek_printf("%.*s/", (int)path.n, path.p);
		c.path = sek_str(dir);
	}
	if (name && !is_known_path(name, c.path))
		look_at(l, name, &c, true);
	return go_on(l) ? SEK_OK : sek_fail(err, SEK_ECANCEL, "interrupted");
}

/* By git's comparison of each commit with its parents. Names are parts of any
 * path, so for them every change is looked at. */
static enum sek_code
walk_changes(struct sek_attribution *l, struct sek_repo *repo,
    struct sek_err *err)
{
	static const char *const all[] = {"--all", "--reflog", NULL};
	struct sek_oids commits = {0};
	enum sek_code r;

	r = sek_revs_commits(repo, all, &commits, NULL, err);
	if (r == SEK_OK)
		r = sek_changes_commits(repo, &commits, change, l, err);
	sek_vec_clear(&commits);
	return l->open ? r : SEK_OK;
}

/* The trees that a name was found in. */
static struct sek_holder_name *
list_names(const struct sek_attribution *l, const struct sek_founds *v)
{
	struct sek_holder_name *names = sek_alloc_n(l->in_names.n + 1,
	    sizeof(*names));

	for (size_t i = 0; i < l->in_names.n; i++) {
		const struct sek_in_name *in = &l->in_names.at[i];
		const struct sek_wanted *w = &l->names.at[in->name];

		names[i] = (struct sek_holder_name){
		    .tree = v->at[in->found].finding.blob,
		    .id = w->blob,
		    .name = w->name,
		};
	}
	return names;
}

static enum sek_code
walk_holders(struct sek_attribution *l, const struct sek_lineage_of *of,
    struct sek_lineage **lineage, struct sek_outcome *o, struct sek_err *err)
{
	enum sek_code r = sek_lineage_open(lineage, of, o, err);

	return r ? r : sek_lineage_each(*lineage, holder, l, err);
}

static void
clear_wanted(struct sek_wanted *w)
{
	free(w->name);
	sek_vec_each (path, &w->paths)
		free(*path);
	sek_vec_clear(&w->paths);
}

static void
clear(struct sek_attribution *l)
{
	sek_vec_each (w, &l->names)
		clear_wanted(w);
	sek_vec_each (w, &l->blobs)
		clear_wanted(w);
	sek_vec_clear(&l->names);
	sek_vec_clear(&l->blobs);
	sek_vec_clear(&l->in_names);
	sek_vec_clear(&l->held);
	sek_attribute_once_clear(l);
	sek_buf_clear(&l->content);
	sek_scanner_free(l->scanner);
	sek_odb_close(l->odb);
}

/* What is still told by its object. */
static void
note_rest(struct sek_attribution *l, const struct sek_founds *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct sek_finding *f = &v->at[i].finding;
		bool message = f->place == SEK_PLACE_MESSAGE;
		struct sek_spread *h;

		if (sek_oid_is_none(&f->blob))
			continue;
		h = sek_vec_push(&l->held);
		h->blob = f->place == SEK_PLACE_FILE;
		h->id = message ? f->commit : f->blob;
		memcpy(h->fingerprint, f->fingerprint, sizeof(h->fingerprint));
	}
}

/* What is unread was told again, with a path, unless no commit brings it. What
 * is elsewhere was told already. */
static void
settle_doubts(struct sek_attribution *l, struct sek_outcome *o)
{
	sek_vec_each (d, &o->doubts) {
		const struct sek_wanted *w = sek_attribute_find(l, &d->blob);

		if (w && w->seen)
			sek_outcome_settle(o, d);
	}
	sek_vec_clear(&o->doubts);
	sek_vec_each (line, &l->out->elsewhere)
		free(*line);
	l->out->elsewhere.n = 0;
}

static enum sek_code
walk(struct sek_attribution *l, struct sek_repo *repo, struct sek_outcome *o,
    struct sek_err *err)
{
	sek_auto_free struct sek_holder_name *names = list_names(l, &o->founds);
	struct sek_oids blobs = {0};
	struct sek_lineage_of of = {
	    .repo = repo,
	    .blobs = &blobs,
	    .names = names,
	    .names_n = l->in_names.n,
	    .scanner = l->scanner,
	    .watch = l->watch,
	};
	struct sek_lineage *lineage = NULL;
	struct sek_store *store = NULL;
	enum sek_code r = sek_store_open_unplaced(&store, repo, NULL);

	sek_vec_each (w, &l->blobs)
		*sek_vec_push(&blobs) = w->blob;
	of.store = store;
	if (r == SEK_OK)
		r = walk_holders(l, &of, &lineage, o, err);
	if (r != SEK_OK && r != SEK_ETOOBIG && r != SEK_ECANCEL)
		r = l->open ? walk_changes(l, repo, err) : SEK_OK;
	if (!go_on(l)) /* git may have been interrupted with us */
		r = SEK_ECANCEL;
	if (r != SEK_ECANCEL) {
		drop_seen(l, &o->founds);
		sek_attribute_repeats(l, o);
		note_rest(l, &o->founds);
		settle_doubts(l, o);
		if (o->counts.dropped)
			l->out->crowded = 0;
		l->out->counts = (struct sek_counts){
		    .unread = l->out->counts.unread,
		    .allowed = l->out->counts.allowed,
		    .left_out = l->out->counts.left_out,
		    /* What was dropped in the scan is dropped again. */
		    .dropped = o->counts.dropped ? 0 : l->out->counts.dropped,
		};
		sek_outcome_tell_dropped(l->out);
		sek_outcome_merge(o, l->out);
		tell_once(&o->founds);
		if (!sek_extent_tell(lineage, &l->held, o, l->scanner))
			r = SEK_ECANCEL;
	}
	sek_lineage_close(lineage);
	sek_store_free(store);
	sek_vec_clear(&blobs);
	return r;
}

void
sek_attribute(struct sek_repo *repo, struct sek_outcome *o,
    const struct sek_watch *watch)
{
	struct sek_outcome found = {0};
	struct sek_attribution l = {
	    .repo = repo,
	    .content = {.max = SEK_CONTENT_MAX},
	    .allow = o->policy->allow,
	    .watch = watch,
	    .out = &found,
	};
	struct sek_err err;
	enum sek_code r;

	if (!o->founds.n && !o->doubts.n)
		return;
	found.room = sek_room_new(SEK_SECRETS_KEPT, SEK_PLACES_BYTES);
	l.scanner = sek_scanner_new(o->policy);
	r = sek_odb_open(&l.odb, repo, SEK_ODB_FEW, &err);
	if (r == SEK_OK)
		collect(&l, repo->oid_len, o);
	if (r == SEK_OK)
		r = walk(&l, repo, o, &err);
	if (r == SEK_ECANCEL) {
		o->interrupted = true;
		sek_outcome_unread(o, SEK_STR("history"),
		    "interrupted: where findings come from is not known");
	} else if (r != SEK_OK) {
		sek_outcome_unread(o, SEK_STR("history"),
		    "where findings come from is not known: %s", err.text);
	}
	sek_room_free(found.room);
	sek_outcome_clear(&found);
	clear(&l);
}

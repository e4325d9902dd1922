#include "scan/attribute.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "repo/changes.h"
#include "repo/holders.h"
#include "repo/revs.h"

/* A blob with findings, or the name of a tree's entry with one. */
struct wanted {
	struct sek_oid blob;
	char *name; /* NULL: it is about the blob; owned */
	bool seen;  /* a commit brings it: what was found is told from there */
	bool done;  /* a name: and no allow-list has a say in it any more */
	SEK_VEC(char *)
	paths; /* a blob: by name, where it was looked at; owned */
};

/* A finding whose place is the name of a tree's entry. */
struct in_name {
	size_t found, name; /* indices */
};

struct lookup {
	SEK_VEC(struct wanted) blobs; /* sorted by id, each once */
	SEK_VEC(struct wanted) names; /* each once */
	SEK_VEC(struct in_name) in_names;
	size_t open;
	uint64_t order; /* of the commit under way */
	struct sek_oid commit;
	struct sek_odb *odb;
	struct sek_buf content;
	struct sek_scanner *scanner;
	const struct sek_allow *allow;
	struct sek_outcome *out; /* findings with names */
};

static int
by_blob(const void *a, const void *b)
{
	return sek_oid_cmp(&((const struct wanted *)a)->blob,
	    &((const struct wanted *)b)->blob);
}

static struct wanted *
find_blob(struct lookup *l, const struct sek_oid *oid)
{
	struct wanted key = {.blob = *oid};

	return l->blobs.n
	    ? bsearch(&key, l->blobs.at, l->blobs.n, sizeof(key), by_blob)
	    : NULL;
}

/* What the allow-list took out here may stand at another path, too. */
static void
settle(struct lookup *l, struct wanted *w, const struct sek_counts *before)
{
	const struct sek_counts *now = &l->out->counts;

	if (now->unread != before->unread)
		return;
	w->seen = true;
	w->done = w->name && now->allowed == before->allowed &&
	    now->left_out == before->left_out;
	l->open -= w->done;
}

/* A blob is told from every path that it ever came to, once for each. */
static bool
is_known_path(struct wanted *w, struct sek_str path)
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

static struct sek_job
named(const struct lookup *l, const struct sek_change *c)
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
is_left_out(struct lookup *l, const struct sek_job *job)
{
	bool yes = false;

	if (!l->allow ||
	    sek_allow_path(l->allow, sek_str(job->path), &yes, NULL) != SEK_OK)
		return false;
	l->out->counts.left_out += yes;
	return yes;
}

/* Scans a blob again, now that its path is known. */
static void
scan_blob(struct lookup *l, const struct sek_job *job)
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
	l->out->counts.unread += r != SEK_OK;
}

static void
scan_name(struct lookup *l, struct sek_job *job)
{
	job->name_too = true;
	if (sek_scanner_name(l->scanner, job, l->out, NULL) != SEK_OK)
		l->out->counts.unread++;
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
look_at(struct lookup *l, struct wanted *w, const struct sek_change *c)
{
	struct sek_counts before = l->out->counts;
	struct sek_job job = named(l, c);

	if (!is_left_out(l, &job)) {
		if (w->name)
			scan_name(l, &job);
		else
			scan_blob(l, &job);
	}
	settle(l, w, &before);
	sek_job_clear(&job);
}

static enum sek_code
change(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct lookup *l = arg;
	struct wanted *w = find_blob(l, &c->oid);

	(void)err;
	if (!sek_oid_eq(&l->commit, commit)) {
		l->commit = *commit;
		l->order++;
	}
	if (w && !is_known_path(w, c->path))
		look_at(l, w, c);
	sek_vec_each (name, &l->names)
		if (!name->done && has_part(c->path, name->name))
			look_at(l, name, c);
	return l->open ? SEK_OK : SEK_ECANCEL;
}

/*
 * The name of a tree's entry ("mode SP name NUL id") that holds an offset; p
 * NULL when the tree is broken.
 */
static struct sek_str
entry_at(struct sek_str tree, size_t offset, unsigned oid_len)
{
	const char *at = tree.p, *end = tree.p + tree.n;

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *sp = nul ? memchr(at, ' ', (size_t)(nul - at))
				     : NULL;

		if (!sp || (size_t)(end - nul) <= oid_len)
			break;
		if ((size_t)(nul - tree.p) > offset)
			return (struct sek_str){sp + 1, (size_t)(nul - sp - 1)};
		at = nul + 1 + oid_len;
	}
	return (struct sek_str){NULL, 0};
}

/* The entry's name, and the finding's place in it; NULL: it is in none. */
static char *
name_in_tree(struct lookup *l, unsigned oid_len, struct sek_finding *f)
{
	enum sek_type type;
	struct sek_str tree, name;
	size_t from;

	if (sek_odb_read(l->odb, &f->blob, &l->content, &type, NULL) !=
		SEK_OK ||
	    type != SEK_TREE)
		return NULL;
	tree = sek_buf_str(&l->content);
	name = entry_at(tree, f->start, oid_len);
	from = name.p ? (size_t)(name.p - tree.p) : 0;
	if (!name.p || f->start < from || f->end > from + name.n)
		return NULL;
	f->start -= from;
	f->end -= from;
	return sek_strndup(name.p, name.n);
}

static void
want_name(struct lookup *l, unsigned oid_len, struct sek_founds *v, size_t i)
{
	sek_auto_free char *name = name_in_tree(l, oid_len, &v->at[i].finding);
	struct in_name in = {.found = i};

	if (!name)
		return;
	sek_scanner_rename(l->scanner, &v->at[i], name);
	while (in.name < l->names.n && strcmp(l->names.at[in.name].name, name))
		in.name++;
	if (in.name == l->names.n)
		*sek_vec_push(&l->names) = (struct wanted){
		    .name = sek_steal(&name),
		};
	*sek_vec_push(&l->in_names) = in;
}

static void
unique_blobs(struct lookup *l)
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
collect(struct lookup *l, unsigned oid_len, struct sek_founds *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct sek_finding *f = &v->at[i].finding;

		if (f->place == SEK_PLACE_FILE && !sek_oid_is_none(&f->blob))
			*sek_vec_push(&l->blobs) = (struct wanted){
			    .blob = f->blob,
			};
		else if (f->place == SEK_PLACE_FILE_NAME)
			want_name(l, oid_len, v, i);
	}
	unique_blobs(l);
	l->open = l->blobs.n + l->names.n;
}

/* Findings that are told from a commit leave, with their ids for paths. */
static void
drop_seen(struct lookup *l, struct sek_founds *v)
{
	sek_auto_free bool *seen = sek_alloc_n(v->n + 1, sizeof(*seen));
	size_t n = 0;

	sek_vec_each (in, &l->in_names)
		seen[in->found] = l->names.at[in->name].seen;
	for (size_t i = 0; i < v->n; i++) {
		struct sek_finding *f = &v->at[i].finding;
		const struct wanted *w = NULL;

		if (f->place == SEK_PLACE_FILE)
			w = find_blob(l, &f->blob);
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

static enum sek_code
holder(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *blob, struct sek_err *err)
{
	struct sek_change c = {.path = path, .oid = *blob};

	return change(arg, commit, &c, err);
}

/* By git's comparison of each commit with its parents. */
static enum sek_code
walk_changes(struct lookup *l, struct sek_repo *repo, struct sek_err *err)
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

/* Names are parts of any path, so for them every change is looked at. */
static enum sek_code
walk(struct lookup *l, struct sek_repo *repo, struct sek_err *err)
{
	struct sek_oids blobs = {0};
	struct sek_store *store = NULL;
	enum sek_code r = SEK_EPARSE;

	if (!l->names.n)
		r = sek_store_open(&store, repo, NULL);
	if (r == SEK_OK) {
		sek_vec_each (w, &l->blobs)
			*sek_vec_push(&blobs) = w->blob;
		r = sek_holders(repo, store, &blobs, holder, l, err);
	}
	sek_store_free(store);
	sek_vec_clear(&blobs);
	if (r == SEK_OK || r == SEK_ETOOBIG)
		return r;
	return walk_changes(l, repo, err);
}

static void
clear(struct lookup *l)
{
	sek_vec_each (w, &l->names)
		free(w->name);
	sek_vec_each (w, &l->blobs) {
		sek_vec_each (path, &w->paths)
			free(*path);
		sek_vec_clear(&w->paths);
	}
	sek_vec_clear(&l->names);
	sek_vec_clear(&l->blobs);
	sek_vec_clear(&l->in_names);
	sek_buf_clear(&l->content);
	sek_scanner_free(l->scanner);
	sek_odb_close(l->odb);
}

void
sek_attribute(struct sek_repo *repo, struct sek_outcome *o)
{
	struct sek_outcome found = {0};
	struct lookup l = {
	    .content = {.max = SEK_CONTENT_MAX},
	    .allow = o->policy->allow,
	    .out = &found,
	};
	struct sek_err err;
	enum sek_code r;

	if (!o->founds.n)
		return;
	l.scanner = sek_scanner_new(o->policy);
	r = sek_odb_open(&l.odb, repo, SEK_ODB_FEW, &err);
	if (r == SEK_OK)
		collect(&l, repo->oid_len, &o->founds);
	if (r == SEK_OK && l.open)
		r = walk(&l, repo, &err);
	if (r != SEK_OK)
		sek_outcome_unread(o, SEK_STR("history"),
		    "where findings come from is not known: %s", err.text);
	drop_seen(&l, &o->founds);
	found.counts = (struct sek_counts){
	    .allowed = found.counts.allowed,
	    .left_out = found.counts.left_out,
	};
	sek_outcome_merge(o, &found);
	tell_once(&o->founds);
	clear(&l);
}

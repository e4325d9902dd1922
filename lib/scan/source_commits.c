#include "base/alloc.h"
#include "scan/source.h"

struct changes {
	struct sek_engine *engine;
	bool whole;
	struct sek_oids *seen;
};

static struct sek_origin *
origin_of(const struct sek_oid *commit, const struct sek_change *c)
{
	struct sek_origin *o = sek_alloc(sizeof(*o));

	o->commit = *commit;
	o->parents = c->nparents;
	o->before = sek_alloc_n(c->nparents + 1, sizeof(*o->before));
	for (size_t i = 0; i < c->nparents; i++)
		o->before[i] = c->before[i];
	return o;
}

static bool
is_new_path(const struct sek_change *c)
{
	for (size_t i = 0; i < c->nparents; i++)
		if (!sek_oid_is_none(&c->before[i]))
			return false;
	return true;
}

static enum sek_code
change(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct changes *all = arg;
	struct sek_job job = {
	    .from = SEK_FROM_OBJECT,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strndup(c->path.p, c->path.n),
	    .name_too = all->whole || is_new_path(c),
	    .blob = c->oid,
	    .commit = *commit,
	};

	(void)err;
	if (all->seen)
		*sek_vec_push(all->seen) = c->oid;
	if (sek_str_is(c->path, ".sekisho") ||
	    sek_str_is(c->path, ".gitallowed"))
		sek_engine_outcome(all->engine)->allow_changed = true;
	if (c->mode ==
	    0160000) { /* a submodule: a commit of another repository */
		job.from = SEK_FROM_NOWHERE;
		job.elsewhere = true;
		job.why = sek_strdup("a submodule: scan it by itself");
	}
	if (!all->whole)
		job.origin = origin_of(commit, c);
	sek_engine_add(all->engine, &job);
	return sek_engine_stopped(all->engine) ? SEK_ECANCEL : SEK_OK;
}

enum sek_code
sek_source_staged(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_oids *others, bool whole, struct sek_err *err)
{
	struct changes all = {.engine = e, .whole = whole};

	sek_engine_expect_objects(e);
	return sek_changes_staged(repo, others, change, &all, err);
}

static void
add_message(struct sek_engine *e, const struct sek_oid *oid, const char *kind)
{
	char hex[SEK_OID_HEX];
	struct sek_job job = {
	    .from = SEK_FROM_OBJECT,
	    .place = SEK_PLACE_MESSAGE,
	    .path = sek_printf("%s %.12s", kind, sek_oid_hex(oid, hex)),
	    .blob = *oid,
	    .commit = *oid,
	};

	sek_engine_add(e, &job);
}

enum sek_code
sek_source_commits(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_oids *commits, bool whole, struct sek_oids *seen,
    struct sek_err *err)
{
	struct changes all = {.engine = e, .whole = whole, .seen = seen};

	if (!commits->n)
		return SEK_OK;
	for (size_t i = 0; i < commits->n; i++) {
		add_message(e, &commits->at[i], "commit");
		if (seen)
			*sek_vec_push(seen) = commits->at[i];
	}
	return sek_changes_commits(repo, commits, change, &all, err);
}

void
sek_source_ref_name(struct sek_engine *e, struct sek_str name)
{
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_REF_NAME,
	    .path = sek_strndup(name.p, name.n),
	};

	sek_buf_add_str(&job.bytes, name);
	sek_engine_add(e, &job);
}

/* "object <id>\n" is a tag's first line. */
static bool
tagged(struct sek_str tag, struct sek_oid *out)
{
	struct sek_str line = sek_str_cut(&tag, '\n');

	if (!sek_str_starts(line, "object "))
		return false;
	return sek_oid_parse(out, (struct sek_str){line.p + 7, line.n - 7});
}

static void
add_blob(struct sek_engine *e, const struct sek_oid *oid)
{
	char hex[SEK_OID_HEX];
	struct sek_job job = {
	    .from = SEK_FROM_OBJECT,
	    .place = SEK_PLACE_FILE,
	    .path = sek_printf("blob %.12s", sek_oid_hex(oid, hex)),
	    .unnamed = true,
	    .blob = *oid,
	};

	sek_engine_add(e, &job);
}

static void
add_unread(struct sek_engine *e, struct sek_str ref, const char *why)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strndup(ref.p, ref.n),
	    .why = sek_strdup(why),
	};

	sek_engine_add(e, &job);
}

#define TAG_DEPTH_MAX 64 /* tags of tags */

static enum sek_code
look_at(struct sek_odb *odb, const struct sek_oid *oid, enum sek_type *type,
    struct sek_oid *next, struct sek_err *err)
{
	sek_auto_buf content = {.max = SEK_CONTENT_MAX};
	enum sek_code r = sek_odb_read(odb, oid, &content, type, err);

	if (r == SEK_OK && *type == SEK_TAG &&
	    !tagged(sek_buf_str(&content), next))
		return sek_fail(err, SEK_EPARSE, "not a tag object");
	return r;
}

enum sek_code
sek_source_ref(struct sek_engine *e, struct sek_repo *repo, struct sek_str ref,
    const struct sek_oid *oid, struct sek_err *err)
{
	struct changes all = {.engine = e, .whole = true};
	sek_auto_odb *odb = NULL;
	struct sek_oid at = *oid, next;
	struct sek_err why;
	enum sek_type type = SEK_TAG;
	enum sek_code r;

	sek_source_ref_name(e, ref);
	r = sek_odb_open(&odb, repo, SEK_ODB_SHARED, err);
	if (r != SEK_OK)
		return r;
	for (int depth = 0; type == SEK_TAG && depth <= TAG_DEPTH_MAX;
	     depth++) {
		r = look_at(odb, &at, &type, &next, &why);
		if (r != SEK_OK) {
			add_unread(e, ref, why.text);
			return SEK_OK;
		}
		if (type == SEK_TAG)
			add_message(e, &at, "tag");
		else if (type == SEK_BLOB)
			add_blob(e, &at);
		else if (type == SEK_TREE)
			return sek_changes_tree(repo, &at, change, &all, err);
		at = next;
	}
	if (type == SEK_TAG)
		add_unread(e, ref, "too many tags of tags");
	return SEK_OK;
}

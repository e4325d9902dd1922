#include "scan/source_store.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/lfs.h"
#include "repo/sum.h"
#include "repo/walk.h"
#include "scan/archive.h"
#include "scan/carry.h"
#include "scan/clean_store.h"

/* What git is asked for, of objects that are damaged here: each may cost a
 * child process. */
#define SECOND_TRIES 1000

struct loss {
	struct sek_oid oid;
	uint64_t number;
	bool told; /* that it is damaged */
};

struct shared {
	const struct sek_store *store;
	struct sek_walk *walk;
	const struct sek_oids *only;
	uint64_t order; /* of the first object */
	struct sek_clean_store *clean;
	pthread_mutex_t lock;
	SEK_VEC(struct loss) lost; /* that git may be able to read */
};

/* A thread's. */
struct reader {
	struct shared *shared;
	struct sek_desk *desk;
	const struct sek_ruleset *rules;
	struct sek_matcher *matcher;
	SEK_VEC(struct sek_marks) marks; /* by depth in the family */
	struct sek_buf built;
	struct sek_carry room;
	struct sek_inflate *z; /* for other copies */
};

struct sek_job
sek_source_bare(const struct sek_oid *oid, enum sek_type type)
{
	static const char *const kind[] = {
	    [SEK_COMMIT] = "commit",
	    [SEK_TREE] = "tree",
	    [SEK_BLOB] = "blob",
	    [SEK_TAG] = "tag",
	};
	char hex[SEK_OID_HEX];
	bool message = type == SEK_COMMIT || type == SEK_TAG;
	struct sek_job job = {
	    .from = SEK_FROM_OBJECT,
	    .place = message       ? SEK_PLACE_MESSAGE
		: type == SEK_TREE ? SEK_PLACE_FILE_NAME
				   : SEK_PLACE_FILE,
	    .path = sek_printf("%s %.12s", kind[type], sek_oid_hex(oid, hex)),
	    .unnamed = true,
	    .blob = *oid,
	};

	if (message)
		job.commit = *oid;
	return job;
}

bool
sek_source_holds(const struct sek_oids *only, const struct sek_oid *oid)
{
	return !only || sek_oids_find(only, oid);
}

static void
tell_unread(struct reader *r, const struct sek_oid *oid, const char *why)
{
	char hex[SEK_OID_HEX];
	sek_auto_free char *name = sek_printf("object %.12s",
	    sek_oid_hex(oid, hex));

	sek_desk_unread(r->desk, name, why);
}

static void
scan(struct reader *r, const struct sek_walk_object *o, struct sek_str content)
{
	struct sek_oid oid;
	struct sek_job job;

	if (!sek_walk_oid(o, &oid)) {
		tell_unread(r, &oid, "its pack can no longer be read");
		return;
	}
	job = sek_source_bare(&oid, o->type);
	job.order = r->shared->order + o->number;
	if (sek_desk_scan(r->desk, &job, o->type, content))
		sek_clean_store_mark(r->shared->clean, o->number);
	sek_job_clear(&job);
}

static void
pass(struct reader *r, const struct sek_walk_object *o)
{
	sek_desk_pass(r->desk, o->type, o->size);
	sek_clean_store_mark(r->shared->clean, o->number);
}

static struct sek_marks *
marks_at(struct reader *r, size_t depth)
{
	while (r->marks.n <= depth)
		(void)sek_vec_push(&r->marks);
	return &r->marks.at[depth];
}

/* Rules without literals have a say in every content; and is it a pointer to
 * what is elsewhere? */
static bool
must_be_seen(const struct reader *r, const struct sek_walk_object *o)
{
	return r->rules->unfiltered_n || o->size < SEK_LFS_POINTER_MAX ||
	    (o->depth && r->marks.at[o->depth - 1].many);
}

static bool
carry(struct reader *r, const struct sek_walk_object *o,
    struct sek_marks *marks)
{
	const struct sek_marks *base;

	if (!o->depth)
		return false;
	base = &r->marks.at[o->depth - 1];
	return !base->many &&
	    sek_marks_carry(marks, r->rules, base, o->base, *o->delta,
		&r->room);
}

static enum sek_code
build(struct reader *r, const struct sek_walk_object *o,
    struct sek_str *content, struct sek_err *err)
{
	enum sek_code code = SEK_OK;

	if (!content->p) {
		code = sek_walk_build(r->shared->walk, o, &r->built, err);
		*content = sek_buf_str(&r->built);
	}
	return code;
}

/* A content that is encoded or packed as a whole has no literals of its own. */
static bool
is_encoded(const struct sek_walk_object *o, struct sek_str content)
{
	char head[SEK_ARCHIVE_HEAD];
	struct sek_lead lead;

	if (!content.p)
		content = (struct sek_str){head,
		    sek_delta_head(*o->delta, o->base, head, sizeof(head))};
	return sek_decode_whole(content, &lead) || sek_archive_begins(content);
}

/* Fills marks; content, too, if it has to be seen. */
static enum sek_code
learn(struct reader *r, const struct sek_walk_object *o,
    struct sek_marks *marks, struct sek_str *content, struct sek_err *err)
{
	enum sek_code code = SEK_OK;

	if (must_be_seen(r, o))
		code = build(r, o, content, err);
	if (!code && !carry(r, o, marks)) {
		code = build(r, o, content, err);
		if (!code)
			sek_marks_scan(marks, r->rules, *content);
	}
	if (!code && (marks->many || sek_marks_live(marks)))
		code = build(r, o, content, err);
	if (!code && content->p && !marks->many)
		sek_marks_probe(marks, r->matcher, *content);
	return code;
}

/* All that one object may be made of, for one that is read by itself. */
#define COPY_MAX (4 * (uint64_t)SEK_OBJECT_MAX)

/*
 * Another place has an object of this id, too. Both are the object, or one of
 * them is not what it is called; and git reads whichever it likes.
 */
static void
compare_copies(struct reader *r, const struct sek_walk_object *o,
    struct sek_str content)
{
	const char *why = "damaged: a copy of it has another id";
	sek_auto_buf other = {0};
	enum sek_type type;
	uint64_t work = 0;
	struct sek_oid oid;
	struct sek_err err;

	if (sek_walk_oid(o, &oid) && sek_sum_is(&oid, o->type, content)) {
		if (sek_store_read(r->shared->store, &oid, r->z, &other, &type,
			&work, COPY_MAX, &err) != SEK_OK)
			why = err.text;
		else if (sek_sum_is(&oid, type, sek_buf_str(&other)))
			return;
	}
	tell_unread(r, &oid, why);
}

static void
scan_or_pass(struct reader *r, const struct sek_walk_object *o,
    const struct sek_marks *marks, bool encoded, struct sek_str content)
{
	bool live = r->rules->unfiltered_n || marks->many || encoded ||
	    sek_marks_live(marks) || (content.p && sek_lfs_begins(content));

	if (o->known && live)
		compare_copies(r, o, content);
	else if (live)
		scan(r, o, content);
	else if (!o->known)
		pass(r, o);
}

static bool
is_asked_for(const struct reader *r, const struct sek_walk_object *o)
{
	struct sek_oid oid;

	return !r->shared->only || !sek_walk_oid(o, &oid) ||
	    sek_oids_find(r->shared->only, &oid);
}

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct reader *r = arg;
	struct sek_marks *marks = marks_at(r, o->depth);
	struct sek_str content = o->content;
	bool held = is_asked_for(r, o);
	bool encoded;
	struct sek_oid oid;
	struct sek_err err;
	enum sek_code code;

	if (!held && !content.p)
		return !sek_desk_stopped(r->desk);
	encoded = is_encoded(o, content);
	code = learn(r, o, marks, &content, &err);
	if (!code && encoded)
		code = build(r, o, &content, &err);
	if (code) {
		(void)sek_walk_oid(o, &oid);
		tell_unread(r, &oid, err.text);
		return !sek_desk_stopped(r->desk);
	}
	if (held)
		scan_or_pass(r, o, marks, encoded, content);
	if (r->built.cap > SEK_BUF_MAX)
		sek_buf_clear(&r->built);
	if (r->room.text.cap > SEK_BUF_MAX)
		sek_buf_clear(&r->room.text);
	return !sek_desk_stopped(r->desk);
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	struct reader *r = arg;
	struct shared *s = r->shared;

	bool told = loss != SEK_WALK_GONE;

	if (!sek_source_holds(s->only, oid))
		return !sek_desk_stopped(r->desk);
	if (told)
		tell_unread(r, oid, why);
	if (loss != SEK_WALK_REFUSED) {
		pthread_mutex_lock(&s->lock);
		*sek_vec_push(&s->lost) = (struct loss){*oid, number, told};
		pthread_mutex_unlock(&s->lock);
	}
	return !sek_desk_stopped(r->desk);
}

static void
read_all(void *arg, struct sek_desk *desk)
{
	const struct sek_policy *policy = sek_desk_policy(desk);
	struct reader r = {
	    .shared = arg,
	    .desk = desk,
	    .rules = policy->rules,
	    .matcher = sek_matcher_new(policy->program),
	    .room = {.text = {.max = SEK_OBJECT_MAX}},
	    .z = sek_inflate_new(),
	};
	struct sek_walk_visitor v = {on_object, on_lost, &r};

	sek_walk_run(r.shared->walk, &v);
	sek_vec_each (marks, &r.marks)
		sek_vec_clear(marks);
	sek_vec_clear(&r.marks);
	sek_matcher_free(r.matcher);
	sek_inflate_free(r.z);
	sek_buf_clear(&r.built);
	sek_carry_clear(&r.room);
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct loss *)a)->number;
	uint64_t y = ((const struct loss *)b)->number;

	return (x > y) - (x < y);
}

static void
unread_object(struct sek_engine *e, const struct sek_oid *oid, const char *why)
{
	char hex[SEK_OID_HEX];
	sek_auto_free char *name = sek_printf("object %.12s",
	    sek_oid_hex(oid, hex));

	sek_outcome_unread(sek_engine_outcome(e), sek_str(name), "%s", why);
}

/*
 * git may know better: it has another copy, or has moved it by now. The program,
 * not libgit2, which damaged packs can crash.
 */
static void
ask_git(struct sek_engine *e, struct sek_repo *repo, struct shared *s)
{
	sek_auto_odb *odb = NULL;
	sek_auto_buf content = {.max = SEK_CONTENT_MAX};
	struct sek_err err = {0};
	size_t tries = s->lost.n < SECOND_TRIES ? s->lost.n : SECOND_TRIES;

	if (!s->lost.n)
		return;
	qsort(s->lost.at, s->lost.n, sizeof(*s->lost.at), by_number);
	if (sek_odb_open(&odb, repo, SEK_ODB_FEW, &err) != SEK_OK)
		tries = 0;
	for (size_t i = 0; i < s->lost.n && !sek_engine_stopped(e); i++) {
		const struct loss *l = &s->lost.at[i];
		enum sek_type type = SEK_BLOB;
		enum sek_code r = SEK_EIO;

		if (i < tries)
			r = sek_odb_read(odb, &l->oid, &content, &type, &err);
		if (r == SEK_OK) {
			struct sek_job job = sek_source_bare(&l->oid, type);

			sek_engine_add(e, &job);
		} else if (!l->told) {
			unread_object(e, &l->oid,
			    i < tries || !tries ? err.text
						: "missing as many others are");
		}
	}
}

/* git lists what a multi-pack-index or another index has, where the one that we
 * read is damaged. */
static void
lose_what_is_not_here(struct shared *s, const struct sek_shard *shard)
{
	for (size_t i = 0; s->only && i < s->only->n; i++) {
		const struct sek_oid *oid = &s->only->at[i];

		if ((!shard || sek_shard_has(shard, oid)) &&
		    !sek_store_has(s->store, oid))
			*sek_vec_push(&s->lost) = (struct loss){
			    .oid = *oid,
			    .number = UINT64_MAX,
			};
	}
}

void
sek_source_store(struct sek_engine *e, struct sek_repo *repo,
    const struct sek_store *store, const struct sek_oids *only,
    const struct sek_shard *shard)
{
	struct sek_clean_store *clean = sek_clean_store_open(store, only, e);
	struct sek_settled settled = sek_clean_store_settled(clean);
	struct sek_families *f = sek_families_new_but(store, &settled);
	struct shared s = {
	    .store = store,
	    .walk = sek_walk_new(f),
	    .clean = clean,
	    .only = only,
	    .order = sek_engine_reserve(e, f->objects),
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	};

	if (shard)
		sek_walk_shard(s.walk, shard);
	sek_engine_expect(e,
	    (only ? only->n : sek_families_distinct(f)) /
		(shard && shard->of ? shard->of : 1));
	sek_engine_run(e, read_all, &s);
	lose_what_is_not_here(&s, shard);
	ask_git(e, repo, &s);
	sek_walk_free(s.walk);
	sek_clean_store_close(clean, f);
	sek_families_free(f);
	sek_vec_clear(&s.lost);
	pthread_mutex_destroy(&s.lock);
}

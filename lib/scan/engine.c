#include "scan/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/pointer.h"

#define QUEUE 1024
/* Jobs handed over at once: a wake-up costs more than scanning a small file. */
#define BATCH         32
#define PROGRESS_STEP 64   /* jobs between two looks at the progress */
#define SHOWN         4096 /* objects between two, with one thread */

struct sek_desk {
	struct sek_engine *engine;
	struct sek_scanner *scanner;
	struct sek_odb *odb; /* opened when first needed */
	struct sek_buf content;
	struct sek_outcome outcome;
	pthread_t thread;
};

struct sek_engine {
	struct sek_engine_options o;
	struct sek_desk *worker;
	unsigned threads; /* 0: worker[0] works in sek_engine_add */
	uint64_t order;
	struct sek_outcome own; /* what the sources say */
	_Atomic uint64_t objects, bytes;
	struct sek_room *room; /* for findings */
	uint64_t expected;

	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct sek_job queue[QUEUE];
	size_t head, queued;
	size_t busy; /* jobs that were taken and are not done */
	bool closed;

	struct sek_job waiting[BATCH]; /* given, not yet in the queue */
	size_t waits;

	sek_engine_fn *task; /* of sek_engine_run */
	void *task_arg;
	unsigned tasks_due, tasks_left; /* to be started, to be ended */
	pthread_cond_t ended;

	bool keeps; /* pointers */
	struct sek_kept_pointers kept;
};

struct sek_outcome *
sek_engine_outcome(struct sek_engine *e)
{
	return &e->own;
}

bool
sek_engine_stopped(const struct sek_engine *e)
{
	return e->o.stop && __atomic_load_n(e->o.stop, __ATOMIC_RELAXED);
}

const struct sek_engine_options *
sek_engine_options(const struct sek_engine *e)
{
	return &e->o;
}

static const char *
disk_path(const struct sek_job *job)
{
	return job->disk_path ? job->disk_path : job->path;
}

static enum sek_code
read_link(const char *path, struct sek_buf *out, struct sek_err *err)
{
	char *room = sek_buf_room(out, PATH_MAX);
	ssize_t n = room ? readlink(path, room, PATH_MAX) : -1;

	if (n < 0)
		return sek_fail_errno(err, "cannot read the link");
	out->n += (size_t)n;
	return SEK_OK;
}

/*
 * O_NONBLOCK, so that a FIFO cannot hold us up before fstat says what it is.
 */
static enum sek_code
read_file(const struct sek_job *job, struct sek_buf *out, struct sek_err *err)
{
	const char *path = disk_path(job);
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct stat st;
	enum sek_code r;
	int fd = open(path, flags | (job->follow ? 0 : O_NOFOLLOW));

	if (fd < 0 && errno == ELOOP && !job->follow)
		return read_link(path, out, err);
	if (fd < 0)
		return sek_fail_errno(err, "cannot open");
	if (fstat(fd, &st) < 0)
		r = sek_fail_errno(err, "cannot look at it");
	else if (!S_ISREG(st.st_mode))
		r = sek_fail(err, SEK_EIO, "not a regular file");
	else if ((uint64_t)st.st_size > SEK_CONTENT_MAX)
		r = sek_fail(err, SEK_ETOOBIG, "larger than %zu MiB",
		    SEK_CONTENT_MAX >> 20);
	else
		r = sek_fd_read(fd, "content", out, err);
	close(fd);
	return r;
}

/* Without threads the work is done where everything else is done, too. */
static enum sek_code
open_odb(struct sek_desk *w, struct sek_err *err)
{
	const struct sek_engine *e = w->engine;
	enum sek_odb_use use = e->o.use;

	if (use == SEK_ODB_FEW && !e->threads)
		use = SEK_ODB_SHARED;
	return sek_odb_open(&w->odb, e->o.repo, use, err);
}

void
sek_engine_expect_objects(struct sek_engine *e)
{
	struct sek_desk *w = &e->worker[0];

	/* An error shows again when the first object is read. */
	if (!e->threads && !w->odb && open_odb(w, NULL) != SEK_OK)
		w->odb = NULL;
}

static enum sek_code
read_object(struct sek_desk *w, struct sek_job *job, enum sek_type *type,
    struct sek_err *err)
{
	enum sek_code r;

	if (!w->odb) {
		r = open_odb(w, err);
		if (r != SEK_OK)
			return r;
	}
	return sek_odb_read(w->odb, &job->blob, &w->content, type, err);
}

static void
unread(struct sek_desk *w, const char *why)
{
	sek_outcome_unread(&w->outcome, sek_str(sek_scanner_shown(w->scanner)),
	    "%s", why);
}

static void
tell_progress(struct sek_engine *e)
{
	struct sek_progress p = {
	    .objects = atomic_load(&e->objects),
	    .bytes = atomic_load(&e->bytes),
	    .expected = e->expected,
	};

	e->o.progress(e->o.progress_arg, &p);
}

void
sek_engine_expect(struct sek_engine *e, uint64_t objects)
{
	e->expected = objects;
}

static void
count(struct sek_desk *w, enum sek_type type, bool message, uint64_t size)
{
	struct sek_counts *c = &w->outcome.counts;

	c->commits += type == SEK_COMMIT;
	c->tags += type == SEK_TAG;
	c->messages += message;
	c->blobs += type == SEK_BLOB && !message;
	if (atomic_fetch_add(&w->engine->objects, 1) % SHOWN == SHOWN - 1 &&
	    !w->engine->threads && w->engine->o.progress)
		tell_progress(w->engine);
	atomic_fetch_add(&w->engine->bytes, size);
}

static bool
keep_pointer(struct sek_engine *e, const struct sek_job *job,
    struct sek_str pointer)
{
	struct sek_kept_pointer p = {.blob = job->blob};

	if (!e->keeps || !job->unnamed || !sek_lfs_parse(&p.lfs, pointer))
		return false;
	pthread_mutex_lock(&e->lock);
	*sek_vec_push(&e->kept) = p;
	pthread_mutex_unlock(&e->lock);
	return true;
}

/* pointer: its text; p NULL: it says what. */
static void
follow(struct sek_desk *w, const struct sek_job *job, struct sek_str pointer,
    const struct sek_lfs_pointer *p)
{
	struct sek_engine *e = w->engine;
	uint64_t before = w->outcome.counts.bytes;

	if (p)
		sek_pointer_follow(w->scanner, e->o.repo, job, p, &w->outcome);
	else if (!keep_pointer(e, job, pointer))
		sek_pointer_scan(w->scanner, e->o.repo, job, pointer,
		    &w->outcome);
	atomic_fetch_add(&e->bytes, w->outcome.counts.bytes - before);
}

static void
scan_content(struct sek_desk *w, const struct sek_job *job, enum sek_type type,
    struct sek_str content)
{
	struct sek_err err;

	if (sek_scanner_run(w->scanner, job, content, &w->outcome, &err) !=
	    SEK_OK) {
		unread(w, err.text);
		return;
	}
	count(w, type, job->place == SEK_PLACE_MESSAGE, content.n);
	if (sek_lfs_begins(content))
		follow(w, job, content, NULL);
}

static void
give_origin(struct sek_founds *founds, size_t from, struct sek_job *job)
{
	for (size_t i = from; i < founds->n && job->origin; i++) {
		size_t n = job->origin->parents;
		struct sek_origin *o = sek_alloc(sizeof(*o));

		*o = *job->origin;
		o->before = sek_alloc_n(n + 1, sizeof(*o->before));
		if (n)
			memcpy(o->before, job->origin->before,
			    n * sizeof(*o->before));
		founds->at[i].origin = o;
	}
}

/* A file that the allow-list takes out as a whole need not be read. */
static bool
is_left_out(struct sek_desk *w, const struct sek_job *job)
{
	const struct sek_allow *allow = w->engine->o.policy->allow;
	bool yes = false;

	if (!allow || job->place != SEK_PLACE_FILE || job->unnamed ||
	    sek_allow_path(allow, sek_str(job->path), &yes, NULL) != SEK_OK)
		return false;
	w->outcome.counts.left_out += yes;
	return yes;
}

static enum sek_code
read_content(struct sek_desk *w, struct sek_job *job, struct sek_str *content,
    enum sek_type *type, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	sek_buf_reset(&w->content);
	w->content.max = SEK_CONTENT_MAX;
	if (job->from == SEK_FROM_FILE)
		r = read_file(job, &w->content, err);
	else if (job->from == SEK_FROM_OBJECT)
		r = read_object(w, job, type, err);
	*content = sek_buf_str(job->from == SEK_FROM_BYTES ? &job->bytes
							   : &w->content);
	return r;
}

static void
do_content(struct sek_desk *w, struct sek_job *job)
{
	enum sek_type type = SEK_BLOB;
	struct sek_str content;
	struct sek_err err;
	enum sek_code r = read_content(w, job, &content, &type, &err);

	if (r == SEK_OK)
		scan_content(w, job, type, content);
	else
		unread(w, err.text);
	if (w->content.cap > SEK_BUF_MAX)
		sek_buf_clear(&w->content);
}

static void
note_doubt(struct sek_desk *w, const struct sek_job *job, uint64_t before)
{
	uint64_t unread = w->outcome.counts.unread - before;

	if (unread && job->unnamed && job->place == SEK_PLACE_FILE &&
	    !sek_oid_is_none(&job->blob))
		*sek_vec_push(&w->outcome.doubts) = (struct sek_doubt){
		    job->blob, unread};
}

static void
do_job(struct sek_desk *w, struct sek_job *job)
{
	size_t before = w->outcome.founds.n;
	uint64_t unread_before = w->outcome.counts.unread;
	struct sek_err err;

	if (is_left_out(w, job))
		return;
	if (sek_scanner_name(w->scanner, job, &w->outcome, &err) != SEK_OK)
		unread(w, err.text);
	if (job->from == SEK_FROM_LFS)
		follow(w, job, (struct sek_str){0}, &job->lfs);
	else if (job->from != SEK_FROM_NOWHERE)
		do_content(w, job);
	else if (!job->elsewhere)
		unread(w, job->why);
	else
		sek_outcome_elsewhere(&w->outcome,
		    sek_str(sek_scanner_shown(w->scanner)), "%s", job->why);
	note_doubt(w, job, unread_before);
	give_origin(&w->outcome.founds, before, job);
}

bool
sek_desk_scan(struct sek_desk *desk, const struct sek_job *job,
    enum sek_type type, struct sek_str content)
{
	const struct sek_outcome *o = &desk->outcome;
	struct sek_counts before = o->counts;
	size_t founds = o->founds.n, repeats = o->repeats.n;
	struct sek_err err;

	if (sek_scanner_name(desk->scanner, job, &desk->outcome, &err) !=
	    SEK_OK)
		unread(desk, err.text);
	scan_content(desk, job, type, content);
	note_doubt(desk, job, before.unread);
	return !sek_lfs_begins(content) && o->founds.n == founds &&
	    o->repeats.n == repeats && o->counts.dropped == before.dropped &&
	    o->counts.unread == before.unread &&
	    o->counts.elsewhere == before.elsewhere &&
	    o->counts.left_out == before.left_out &&
	    o->counts.allowed == before.allowed;
}

void
sek_desk_pass(struct sek_desk *desk, enum sek_type type, uint64_t size)
{
	count(desk, type, type == SEK_COMMIT || type == SEK_TAG, size);
	desk->outcome.counts.bytes += size;
}

void
sek_desk_unread(struct sek_desk *desk, const char *name, const char *why)
{
	sek_outcome_unread(&desk->outcome, sek_str(name), "%s", why);
}

const struct sek_policy *
sek_desk_policy(const struct sek_desk *desk)
{
	return desk->engine->o.policy;
}

bool
sek_desk_stopped(const struct sek_desk *desk)
{
	return sek_engine_stopped(desk->engine);
}

static void
end_task(struct sek_engine *e)
{
	pthread_mutex_lock(&e->lock);
	e->tasks_left--;
	pthread_cond_signal(&e->ended);
	pthread_mutex_unlock(&e->lock);
}

/* Up to a batch of jobs, or a task; 0 when there are none and none will come.
 * done: so many of those before. */
static size_t
next_jobs(struct sek_engine *e, size_t done, struct sek_job *jobs, bool *task)
{
	size_t n = 0;

	pthread_mutex_lock(&e->lock);
	e->busy -= done;
	if (!e->busy && !e->queued)
		pthread_cond_signal(&e->emptied);
	while (!e->queued && !e->closed && !e->tasks_due)
		pthread_cond_wait(&e->filled, &e->lock);
	*task = e->tasks_due > 0;
	if (*task) {
		e->tasks_due--;
		pthread_mutex_unlock(&e->lock);
		return 1;
	}
	/* Not all at the end: the other workers want their share. */
	while (n < BATCH && e->queued > n * (e->threads - 1)) {
		jobs[n++] = e->queue[e->head];
		e->head = (e->head + 1) % QUEUE;
		e->queued--;
	}
	e->busy += n;
	pthread_cond_signal(&e->emptied);
	pthread_mutex_unlock(&e->lock);
	return n;
}

static void *
work(void *arg)
{
	struct sek_desk *w = arg;
	struct sek_job jobs[BATCH];
	bool task;
	size_t n = 0;

	while ((n = next_jobs(w->engine, n, jobs, &task))) {
		if (task) {
			w->engine->task(w->engine->task_arg, w);
			end_task(w->engine);
			n = 0;
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			if (!sek_engine_stopped(w->engine))
				do_job(w, &jobs[i]);
			sek_job_clear(&jobs[i]);
		}
	}
	return NULL;
}

static bool
start(struct sek_engine *e, struct sek_desk *w)
{
	w->engine = e;
	w->scanner = sek_scanner_new(e->o.policy);
	if (pthread_create(&w->thread, NULL, work, w) == 0)
		return true;
	sek_scanner_free(w->scanner);
	return false;
}

struct sek_engine *
sek_engine_new(const struct sek_engine_options *o)
{
	struct sek_engine *e = sek_alloc(sizeof(*e));
	unsigned wanted = o->threads > 1 ? o->threads : 0;

	e->o = *o;
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->filled, NULL);
	pthread_cond_init(&e->emptied, NULL);
	pthread_cond_init(&e->ended, NULL);
	e->room = sek_room_new(SEK_SECRETS_KEPT, SEK_PLACES_BYTES);
	e->worker = sek_alloc_n(wanted + 1, sizeof(*e->worker));
	for (unsigned i = 0; i < wanted + 1; i++) {
		e->worker[i].outcome.room = e->room;
		e->worker[i].outcome.attributed = o->attributed;
	}
	while (e->threads < wanted && start(e, &e->worker[e->threads]))
		e->threads++;
	if (!e->threads) { /* one thread asked for, or none to be had */
		e->worker[0].engine = e;
		e->worker[0].scanner = sek_scanner_new(o->policy);
	}
	return e;
}

static void
enqueue_waiting(struct sek_engine *e)
{
	pthread_mutex_lock(&e->lock);
	while (e->queued + e->waits > QUEUE)
		pthread_cond_wait(&e->emptied, &e->lock);
	for (size_t i = 0; i < e->waits; i++)
		e->queue[(e->head + e->queued++) % QUEUE] = e->waiting[i];
	e->waits = 0;
	pthread_cond_broadcast(&e->filled);
	pthread_mutex_unlock(&e->lock);
}

static void
enqueue(struct sek_engine *e, struct sek_job *job)
{
	e->waiting[e->waits++] = *job;
	*job = (struct sek_job){0};
	if (e->waits == BATCH)
		enqueue_waiting(e);
}

void
sek_engine_add(struct sek_engine *e, struct sek_job *job)
{
	job->order = e->order++;
	if (e->o.progress && e->order % PROGRESS_STEP == 0)
		tell_progress(e);
	if (sek_engine_stopped(e)) {
		sek_job_clear(job);
		return;
	}
	if (e->threads) {
		enqueue(e, job);
		return;
	}
	do_job(&e->worker[0], job);
	sek_job_clear(job);
}

uint64_t
sek_engine_reserve(struct sek_engine *e, uint64_t n)
{
	uint64_t first = e->order;

	e->order += n;
	return first;
}

static bool
wait_for_tasks(struct sek_engine *e)
{
	struct timespec until;
	bool wait;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 100 * 1000 * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&e->lock);
	if (e->tasks_left)
		pthread_cond_timedwait(&e->ended, &e->lock, &until);
	wait = e->tasks_left;
	pthread_mutex_unlock(&e->lock);
	return wait;
}

void
sek_engine_run(struct sek_engine *e, sek_engine_fn *fn, void *arg)
{
	if (!e->threads) {
		fn(arg, &e->worker[0]);
		return;
	}
	pthread_mutex_lock(&e->lock);
	e->task = fn;
	e->task_arg = arg;
	e->tasks_due = e->tasks_left = e->threads;
	pthread_cond_broadcast(&e->filled);
	pthread_mutex_unlock(&e->lock);
	for (bool wait = true; wait;) {
		wait = wait_for_tasks(e);
		if (e->o.progress)
			tell_progress(e);
	}
}

static void
wait_for_jobs(struct sek_engine *e)
{
	if (e->waits)
		enqueue_waiting(e);
	pthread_mutex_lock(&e->lock);
	while (e->queued || e->busy)
		pthread_cond_wait(&e->emptied, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

void
sek_engine_keep_pointers(struct sek_engine *e)
{
	e->keeps = true;
}

static int
by_content(const void *pa, const void *pb)
{
	const struct sek_kept_pointer *a = pa, *b = pb;
	int c = sek_oid_cmp(&a->lfs.oid, &b->lfs.oid);

	return c ? c : sek_oid_cmp(&a->blob, &b->blob);
}

void
sek_engine_pointers(struct sek_engine *e, struct sek_kept_pointers *out)
{
	wait_for_jobs(e);
	e->keeps = false;
	*out = e->kept;
	e->kept = (struct sek_kept_pointers){0};
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_content);
}

static void
close_queue(struct sek_engine *e)
{
	pthread_mutex_lock(&e->lock);
	e->closed = true;
	pthread_cond_broadcast(&e->filled);
	pthread_mutex_unlock(&e->lock);
}

void
sek_engine_finish(struct sek_engine **ep, struct sek_outcome *out)
{
	struct sek_engine *e = sek_steal(ep);

	if (e->waits)
		enqueue_waiting(e);
	close_queue(e);
	*out = e->own;
	for (unsigned i = 0; i < (e->threads ? e->threads : 1); i++) {
		struct sek_desk *w = &e->worker[i];

		if (e->threads)
			pthread_join(w->thread, NULL);
		sek_outcome_merge(out, &w->outcome);
		sek_scanner_free(w->scanner);
		sek_odb_close(w->odb);
		sek_buf_clear(&w->content);
	}
	if (e->o.progress)
		tell_progress(e);
	/* Only now: until here a worker may have dropped what was queued. */
	out->interrupted = sek_engine_stopped(e);
	sek_outcome_tell_dropped(out);
	sek_outcome_sort(out);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->filled);
	pthread_cond_destroy(&e->emptied);
	pthread_cond_destroy(&e->ended);
	sek_vec_clear(&e->kept);
	sek_room_free(e->room);
	free(e->worker);
	free(e);
}

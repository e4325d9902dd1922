#ifndef SEK_SCAN_ENGINE_H
#define SEK_SCAN_ENGINE_H

#include "scan/scanner.h"

/*
 * Reads and scans jobs on one or more threads and gathers what comes of them.
 */
struct sek_progress {
	uint64_t objects, bytes; /* scanned so far */
	uint64_t expected;       /* of the objects; 0: nobody knows */
};
typedef void sek_progress_fn(void *arg, const struct sek_progress *p);

struct sek_engine_options {
	const struct sek_policy *policy;
	struct sek_repo *repo; /* for SEK_FROM_OBJECT */
	enum sek_odb_use use;
	unsigned threads; /* 1: everything in sek_engine_add */
	/* Where clean objects are remembered (clean_set.h), "" for the user's own
	 * place; NULL: nowhere. */
	const char *cache;
	bool attributed; /* see outcome.h */
	/* Set (by a signal handler) to end the run early. May be NULL. */
	const volatile int *stop;
	/* Called now and then with what is done so far, on the caller's thread. */
	sek_progress_fn *progress;
	void *progress_arg;
};

struct sek_engine;
struct sek_engine *sek_engine_new(const struct sek_engine_options *o);

/* Takes the job's content (the struct is the caller's and is left empty). May
 * wait for a place in the queue. Never fails: see sek_outcome.unread. */
void sek_engine_add(struct sek_engine *e, struct sek_job *job);
/* Objects will be asked for: whoever reads them may get ready now, while the
 * source still lists them. */
void sek_engine_expect_objects(struct sek_engine *e);
/* So many objects will be scanned or passed, for the progress. */
void sek_engine_expect(struct sek_engine *e, uint64_t objects);
/* What the sources have to say; valid until sek_engine_finish. */
struct sek_outcome *sek_engine_outcome(struct sek_engine *e);
bool sek_engine_stopped(const struct sek_engine *e);
const struct sek_engine_options *sek_engine_options(const struct sek_engine *e);

/*
 * From here on the LFS pointers of jobs without a name are kept rather than
 * followed: of many that stand for one content, few are. sek_engine_pointers
 * waits for all jobs so far, gives what was kept, by the content's id and then
 * the blob's, and ends this.
 */
struct sek_kept_pointer {
	struct sek_lfs_pointer lfs;
	struct sek_oid blob;
};
struct sek_kept_pointers SEK_VEC_BODY(struct sek_kept_pointer);
void sek_engine_keep_pointers(struct sek_engine *e);
void sek_engine_pointers(struct sek_engine *e, struct sek_kept_pointers *out);

/* Waits for all jobs, gives what came of them, frees the engine. */
void sek_engine_finish(struct sek_engine **e, struct sek_outcome *out);

/*
 * Work that reads for itself: fn is called on every thread of the engine at
 * once (one: on this one), with a desk for what it reads there. Returns when
 * all of them did. sek_engine_reserve gives the first of n numbers for the
 * order of jobs, so that the order in which threads work is not seen.
 */
struct sek_desk;
typedef void sek_engine_fn(void *arg, struct sek_desk *desk);
void sek_engine_run(struct sek_engine *e, sek_engine_fn *fn, void *arg);
uint64_t sek_engine_reserve(struct sek_engine *e, uint64_t n);

/* Scans and counts content; the job's fields are as for sek_engine_add, its
 * order is set, and it stays the caller's. True: nothing at all came of it. */
bool sek_desk_scan(struct sek_desk *desk, const struct sek_job *job,
    enum sek_type type, struct sek_str content);
/* Counts content that is known to be clean. */
void sek_desk_pass(struct sek_desk *desk, enum sek_type type, uint64_t size);
void sek_desk_unread(struct sek_desk *desk, const char *name, const char *why);
const struct sek_policy *sek_desk_policy(const struct sek_desk *desk);
bool sek_desk_stopped(const struct sek_desk *desk);

/* A content may have this many bytes; more is unread. */
#define SEK_CONTENT_MAX ((size_t)1 << 30)

#endif

#ifndef SEK_REPO_HOLDERS_H
#define SEK_REPO_HOLDERS_H

#include "repo/graph.h"

/*
 * Where blobs of a history stand: which commit was the first to hold one at a
 * path, how many commits hold it, which refs lead there? Asked of few blobs in
 * any number of commits: all trees are read by our own reader, once for each
 * level of directories that lead to one of them, and all commits once, which
 * costs less than to have git compare each commit with its parents.
 */
struct sek_holders;

/* An entry of a tree that is asked for by its name. */
struct sek_holder_name {
	struct sek_oid tree;
	struct sek_oid id; /* made up: tells it from all objects and names */
	const char *name;  /* borrowed until sek_holders_open returns */
};

/*
 * blobs: by id. SEK_EPARSE: a tree or commit cannot be read, and git should be
 * asked; SEK_ETOOBIG; SEK_ECANCEL: the watch (may be NULL) ended it. The store
 * and the watch must live as long as the holders do.
 */
enum sek_code
sek_holders_open(struct sek_holders **out, const struct sek_tips *tips,
    const struct sek_store *s, const struct sek_oids *blobs,
    const struct sek_holder_name *names, size_t names_n,
    const struct sek_watch *watch, struct sek_err *err) SEK_CHECKED;
void sek_holders_free(struct sek_holders *h); /* NULL is legal */

/*
 * fn is called for each path of each blob (of each name: the id that stands for
 * it), with the first commit in the order of graph.h that holds it there; commits
 * come in that order. In a tree that is tagged, or a ref itself, without a
 * commit: then *commit is none. A code other than SEK_OK ends the walk.
 * SEK_ETOOBIG: trees that make more paths than anybody has.
 */
typedef enum sek_code sek_holder_fn(void *arg, const struct sek_oid *commit,
    struct sek_str path, const struct sek_oid *blob, struct sek_err *err);
enum sek_code sek_holders_each(struct sek_holders *h, sek_holder_fn *fn,
    void *arg, struct sek_err *err) SEK_CHECKED;

/* One of the objects that hold what is counted under a number. */
struct sek_holding {
	uint32_t group;
	struct sek_oid id; /* a blob or name that was asked for, or a commit */
};

/*
 * Of each group, how many commits of the store, reached or not, have one of its
 * ids: are it, or have it in their tree at any path. v is sorted here by group.
 * out: groups numbers. False: the watch ended it.
 */
bool sek_holders_count(struct sek_holders *h, struct sek_holding *v, size_t n,
    uint32_t groups, uint64_t *out);

/* Which refs lead to an object. */
#define SEK_REFS_KEPT 100
struct sek_reach {
	enum sek_reached reached;
	uint64_t refs;        /* how many */
	SEK_VEC(uint32_t) at; /* the first SEK_REFS_KEPT, in tips->refs */
};

/* ids: commits and tags, and of what was asked for that which no commit has; by
 * id, each once. out: n elements, zeroed, whose `at` the caller clears. False as
 * above. */
bool sek_holders_reach(struct sek_holders *h, const struct sek_oids *ids,
    struct sek_reach *out);

#endif

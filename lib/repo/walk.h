#ifndef SEK_REPO_WALK_H
#define SEK_REPO_WALK_H

#include "repo/family.h"
#include "repo/shard.h"

/*
 * Reads every object of a store once, each delta family depth first, so that no
 * base is inflated twice. An object that nothing else is made of is not put
 * together: whoever needs its bytes applies the delta.
 *
 * Any number of threads, each with a walker of its own, share the work until
 * none is left.
 */
struct sek_walk_object {
	const struct sek_pack *pack; /* NULL: a loose one */
	uint32_t place;              /* in the pack */
	const struct sek_oid *loose;
	enum sek_type type;
	uint64_t number; /* the same in every run over the same store */
	uint64_t size;
	unsigned depth; /* in its family: it is made of the object that was
			   told last with a depth of one less */
	bool known;     /* told under another number, from another place, or
			   settled; what is made of it is not */
	struct sek_str content;        /* p NULL: not put together */
	const struct sek_delta *delta; /* NULL: the root of a family */
	struct sek_str base;           /* with a delta */
};

enum sek_walk_loss {
	SEK_WALK_GONE,    /* git has moved it, or it is missing */
	SEK_WALK_DAMAGED, /* git may have another one */
	SEK_WALK_REFUSED, /* too large, too deep, a circle: nobody should */
};

struct sek_walk_visitor {
	/* False ends the walk. Everything is borrowed until it returns. */
	bool (*object)(void *arg, const struct sek_walk_object *o);
	bool (*lost)(void *arg, const struct sek_oid *oid, uint64_t number,
	    enum sek_walk_loss loss, const char *why);
	void *arg; /* of the thread */
};

struct sek_walk;
struct sek_walk *sek_walk_new(const struct sek_families *f);
void sek_walk_free(struct sek_walk *w); /* NULL is legal */
/* Families of other types are passed over, as far as that can be told before
 * they are read: the visitor must look. */
void sek_walk_only(struct sek_walk *w, enum sek_type type);
/* Families and loose objects of other parts are passed over. */
void sek_walk_shard(struct sek_walk *w, const struct sek_shard *shard);

/* Takes part in the walk until it is over. */
void sek_walk_run(struct sek_walk *w, const struct sek_walk_visitor *v);

/* Its id, which most visitors need of few objects, and which costs a look at a
 * far place of the index. False: its pack can no longer be read. */
bool sek_walk_oid(const struct sek_walk_object *o, struct sek_oid *out);

/* An object that was told as not put together: replaces out, and is counted
 * against the limits. */
enum sek_code
sek_walk_build(struct sek_walk *w, const struct sek_walk_object *o,
    struct sek_buf *out, struct sek_err *err) SEK_CHECKED;

/*
 * A walker holds this much of the objects that wait for the rest of their
 * families, and what it has in hand: more is dropped and made anew when its
 * turn comes.
 */
#define SEK_WALK_HOLDS ((size_t)256 << 20)
/* What a store may make of each of its bytes, and of none; beyond it the rest
 * is refused: small packs can be made that inflate for weeks. */
#define SEK_WALK_GROWTH 4096
#define SEK_WALK_BYTES  ((uint64_t)64 << 30)

/* For tests: other limits than these. */
void sek_walk_limit(struct sek_walk *w, size_t holds, uint64_t bytes);

#endif

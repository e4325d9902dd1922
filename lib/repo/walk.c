#include "repo/walk.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"

#define CHUNK 16 /* units of work that are taken at once */

/* Units of work: the roots of families, then the loose objects. */
struct sek_walk {
	const struct sek_families *f;
	enum sek_type only; /* 0: all */
	struct sek_shard shard;
	size_t holds;
	uint64_t bytes_max;
	_Atomic size_t next;
	_Atomic uint64_t bytes;
	_Atomic bool ended;
};

/* A member on the way from the root to the one in hand. */
struct frame {
	uint32_t member, child; /* child: the next one to be read */
	struct sek_buf content;
	bool there; /* is content its content? */
};

struct walker {
	struct sek_walk *walk;
	const struct sek_walk_visitor *v;
	struct sek_inflate *z;
	struct sek_family_pack *pack; /* of the family in hand */
	enum sek_type type;
	SEK_VEC(struct frame) frame; /* beyond `depth`: kept for their memory */
	size_t held;                 /* bytes of all frames' memory */
	struct sek_buf delta;
};

struct sek_walk *
sek_walk_new(const struct sek_families *f)
{
	struct sek_walk *w = sek_alloc(sizeof(*w));
	uint64_t all = 0;

	sek_vec_each (p, &f->store->packs)
		all += (*p)->bytes.n;
	w->f = f;
	sek_walk_limit(w, SEK_WALK_HOLDS,
	    SEK_WALK_BYTES + SEK_WALK_GROWTH * all);
	return w;
}

void
sek_walk_free(struct sek_walk *w)
{
	free(w);
}

void
sek_walk_only(struct sek_walk *w, enum sek_type type)
{
	w->only = type;
}

void
sek_walk_shard(struct sek_walk *w, const struct sek_shard *shard)
{
	w->shard = *shard;
}

void
sek_walk_limit(struct sek_walk *w, size_t holds, uint64_t bytes)
{
	w->holds = holds;
	w->bytes_max = bytes;
}

static enum sek_code
count_bytes(struct sek_walk *w, uint64_t n, struct sek_err *err)
{
	if (atomic_fetch_add(&w->bytes, n) + n <= w->bytes_max)
		return SEK_OK;
	return sek_fail(err, SEK_ETOOBIG,
	    "the packs make more bytes than the limit");
}

static void
drop(struct walker *w, struct frame *f)
{
	w->held -= f->content.cap;
	sek_buf_clear(&f->content);
	f->there = false;
}

/*
 * Room for n bytes in a frame's buffer. What is deeper is not in use; then what
 * is nearest to the root waits longest. The frame's own base is needed now.
 */
static char *
make_room(struct walker *w, size_t depth, size_t n)
{
	struct frame *f = &w->frame.at[depth];
	size_t had = f->content.cap;
	char *to;

	for (size_t i = w->frame.n; i-- > depth + 1;)
		if (w->held + n > w->walk->holds)
			drop(w, &w->frame.at[i]);
	for (size_t i = 0; i + 1 < depth; i++)
		if (w->held + n > w->walk->holds)
			drop(w, &w->frame.at[i]);
	if (had < n + 1) { /* nothing of it need be moved */
		drop(w, f);
		had = 0;
	}
	f->there = false;
	f->content.max = SEK_OBJECT_MAX;
	sek_buf_reset(&f->content);
	to = sek_buf_room(&f->content, n);
	w->held += f->content.cap - had;
	return to;
}

static enum sek_code
too_large(struct sek_err *err)
{
	return sek_fail(err, SEK_ETOOBIG, "larger than %zu MiB",
	    SEK_OBJECT_MAX >> 20);
}

/* The delta at a depth: inflated, opened, and fit for its base. */
static enum sek_code
open_delta(struct walker *w, size_t depth, struct sek_delta *d,
    const struct sek_buf *base, struct sek_err *err)
{
	uint32_t place = w->frame.at[depth].member;
	struct sek_pack_entry e;
	enum sek_code r = sek_pack_entry(w->pack->pack, place, &e, err);

	if (!r)
		r = sek_pack_inflate(w->pack->pack, place, &e, w->z, &w->delta,
		    err);
	if (!r)
		r = count_bytes(w->walk, w->delta.n, err);
	if (r)
		return r;
	if (!sek_delta_open(d, sek_buf_str(&w->delta)) ||
	    d->base_size != base->n)
		return sek_fail(err, SEK_EPARSE, "its delta is broken");
	return d->size > SEK_OBJECT_MAX ? too_large(err) : SEK_OK;
}

static enum sek_code
put_together(struct walker *w, size_t depth, const struct sek_delta *d,
    struct sek_err *err)
{
	enum sek_code r = count_bytes(w->walk, d->size, err);
	char *to;

	if (r)
		return r;
	to = make_room(w, depth, (size_t)d->size);
	if (!to)
		return sek_fail(err, SEK_ETOOBIG, "not enough memory");
	if (!sek_delta_apply(*d, w->frame.at[depth - 1].content.p, to))
		return sek_fail(err, SEK_EPARSE, "its delta is broken");
	w->frame.at[depth].content.n = (size_t)d->size;
	w->frame.at[depth].there = true;
	return SEK_OK;
}

/* The root's own stream, or a delta of what stands elsewhere in the store. */
static enum sek_code
read_root(struct walker *w, struct sek_err *err)
{
	const struct sek_pack *p = w->pack->pack;
	struct frame *f = &w->frame.at[0];
	struct sek_pack_entry e;
	struct sek_oid oid;
	uint64_t work = 0;
	enum sek_code r = sek_pack_entry(p, f->member, &e, err);

	if (r)
		return r;
	if (!make_room(w, 0, (size_t)e.size))
		return sek_fail(err, SEK_ETOOBIG, "not enough memory");
	w->held -= f->content.cap;
	if (e.type) {
		r = sek_pack_inflate(p, f->member, &e, w->z, &f->content, err);
		w->type = e.type;
		work = e.size;
	} else {
		sek_pack_oid(p, f->member, &oid);
		r = sek_store_read(w->walk->f->store, &oid, w->z, &f->content,
		    &w->type, &work, w->walk->bytes_max, err);
	}
	w->held += f->content.cap;
	f->there = !r;
	return r ? r : count_bytes(w->walk, work, err);
}

/* Content that was dropped, from the nearest one above it that is there. */
static enum sek_code
restore(struct walker *w, size_t depth, struct sek_err *err)
{
	size_t i = depth;
	enum sek_code r = SEK_OK;

	while (i && !w->frame.at[i].there)
		i--;
	if (!w->frame.at[i].there)
		r = read_root(w, err);
	while (!r && i++ < depth) {
		struct sek_delta d;

		r = open_delta(w, i, &d, &w->frame.at[i - 1].content, err);
		if (!r)
			r = put_together(w, i, &d, err);
	}
	return r;
}

bool
sek_walk_oid(const struct sek_walk_object *o, struct sek_oid *out)
{
	if (!o->pack) {
		*out = *o->loose;
		return true;
	}
	sek_pack_oid(o->pack, o->place, out);
	return !sek_pack_failed(o->pack);
}

enum sek_code
sek_walk_build(struct sek_walk *w, const struct sek_walk_object *o,
    struct sek_buf *out, struct sek_err *err)
{
	enum sek_code r = count_bytes(w, o->size, err);
	char *to;

	if (r)
		return r;
	out->max = SEK_OBJECT_MAX;
	sek_buf_reset(out);
	to = sek_buf_room(out, (size_t)o->size);
	if (!to)
		return sek_fail(err, SEK_ETOOBIG, "not enough memory");
	if (!sek_delta_apply(*o->delta, o->base.p, to))
		return sek_fail(err, SEK_EPARSE, "its delta is broken");
	out->n = (size_t)o->size;
	return SEK_OK;
}

static enum sek_walk_loss
loss_of(enum sek_code code)
{
	if (code == SEK_ETOOBIG)
		return SEK_WALK_REFUSED;
	return code == SEK_ENOTFOUND ? SEK_WALK_GONE : SEK_WALK_DAMAGED;
}

static void
lose(struct walker *w, uint32_t place, enum sek_code code, const char *why)
{
	const struct sek_walk_visitor *v = w->v;
	struct sek_oid oid;

	sek_pack_oid(w->pack->pack, place, &oid);
	if (!v->lost(v->arg, &oid, w->pack->first + place, loss_of(code), why))
		atomic_store(&w->walk->ended, true);
}

/* What cannot be read takes with it all that is made of it. */
static void
lose_all(struct walker *w, uint32_t top, const struct sek_err *why)
{
	uint32_t at = top;

	for (; at != SEK_NO_MEMBER; at = sek_family_next(w->pack, top, at))
		lose(w, at, why->code, why->text);
}

static void
tell(struct walker *w, size_t depth, const struct sek_delta *d, bool built)
{
	const struct frame *f = &w->frame.at[depth];
	struct sek_walk_object o = {
	    .pack = w->pack->pack,
	    .place = f->member,
	    .type = w->type,
	    .number = w->pack->first + f->member,
	    .depth = (unsigned)depth,
	    .known = sek_bit(w->pack->known, f->member),
	    .size = built ? f->content.n : d->size,
	    .delta = d,
	};

	if (sek_pack_failed(w->pack->pack)) {
		lose(w, f->member, SEK_EIO, "its pack can no longer be read");
		return;
	}
	if (built)
		o.content = sek_buf_str(&f->content);
	if (d)
		o.base = sek_buf_str(&w->frame.at[depth - 1].content);
	if (!w->v->object(w->v->arg, &o))
		atomic_store(&w->walk->ended, true);
}

/* A frame for a member; those that were there keep their memory. */
static void
enter(struct walker *w, size_t depth, uint32_t member)
{
	const struct sek_member *m = &w->pack->member[member];
	uint32_t next = m->child != SEK_NO_MEMBER ? m->child : m->sibling;
	struct frame *f;

	if (next != SEK_NO_MEMBER)
		sek_pack_expect(w->pack->pack, next);
	if (depth == w->frame.n)
		(void)sek_vec_push(&w->frame);
	f = &w->frame.at[depth];
	f->member = member;
	f->child = m->child;
	f->there = false;
}

/* A member at a depth is read and told. */
static enum sek_code
read_member(struct walker *w, size_t depth, struct sek_err *err)
{
	bool leaf = w->frame.at[depth].child == SEK_NO_MEMBER;
	struct sek_delta d;
	enum sek_code r = count_bytes(w->walk, 0, err);

	if (r)
		return r;
	if (depth == 0) {
		r = read_root(w, err);
		if (!r)
			tell(w, 0, NULL, true);
		return r;
	}
	if (depth > SEK_CHAIN_MAX)
		return sek_fail(err, SEK_ETOOBIG,
		    "a chain of more than %d deltas", SEK_CHAIN_MAX);
	r = restore(w, depth - 1, err);
	if (!r)
		r = open_delta(w, depth, &d, &w->frame.at[depth - 1].content,
		    err);
	if (!r && !leaf)
		r = put_together(w, depth, &d, err);
	if (!r)
		tell(w, depth, &d, !leaf);
	return r;
}

static bool
is_of_another_type(const struct walker *w, uint32_t root)
{
	struct sek_pack_entry e;

	return sek_pack_entry(w->pack->pack, root, &e, NULL) == SEK_OK &&
	    e.type && e.type != w->walk->only;
}

static void
walk_family(struct walker *w, const struct sek_family_root *root)
{
	size_t depth = 0;
	struct sek_err why;

	w->pack = &w->walk->f->pack[root->pack];
	if (w->walk->only && is_of_another_type(w, root->place))
		return;
	enter(w, 0, root->place);
	if (read_member(w, 0, &why)) {
		lose_all(w, root->place, &why);
		return;
	}
	while (!atomic_load(&w->walk->ended)) {
		struct frame *f = &w->frame.at[depth];
		uint32_t child = f->child;

		if (child == SEK_NO_MEMBER) {
			if (!depth--)
				return;
			continue;
		}
		f->child = w->pack->member[child].sibling;
		enter(w, depth + 1, child);
		if (read_member(w, depth + 1, &why))
			lose_all(w, child, &why);
		else if (w->frame.at[depth + 1].child != SEK_NO_MEMBER)
			depth++;
	}
}

static void
walk_loose(struct walker *w, size_t i)
{
	const struct sek_families *f = w->walk->f;
	const struct sek_store_loose *l = &f->store->loose.at[i];
	struct sek_walk_object o = {
	    .loose = &l->oid,
	    .number = f->packed + i,
	    .known = sek_bit(f->loose_known, i),
	};
	sek_auto_buf own = {0};
	struct sek_err why;
	enum sek_code r;
	size_t body;
	bool go_on;

	if (sek_bit(f->loose_settled, i))
		return;
	r = sek_store_read_loose(f->store, l, w->z, &own, &o.type, &body, &why);
	if (!r)
		r = count_bytes(w->walk, own.n, &why);
	if (r == SEK_ENOTFOUND && o.known)
		return; /* git packed it: it is told from there */
	if (r) {
		go_on = w->v->lost(w->v->arg, &l->oid, o.number, loss_of(r),
		    why.text);
	} else {
		o.content = (struct sek_str){own.p + body, own.n - body};
		o.size = o.content.n;
		go_on = w->v->object(w->v->arg, &o);
	}
	if (!go_on)
		atomic_store(&w->walk->ended, true);
}

static void
walk_circle(struct walker *w, const struct sek_family_root *c)
{
	w->pack = &w->walk->f->pack[c->pack];
	lose(w, c->place, SEK_ETOOBIG, "its bases lead in a circle");
}

static bool
is_here(const struct walker *w, const struct sek_family_root *root)
{
	struct sek_oid oid;

	if (w->walk->shard.of < 2)
		return true;
	sek_pack_oid(w->walk->f->pack[root->pack].pack, root->place, &oid);
	return sek_shard_has(&w->walk->shard, &oid);
}

static void
walk_unit(struct walker *w, size_t i)
{
	const struct sek_families *f = w->walk->f;

	if (i < f->roots.n) {
		if (is_here(w, &f->roots.at[i]))
			walk_family(w, &f->roots.at[i]);
		return;
	}
	i -= f->roots.n;
	if (i < f->circles.n) {
		if (is_here(w, &f->circles.at[i]))
			walk_circle(w, &f->circles.at[i]);
		return;
	}
	i -= f->circles.n;
	if (sek_shard_has(&w->walk->shard, &f->store->loose.at[i].oid))
		walk_loose(w, i);
}

void
sek_walk_run(struct sek_walk *walk, const struct sek_walk_visitor *v)
{
	const struct sek_families *f = walk->f;
	struct walker w = {.walk = walk, .v = v, .z = sek_inflate_new()};
	size_t n = f->roots.n + f->circles.n + f->store->loose.n;

	for (;;) {
		size_t at = atomic_fetch_add(&walk->next, CHUNK);

		for (size_t i = at; i < n && i < at + CHUNK; i++)
			if (!atomic_load(&walk->ended))
				walk_unit(&w, i);
		if (at >= n || atomic_load(&walk->ended))
			break;
	}
	sek_vec_each (frame, &w.frame)
		sek_buf_clear(&frame->content);
	sek_vec_clear(&w.frame);
	sek_buf_clear(&w.delta);
	sek_inflate_free(w.z);
}

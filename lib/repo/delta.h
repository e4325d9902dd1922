#ifndef SEK_REPO_DELTA_H
#define SEK_REPO_DELTA_H

#include "base/buf.h"

/*
 * A delta of a pack (gitformat-pack(5), "Deltified representation"): how an
 * object is put together from parts of its base and new bytes. Borrows the
 * bytes, which may be anything: nothing outside the base is ever named, and no
 * more than `size` bytes are made.
 */

/* Parts that follow each other in the base come as one. */
struct sek_delta_part {
	const char *text; /* new bytes; NULL: copied from the base */
	size_t from;      /* where in the base */
	size_t n;
};

struct sek_delta {
	uint64_t base_size, size; /* of the base and of what is made of it */
	const unsigned char *at, *end;
	uint64_t made;
	struct sek_delta_part ahead; /* read already; n 0: none */
};

enum sek_delta_step { SEK_DELTA_PART, SEK_DELTA_END, SEK_DELTA_BROKEN };

bool sek_delta_open(struct sek_delta *d, struct sek_str bytes);
enum sek_delta_step
sek_delta_next(struct sek_delta *d, struct sek_delta_part *out);

/* The first bytes of what it makes, at most n; how many they are. */
size_t
sek_delta_head(struct sek_delta d, struct sek_str base, char *out, size_t n);

/* d: as it was opened. From a base of base_size bytes; out has room for size. */
bool sek_delta_apply(struct sek_delta d, const char *base, char *out);

/* The same with memory: replaces out, whose limit is max then; base is not in
 * it. SEK_EPARSE, SEK_ETOOBIG (over max) "why". */
enum sek_code sek_delta_make(struct sek_buf *out, struct sek_str base,
    struct sek_str delta, size_t max, struct sek_err *err) SEK_CHECKED;
/* *object holds the base, then what is made of it. */
enum sek_code sek_delta_build(struct sek_buf *object, struct sek_str delta,
    size_t max, struct sek_err *err) SEK_CHECKED;

#endif

#include "repo/delta.h"

static bool
varint(struct sek_delta *d, uint64_t *out)
{
	unsigned shift = 0;

	*out = 0;
	while (d->at < d->end && shift < 63) {
		unsigned char c = *d->at++;

		*out |= (uint64_t)(c & 127) << shift;
		if (!(c & 128))
			return true;
		shift += 7;
	}
	return false;
}

bool
sek_delta_open(struct sek_delta *d, struct sek_str bytes)
{
	*d = (struct sek_delta){.at = (const unsigned char *)bytes.p};
	d->end = d->at + bytes.n;
	return varint(d, &d->base_size) && varint(d, &d->size);
}

/* The low bits of the command say which bytes of offset and size follow. */
static inline const unsigned char *
copy_args(const unsigned char *p, unsigned command, uint32_t *from, uint32_t *n)
{
	*from = *n = 0;
	if (command & 1)
		*from = *p++;
	if (command & 2)
		*from |= (uint32_t)*p++ << 8;
	if (command & 4)
		*from |= (uint32_t)*p++ << 16;
	if (command & 8)
		*from |= (uint32_t)*p++ << 24;
	if (command & 16)
		*n = *p++;
	if (command & 32)
		*n |= (uint32_t)*p++ << 8;
	if (command & 64)
		*n |= (uint32_t)*p++ << 16;
	return p;
}

static bool
read_copy(struct sek_delta *d, unsigned command, struct sek_delta_part *out)
{
	uint32_t from, n;

	/* It has 7 bytes at most. */
	if (d->end - d->at < 7 &&
	    d->end - d->at < __builtin_popcount(command & 127))
		return false;
	d->at = copy_args(d->at, command, &from, &n);
	out->text = NULL;
	out->from = from;
	out->n = n ? n : 0x10000;
	return out->from + out->n <= d->base_size;
}

static bool
read_part(struct sek_delta *d, struct sek_delta_part *out)
{
	unsigned command = *d->at++;

	if (command & 128)
		return read_copy(d, command, out);
	if (!command || (size_t)(d->end - d->at) < command)
		return false;
	*out = (struct sek_delta_part){
	    .text = (const char *)d->at,
	    .n = command,
	};
	d->at += command;
	return true;
}

enum sek_delta_step
sek_delta_next(struct sek_delta *d, struct sek_delta_part *out)
{
	if (d->ahead.n) {
		*out = d->ahead;
		d->ahead.n = 0;
	} else if (d->at == d->end) {
		return d->made == d->size ? SEK_DELTA_END : SEK_DELTA_BROKEN;
	} else if (!read_part(d, out)) {
		return SEK_DELTA_BROKEN;
	}
	while (!out->text && d->at < d->end && *d->at & 128) {
		if (!read_part(d, &d->ahead))
			return SEK_DELTA_BROKEN;
		if (d->ahead.from != out->from + out->n)
			break;
		out->n += d->ahead.n;
		d->ahead.n = 0;
	}
	if (out->n > d->size - d->made)
		return SEK_DELTA_BROKEN;
	d->made += out->n;
	return SEK_DELTA_PART;
}

bool
sek_delta_apply(struct sek_delta d, const char *base, char *out)
{
	uint64_t left = d.size - d.made;
	struct sek_delta_part part;

	if (d.ahead.n)
		return false;
	while (d.at < d.end) {
		if (!read_part(&d, &part) || part.n > left)
			return false;
		memcpy(out, part.text ? part.text : base + part.from, part.n);
		out += part.n;
		left -= part.n;
	}
	return !left;
}

size_t
sek_delta_head(struct sek_delta d, struct sek_str base, char *out, size_t n)
{
	struct sek_delta_part part;
	size_t made = 0;

	while (made < n && sek_delta_next(&d, &part) == SEK_DELTA_PART) {
		size_t some = part.n < n - made ? part.n : n - made;

		if (!part.text &&
		    (part.from > base.n || some > base.n - part.from))
			break;
		memcpy(out + made, part.text ? part.text : base.p + part.from,
		    some);
		made += some;
	}
	return made;
}

enum sek_code
sek_delta_make(struct sek_buf *out, struct sek_str base, struct sek_str delta,
    size_t max, struct sek_err *err)
{
	struct sek_delta d;
	char *to;

	if (!sek_delta_open(&d, delta) || d.base_size != base.n)
		return sek_fail(err, SEK_EPARSE, "its delta is broken");
	if (d.size > max)
		return sek_fail(err, SEK_ETOOBIG, "larger than %zu MiB",
		    max >> 20);
	sek_buf_reset(out);
	out->max = max;
	to = sek_buf_room(out, (size_t)d.size);
	if (!to)
		return sek_fail(err, SEK_ETOOBIG, "not enough memory");
	if (!sek_delta_apply(d, base.p, to))
		return sek_fail(err, SEK_EPARSE, "its delta is broken");
	out->n = (size_t)d.size;
	return SEK_OK;
}

enum sek_code
sek_delta_build(struct sek_buf *object, struct sek_str delta, size_t max,
    struct sek_err *err)
{
	sek_auto_buf made = {0};
	enum sek_code r = sek_delta_make(&made, sek_buf_str(object), delta, max,
	    err);

	if (r)
		return r;
	sek_buf_clear(object);
	*object = made;
	made = (struct sek_buf){0};
	return SEK_OK;
}

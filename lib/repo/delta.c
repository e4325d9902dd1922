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
static bool
read_copy(struct sek_delta *d, unsigned command, struct sek_delta_part *out)
{
	uint32_t field[2] = {0, 0};

	for (unsigned i = 0; i < 7; i++) {
		if (!(command >> i & 1))
			continue;
		if (d->at == d->end)
			return false;
		field[i / 4] |= (uint32_t)*d->at++ << 8 * (i % 4);
	}
	*out = (struct sek_delta_part){
	    .from = field[0],
	    .n = field[1] ? field[1] : 0x10000,
	};
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
	if (d->at == d->end)
		return d->made == d->size ? SEK_DELTA_END : SEK_DELTA_BROKEN;
	if (!read_part(d, out))
		return SEK_DELTA_BROKEN;
	while (!out->text && d->at < d->end && *d->at & 128) {
		const unsigned char *before = d->at;
		struct sek_delta_part more;

		if (!read_part(d, &more))
			return SEK_DELTA_BROKEN;
		if (more.from != out->from + out->n) {
			d->at = before;
			break;
		}
		out->n += more.n;
	}
	if (out->n > d->size - d->made)
		return SEK_DELTA_BROKEN;
	d->made += out->n;
	return SEK_DELTA_PART;
}

bool
sek_delta_apply(struct sek_delta d, const char *base, char *out)
{
	struct sek_delta_part part;
	enum sek_delta_step step;

	while ((step = sek_delta_next(&d, &part)) == SEK_DELTA_PART) {
		memcpy(out, part.text ? part.text : base + part.from, part.n);
		out += part.n;
	}
	return step == SEK_DELTA_END;
}

#include "repo/oid.h"

#include <stdlib.h>

#include "base/enc.h"

bool
sek_oid_parse(struct sek_oid *out, struct sek_str hex)
{
	struct sek_oid oid = {0};

	if (hex.n != 40 && hex.n != 64)
		return false;
	if (!sek_unhex(hex, oid.raw))
		return false;
	oid.len = (unsigned char)(hex.n / 2);
	*out = oid;
	return true;
}

const char *
sek_oid_hex(const struct sek_oid *oid, char out[SEK_OID_HEX])
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < oid->len; i++) {
		out[2 * i] = digit[oid->raw[i] >> 4];
		out[2 * i + 1] = digit[oid->raw[i] & 15];
	}
	out[2 * i] = '\0';
	return out;
}

bool
sek_oid_is_none(const struct sek_oid *oid)
{
	return oid->len == 0;
}

bool
sek_oid_eq(const struct sek_oid *a, const struct sek_oid *b)
{
	return a->len == b->len && memcmp(a->raw, b->raw, a->len) == 0;
}

int
sek_oid_cmp(const struct sek_oid *a, const struct sek_oid *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->raw, b->raw, a->len);
}

static int
by_id(const void *a, const void *b)
{
	return sek_oid_cmp(a, b);
}

void
sek_oids_sort(struct sek_oids *v)
{
	size_t n = 0;

	if (!v->n)
		return;
	qsort(v->at, v->n, sizeof(*v->at), by_id);
	for (size_t i = 0; i < v->n; i++)
		if (!n || !sek_oid_eq(&v->at[n - 1], &v->at[i]))
			v->at[n++] = v->at[i];
	v->n = n;
}

const struct sek_oid *
sek_oids_find(const struct sek_oids *v, const struct sek_oid *oid)
{
	return v->n ? bsearch(oid, v->at, v->n, sizeof(*oid), by_id) : NULL;
}

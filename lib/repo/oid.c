#include "repo/oid.h"

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

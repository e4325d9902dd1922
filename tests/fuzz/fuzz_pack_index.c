#include "repo/pack_index.h"

/* Any bytes as the index of a pack: refused, or every question has an answer. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
ask_all(const struct sek_pack_index *x)
{
	for (uint32_t i = 0; i < x->n; i++) {
		struct sek_oid oid;
		uint32_t found;

		sek_pack_index_oid(x, i, &oid);
		(void)sek_pack_index_offset(x, i);
		if (x->version == 2)
			(void)sek_pack_index_crc(x, i);
		if (sek_pack_index_find(x, &oid, &found) && found >= x->n)
			__builtin_trap();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_str bytes = {(const char *)data, n};

	for (unsigned len = 20; len <= 32; len += 12) {
		struct sek_pack_index x;
		struct sek_err err;

		if (sek_pack_index_open(&x, bytes, len, &err) == SEK_OK)
			ask_all(&x);
	}
	return 0;
}

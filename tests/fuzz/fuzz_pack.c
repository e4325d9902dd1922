#include "base/alloc.h"
#include "repo/pack.h"

/*
 * Any bytes as the objects of a pack, of which three start where the first
 * three bytes say: refused, or inflated to what their headers promise.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

#define INDEX (1024 + 3 * 24 + 40) /* version 1: no sums to guess */

static void
read_all(const struct sek_pack *p)
{
	struct sek_inflate *z = sek_inflate_new();

	for (uint32_t i = 0; i < p->index.n; i++) {
		struct sek_pack_entry e;
		sek_auto_buf out = {0};
		struct sek_err err;

		if (sek_pack_entry(p, i, &e, &err) == SEK_OK &&
		    e.size < 1 << 20 &&
		    sek_pack_inflate(p, i, &e, z, &out, &err) == SEK_OK &&
		    out.n != e.size)
			__builtin_trap();
	}
	sek_inflate_free(z);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	char index[INDEX] = {0};
	static char path[] = "fuzz";
	struct sek_pack p = {.path = path, .index_bytes = {index, INDEX}};
	sek_auto_buf pack = {0};

	if (n < 3)
		return 0;
	for (size_t i = 0; i < 256; i++)
		index[4 * i + 3] = 3;
	for (size_t i = 0; i < 3; i++) {
		index[1024 + 24 * i + 3] = (char)data[i];
		index[1024 + 24 * i + 23] = (char)i;
	}
	sek_buf_add(&pack, "PACK\0\0\0\2\0\0\0\3", 12);
	sek_buf_add(&pack, data + 3, n - 3);
	sek_buf_add(&pack, index, 20);
	p.bytes = sek_buf_str(&pack);
	if (sek_pack_take(&p, 20, NULL) == SEK_OK)
		read_all(&p);
	sek_free_ptr(&p.place);
	return 0;
}

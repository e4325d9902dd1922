#include "repo/lfs.h"

/* Any bytes as an LFS pointer, also behind its first line: refused, or an id of
 * the right length and the beginning of a pointer. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
parse(struct sek_str blob)
{
	struct sek_lfs_pointer p;

	if (sek_lfs_parse(&p, blob) &&
	    (p.oid.len != SEK_OID_MAX || !sek_lfs_begins(blob) ||
		blob.n >= SEK_LFS_POINTER_MAX))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char first[] =
	    "version https://git-lfs.github.com/spec/v1\n";
	size_t skip = sizeof(first) - 1;
	char blob[2 * SEK_LFS_POINTER_MAX];

	if (n > sizeof(blob) - skip)
		n = sizeof(blob) - skip;
	parse((struct sek_str){(const char *)data, n});
	memcpy(blob, first, skip);
	if (n)
		memcpy(blob + skip, data, n);
	parse((struct sek_str){blob, skip + n});
	return 0;
}

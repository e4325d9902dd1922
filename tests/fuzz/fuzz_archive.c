#include <stdlib.h>

#include "scan/archive.h"

/*
 * Any bytes as an archive, also behind the beginning of each kind: unpacked
 * within the budget, or refused.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
count(void *arg, const struct sek_packed *m)
{
	if (!m->name || (m->bytes.n && !m->bytes.p))
		abort();
	*(size_t *)arg += m->bytes.n;
}

static void
unpack(struct sek_str s)
{
	struct sek_archive_budget b = {(uint64_t)1 << 20, 100};
	size_t total = 0;

	if (sek_archive_begins(s) &&
	    sek_archive_read(s, &b, count, &total, NULL) == SEK_OK &&
	    total > ((size_t)1 << 20) + ((size_t)128 << 10))
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char *const starts[] = {"\x1f\x8b\x08", "PK\3\4",
	    "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c", "BZh91AY&SY", "#!PK\3\4"};
	const char *start = starts[n ? data[0] % 6 : 0];
	size_t skip = strlen(start);
	char *copy = malloc(skip + n);

	if (!copy)
		abort();
	unpack((struct sek_str){(const char *)data, n});
	memcpy(copy, start, skip);
	if (n)
		memcpy(copy + skip, data, n);
	unpack((struct sek_str){copy, skip + n});
	free(copy);
	return 0;
}

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
	size_t *total = arg;

	if (!m->name || (m->bytes.n && !m->bytes.p))
		abort();
	for (size_t i = 0; i < m->bytes.n; i++)
		*total += (unsigned char)m->bytes.p[i] < 128;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char *const starts[] = {"\x1f\x8b\x08", "PK\3\4",
	    "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c", "BZh91AY&SY", ""};
	struct sek_archive_budget b = {(uint64_t)1 << 20, 100};
	size_t skip = n ? strlen(starts[data[0] % 6]) : 0, total = 0;
	char *copy = malloc(n + 16);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, starts[data[0] % 6], skip);
	memcpy(copy + skip, data, n);
	if (sek_archive_begins((struct sek_str){copy, skip + n}) &&
	    sek_archive_read((struct sek_str){copy, skip + n}, &b, count,
		&total, NULL) == SEK_OK &&
	    total > (1 << 20) + SEK_ARCHIVE_MEMBER)
		abort();
	free(copy);
	return 0;
}

#include "repo/changes_raw.h"

/* Any bytes as a raw diff record: refused, or all that a reader relies on. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
check(const struct sek_raw *raw, unsigned oid_len)
{
	if (!raw->old.n || raw->status < 'A' || raw->status > 'Z')
		__builtin_trap();
	if (raw->now.mode ? raw->now.oid.len != oid_len : raw->now.oid.len)
		__builtin_trap();
	for (size_t i = 0; i < raw->old.n; i++)
		if (raw->old.at[i].mode > 0777777 ||
		    (raw->old.at[i].mode ? raw->old.at[i].oid.len != oid_len
					 : raw->old.at[i].oid.len))
			__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_str text = {(const char *)data, n};
	sek_auto_raw raw = {0};
	struct sek_err err;

	if (sek_raw_parse(&raw, text, 20, &err) == SEK_OK)
		check(&raw, 20);
	if (sek_raw_parse(&raw, text, 32, &err) == SEK_OK)
		check(&raw, 32);
	return 0;
}

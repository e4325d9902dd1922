#include "scan/lineage_text.h"

/* Any bytes as an answer that is remembered: refused, or read to their end. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const struct sek_holder_name names[] = {{.name = "a"}, {.name = "bc"}};

static enum sek_code
place(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *id, struct sek_err *err)
{
	(void)err;
	sek_lineage_put_place(arg, commit, path, id, names, 2);
	return SEK_OK;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_str text = {(const char *)data, n};
	struct sek_reach reach[3] = {{0}};
	sek_auto_buf again = {0}, none = {.max = 1};
	uint64_t counts[3];
	enum sek_code r;

	r = sek_lineage_get_places(text, names, 2, place, &again, NULL);
	if (sek_lineage_get_places(sek_buf_str(&again), names, 2, place, &none,
		NULL) != SEK_OK)
		__builtin_trap();
	r = sek_lineage_get_counts(text, counts, 3, NULL);
	r = sek_lineage_get_reach(text, reach, 3, 5, NULL);
	(void)r;
	for (size_t i = 0; i < 3; i++)
		sek_vec_clear(&reach[i].at);
	return 0;
}

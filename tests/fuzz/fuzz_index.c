#include "repo/diff.h"

/* Any bytes as git's index: refused, or compared with nothing to its end. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static enum sek_code
look(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	(void)arg;
	(void)commit;
	(void)err;
	if (!c->path.n || c->path.p[c->path.n - 1] == '/' || c->nparents != 1)
		__builtin_trap();
	return SEK_OK;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_str bytes = {(const char *)data, n};

	for (unsigned len = 20; len <= 32; len += 12) {
		sek_auto_diff d = {.oid_len = len};
		struct sek_oid none = {0};
		struct sek_index x;
		enum sek_code r = sek_index_parse(&x, bytes, len, NULL);

		if (!r)
			r = sek_diff_index(&d, &x, &none, 1, NULL);
		if (!r && sek_diff_tell(&d, &none, look, NULL, NULL) != SEK_OK)
			__builtin_trap();
		sek_index_close(&x);
	}
	return 0;
}

#include "scan/clean_set.h"

/* Any bytes as a file of the clean-set: refused; and with a right sum at their
 * end, read as far as they go. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const unsigned char key[SEK_HMAC_KEY], rules[SEK_HMAC_BYTES];
static const struct sek_clean_subject about;

static enum sek_code
parse(struct sek_str bytes)
{
	struct sek_str content;
	struct sek_err err;
	enum sek_code r = sek_clean_parse(&content, bytes, key, rules, &about,
	    &err);

	for (size_t i = 0; r == SEK_OK && i < content.n; i++)
		if (content.p + i >= bytes.p + bytes.n)
			__builtin_trap();
	return r;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	sek_auto_buf whole = {0};
	struct sek_str bytes = {(const char *)data, n};
	unsigned char sum[SEK_HMAC_BYTES];

	(void)parse(bytes);
	sek_buf_add(&whole, data, n);
	sek_hmac(sum, key, bytes);
	sek_buf_add(&whole, sum, sizeof(sum));
	(void)parse(sek_buf_str(&whole));
	sek_clean_format(&whole, bytes, key, rules, &about);
	if (parse(sek_buf_str(&whole)) != SEK_OK)
		__builtin_trap();
	return 0;
}

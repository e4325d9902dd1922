#include <stdint.h>
#include <stdlib.h>

#include "aws/json.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A string quoted by us reads the same. */
static enum sek_code
check(void *arg, struct sek_str name, const struct sek_json_value *value,
    struct sek_err *err)
{
	sek_auto_json *j = NULL;
	sek_auto_buf text = {0};

	sek_json_quote(&text, name);
	if (sek_json_read(&j, sek_buf_str(&text), "name", err) ||
	    !sek_str_eq(sek_json_str(sek_json_root(j)), name))
		abort();
	return sek_json_each(value, check, arg, err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_json *j = NULL, *quoted = NULL;
	const struct sek_str in = {(const char *)p, n};
	sek_auto_buf text = {0};

	if (!sek_json_read(&j, in, "fuzz", NULL) &&
	    sek_json_each(sek_json_root(j), check, NULL, NULL))
		abort();
	/* Whatever the bytes, what is quoted is JSON: but for a NUL in it. */
	sek_json_quote(&text, in);
	if ((n == 0 || !memchr(p, '\0', n)) && text.n <= SEK_JSON_MAX &&
	    sek_json_read(&quoted, sek_buf_str(&text), "quoted", NULL))
		abort();
	return 0;
}

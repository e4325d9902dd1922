#include <stdint.h>
#include <stdlib.h>

#include "aws/call_error.h"
#include "base/enc.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Whatever answers: a code is a name, a message is text on one line. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_str text = {(const char *)p, n};
	struct sek_http_response answer = {.status = 400};
	struct sek_call_error e;
	struct sek_err err;

	answer.body = sek_secret_new(n);
	if (sek_secret_add(answer.body, p, n, NULL))
		abort();
	sek_call_error_read(&e, &answer, NULL, text);
	if (!sek_utf8_valid(sek_str(e.message)) || strchr(e.message, '\n') ||
	    strpbrk(e.code, " \n\"#:"))
		abort();
	if (!sek_call_error_fail(&e, answer.status, "fuzz", 1, &err) ||
	    strncmp(err.text, "fuzz: ", 6) != 0)
		abort();
	sek_http_response_clear(&answer);
	return 0;
}

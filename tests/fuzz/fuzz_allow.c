#include <stdlib.h>

#include "scan/allow.h"

/*
 * A .sekisho file of anybody's, a line with markers, and the promise that a file
 * adds nothing to itself.
 */
static void
refuse(void *arg, const struct sek_allow_entry *e)
{
	(void)arg;
	(void)e;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sek_rule rule = {.id = "aws-access-key-id"};
	struct sek_str text = {(const char *)data, size};
	struct sek_finding f = {.rule = &rule, .path = (char[]){"a/b.c"}};
	struct sek_allow_where w = {text, text, text};
	struct sek_allow *a = sek_allow_new();
	const char *why;
	bool yes;

	if (sek_allow_add_file(a, text, "f", NULL, "2026-01-01", NULL) ==
		SEK_OK &&
	    sek_allow_path(a, text, &yes, NULL) == SEK_OK &&
	    sek_allow_finding(a, &f, &w, true, &yes, &why, NULL) == SEK_OK &&
	    yes != (why != NULL))
		abort();
	sek_allow_added(a, a, refuse, NULL);
	sek_allow_free(a);
	return 0;
}

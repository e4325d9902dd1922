#include "git-secrets/say.h"

#include <stdio.h>
#include <string.h>

void
say_fatal(const struct sek_err *err)
{
	const char *text = err->text;
	const char *colon = strstr(text, ": ");

	/* Which git command it was helps nobody here. */
	if (!strncmp(text, "git ", 4) && colon &&
	    strcspn(text + 4, " ") > (size_t)(colon - text - 4))
		text = colon + 2;
	fprintf(stderr, "fatal: %s\n", text);
}

#include <stdio.h>
#include <unistd.h>

#include "git-secrets/commands.h"
#include "git-secrets/say.h"
#include "scan/compat_install.h"

static void
installed(const char *hook, const char *path, const char *kept)
{
	if (isatty(1))
		fputs("\033[32m\u2713\033[m ", stdout);
	printf("Installed %s hook to %s\n", hook, path);
	if (kept)
		fprintf(stderr,
		    "git-secrets: the hook that was there is now %s\n", kept);
}

int
run_install(const struct args *a)
{
	sek_auto_buf dir = {0};
	struct sek_err err;
	enum sek_code r = sek_compat_install_dir(&dir, a->n ? a->word[0] : NULL,
	    &err);

	if (r == SEK_ENOTFOUND) {
		say_fatal(&err);
		fputs("Not in a Git repository\n", stderr);
		return STATUS_FOUND;
	}
	if (r == SEK_OK)
		r = sek_compat_install(dir.p, a->force, installed, &err);
	if (r == SEK_OK)
		return STATUS_CLEAN;
	fprintf(stderr, "%s\n", err.text);
	return STATUS_FOUND;
}

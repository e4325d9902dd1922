#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sekisho-vault-hit/hit.h"

/*
 * The program that people and SDKs call as sekisho-vault. It answers what the
 * kernel keyring holds; for all else it becomes the full program, which lies
 * beside it: PREFIX/bin/sekisho-vault, PREFIX/libexec/sekisho/sekisho-vault.
 * The way there is taken from where this file is, never from PATH.
 */
#define FULL "/libexec/sekisho/sekisho-vault"

static int
become_full(char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	for (int up = 0; up < 2; up++) {
		while (n > 0 && path[n - 1] != '/')
			n--;
		if (n > 0)
			n--;
	}
	if (n <= 0 || (size_t)n + sizeof(FULL) > sizeof(path)) {
		fputs("sekisho-vault: /proc/self/exe does not tell where this "
		      "program is\n",
		    stderr);
		return 3;
	}
	memcpy(path + n, FULL, sizeof(FULL));
	execv(path, argv);
	fprintf(stderr,
	    "sekisho-vault: %s: %s: the installation is not complete\n", path,
	    strerror(errno));
	return 3;
}

int
main(int argc, char **argv)
{
	sek_auto_secret *answer = NULL;
	struct sek_err err;

	sek_secret_harden_process();
	/* to a person, the full program answers */
	if (!isatty(STDOUT_FILENO))
		answer = sek_hit(&sek_env_system, argc, argv);
	if (!answer)
		return become_full(argv);
	if (sek_secret_write(answer, STDOUT_FILENO, &err)) {
		fprintf(stderr, "sekisho-vault: %s\n", err.text);
		return 3;
	}
	return 0;
}

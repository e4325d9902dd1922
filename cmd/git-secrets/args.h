#ifndef GIT_SECRETS_ARGS_H
#define GIT_SECRETS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The command line as `git rev-parse --parseopt` reads it: options anywhere,
 * unambiguous abbreviations, --no-OPTION, `--` ends them. The first option is
 * the command; a later command and all that is negated mean nothing.
 */
struct args {
	const char *command; /* "--scan", ...; "--" when no option was given */
	bool recursive, cached, no_index, untracked;
	bool force, literal, allowed, global;
	size_t n;    /* operands */
	char **word; /* NULL-ended; freed with args_clear */
};

/* -1: go on; else the exit status, and why has been said. */
int args_parse(struct args *out, int argc, char **argv);
void args_clear(struct args *a);

/* Usage on standard output, exit status 129. */
int args_help(void);

#endif

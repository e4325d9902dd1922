#ifndef SEK_CLI_CLI_H
#define SEK_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

/*
 * A command is declared once, beside its code. Parsing, --help, completion for
 * bash, zsh and fish, and the synopsis and option list in the man page are all
 * printed from these structs.
 */
enum cli_kind {
	CLI_FLAG,   /* bool */
	CLI_STRING, /* const char * */
	CLI_CHOICE, /* const char *, one of choices */
	CLI_FILE,   /* const char *, completed as a file name */
	CLI_DIR,    /* const char *, completed as a directory */
	CLI_LIST,   /* struct cli_list, may be given many times */
};

struct cli_list {
	const char **at; /* not NULL-terminated; freed after run */
	size_t n;
};

struct cli_opt {
	char short_name;       /* 0: none */
	const char *long_name; /* NULL ends the list */
	enum cli_kind kind;
	size_t offset;              /* in the command's options struct */
	const char *arg;            /* placeholder, for all but CLI_FLAG */
	const char *const *choices; /* for CLI_CHOICE, NULL-terminated */
	/* One line, no full stop; the choices are added to it. */
	const char *help;
	bool hidden; /* parsed, not shown */
};

struct cli_operand {
	const char *synopsis; /* "[PATH...]", "" for none */
	enum cli_kind kind;   /* how it is completed; FLAG: not */
	const char *const *choices;
	size_t min, max; /* how many; max SIZE_MAX: any number */
};

struct cli_cmd {
	const char *name;
	const char *summary; /* one line, no full stop */
	/*
	 * --help's last paragraphs, or NULL. Each line is wrapped, an empty one
	 * parts paragraphs; one that starts with a blank is shown as it is.
	 */
	const char *details;
	struct cli_operand operand;
	const struct cli_opt *opts;
	size_t opts_size;
	bool hidden;
	bool dashes; /* the `--` that ends options is an operand, too */
	/* opts: a zeroed struct of opts_size, filled in. Gives an exit code. */
	int (*run)(const void *opts, int argc, char **argv);
};

struct cli_program {
	const char *name;
	const char *summary;
	const char *version;
	const struct cli_cmd *const *cmds; /* NULL-terminated */
};

/* sekisho(1) EXIT STATUS; the same for sekisho-vault. */
enum cli_exit {
	CLI_EXIT_OK = 0,
	CLI_EXIT_FOUND = 1,
	CLI_EXIT_USAGE = 2,
	CLI_EXIT_FAILED = 3,
};

/*
 * Runs the command that argv names. `--help`, `-h`, `help [COMMAND]`,
 * `--version` and the hidden `completion SHELL` and `help --format=mdoc` are
 * understood for every program. No command: usage on stderr, exit 2. What a
 * command left in stdout is flushed; if that fails, 0 and 1 become
 * CLI_EXIT_FAILED. SIGPIPE is ignored, so that a closed pipe is such a failure.
 */
int cli_main(const struct cli_program *prog, int argc, char **argv);

/* "sekisho: TEXT" on stderr; SEK_ECONFIG is exit 2, all else exit 3. */
int cli_fail(const struct sek_err *err);

/* cli_doc.c, on stdout */
void cli_usage(const struct cli_program *prog, FILE *out);
void cli_cmd_usage(const struct cli_program *prog, const struct cli_cmd *cmd);
void cli_mdoc(const struct cli_program *prog);
/* "a, b or c" */
void cli_add_choices(struct sek_buf *out, const char *const *choices);
/* cli_complete.c; false: no such shell */
bool cli_complete(const struct cli_program *prog, const char *shell);

#endif

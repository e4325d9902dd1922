#ifndef SEK_TEST_CLI_PROGRAM_H
#define SEK_TEST_CLI_PROGRAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "cli/cli.h"

/* A program with every kind of option; its command shows what it was given. */
struct mix_opts {
	bool quiet, whole;
	const char *output, *format, *dir, *secret;
	struct cli_list rules;
};

#define AT(field) offsetof(struct mix_opts, field)

static const char *const formats[] = {"text", "jsonl", "sarif", NULL};
static const struct cli_opt mix_table[] = {
    {'q', "quiet", CLI_FLAG, AT(quiet), .help = "say less"},
    {'w', "whole", CLI_FLAG, AT(whole),
	.help = "look at all of each file and not only at the lines that are "
		"new, which takes as long as it takes"},
    {'o', "output", CLI_FILE, AT(output), "FILE", .help = "write to FILE"},
    {0, "format", CLI_CHOICE, AT(format), "FORMAT", formats,
	.help = "how findings look"},
    {0, "directory-of-templates-for-all", CLI_DIR, AT(dir), "DIR",
	.help = "it's a \"DIR\" [with a \\: colon"},
    {'r', "rule", CLI_LIST, AT(rules), "ID", .help = "only this rule"},
    {0, "secret", CLI_STRING, AT(secret), "X", .help = "hid", .hidden = true},
    {0},
};

static int
mix(const void *v, int argc, char **argv)
{
	const struct mix_opts *o = v;

	printf("q%d w%d o=%s f=%s d=%s s=%s", o->quiet, o->whole,
	    o->output ? o->output : "-", o->format ? o->format : "-",
	    o->dir ? o->dir : "-", o->secret ? o->secret : "-");
	for (size_t i = 0; i < o->rules.n; i++)
		printf(" r:%s", o->rules.at[i]);
	for (int i = 0; i < argc; i++)
		printf(" <%s>", argv[i]);
	puts(argv[argc] ? "" : " end");
	return CLI_EXIT_OK;
}

static int
find(const void *v, int argc, char **argv)
{
	(void)v;
	(void)argc;
	(void)argv;
	puts("found");
	return CLI_EXIT_FOUND;
}

/* Opens something, prints: the two must not meet when stdout is closed. */
static int
open_and_print(const void *v, int argc, char **argv)
{
	int fd = memfd_create("file", 0);

	(void)v;
	(void)argc;
	(void)argv;
	printf("text");
	fflush(stdout);
	return lseek(fd, 0, SEEK_END) == 0 ? CLI_EXIT_FOUND : CLI_EXIT_USAGE;
}

static int
complain(const void *v, int argc, char **argv)
{
	struct sek_err err;

	(void)v;
	if (argc > 2)
		free(sek_alloc_n(SIZE_MAX / 2, 4));
	if (!strcmp(argv[0], "config"))
		(void)sek_fail(&err, SEK_ECONFIG, "f:1: broken");
	else
		(void)sek_fail(&err, SEK_EIO, "f: gone");
	return cli_fail(&err);
}

static const struct cli_cmd mix_cmd = {
    .name = "mix",
    .summary = "mix all that there is",
    .details = "A first paragraph that is long enough to be wrapped at the "
	       "eightieth column. It's \"it\" and `--this`.\n\n"
	       "  .Xx an example\n\nLast.",
    .operand = {"[PATH...]", CLI_FILE, .max = SIZE_MAX},
    .opts = mix_table,
    .opts_size = sizeof(struct mix_opts),
    .run = mix,
};
static const struct cli_cmd find_cmd = {
    .name = "find", .summary = "find one", .operand.synopsis = "", .run = find};
static const char *const things[] = {"config", "system", NULL};
static const struct cli_cmd complain_cmd = {
    .name = "complain",
    .summary = "fail in a chosen way",
    .operand = {"WHAT [WHY [ELSE]]", CLI_CHOICE, things, 1, 3},
    .run = complain,
};
static const struct cli_cmd ghost_cmd = {.name = "ghost",
    .summary = "not shown",
    .operand = {"[DIR]", CLI_DIR, .max = 1},
    .hidden = true,
    .run = open_and_print};
static const struct cli_cmd *const cmds[] = {
    &mix_cmd, &find_cmd, &complain_cmd, &ghost_cmd, NULL};
static const struct cli_program prog = {
    "test-prog", "A program that is tested", "1.2.3", cmds};

struct run {
	int code;
	char out[16384];
	char err[4096];
};

static void
take_text(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
}

/* Words parted by blanks; in a child, so that stdio starts fresh. */
static struct run
run_to(int out, const char *line)
{
	struct run r = {0};
	char text[512], *argv[32] = {text}, *save, *word;
	int argc = 0, err = memfd_create("err", 0), status;
	pid_t child;

	snprintf(text, sizeof(text), "test-prog %s", line);
	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(err, 2);
		if (out >= 0)
			dup2(out, 1);
		else
			close(1);
		exit(cli_main(&prog, argc, argv));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	r.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	take_text(err, r.err, sizeof(r.err));
	return r;
}

static struct run
run(const char *line)
{
	int out = memfd_create("out", 0);
	struct run r = run_to(out, line);

	take_text(out, r.out, sizeof(r.out));
	return r;
}

#endif

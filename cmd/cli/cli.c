#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"

/* The name that cli_fail puts before its line. */
static const char *program = "sekisho";

struct parse {
	const struct cli_cmd *cmd;
	char *opts;  /* the command's options struct */
	char **next; /* argument to look at; NULL ends them */
	SEK_VEC(char *) operands;
	bool help;
};

static void
parse_clear(struct parse *p)
{
	const struct cli_opt *o = p->cmd->opts;

	for (; p->opts && o && o->long_name; o++)
		if (o->kind == CLI_LIST)
			sek_free_ptr(p->opts + o->offset +
			    offsetof(struct cli_list, at));
	sek_free_ptr(&p->opts);
	sek_vec_clear(&p->operands);
}

#define auto_parse __attribute__((cleanup(parse_clear))) struct parse

static bool
is_choice(const char *value, const char *const *choices)
{
	for (; *choices; choices++)
		if (!strcmp(value, *choices))
			return true;
	return false;
}

static enum sek_code
set_value(struct parse *p, const struct cli_opt *o, const char *label,
    const char *value, struct sek_err *err)
{
	void *at = p->opts + o->offset;
	struct cli_list *list = at;

	if (o->choices && !is_choice(value, o->choices)) {
		sek_auto_buf names = {0};

		cli_add_choices(&names, o->choices);
		return sek_fail(err, SEK_ECONFIG, "%s takes %s", label,
		    names.p);
	}
	if (o->kind != CLI_LIST) {
		*(const char **)at = value;
		return SEK_OK;
	}
	list->at = sek_realloc(list->at, (list->n + 1) * sizeof(*list->at));
	list->at[list->n++] = value;
	return SEK_OK;
}

/* value: what stood in the same argument, or NULL. */
static enum sek_code
take_value(struct parse *p, const struct cli_opt *o, const char *label,
    const char *value, struct sek_err *err)
{
	if (!value && !*p->next)
		return sek_fail(err, SEK_ECONFIG, "%s needs a value: %s", label,
		    o->arg);
	if (!value)
		value = *p->next++;
	return set_value(p, o, label, value, err);
}

static const struct cli_opt *
find_long(const struct cli_cmd *cmd, struct sek_str name)
{
	const struct cli_opt *o = cmd->opts;

	for (; o && o->long_name; o++)
		if (sek_str_is(name, o->long_name))
			return o;
	return NULL;
}

static enum sek_code
take_long(struct parse *p, const char *arg, struct sek_err *err)
{
	struct sek_str value = sek_str(arg);
	struct sek_str label = sek_str_cut(&value, '=');
	struct sek_str name = {label.p + 2, label.n - 2};
	const struct cli_opt *o = find_long(p->cmd, name);
	sek_auto_free char *shown = sek_strndup(label.p, label.n);
	bool help = !o && sek_str_is(name, "help");

	if (!o && !help)
		return sek_fail(err, SEK_ECONFIG, "unknown option %s", shown);
	if (!help && o->kind != CLI_FLAG)
		return take_value(p, o, shown, value.p, err);
	if (value.p)
		return sek_fail(err, SEK_ECONFIG, "%s takes no value", shown);
	if (help)
		p->help = true;
	else
		*(bool *)(p->opts + o->offset) = true;
	return SEK_OK;
}

static const struct cli_opt *
find_short(const struct cli_cmd *cmd, char c)
{
	const struct cli_opt *o = cmd->opts;

	for (; o && o->long_name; o++)
		if (o->short_name == c)
			return o;
	return NULL;
}

/* `-vq`, `-oFILE`, `-vo FILE`: flags, then perhaps one with a value. */
static enum sek_code
take_short(struct parse *p, const char *arg, struct sek_err *err)
{
	for (const char *c = arg + 1; *c; c++) {
		const struct cli_opt *o = find_short(p->cmd, *c);
		const char label[] = {'-', *c, '\0'};

		if (!o && *c == 'h')
			p->help = true;
		else if (!o)
			return sek_fail(err, SEK_ECONFIG, "unknown option %s",
			    (unsigned char)*c < 0x80 ? label : arg);
		else if (o->kind != CLI_FLAG)
			return take_value(p, o, label, c[1] ? c + 1 : NULL,
			    err);
		else
			*(bool *)(p->opts + o->offset) = true;
	}
	return SEK_OK;
}

static enum sek_code
check_operands(const struct parse *p, size_t n, struct sek_err *err)
{
	const struct cli_operand *want = &p->cmd->operand;

	if (n < want->min)
		return sek_fail(err, SEK_ECONFIG,
		    "%zu operand%s given, %zu needed: %s", n, n == 1 ? "" : "s",
		    want->min, want->synopsis);
	if (n > want->max && want->max == 0)
		return sek_fail(err, SEK_ECONFIG, "takes no operands");
	if (n > want->max)
		return sek_fail(err, SEK_ECONFIG,
		    "%zu operands given, at most %zu taken: %s", n, want->max,
		    want->synopsis);
	return SEK_OK;
}

static bool
end_options(struct parse *p, char *dashes)
{
	if (p->cmd->dashes)
		*sek_vec_push(&p->operands) = dashes;
	return true;
}

static enum sek_code
parse(struct parse *p, struct sek_err *err)
{
	enum sek_code code = SEK_OK;
	bool options_end = false;
	size_t n;

	while (!code && *p->next) {
		char *arg = *p->next++;

		if (options_end || arg[0] != '-' || !arg[1])
			*sek_vec_push(&p->operands) = arg;
		else if (arg[1] != '-')
			code = take_short(p, arg, err);
		else if (arg[2])
			code = take_long(p, arg, err);
		else
			options_end = end_options(p, arg);
	}
	n = p->operands.n;
	*sek_vec_push(&p->operands) = NULL;
	return code || p->help ? code : check_operands(p, n, err);
}

static int
usage_error(const struct cli_program *prog, const struct cli_cmd *cmd,
    const struct sek_err *err)
{
	const char *blank = cmd ? " " : "", *name = cmd ? cmd->name : "";

	fprintf(stderr, "%s%s%s: %s; see `%s%s%s --help`\n", prog->name, blank,
	    name, err->text, prog->name, blank, name);
	return CLI_EXIT_USAGE;
}

struct help_opts {
	const char *format;
};

static const char *const help_formats[] = {"text", "mdoc", NULL};
static const struct cli_opt help_table[] = {
    {.long_name = "format",
	.kind = CLI_CHOICE,
	.offset = offsetof(struct help_opts, format),
	.arg = "FORMAT",
	.choices = help_formats,
	.help = "what to print",
	.hidden = true},
    {0},
};

/* These two know the whole table, so they are run by dispatch, not by `run`. */
static const struct cli_cmd help_cmd = {
    .name = "help",
    .summary = "show how a command is used",
    .operand = {"[COMMAND]", .max = 1},
    .opts = help_table,
    .opts_size = sizeof(struct help_opts),
};

static const struct cli_cmd completion_cmd = {
    .name = "completion",
    .summary = "print the completion script of bash, zsh or fish",
    .operand = {"SHELL", .min = 1, .max = 1},
    .hidden = true,
};

static size_t
min3(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

#define NAME_MAX_LEN 31

/* Insertions, deletions, changes and swaps of neighbours that part a and b. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++)
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = min3(d[i][j], d[i][j],
				    d[i - 2][j - 2] + 1);
		}
	return d[n][m];
}

static const struct cli_cmd *
find_cmd(const struct cli_program *prog, const char *name)
{
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	if (!strcmp(name, help_cmd.name))
		return &help_cmd;
	if (!strcmp(name, completion_cmd.name))
		return &completion_cmd;
	return NULL;
}

/* Two slips at most, and never as many as the name has letters. */
static int
no_such_command(const struct cli_program *prog, const char *name)
{
	const struct cli_cmd *near = NULL;
	size_t best = strlen(name) < 3 ? strlen(name) : 3;
	struct sek_err err;

	for (const struct cli_cmd *const *c = prog->cmds; *c; c++) {
		size_t d = edit_distance(name, (*c)->name);

		if ((*c)->hidden || d >= best)
			continue;
		best = d;
		near = *c;
	}
	if (near)
		(void)sek_fail(&err, SEK_ECONFIG,
		    "no command `%s`, did you mean `%s`?", name, near->name);
	else
		(void)sek_fail(&err, SEK_ECONFIG, "no command `%s`", name);
	return usage_error(prog, NULL, &err);
}

static int
run_help(const struct cli_program *prog, const struct help_opts *opts,
    const char *name)
{
	const struct cli_cmd *cmd = name ? find_cmd(prog, name) : NULL;

	if (name && !cmd)
		return no_such_command(prog, name);
	if (cmd)
		cli_cmd_usage(prog, cmd);
	else if (opts->format && !strcmp(opts->format, "mdoc"))
		cli_mdoc(prog);
	else
		cli_usage(prog, stdout);
	return CLI_EXIT_OK;
}

static int
run_completion(const struct cli_program *prog, const char *shell)
{
	struct sek_err err;

	if (cli_complete(prog, shell))
		return CLI_EXIT_OK;
	(void)sek_fail(&err, SEK_ECONFIG, "takes bash, zsh or fish");
	return usage_error(prog, &completion_cmd, &err);
}

static int
run_cmd(const struct cli_program *prog, const struct cli_cmd *cmd, char **args)
{
	auto_parse p = {.cmd = cmd, .next = args};
	struct sek_err err;

	p.opts = sek_alloc(cmd->opts_size);
	if (parse(&p, &err))
		return usage_error(prog, cmd, &err);
	if (p.help) {
		cli_cmd_usage(prog, cmd);
		return CLI_EXIT_OK;
	}
	if (cmd == &help_cmd)
		return run_help(prog, (const void *)p.opts, p.operands.at[0]);
	if (cmd == &completion_cmd)
		return run_completion(prog, p.operands.at[0]);
	return cmd->run(p.opts, (int)p.operands.n - 1, p.operands.at);
}

static int
dispatch(const struct cli_program *prog, int argc, char **argv)
{
	const struct cli_cmd *cmd;
	struct sek_err err;

	if (argc < 2) {
		cli_usage(prog, stderr);
		return CLI_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		cli_usage(prog, stdout);
		return CLI_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("%s %s\n", prog->name, prog->version);
		return CLI_EXIT_OK;
	}
	if (argv[1][0] == '-') {
		(void)sek_fail(&err, SEK_ECONFIG, "unknown option %.*s",
		    (int)strcspn(argv[1], "="), argv[1]);
		return usage_error(prog, NULL, &err);
	}
	cmd = find_cmd(prog, argv[1]);
	if (!cmd)
		return no_such_command(prog, argv[1]);
	return run_cmd(prog, cmd, argv + 2);
}

/*
 * A caller may have closed 0, 1 or 2. The next file we open would get that
 * number, and what is meant for the terminal would end up in it; so the place
 * is taken by something that fails in the same way.
 */
static void
occupy_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

/* Nothing is left to clean up with. A signal would look like a crash. */
static void
out_of_memory(size_t wanted)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%s: out of memory\n", program);

	(void)wanted;
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(CLI_EXIT_FAILED);
	_exit(CLI_EXIT_FAILED);
}

static int
check_stdout(int code)
{
	const char *why = "not all could be written";

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (errno)
		why = strerror(errno);
	fprintf(stderr, "%s: standard output: %s\n", program, why);
	return code == CLI_EXIT_OK || code == CLI_EXIT_FOUND ? CLI_EXIT_FAILED
							     : code;
}

int
cli_main(const struct cli_program *prog, int argc, char **argv)
{
	program = prog->name;
	sek_set_oom_handler(out_of_memory);
	occupy_standard_fds();
	(void)signal(SIGPIPE, SIG_IGN);
	return check_stdout(dispatch(prog, argc, argv));
}

int
cli_fail(const struct sek_err *err)
{
	fprintf(stderr, "%s: %s\n", program, err->text);
	return err->code == SEK_ECONFIG ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}

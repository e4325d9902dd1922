#include "cli/cli.h"

#include <string.h>

/*
 * Completion scripts for three shells, all from the same table. Names and
 * choices are words of letters, digits and hyphens; only summaries and help
 * texts need quoting.
 */

/* Text inside the shell's single quotes; a backslash before what is special. */
static void
quoted(const char *text, const char *special, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, stdout);
			continue;
		}
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

static void
words(const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++)
		printf("%s%s", i ? " " : "", list[i]);
}

static void
command_names(const struct cli_program *prog)
{
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			printf("%s ", (*c)->name);
}

/* A function is named after the program, whose name may hold a hyphen. */
static void
function_name(const struct cli_program *prog)
{
	putchar('_');
	for (const char *c = prog->name; *c; c++)
		putchar(*c == '-' ? '_' : *c);
}

/* How bash finds the words for a value of this kind. */
static void
bash_values(enum cli_kind kind, const char *const *choices)
{
	if (choices) {
		fputs("words='", stdout);
		words(choices);
		fputs("'", stdout);
	} else if (kind == CLI_FILE) {
		fputs("compopt -o default", stdout);
	} else if (kind == CLI_DIR) {
		fputs("compopt -o dirnames", stdout);
	} else {
		fputs(":", stdout);
	}
}

static void
bash_option_values(const struct cli_cmd *cmd)
{
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++) {
		if (o->hidden || o->kind == CLI_FLAG)
			continue;
		printf("\t%s/--%s", cmd->name, o->long_name);
		if (o->short_name)
			printf("|%s/-%c", cmd->name, o->short_name);
		fputs(") ", stdout);
		bash_values(o->kind, o->choices);
		puts(" ;;");
	}
}

static void
bash_option_names(const struct cli_cmd *cmd)
{
	printf("\t%s/-*) words='--help", cmd->name);
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++)
		if (!o->hidden)
			printf(" --%s", o->long_name);
	puts("' ;;");
}

static void
bash_operands(const struct cli_cmd *cmd)
{
	printf("\t%s/*) ", cmd->name);
	bash_values(cmd->operand.kind, cmd->operand.choices);
	puts(" ;;");
}

/* A case of the word before the one to complete: does it want a value? */
static void
bash_case_before(const struct cli_program *prog)
{
	puts("\tcase $cmd/$prev in");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			bash_option_values(*c);
	puts("\t*) value= ;;\n\tesac");
}

static void
bash_case_word(const struct cli_program *prog)
{
	puts("\t[ \"$value\" ] || case $cmd/$end$cur in");
	fputs("\t/-*) words='--help --version' ;;\n\t/*|help/*) words='",
	    stdout);
	command_names(prog);
	puts("help' ;;");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++) {
		if ((*c)->hidden)
			continue;
		bash_option_names(*c);
		bash_operands(*c);
	}
	puts("\tesac");
}

static void
bash(const struct cli_program *prog)
{
	function_name(prog);
	/* `=` is a word of its own to readline: `--format=x` comes as three */
	puts("()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev='' cmd='' end=''\n"
	     "\tlocal words='' value=yes i\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tcase ${COMP_WORDS[i]} in\n"
	     "\t\t=) continue ;;\n"
	     "\t\t--) end=/ ;;\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) cmd=${cmd:-${COMP_WORDS[i]}} ;;\n"
	     "\t\tesac\n"
	     "\t\tprev=${COMP_WORDS[i]}\n"
	     "\tdone\n"
	     "\t[ \"$end\" ] && prev=\n"
	     "\t[ \"$cur\" = = ] && cur=\n"
	     "\tCOMPREPLY=()");
	bash_case_before(prog);
	bash_case_word(prog);
	puts("\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	     "}");
	fputs("complete -F ", stdout);
	function_name(prog);
	printf(" %s\n", prog->name);
}

#define ZSH_QUOTE   "'\\''"
#define ZSH_SPECIAL "\\[]:"

static void
zsh_values(enum cli_kind kind, const char *const *choices)
{
	if (choices) {
		putchar('(');
		words(choices);
		putchar(')');
	} else if (kind == CLI_FILE) {
		fputs("_files", stdout);
	} else if (kind == CLI_DIR) {
		fputs("_files -/", stdout);
	} else {
		putchar(' ');
	}
}

static void
zsh_option(const struct cli_opt *o)
{
	const char *many = o->kind == CLI_LIST ? "*" : "";
	const char *eq = o->kind == CLI_FLAG ? "" : "=";

	/* '(-o --output)'{-o+,--output=}'[help]:FILE:_files' */
	fputs("\t\t\t", stdout);
	if (o->short_name && !*many)
		printf("'(-%c --%s)'", o->short_name, o->long_name);
	if (o->short_name)
		printf("{'%s-%c%s','%s--%s%s'}'[", many, o->short_name,
		    *eq ? "+" : "", many, o->long_name, eq);
	else
		printf("'%s--%s%s[", many, o->long_name, eq);
	quoted(o->help, ZSH_SPECIAL, ZSH_QUOTE);
	putchar(']');
	if (o->kind != CLI_FLAG) {
		putchar(':');
		quoted(o->arg, ZSH_SPECIAL, ZSH_QUOTE);
		putchar(':');
		zsh_values(o->kind, o->choices);
	}
	puts("' \\");
}

static void
zsh_cmd(const struct cli_cmd *cmd)
{
	printf("\t%s)\n\t\t_arguments -s -S \\\n", cmd->name);
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++)
		if (!o->hidden)
			zsh_option(o);
	fputs("\t\t\t'(- *)'{-h,--help}'[show help]'", stdout);
	if (cmd->operand.max > 0) {
		fputs(" \\\n\t\t\t'*:operand:", stdout);
		zsh_values(cmd->operand.kind, cmd->operand.choices);
		putchar('\'');
	}
	puts("\n\t\t;;");
}

static void
zsh_summary(const char *name, const char *summary)
{
	printf("\t\t'%s:", name);
	quoted(summary, "\\", ZSH_QUOTE);
	puts("'");
}

static void
zsh(const struct cli_program *prog)
{
	printf("#compdef %s\n\n", prog->name);
	function_name(prog);
	puts("()\n{\n"
	     "\tlocal curcontext=$curcontext state line\n"
	     "\tlocal -a commands=(");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			zsh_summary((*c)->name, (*c)->summary);
	zsh_summary("help", "show how a command is used");
	puts("\t)\n\n"
	     "\t_arguments -C '(- *)'{-h,--help}'[show help]' \\\n"
	     "\t    '(- *)--version[show the version]' \\\n"
	     "\t    '1:command:->command' '*::operand:->operand' && return\n"
	     "\tif [[ $state == command ]]; then\n"
	     "\t\t_describe command commands\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tcase $words[1] in\n"
	     "\thelp)\n\t\t_describe command commands\n\t\t;;");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			zsh_cmd(*c);
	puts("\tesac\n}\n");
	function_name(prog);
	puts(" \"$@\"");
}

static void
fish_values(enum cli_kind kind, const char *const *choices)
{
	if (choices) {
		fputs(" -x -a '", stdout);
		words(choices);
		fputs("'", stdout);
	} else if (kind == CLI_FILE) {
		fputs(" -r -F", stdout);
	} else if (kind == CLI_DIR) {
		fputs(" -x -a '(__fish_complete_directories)'", stdout);
	} else {
		fputs(" -x", stdout);
	}
}

static void
fish_start(const struct cli_program *prog, const char *cmd)
{
	printf("complete -c %s -n '__fish_seen_subcommand_from %s'", prog->name,
	    cmd);
}

static void
fish_description(const char *text)
{
	fputs(" -d '", stdout);
	quoted(text, "\\", "\\'");
	puts("'");
}

static void
fish_cmd(const struct cli_program *prog, const struct cli_cmd *cmd)
{
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++) {
		if (o->hidden)
			continue;
		fish_start(prog, cmd->name);
		if (o->short_name)
			printf(" -s %c", o->short_name);
		printf(" -l %s", o->long_name);
		if (o->kind != CLI_FLAG)
			fish_values(o->kind, o->choices);
		fish_description(o->help);
	}
	if (cmd->operand.kind == CLI_FILE || cmd->operand.kind == CLI_DIR ||
	    cmd->operand.choices) {
		fish_start(prog, cmd->name);
		if (cmd->operand.kind == CLI_FILE)
			fputs(" -F", stdout);
		else
			fish_values(cmd->operand.kind, cmd->operand.choices);
		putchar('\n');
	}
}

static void
fish_name(const struct cli_program *prog, const char *name, const char *summary)
{
	printf("complete -c %s -n __fish_use_subcommand -a %s", prog->name,
	    name);
	fish_description(summary);
}

static void
fish(const struct cli_program *prog)
{
	printf("complete -c %s -f\n", prog->name);
	printf("complete -c %s -s h -l help -d 'show help'\n", prog->name);
	printf("complete -c %s -n __fish_use_subcommand -l version"
	       " -d 'show the version'\n",
	    prog->name);
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			fish_name(prog, (*c)->name, (*c)->summary);
	fish_name(prog, "help", "show how a command is used");
	fish_start(prog, "help");
	fputs(" -a '", stdout);
	command_names(prog);
	puts("'");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			fish_cmd(prog, *c);
}

bool
cli_complete(const struct cli_program *prog, const char *shell)
{
	if (!strcmp(shell, "bash"))
		bash(prog);
	else if (!strcmp(shell, "zsh"))
		zsh(prog);
	else if (!strcmp(shell, "fish"))
		fish(prog);
	else
		return false;
	return true;
}

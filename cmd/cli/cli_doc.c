#include "cli/cli.h"

#include <string.h>

#define COLUMNS  80
#define HELP_COL 30 /* option help starts here at the latest */

void
cli_add_choices(struct sek_buf *out, const char *const *choices)
{
	for (size_t i = 0; choices[i]; i++) {
		if (i > 0)
			sek_buf_add_s(out, choices[i + 1] ? ", " : " or ");
		sek_buf_add_s(out, choices[i]);
	}
}

static void
pad(FILE *out, size_t n)
{
	fprintf(out, "%*s", (int)n, "");
}

/* Words from column `at` on, wrapped, each further line indented. */
static void
fill(FILE *out, struct sek_str text, size_t indent, size_t at)
{
	bool first = true;

	if (at > indent) {
		fputc('\n', out);
		at = 0;
	}
	pad(out, indent - at);
	at = indent;
	while (text.p) {
		struct sek_str word = sek_str_cut(&text, ' ');

		if (!first && at + 1 + word.n > COLUMNS) {
			fputc('\n', out);
			pad(out, indent);
			at = indent;
		} else if (!first) {
			fputc(' ', out);
			at++;
		}
		fwrite(word.p, 1, word.n, out);
		at += word.n;
		first = false;
	}
	fputc('\n', out);
}

/* Texts of the table may start in lower case; on show they are sentences. */
static void
add_sentence(struct sek_buf *b, const char *text)
{
	if (*text >= 'a' && *text <= 'z')
		sek_buf_add_c(b, (char)(*text++ - 'a' + 'A'));
	sek_buf_add_s(b, text);
}

static void
fill_sentence(FILE *out, const char *text, size_t indent, size_t at)
{
	sek_auto_buf sentence = {0};

	add_sentence(&sentence, text);
	fill(out, sek_buf_str(&sentence), indent, at);
}

static size_t
widest_name(const struct cli_program *prog)
{
	size_t widest = strlen("help");

	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden && strlen((*c)->name) > widest)
			widest = strlen((*c)->name);
	return widest;
}

static void
command_line(FILE *out, const char *name, const char *summary, size_t widest)
{
	size_t at = (size_t)fprintf(out, "  %s", name);

	fill_sentence(out, summary, 2 + widest + 2, at);
}

void
cli_usage(const struct cli_program *prog, FILE *out)
{
	size_t widest = widest_name(prog);

	fprintf(out, "usage: %s COMMAND [OPTION...] [OPERAND...]\n\n",
	    prog->name);
	fill_sentence(out, prog->summary, 0, 0);
	fputs("\ncommands:\n", out);
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++)
		if (!(*c)->hidden)
			command_line(out, (*c)->name, (*c)->summary, widest);
	command_line(out, "help", "show how a command is used", widest);
	fprintf(out, "\nMore: `%s help COMMAND`, %s(1).\n", prog->name,
	    prog->name);
}

/* "  -o, --output FILE" */
static void
add_option_names(struct sek_buf *b, const struct cli_opt *o)
{
	if (o->short_name)
		sek_buf_printf(b, "  -%c, ", o->short_name);
	else
		sek_buf_add_s(b, "      ");
	sek_buf_printf(b, "--%s", o->long_name);
	if (o->kind != CLI_FLAG)
		sek_buf_printf(b, " %s", o->arg);
}

static size_t
help_column(const struct cli_opt *o)
{
	size_t column = strlen("  -h, --help");

	for (; o && o->long_name; o++) {
		sek_auto_buf names = {0};

		add_option_names(&names, o);
		if (!o->hidden && names.n > column && names.n + 2 <= HELP_COL)
			column = names.n;
	}
	return column + 2;
}

static void
add_help(struct sek_buf *b, const struct cli_opt *o)
{
	add_sentence(b, o->help);
	if (!o->choices)
		return;
	sek_buf_add_s(b, ": ");
	cli_add_choices(b, o->choices);
}

static void
option_line(FILE *out, const struct cli_opt *o, size_t column)
{
	sek_auto_buf names = {0}, help = {0};

	add_option_names(&names, o);
	add_help(&help, o);
	fputs(names.p, out);
	/* two blanks at least, else the help goes to the next line */
	fill(out, sek_buf_str(&help), column,
	    names.n + 2 > column ? column + 1 : names.n);
}

static void
details(FILE *out, struct sek_str text)
{
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');

		if (line.n > 0 && *line.p != ' ')
			fill(out, line, 0, 0);
		else
			fprintf(out, "%.*s\n", (int)line.n, line.p);
	}
}

void
cli_cmd_usage(const struct cli_program *prog, const struct cli_cmd *cmd)
{
	static const struct cli_opt help = {
	    .short_name = 'h', .long_name = "help", .help = "show this help"};
	size_t column = help_column(cmd->opts);

	printf("usage: %s %s [OPTION...]%s%s\n\n", prog->name, cmd->name,
	    *cmd->operand.synopsis ? " " : "", cmd->operand.synopsis);
	fill_sentence(stdout, cmd->summary, 0, 0);
	fputs("\noptions:\n", stdout);
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++)
		if (!o->hidden)
			option_line(stdout, o, column);
	option_line(stdout, &help, column);
	if (!cmd->details)
		return;
	fputc('\n', stdout);
	details(stdout, sek_str(cmd->details));
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* What roff would turn into something else, or act upon. */
static const char *
roff_name(struct sek_str s, size_t i)
{
	switch (s.p[i]) {
	case '\\':
		return "\\e";
	case '`':
		return "\\(ga";
	case '\'':
		return "\\(aq";
	case '"':
		return "\\(dq";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	case '-':
		/* of an option: a minus; between words: a hyphen */
		return i > 0 && is_word(s.p[i - 1]) ? NULL : "\\-";
	default:
		return NULL;
	}
}

static void
roff(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *name = roff_name(s, i);

		if (name)
			fputs(name, stdout);
		else
			putchar(s.p[i]);
	}
}

/* An argument of a macro: never a macro itself, however it is spelled. */
static void
roff_arg(struct sek_str s)
{
	fputs("\\&", stdout);
	roff(s);
}

/* A text line per sentence or per 72 columns, whichever comes first. */
static void
roff_text(struct sek_str text, const char *end)
{
	size_t at = 0;

	while (text.p) {
		struct sek_str word = sek_str_cut(&text, ' ');

		if (at == 0 && word.n > 0 && *word.p == '.')
			fputs("\\&", stdout);
		roff(word);
		at += word.n + 1;
		if (!text.p)
			break;
		if (at < 72 && !sek_str_ends(word, "."))
			putchar(' ');
		else
			putchar('\n');
		if (at >= 72 || sek_str_ends(word, "."))
			at = 0;
	}
	puts(end);
}

/* "NAME [ARG...]": a macro line for each word and each bracket. */
static void
mdoc_operands(struct sek_str synopsis)
{
	while (synopsis.p) {
		struct sek_str word = sek_str_cut(&synopsis, ' ');
		size_t close = 0;

		for (; word.n > 0 && *word.p == '['; word.p++, word.n--)
			puts(".Oo");
		for (; sek_str_ends(word, "]"); word.n--)
			close++;
		if (word.n > 0) {
			fputs(sek_str_is(word, "|") ? ".No " : ".Ar ", stdout);
			roff_arg(word);
			putchar('\n');
		}
		while (close-- > 0)
			puts(".Oc");
	}
}

static void
mdoc_synopsis(const struct cli_program *prog, const struct cli_cmd *cmd)
{
	printf(".It Xo\n.Nm %s\n.Cm %s\n", prog->name, cmd->name);
	for (const struct cli_opt *o = cmd->opts; o && o->long_name; o++) {
		if (o->hidden)
			continue;
		if (o->short_name)
			printf(".Op Fl %c", o->short_name);
		else
			printf(".Op Fl -%s", o->long_name);
		if (o->kind != CLI_FLAG) {
			fputs(" Ar ", stdout);
			roff_arg(sek_str(o->arg));
		}
		putchar('\n');
	}
	mdoc_operands(sek_str(cmd->operand.synopsis));
	puts(".Xc");
}

static void
mdoc_sentence(const char *text)
{
	sek_auto_buf sentence = {0};

	add_sentence(&sentence, text);
	roff_text(sek_buf_str(&sentence), ".");
}

static void
mdoc_details(struct sek_str text)
{
	bool parted = true, display = false;

	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');
		bool literal = line.n > 0 && *line.p == ' ';

		if (display && !literal)
			puts(".Ed");
		if (!display && literal)
			puts(".Bd -literal -offset indent");
		display = literal;
		if (line.n == 0) {
			parted = true;
			continue;
		}
		if (parted && !literal)
			puts(".Pp");
		parted = false;
		if (literal) {
			roff_arg(sek_str_trim(line));
			putchar('\n');
		} else {
			roff_text(line, "");
		}
	}
	if (display)
		puts(".Ed");
}

static void
mdoc_option(const struct cli_opt *o)
{
	sek_auto_buf help = {0};

	fputs(".It Fl ", stdout);
	if (o->short_name)
		printf("%c , Fl ", o->short_name);
	printf("-%s", o->long_name);
	if (o->kind != CLI_FLAG) {
		fputs(" Ar ", stdout);
		roff_arg(sek_str(o->arg));
	}
	putchar('\n');
	add_help(&help, o);
	mdoc_sentence(help.p);
}

static void
mdoc_options(const struct cli_opt *o)
{
	bool open = false;

	for (; o && o->long_name; o++) {
		if (o->hidden)
			continue;
		if (!open)
			puts(".Bl -tag -width Ds");
		open = true;
		mdoc_option(o);
	}
	if (open)
		puts(".El");
}

void
cli_mdoc(const struct cli_program *prog)
{
	puts(".Bl -tag -width Ds");
	for (const struct cli_cmd *const *c = prog->cmds; *c; c++) {
		if ((*c)->hidden)
			continue;
		mdoc_synopsis(prog, *c);
		mdoc_sentence((*c)->summary);
		if ((*c)->details)
			mdoc_details(sek_str((*c)->details));
		mdoc_options((*c)->opts);
	}
	puts(".El");
}

#include "git-secrets/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define EXIT_HELP 129 /* git's for usage */
#define COLUMN    26  /* where git's usage has its texts */

struct option {
	const char *name;
	char letter;
	bool hidden;
	const char *help;
};

/* Their order decides what an ambiguity is said to be between. */
static const struct option options[] = {
    {"scan", 0, false, "Scans <files> for prohibited patterns"},
    {"scan-history", 0, false, "Scans repo for prohibited patterns"},
    {"install", 0, false,
	"Installs git hooks for Git repository or Git template directory"},
    {"list", 0, false, "Lists secret patterns"},
    {"add", 0, false,
	"Adds a prohibited or allowed pattern, ensuring to de-dupe with "
	"existing patterns"},
    {"add-provider", 0, false,
	"Adds a secret provider that when called outputs secret patterns on "
	"new lines"},
    {"aws-provider", 0, false,
	"Secret provider that outputs credentials found in an ini file"},
    {"register-aws", 0, false,
	"Adds common AWS patterns to the git config and scans for "
	"~/.aws/credentials"},
    {"recursive", 'r', false, "--scan scans directories recursively"},
    {"cached", 0, false,
	"--scan scans searches blobs registered in the index file"},
    {"no-index", 0, false,
	"--scan searches files in the current directory that is not managed "
	"by Git"},
    {"untracked", 0, false,
	"In addition to searching in the tracked files in the working tree, "
	"--scan also in untracked files"},
    {"force", 'f', false,
	"--install overwrites hooks if the hook already exists"},
    {"literal", 'l', false,
	"--add and --add-allowed patterns are escaped so that they are "
	"literal"},
    {"allowed", 'a', false,
	"--add adds an allowed pattern instead of a prohibited pattern"},
    {"global", 0, false, "Uses the --global git config"},
    {"commit_msg_hook", 0, true, "commit-msg hook (internal only)"},
    {"pre_commit_hook", 0, true, "pre-commit hook (internal only)"},
    {"prepare_commit_msg_hook", 0, true,
	"prepare-commit-msg hook (internal only)"},
};
#define OPTIONS (sizeof(options) / sizeof(*options))

/* An option as it was given. */
struct given {
	const struct option *option;
	bool unset;
};

struct parser {
	struct given *given;
	size_t n;
	struct args *out;
};

static void
usage(FILE *out, bool all)
{
	static const char *const synopsis[] = {
	    ("--scan [-r|--recursive] [--cached] [--no-index] [--untracked] "
	     "[<files>...]"),
	    "--scan-history",
	    "--install [-f|--force] [<target-directory>]",
	    "--list [--global]",
	    "--add [-a|--allowed] [-l|--literal] [--global] <pattern>",
	    "--add-provider [--global] <command> [arguments...]",
	    "--register-aws [--global]",
	    "--aws-provider [<credentials-file>]",
	};

	for (size_t i = 0; i < sizeof(synopsis) / sizeof(*synopsis); i++)
		fprintf(out, "%s: git secrets %s\n", i ? "   or" : "usage",
		    synopsis[i]);
	putc('\n', out);
	for (const struct option *o = options; o < options + OPTIONS; o++) {
		int at;

		if (o->hidden && !all)
			continue;
		at = o->letter
		    ? fprintf(out, "    -%c, --%s", o->letter, o->name)
		    : fprintf(out, "    --%s", o->name);
		if (at >= COLUMN) {
			putc('\n', out);
			at = 0;
		}
		fprintf(out, "%*s%s\n", COLUMN - at, "", o->help);
	}
	putc('\n', out);
}

int
args_help(void)
{
	usage(stdout, false);
	return EXIT_HELP;
}

enum likeness { NOT, SHORT, EXACT };

static enum likeness
compare(const char *name, const char *arg, size_t n)
{
	if (strncmp(name, arg, n) != 0)
		return NOT;
	return name[n] ? SHORT : EXACT;
}

/* Is arg[0, n) this option, or the start of its name, perhaps negated? */
static enum likeness
matches(const struct option *o, const char *arg, size_t n, bool *unset)
{
	const char *name = o->name;
	enum likeness like = compare(name, arg, n);

	*unset = false;
	if (like != NOT)
		return like;
	*unset = true;
	if (n <= 3 && !strncmp("no-", arg, n))
		return SHORT;
	if (n > 3 && !strncmp(arg, "no-", 3))
		return compare(name, arg + 3, n - 3);
	return strncmp(name, "no-", 3) ? NOT : compare(name + 3, arg, n);
}

static const char *
no(const struct given *g)
{
	return g->unset ? "no-" : "";
}

/* -1, or the exit status after having said why. */
static int
read_long(struct parser *p, const char *arg)
{
	size_t n = strcspn(arg, "=");
	struct given best = {0}, other = {0};

	for (const struct option *o = options; o < options + OPTIONS; o++) {
		struct given g = {.option = o};
		enum likeness like = matches(o, arg, n, &g.unset);

		if (like == EXACT) {
			best = g;
			other.option = NULL;
			break;
		}
		if (like == SHORT) {
			other = best;
			best = g;
		}
	}
	if (other.option) {
		fprintf(stderr,
		    "error: ambiguous option: %s (could be --%s%s or --%s%s)\n",
		    arg, no(&other), other.option->name, no(&best),
		    best.option->name);
		return args_help();
	}
	if (!best.option) {
		fprintf(stderr, "error: unknown option `%s'\n", arg);
		usage(stderr, false);
		return EXIT_HELP;
	}
	if (arg[n]) {
		fprintf(stderr, "error: option `%s%s' takes no value\n",
		    no(&best), best.option->name);
		return EXIT_HELP;
	}
	p->given[p->n++] = best;
	return -1;
}

static int
read_letters(struct parser *p, const char *arg)
{
	for (const char *letters = arg + 1; *letters; letters++) {
		const struct option *o = options;

		while (o < options + OPTIONS && o->letter != *letters)
			o++;
		if (*letters == 'h')
			return args_help();
		if (o == options + OPTIONS) {
			if ((unsigned char)*letters < 0x80)
				fprintf(stderr, "error: unknown switch `%c'\n",
				    *letters);
			else
				fprintf(stderr,
				    "error: unknown non-ascii option in "
				    "string: `%s'\n",
				    arg);
			usage(stderr, false);
			return EXIT_HELP;
		}
		p->given[p->n++].option = o;
	}
	return -1;
}

static int
read_all(struct parser *p, int argc, char **argv)
{
	int status = -1, i = 1;

	for (; i < argc && status < 0; i++) {
		if (argv[i][0] != '-' || !argv[i][1]) {
			p->out->word[p->out->n++] = argv[i];
			continue;
		}
		if (!strcmp(argv[i], "--") ||
		    !strcmp(argv[i], "--end-of-options")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--help-all")) {
			usage(stdout, true);
			return EXIT_HELP;
		}
		if (!strcmp(argv[i], "--help"))
			return args_help();
		status = argv[i][1] == '-' ? read_long(p, argv[i] + 2)
					   : read_letters(p, argv[i]);
	}
	for (; i < argc; i++)
		p->out->word[p->out->n++] = argv[i];
	return status;
}

/* What may only stand beside one command. */
static const struct modifier {
	const char *name;
	const char *shown;
	const char *command;
	size_t at; /* in struct args */
} modifiers[] = {
    {"force", "-f|--force", "--install", offsetof(struct args, force)},
    {"recursive", "-r|--recursive", "--scan", offsetof(struct args, recursive)},
    {"allowed", "-a|--allowed", "--add", offsetof(struct args, allowed)},
    {"literal", "-l|--literal", "--add", offsetof(struct args, literal)},
    {"cached", "--cached", "--scan", offsetof(struct args, cached)},
    {"no-index", "--no-index", "--scan", offsetof(struct args, no_index)},
    {"untracked", "--untracked", "--scan", offsetof(struct args, untracked)},
    {"global", NULL, NULL, offsetof(struct args, global)},
};

static bool
modify(struct args *out, const struct given *g)
{
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(*modifiers); i++) {
		const struct modifier *m = &modifiers[i];

		if (g->unset || strcmp(m->name, g->option->name) != 0)
			continue;
		if (m->command && strcmp(m->command, out->command) != 0) {
			fprintf(stderr,
			    "%s can only be supplied with the %s subcommand\n",
			    m->shown, m->command);
			return false;
		}
		*(bool *)((char *)out + m->at) = true;
	}
	return true;
}

/* The command as git's parser writes it: `-r`, `--scan`, `--no-scan`. */
static const char *
spelling(const struct given *g, char buf[64])
{
	if (g->option->letter && !g->unset)
		snprintf(buf, 64, "-%c", g->option->letter);
	else
		snprintf(buf, 64, "--%s%s", no(g), g->option->name);
	return buf;
}

int
args_parse(struct args *out, int argc, char **argv)
{
	static char command[64];
	size_t room = 1;
	struct parser p = {.out = out};
	int status;

	for (int i = 0; i < argc; i++)
		room += strlen(argv[i]) + 1;
	*out = (struct args){.command = "--"};
	out->word = sek_alloc_n((size_t)argc + 1, sizeof(*out->word));
	p.given = sek_alloc_n(room, sizeof(*p.given));
	status = read_all(&p, argc, argv);
	if (status < 0 && p.n)
		out->command = spelling(&p.given[0], command);
	for (size_t i = 1; status < 0 && i < p.n; i++)
		if (!modify(out, &p.given[i]))
			status = 1;
	free(p.given);
	if (status < 0 && out->recursive &&
	    (out->cached || out->no_index || out->untracked)) {
		fputs("-r|--recursive cannot be supplied with --cached, "
		      "--no-index, or --untracked\n",
		    stderr);
		status = 1;
	}
	return status;
}

void
args_clear(struct args *a)
{
	free(a->word);
	a->word = NULL;
}

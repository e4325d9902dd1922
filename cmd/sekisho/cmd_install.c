#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "scan/hook_place.h"
#include "sekisho/commands.h"

struct options {
	bool global;
	bool system;
	const char *template_dir;
};

/* of_global, of_system, of_template: what they mean for the command. */
#define OPTIONS(of_global, of_system, of_template)                             \
	{                                                                      \
		{.long_name = "global",                                        \
		    .kind = CLI_FLAG,                                          \
		    .offset = offsetof(struct options, global),                \
		    .help = (of_global)},                                      \
		    {.long_name = "system",                                    \
			.kind = CLI_FLAG,                                      \
			.offset = offsetof(struct options, system),            \
			.help = (of_system)},                                  \
		    {.long_name = "template",                                  \
			.kind = CLI_DIR,                                       \
			.offset = offsetof(struct options, template_dir),      \
			.arg = "DIR",                                          \
			.help = (of_template)},                                \
		    {0},                                                       \
	}

static const struct cli_opt install_options[] =
    OPTIONS("for all your repositories, by core.hooksPath",
	"for all repositories of this machine",
	"into a template directory of git init");

static const struct cli_opt uninstall_options[] =
    OPTIONS("what install --global installed",
	"what install --system installed",
	"out of a template directory of git init");

/* One command, at one place after another. */
struct work {
	const char *name;
	char program[PATH_MAX]; /* install */
	bool remove;            /* uninstall */
	size_t left;            /* what had to be */
};

static void
say(void *arg, const char *line)
{
	(void)arg;
	puts(line);
}

static enum sek_code
find_program(char out[PATH_MAX], struct sek_err *err)
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n < 0)
		return sek_fail_errno(err, "/proc/self/exe");
	out[n] = '\0';
	return SEK_OK;
}

static enum sek_code
at_path(struct work *w, const char *path, struct sek_err *err)
{
	sek_auto_repo *repo = NULL;
	enum sek_code code = sek_repo_open(&repo, path, err);

	if (code)
		return code;
	if (w->remove)
		return sek_hook_place_uninstall(repo, say, NULL, &w->left, err);
	return sek_hook_place_install(repo, w->program, say, NULL, err);
}

static enum sek_code
at_template(struct work *w, const char *dir, struct sek_err *err)
{
	if (w->remove)
		return sek_hook_place_uninstall_template(dir, say, NULL,
		    &w->left, err);
	return sek_hook_place_install_template(dir, w->program, say, NULL, err);
}

static enum sek_code
at_shared(struct work *w, enum sek_scope scope, struct sek_err *err)
{
	if (w->remove)
		return sek_hook_place_uninstall_shared(scope, NULL, say, NULL,
		    &w->left, err);
	return sek_hook_place_install_shared(scope, NULL, w->program, say, NULL,
	    err);
}

static enum sek_code
work(struct work *w, const struct options *o, int argc, char **argv,
    struct sek_err *err)
{
	enum sek_code code = SEK_OK;

	if (o->global + o->system + (o->template_dir != NULL) + (argc > 0) > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: --global, --system, --template and paths exclude "
		    "each other",
		    w->name);
	if (o->template_dir)
		return at_template(w, o->template_dir, err);
	if (o->global || o->system)
		return at_shared(w,
		    o->system ? SEK_SCOPE_SYSTEM : SEK_SCOPE_GLOBAL, err);
	if (argc == 0)
		return at_path(w, ".", err);
	for (int i = 0; i < argc && !code; i++)
		code = at_path(w, argv[i], err);
	return code;
}

static int
run_install(const void *opts, int argc, char **argv)
{
	struct work w = {.name = "install"};
	struct sek_err err;

	if (find_program(w.program, &err) || work(&w, opts, argc, argv, &err))
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

/* What had to be left is not what was asked for: exit 3. */
static int
run_uninstall(const void *opts, int argc, char **argv)
{
	struct work w = {.name = "uninstall", .remove = true};
	struct sek_err err;

	if (work(&w, opts, argc, argv, &err))
		return cli_fail(&err);
	return w.left > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

const struct cli_cmd cmd_install = {
    .name = "install",
    .summary = "install the hooks",
    .details = "Installs into the directory that git runs the hooks of the "
	       "repository from. A hook that is there already is kept and run "
	       "first. Installing again is harmless.",
    .operand = {"[PATH...]", CLI_DIR, NULL, 0, SIZE_MAX},
    .opts = install_options,
    .opts_size = sizeof(struct options),
    .run = run_install,
};

const struct cli_cmd cmd_uninstall = {
    .name = "uninstall",
    .summary = "take the hooks out again",
    .details = "Puts back the hooks that were there before, and leaves alone "
	       "what someone edited or replaced since.",
    .operand = {"[PATH...]", CLI_DIR, NULL, 0, SIZE_MAX},
    .opts = uninstall_options,
    .opts_size = sizeof(struct options),
    .run = run_uninstall,
};

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "scan/hook_place.h"
#include "sekisho/commands.h"

struct install {
	bool global;
	bool system;
	const char *template_dir;
};

static const struct cli_opt options[] = {
    {.long_name = "global",
	.kind = CLI_FLAG,
	.offset = offsetof(struct install, global),
	.help = "for all your repositories, by core.hooksPath"},
    {.long_name = "system",
	.kind = CLI_FLAG,
	.offset = offsetof(struct install, system),
	.help = "for all repositories of this machine"},
    {.long_name = "template",
	.kind = CLI_DIR,
	.offset = offsetof(struct install, template_dir),
	.arg = "DIR",
	.help = "into a template directory of git init"},
    {0},
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
install_path(const char *path, const char *program, struct sek_err *err)
{
	sek_auto_repo *repo = NULL;
	enum sek_code code = sek_repo_open(&repo, path, err);

	if (code)
		return code;
	return sek_hook_place_install(repo, program, say, NULL, err);
}

static enum sek_code
install(const struct install *o, int argc, char **argv, struct sek_err *err)
{
	char program[PATH_MAX];
	enum sek_code code = find_program(program, err);

	if (code)
		return code;
	if (o->global + o->system + (o->template_dir != NULL) + (argc > 0) > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "install: --global, --system, --template and paths exclude "
		    "each other");
	if (o->template_dir)
		return sek_hook_place_install_template(o->template_dir, program,
		    say, NULL, err);
	if (o->global || o->system)
		return sek_hook_place_install_shared(o->system
			? SEK_SCOPE_SYSTEM
			: SEK_SCOPE_GLOBAL,
		    NULL, program, say, NULL, err);
	if (argc == 0)
		return install_path(".", program, err);
	for (int i = 0; i < argc && !code; i++)
		code = install_path(argv[i], program, err);
	return code;
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	if (install(opts, argc, argv, &err))
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

const struct cli_cmd cmd_install = {
    .name = "install",
    .summary = "install the hooks",
    .details = "Installs into the directory that git runs the hooks of the "
	       "repository from. A hook that is there already is kept and run "
	       "first. Installing again is harmless.",
    .operand = {"[PATH...]", CLI_DIR, NULL, 0, SIZE_MAX},
    .opts = options,
    .opts_size = sizeof(struct install),
    .run = run,
};

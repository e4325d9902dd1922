#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "scan/hook_place.h"
#include "sekisho/commands.h"

struct uninstall {
	bool global;
	bool system;
	const char *template_dir;
};

static const struct cli_opt options[] = {
    {.long_name = "global",
	.kind = CLI_FLAG,
	.offset = offsetof(struct uninstall, global),
	.help = "what install --global installed"},
    {.long_name = "system",
	.kind = CLI_FLAG,
	.offset = offsetof(struct uninstall, system),
	.help = "what install --system installed"},
    {.long_name = "template",
	.kind = CLI_DIR,
	.offset = offsetof(struct uninstall, template_dir),
	.arg = "DIR",
	.help = "out of a template directory of git init"},
    {0},
};

static void
say(void *arg, const char *line)
{
	(void)arg;
	puts(line);
}

static enum sek_code
uninstall_path(const char *path, size_t *left, struct sek_err *err)
{
	sek_auto_repo *repo = NULL;
	enum sek_code code = sek_repo_open(&repo, path, err);

	if (code)
		return code;
	return sek_hook_place_uninstall(repo, say, NULL, left, err);
}

static enum sek_code
uninstall(const struct uninstall *o, int argc, char **argv, size_t *left,
    struct sek_err *err)
{
	enum sek_code code = SEK_OK;

	if (o->global + o->system + (o->template_dir != NULL) + (argc > 0) > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "uninstall: --global, --system, --template and paths "
		    "exclude each other");
	if (o->template_dir)
		return sek_hook_place_uninstall_template(o->template_dir, say,
		    NULL, left, err);
	if (o->global || o->system)
		return sek_hook_place_uninstall_shared(o->system
			? SEK_SCOPE_SYSTEM
			: SEK_SCOPE_GLOBAL,
		    NULL, say, NULL, left, err);
	if (argc == 0)
		return uninstall_path(".", left, err);
	for (int i = 0; i < argc && !code; i++)
		code = uninstall_path(argv[i], left, err);
	return code;
}

/* What had to be left is not what was asked for: exit 3. */
static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;
	size_t left = 0;

	if (uninstall(opts, argc, argv, &left, &err))
		return cli_fail(&err);
	return left > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

const struct cli_cmd cmd_uninstall = {
    .name = "uninstall",
    .summary = "take the hooks out again",
    .details = "Puts back the hooks that were there before, and leaves alone "
	       "what someone edited or replaced since.",
    .operand = {"[PATH...]", CLI_DIR, NULL, 0, SIZE_MAX},
    .opts = options,
    .opts_size = sizeof(struct uninstall),
    .run = run,
};

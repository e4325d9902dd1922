#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"
#include "vault/shell.h"

struct env {
	const char *shell;
	bool show_secrets;
};

static const char *const shells[] = {"sh", "fish", "powershell", NULL};
static const struct cli_opt options[] = {
    {.long_name = "shell",
	.kind = CLI_CHOICE,
	.offset = offsetof(struct env, shell),
	.arg = "SHELL",
	.choices = shells,
	.help = "whose syntax (default: sh)"},
    {.long_name = "show-secrets",
	.kind = CLI_FLAG,
	.offset = offsetof(struct env, show_secrets),
	.help = "print to a terminal, too"},
    {0},
};

static enum sek_shell
shell_of(const struct env *o)
{
	if (!o->shell || !strcmp(o->shell, "sh"))
		return SEK_SHELL_SH;
	return strcmp(o->shell, "fish") ? SEK_SHELL_POWERSHELL : SEK_SHELL_FISH;
}

static enum sek_code
print(const struct env *o, const char *profile, struct sek_err *err)
{
	auto_vault v = {0};
	sek_auto_creds creds = {0};
	sek_auto_secret *text = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	enum sek_code code;

	if ((code = vault_check_terminal(o->show_secrets, "env", err)) ||
	    (code = vault_open(&v, err)) ||
	    (code = vault_plan(&v, profile, err)) ||
	    (code = vault_credentials(&v, false, &creds, err)) ||
	    (code = sek_shell_assign(text, shell_of(o), &creds, v.plan->region,
		 err)))
		return code;
	return sek_secret_write(text, STDOUT_FILENO, err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	if (print(opts, argc > 0 ? argv[0] : NULL, &err))
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

const struct cli_cmd cmd_env = {
    .name = "env",
    .summary = "print a profile's credentials as a shell's assignments",
    .details = "To be evaluated by the shell:\n"
	       " eval \"$(sekisho-vault env PROFILE)\"\n"
	       " sekisho-vault env --shell fish PROFILE | source\n"
	       "Every program that the shell then starts has them, and they "
	       "are not renewed. `sekisho-vault exec` gives them to one "
	       "command alone.",
    .operand = {"[PROFILE]", CLI_FLAG, NULL, 0, 1},
    .opts = options,
    .opts_size = sizeof(struct env),
    .run = run,
};

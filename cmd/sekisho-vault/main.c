#include <signal.h>

#include "aws/digest.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "sekisho-vault/commands.h"

static const struct cli_cmd *const commands[] = {
    &cmd_get,
    &cmd_exec,
    &cmd_env,
    &cmd_add,
    &cmd_list,
    &cmd_status,
    &cmd_remove,
    &cmd_purge,
    &cmd_lock,
    &cmd_unlock,
    &cmd_setup,
    NULL,
};

static const struct cli_program program = {
    .name = "sekisho-vault",
    .summary = "short-lived AWS credentials for any SDK",
    .version = SEK_VERSION,
    .cmds = commands,
};

int
main(int argc, char **argv)
{
	struct sek_err err;

	sek_secret_harden_process();
	signal(SIGXFSZ, SIG_IGN); /* a full disk is an error, no end */
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, a child's status
	                             is lost */
	if (sek_crypto_init(&err))
		return cli_fail(&err);
	return cli_main(&program, argc, argv);
}

#include <signal.h>

#include "base/secret.h"
#include "cli/cli.h"
#include "sekisho-vault/commands.h"

static const struct cli_cmd *const commands[] = {
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
	sek_secret_harden_process();
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, a child's status
	                             is lost */
	return cli_main(&program, argc, argv);
}

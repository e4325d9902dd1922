#include <signal.h>

#include "base/secret.h"
#include "cli/cli.h"
#include "sekisho/commands.h"

static const struct cli_cmd *const commands[] = {
    &cmd_scan,
    &cmd_hook,
    &cmd_install,
    &cmd_uninstall,
    &cmd_allow,
    &cmd_baseline,
    &cmd_explain,
    &cmd_rules,
    &cmd_report,
    NULL,
};

static const struct cli_program program = {
    .name = "sekisho",
    .summary = "keeps AWS keys out of git",
    .version = SEK_VERSION,
    .cmds = commands,
};

int
main(int argc, char **argv)
{
	sek_secret_harden_process();
	signal(SIGCHLD,
	    SIG_DFL); /* inherited as ignored, git's status is lost */
	return cli_main(&program, argc, argv);
}

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "git-secrets/commands.h"

static const struct {
	const char *name;
	int (*run)(const struct args *a);
} commands[] = {
    {"--scan", run_scan},
    {"--scan-history", run_scan_history},
    {"--install", run_install},
    {"--list", run_list},
    {"--add", run_add},
    {"--add-provider", run_add_provider},
    {"--aws-provider", run_aws_provider},
    {"--register-aws", run_register_aws},
    {"--commit_msg_hook", run_commit_msg},
    {"--pre_commit_hook", run_pre_commit},
    {"--prepare_commit_msg_hook", run_prepare_commit_msg},
};

static int
run(const struct args *a)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, a->command))
			return commands[i].run(a);
	if (!strcmp(a->command, "--")) {
		args_help();
		return 0;
	}
	printf("Unknown option: %s\n", a->command);
	return args_help();
}

int
main(int argc, char **argv)
{
	struct args a;
	int status;

	sek_secret_harden_process();
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, git's status is
				     lost */
	status = args_parse(&a, argc, argv);
	if (status < 0)
		status = run(&a);
	args_clear(&a);
	if (fflush(stdout) != 0 && status == 0)
		status = STATUS_FAILED;
	return status;
}

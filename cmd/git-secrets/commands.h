#ifndef GIT_SECRETS_COMMANDS_H
#define GIT_SECRETS_COMMANDS_H

#include "base/err.h"
#include "git-secrets/args.h"

/* Exit statuses of the original. */
enum status {
	STATUS_CLEAN = 0,
	STATUS_FOUND = 1,
	STATUS_FAILED = 2,
	STATUS_GIT = 128, /* git's own for what it cannot do, too */
};

/* A command takes what was given and gives an exit status. */
int run_scan(const struct args *a);
int run_scan_history(const struct args *a);
int run_pre_commit(const struct args *a);
int run_commit_msg(const struct args *a);
int run_prepare_commit_msg(const struct args *a);

int run_add(const struct args *a);
int run_add_provider(const struct args *a);
int run_register_aws(const struct args *a);
int run_aws_provider(const struct args *a);
int run_list(const struct args *a);

int run_install(const struct args *a);

#endif

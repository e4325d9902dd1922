#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rfc3339.h"
#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

struct exec {
	const char *region;
};

static const struct cli_opt options[] = {
    {.long_name = "region",
	.kind = CLI_STRING,
	.offset = offsetof(struct exec, region),
	.arg = "REGION",
	.help = "the command's region, in place of the profile's"},
    {0},
};

/* With these set, the command might take other credentials than ours. */
static const char *const others[] = {
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
};

/* This process becomes the command, so what is set here is its environment. */
static bool
set(const char *name, struct sek_str value)
{
	char *text = strndup(value.p, value.n);
	bool done = text && !setenv(name, text, 1);

	if (text)
		explicit_bzero(text, value.n);
	free(text);
	return done;
}

static enum sek_code
set_environment(const struct sek_creds *creds, const char *region,
    struct sek_err *err)
{
	char expires[SEK_RFC3339_SIZE];
	bool done = true;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		unsetenv(others[i]);
	done &= set("AWS_ACCESS_KEY_ID", sek_str(creds->id));
	done &= set("AWS_SECRET_ACCESS_KEY", sek_secret_str(creds->secret));
	if (creds->token)
		done &= set("AWS_SESSION_TOKEN", sek_secret_str(creds->token));
	if (creds->account[0])
		done &= set("AWS_ACCOUNT_ID", sek_str(creds->account));
	if (creds->expires) {
		sek_rfc3339_write(expires, creds->expires);
		done &= set("AWS_CREDENTIAL_EXPIRATION", sek_str(expires));
	}
	if (region) {
		done &= set("AWS_REGION", sek_str(region));
		done &= set("AWS_DEFAULT_REGION", sek_str(region));
	}
	return done ? SEK_OK
		    : sek_fail(err, SEK_EIO, "the environment has no room");
}

static enum sek_code
prepare(const struct exec *o, const char *profile, struct sek_err *err)
{
	auto_vault v = {0};
	sek_auto_creds creds = {0};
	enum sek_code code;

	if ((code = vault_open(&v, err)) ||
	    (code = vault_plan(&v, profile, err)) ||
	    (code = vault_credentials(&v, false, &creds, err)))
		return code;
	return set_environment(&creds, o->region ? o->region : v.plan->region,
	    err);
}

/* What a shell says of a command that it cannot run. */
static int
cannot_run(const char *command)
{
	int errnum = errno;

	fprintf(stderr, "sekisho-vault: %s: %s\n", command, strerror(errnum));
	return errnum == ENOENT ? 127 : 126;
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)argc;
	if (prepare(opts, argv[0], &err))
		return cli_fail(&err);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	execvp(argv[1], argv + 1);
	return cannot_run(argv[1]);
}

const struct cli_cmd cmd_exec = {
    .name = "exec",
    .summary = "run a command with a profile's credentials",
    .details = "The credentials are in the environment of the command alone; "
	       "they are not renewed while it runs. A command that lasts "
	       "longer than they do should read the profile itself: see "
	       "`sekisho-vault setup`.\n\n"
	       "The exit status is the command's; 127: there is no such "
	       "command, 126: it cannot be run.",
    .operand = {"PROFILE -- COMMAND [ARGUMENT...]", CLI_FLAG, NULL, 2,
	SIZE_MAX},
    .opts = options,
    .opts_size = sizeof(struct exec),
    .run = run,
};

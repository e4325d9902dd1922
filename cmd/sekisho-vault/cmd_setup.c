#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"
#include "vault/setup.h"

struct setup {
	const char *region;
	struct cli_list set;
};

static const struct cli_opt options[] = {
    {.long_name = "region",
	.kind = CLI_STRING,
	.offset = offsetof(struct setup, region),
	.arg = "REGION",
	.help = "the profile's region"},
    {.long_name = "set",
	.kind = CLI_LIST,
	.offset = offsetof(struct setup, set),
	.arg = "KEY=VALUE",
	.help = "a line for the profile in sekisho's own file"},
    {0},
};

/* PREFIX/libexec/sekisho/sekisho-vault → PREFIX/bin/sekisho-vault */
static enum sek_code
find_program(char path[PATH_MAX], struct sek_err *err)
{
	static const char below[] = "/libexec/sekisho/sekisho-vault";
	static const char bin[] = "/bin/sekisho-vault";
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	size_t tail = sizeof(below) - 1;

	if (n <= 0)
		return sek_fail_errno(err, "/proc/self/exe");
	path[n] = '\0';
	if ((size_t)n < tail || strcmp(path + n - tail, below) != 0)
		return sek_fail(err, SEK_EIO,
		    "%s: not where `make install` puts it", path);
	memcpy(path + n - tail, bin, sizeof(bin));
	return access(path, X_OK) ? sek_fail_errno(err, "%s", path) : SEK_OK;
}

/* Arguments are for every user of the machine to see. */
static enum sek_code
refuse_secret(struct sek_str key, struct sek_err *err)
{
	static const char *const secrets[] = {
	    "aws_access_key_id", "aws_secret_access_key", "aws_session_token"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (key.n == strlen(secrets[i]) &&
		    !strncasecmp(key.p, secrets[i], key.n))
			return sek_fail(err, SEK_ECONFIG,
			    "--set %s: not in an argument, which every user "
			    "can see: `sekisho-vault add NAME` keeps the key, "
			    "and --set sekisho_source=keyring:NAME uses it",
			    secrets[i]);
	return SEK_OK;
}

static enum sek_code
split(struct sek_setup_pair *pairs, const struct cli_list *set,
    struct sek_err *err)
{
	enum sek_code code;

	for (size_t i = 0; i < set->n; i++) {
		struct sek_str value = sek_str(set->at[i]);

		pairs[i].key = sek_str_trim(sek_str_cut(&value, '='));
		if (!value.p)
			return sek_fail(err, SEK_ECONFIG,
			    "--set takes KEY=VALUE");
		if ((code = refuse_secret(pairs[i].key, err)))
			return code;
		pairs[i].value = sek_str_trim(value);
	}
	return SEK_OK;
}

static enum sek_code
show(const char *name, struct sek_err *err)
{
	auto_vault v = {0};
	sek_auto_buf hops = {0};
	enum sek_code code;

	if ((code = vault_open(&v, err)) || (code = vault_plan(&v, name, err)))
		return code;
	sek_plan_describe(v.plan, v.plan->n, &hops);
	printf("profile %s: %s\nan SDK reads it in %s\n", name, hops.p,
	    sek_profiles_config_path(v.profiles));
	return SEK_OK;
}

static enum sek_code
setup(const struct setup *o, const char *name, struct sek_err *err)
{
	auto_vault v = {0};
	char program[PATH_MAX];
	sek_auto_free struct sek_setup_pair *pairs = sek_alloc_n(o->set.n + 1,
	    sizeof(*pairs));
	struct sek_setup s = {
	    .env = &sek_env_system,
	    .name = name,
	    .program = program,
	    .region = o->region,
	    .pairs = pairs,
	    .n = o->set.n,
	};
	enum sek_code code;

	if ((code = find_program(program, err)) ||
	    (code = split(pairs, &o->set, err)) || (code = vault_open(&v, err)))
		return code;
	s.profiles = v.profiles;
	code = sek_setup(&s, err);
	return code ? code : show(name, err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)argc;
	return setup(opts, argv[0], &err) ? cli_fail(&err) : CLI_EXIT_OK;
}

const struct cli_cmd cmd_setup = {
    .name = "setup",
    .summary = "write the profile that AWS SDKs read",
    .details = "Puts credential_process and region into the AWS config file, "
	       "so that every SDK asks sekisho-vault, and each --set into "
	       "sekisho's own file, where the source is described. Refuses a "
	       "profile that has another source of credentials: an SDK would "
	       "take that one.\n"
	       " sekisho-vault setup work --region eu-central-1 \\\n"
	       "     --set sekisho_source=keyring:work",
    .operand = {"PROFILE", CLI_FLAG, NULL, 1, 1},
    .opts = options,
    .opts_size = sizeof(struct setup),
    .run = run,
};

#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/serve.h"

/*
 * The small program as it is installed, in a place of its own, with a script in
 * place of the full one; records in the kernel's keyring, which are removed
 * again. Their names come from a region that no other run has.
 */
static char *dir;
static char region[32];

#define ROLE                                                                   \
	"role_arn = arn:aws:iam::123456789012:role/r\n"                        \
	"credential_source = Ec2InstanceMetadata\n"                            \
	"sekisho_keyring = kernel\n"

static void
put(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(sek_file_replace(path, text, strlen(text), mode, NULL),
	    SEK_OK);
}

/* The program lies beside the tests: BUILD/unit/test_x, BUILD/bin. */
static void
install(void)
{
	sek_auto_buf program = {0};
	sek_auto_free char *from = NULL;
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	from = sek_printf("%s/../bin/sekisho-vault", self);
	assert_int_equal(sek_file_read(from, &program, NULL), SEK_OK);
	assert_int_equal(sek_dir_make("bin", 0700, NULL), SEK_OK);
	assert_int_equal(sek_dir_make("libexec/sekisho", 0700, NULL), SEK_OK);
	assert_int_equal(sek_file_replace("bin/sekisho-vault", program.p,
			     program.n, 0755, NULL),
	    SEK_OK);
	put("libexec/sekisho/sekisho-vault", "#!/bin/sh\necho full \"$@\"\n",
	    0755);
}

static int
enter(void **state)
{
	static const char *const unset[] = {"XDG_CONFIG_HOME", "AWS_PROFILE",
	    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE",
	    "AWS_SHARED_CREDENTIALS_FILE"};
	const char *tmp = getenv("TMPDIR");

	(void)state;
	dir = sek_printf("%s/sek-hit-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir) || chdir(dir))
		return -1;
	for (size_t i = 0; i < sizeof(unset) / sizeof(*unset); i++)
		unsetenv(unset[i]);
	setenv("HOME", dir, 1);
	snprintf(region, sizeof(region), "eu-test-%d", (int)getpid());
	install();
	return 0;
}

static int
leave(void **state)
{
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", dir);

	(void)state;
	free(dir);
	return chdir("/") || system(rm);
}

/* A profile `work` of these lines in sekisho's own file. */
static void
configure(const char *lines)
{
	sek_auto_free char *text = sek_printf("[profile work]\nregion = %s\n%s",
	    region, lines);

	assert_int_equal(sek_dir_make(".config/sekisho", 0700, NULL), SEK_OK);
	put(".config/sekisho/config", text, 0600);
}

/* The plan's record in the keyring is made (seconds until it is to be renewed)
 * or removed. */
static void
record(bool make, int64_t fresh_for)
{
	const struct sek_env *env = &sek_env_system;
	sek_auto_profiles *profiles = NULL;
	sek_auto_plan *plan = NULL;
	sek_auto_keyring *k = NULL;
	sek_auto_record r = {0};
	sek_auto_secret *text = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	char name[SEK_RECORD_NAME_SIZE];
	struct sek_err err = {0};

	if (sek_profiles_load(&profiles, env, &err) ||
	    sek_plan_make(&plan, profiles, "work", env, &err) ||
	    sek_keyring_kernel_open(&k, env, &err))
		fail_msg("%s", err.text);
	r.plan = sek_strdup(sek_plan_text(plan, plan->n));
	sek_record_name(name, r.plan);
	if (!make) {
		assert_int_equal(sek_keyring_remove(k, SEK_KEYRING_SESSION,
				     name, NULL),
		    SEK_OK);
		return;
	}
	r.profile = sek_strdup("work");
	r.fetched = env->now(env);
	r.refresh_at = r.fetched + fresh_for;
	assert_int_equal(sek_creds_set(&r.creds, SEK_STR("ID"), SEK_STR("s"),
			     SEK_STR("t"), 4102444800, NULL),
	    SEK_OK);
	assert_int_equal(sek_creds_set_account(&r.creds,
			     SEK_STR("123456789012"), NULL),
	    SEK_OK);
	assert_int_equal(sek_record_write(&r, text, NULL), SEK_OK);
	assert_int_equal(sek_keyring_put(k, SEK_KEYRING_SESSION, name,
			     sek_secret_str(text), r.creds.expires, NULL),
	    SEK_OK);
}

static const char answer[] =
    "{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"s\","
    "\"SessionToken\":\"t\",\"Expiration\":\"2100-01-01T00:00:00Z\","
    "\"AccountId\":\"123456789012\"}\n";

/* What `sekisho-vault ARGS` ends with and prints on both, which must be so. */
static void
ends(int status, const char *args, const char *want)
{
	sek_auto_free char *command =
	    sek_printf("exec 2>&1 </dev/null; exec bin/sekisho-vault %s", args);
	FILE *f = popen(command, "r");
	char got[1024];
	size_t n;
	int ended;

	assert_non_null(f);
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	ended = pclose(f);
	assert_true(WIFEXITED(ended));
	assert_string_equal(got, want);
	assert_int_equal(WEXITSTATUS(ended), status);
}

static void
says(const char *args, const char *want)
{
	ends(0, args, want);
}

static void
a_fresh_session_is_answered(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	says("get work", answer);
	says("get -- work", answer);
	setenv("AWS_PROFILE", "work", 1);
	says("get", answer);
	says("get --", answer);
	unsetenv("AWS_PROFILE");
	says("get", "full get\n");
	record(false, 0);
	says("get work", "full get work\n");
}

static void
all_else_is_the_full_programs(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	says("", "full\n");
	says("status", "full status\n");
	says("get work more", "full get work more\n");
	says("get --refresh work", "full get --refresh work\n");
	says("get work --refresh", "full get work --refresh\n");
	says("get ''", "full get \n");
	says("get other", "full get other\n");
	record(false, 0);
}

static void
a_session_to_be_renewed_is_the_full_programs(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 0);
	says("get work", "full get work\n");
	record(false, 0);
}

static void
a_changed_profile_has_another_session(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	says("get work", answer);
	configure(ROLE "external_id = x\n");
	says("get work", "full get work\n");
	configure(ROLE);
	record(false, 0);
}

static void
an_account_that_does_not_fit_is_the_full_programs(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	configure(ROLE "sekisho_account = 123456789012\n");
	says("get work", answer);
	configure(ROLE "sekisho_account = 210987654321\n");
	says("get work", "full get work\n");
	configure(ROLE);
	record(false, 0);
}

static void
another_keyring_is_the_full_programs(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	configure("role_arn = arn:aws:iam::123456789012:role/r\n"
		  "credential_source = Ec2InstanceMetadata\n"
		  "sekisho_keyring = file\n");
	says("get work", "full get work\n");
	configure(ROLE);
	record(false, 0);
}

static void
a_broken_configuration_is_the_full_programs(void **state)
{
	(void)state;
	configure(ROLE "no equals sign\n");
	says("get work", "full get work\n");
	configure(ROLE "[sekisho]\nno_such_setting = 1\n");
	says("get work", "full get work\n");
	configure("region = eu-west-1\n");
	says("get work", "full get work\n");
}

/* To a person, the full program answers. */
static void
a_terminal_is_the_full_programs(void **state)
{
	char got[1024] = "";
	int terminal = -1, status;
	ssize_t n;
	pid_t child;

	(void)state;
	configure(ROLE);
	record(true, 3600);
	child = forkpty(&terminal, NULL, NULL, NULL);
	if (child == 0) {
		execl("bin/sekisho-vault", "sekisho-vault", "get", "work",
		    NULL);
		_exit(1);
	}
	assert_true(child > 0);
	n = read(terminal, got, sizeof(got) - 1);
	assert_true(n > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(terminal);
	assert_int_equal(status, 0);
	assert_string_equal(got, "full get work\r\n");
	record(false, 0);
}

static void
an_answer_that_cannot_be_printed_is_an_error(void **state)
{
	(void)state;
	configure(ROLE);
	record(true, 3600);
	ends(3, "get work >/dev/full",
	    "sekisho-vault: output: No space left on device\n");
	record(false, 0);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HERE(a_fresh_session_is_answered),
	    HERE(all_else_is_the_full_programs),
	    HERE(a_session_to_be_renewed_is_the_full_programs),
	    HERE(a_changed_profile_has_another_session),
	    HERE(an_account_that_does_not_fit_is_the_full_programs),
	    HERE(another_keyring_is_the_full_programs),
	    HERE(a_broken_configuration_is_the_full_programs),
	    HERE(a_terminal_is_the_full_programs),
	    HERE(an_answer_that_cannot_be_printed_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

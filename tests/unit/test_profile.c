/* Which files are read, and which file's word counts. test_profile_grammar.c
 * has what their lines mean, test_profile_files.c what files may be. */
#include "fake_home.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/profile.h"

static void
set(const char *name, const char *value)
{
	size_t i = 0;

	while (fake.vars[i] && strcmp(fake.vars[i], name) != 0)
		i += 2;
	fake.vars[i] = name;
	fake.vars[i + 1] = value;
}

static void
expect_key(const struct sek_profile *p, const char *key, const char *want)
{
	assert_non_null(p);
	if (want)
		assert_string_equal(sek_profile_get(p, key), want);
	else
		assert_null(sek_profile_get(p, key));
}

/* where is below $HOME. */
static void
expect_where(const struct sek_profile *p, const char *key, const char *where)
{
	const char *found = sek_profile_where(p, key);

	assert_memory_equal(found, home, strlen(home));
	assert_string_equal(found + strlen(home) + 1, where);
}

static void
expect_paths(const char *ours, const char *config, const char *credentials)
{
	sek_auto_profiles *p = load();

	assert_string_equal(sek_profiles_our_path(p), ours);
	assert_string_equal(sek_profiles_config_path(p), config);
	assert_string_equal(sek_profiles_credentials_path(p), credentials);
}

static void
the_files_are_below_the_home(void **state)
{
	(void)state;
	set("HOME", "/no/such/home");
	set("USERPROFILE", "/not/here");
	expect_paths("/no/such/home/.config/sekisho/config",
	    "/no/such/home/.aws/config", "/no/such/home/.aws/credentials");
}

static void
a_variable_moves_the_config_file(void **state)
{
	(void)state;
	set("HOME", "/no/such/home");
	set("AWS_CONFIG_FILE", "/elsewhere/aws");
	expect_paths("/no/such/home/.config/sekisho/config", "/elsewhere/aws",
	    "/no/such/home/.aws/credentials");
}

static void
a_variable_moves_the_credentials_file(void **state)
{
	(void)state;
	set("HOME", "/no/such/home");
	set("AWS_SHARED_CREDENTIALS_FILE", "elsewhere/keys");
	expect_paths("/no/such/home/.config/sekisho/config",
	    "/no/such/home/.aws/config", "elsewhere/keys");
}

static void
a_variable_moves_our_file_if_it_is_absolute(void **state)
{
	(void)state;
	set("HOME", "/no/such/home");
	set("XDG_CONFIG_HOME", "/elsewhere");
	expect_paths("/elsewhere/sekisho/config", "/no/such/home/.aws/config",
	    "/no/such/home/.aws/credentials");
	set("XDG_CONFIG_HOME", "elsewhere");
	expect_paths("/no/such/home/.config/sekisho/config",
	    "/no/such/home/.aws/config", "/no/such/home/.aws/credentials");
}

static void
a_tilde_that_no_shell_saw_is_the_home(void **state)
{
	(void)state;
	set("HOME", "/no/such/home");
	set("AWS_CONFIG_FILE", "~/x/aws");
	set("AWS_SHARED_CREDENTIALS_FILE", "~x/keys");
	expect_paths("/no/such/home/.config/sekisho/config",
	    "/no/such/home/x/aws", "~x/keys");
}

static void
without_a_home_there_are_the_files_that_variables_name(void **state)
{
	sek_auto_free char *path = sek_printf("%s/" CONFIG, home);
	sek_auto_profiles *p;

	(void)state;
	put(CONFIG, "[profile ops]\na = 1\n");
	set("HOME", "not/absolute");
	set("AWS_CONFIG_FILE", path);
	set("AWS_SHARED_CREDENTIALS_FILE", "~/keys");
	p = load();
	assert_null(sek_profiles_our_path(p));
	assert_string_equal(sek_profiles_config_path(p), path);
	assert_null(sek_profiles_credentials_path(p));
	expect_key(sek_profiles_find(p, "ops"), "a", "1");
}

static void
a_profile_of_ours_is_taken_whole(void **state)
{
	sek_auto_profiles *p;
	const struct sek_profile *ops, *aws;

	(void)state;
	put(OURS, "# mine\n[profile ops]\nrole_arn = ours\n");
	put(CONFIG,
	    "[profile ops]\nrole_arn = theirs\nmfa_serial = m\n"
	    "credential_process = sekisho-vault get ops\n");
	put(CREDENTIALS, "[ops]\naws_access_key_id = id\n");
	p = load();
	ops = sek_profiles_find(p, "ops");
	aws = sek_profiles_find_aws(p, "ops");
	assert_true(sek_profile_is_ours(ops));
	expect_key(ops, "role_arn", "ours");
	expect_key(ops, "mfa_serial", NULL);
	expect_key(ops, "credential_process", NULL);
	expect_key(ops, "aws_access_key_id", NULL);
	expect_where(ops, NULL, OURS ":2");
	assert_false(sek_profile_is_ours(aws));
	expect_key(aws, "role_arn", "theirs");
	expect_key(aws, "aws_access_key_id", "id");
}

static void
where_a_request_goes_is_looked_up_in_both(void **state)
{
	static const char *const keys[] = {"region", "services", "endpoint_url",
	    "use_fips_endpoint", "use_dualstack_endpoint", "ca_bundle"};
	sek_auto_profiles *p = NULL, *q = NULL;

	(void)state;
	put(CONFIG,
	    "[profile ops]\nregion = 1\nservices = 1\nendpoint_url = 1\n"
	    "use_fips_endpoint = 1\nuse_dualstack_endpoint = 1\n"
	    "ca_bundle = 1\n");
	put(OURS, "[profile ops]\nx = y\n[profile dev]\n");
	p = load();
	for (size_t i = 0; i < 6; i++) {
		expect_key(sek_profiles_find(p, "ops"), keys[i], "1");
		expect_key(sek_profiles_find(p, "dev"), keys[i], NULL);
	}
	expect_where(sek_profiles_find(p, "ops"), "ca_bundle", CONFIG ":7");
	put(OURS,
	    "[profile ops]\nregion = 2\nservices =\nendpoint_url = 2\n"
	    "use_fips_endpoint = 2\nuse_dualstack_endpoint = 2\n"
	    "ca_bundle = 2\n");
	q = load();
	for (size_t i = 0; i < 6; i++)
		expect_key(sek_profiles_find(q, "ops"), keys[i],
		    i == 1 ? "" : "2");
	expect_where(sek_profiles_find(q, "ops"), "ca_bundle", OURS ":7");
}

static void
a_missing_profile_is_null(void **state)
{
	sek_auto_profiles *p;

	(void)state;
	put(OURS, "[profile ops]\n[sekisho]\nkeyring = file\n[services s]\n");
	put(CREDENTIALS, "[dev]\n");
	p = load();
	assert_null(sek_profiles_find(p, "nobody"));
	assert_null(sek_profiles_find(p, ""));
	assert_null(sek_profiles_find(p, "sekisho"));
	assert_null(sek_profiles_find(p, "s"));
	assert_null(sek_profiles_find_aws(p, "ops"));
	assert_non_null(sek_profiles_find(p, "dev"));
}

static void
note_name(void *arg, const struct sek_profile *profile)
{
	sek_buf_printf(arg, "%s ", sek_profile_name(profile));
}

static void
each_name_comes_once_ours_first(void **state)
{
	sek_auto_buf names = {0};
	sek_auto_profiles *p;

	(void)state;
	put(OURS,
	    "[profile z]\n[default]\n[profile a]\n[sekisho]\n"
	    "[profile z]\n");
	put(CONFIG,
	    "[profile b]\n[profile z]\n[services s]\n[default]\n"
	    "[profile c]\n");
	put(CREDENTIALS, "[d]\n[b]\n[a]\n[e]\n");
	p = load();
	sek_profiles_each(p, note_name, &names);
	assert_string_equal(names.p, "z default a b c d e ");
}

static void
services_have_blocks_of_their_own(void **state)
{
	const struct sek_profile *ops;
	sek_auto_profiles *p;

	(void)state;
	put(CONFIG,
	    "[services local]\n"
	    "sts =\n"
	    "  Endpoint_URL = http://127.0.0.1:1/a=b\n"
	    "  other = x # y\n"
	    "ssm =\n"
	    "  endpoint_url = first\n"
	    "secrets_manager = no block\n"
	    "s3 =\n"
	    "[profile ops]\n"
	    "services = local\n"
	    "[profile dev]\n"
	    "[profile ci]\n"
	    "services = missing\n"
	    "[services local]\n"
	    "ssm =\n"
	    "  second = 2\n");
	p = load();
	ops = sek_profiles_find(p, "ops");
	assert_string_equal(sek_profile_service(ops, "sts", "endpoint_url"),
	    "http://127.0.0.1:1/a=b");
	assert_string_equal(sek_profile_service(ops, "sts", "other"), "x # y");
	assert_null(sek_profile_service(ops, "sts", "second"));
	assert_null(sek_profile_service(ops, "ssm", "endpoint_url"));
	assert_string_equal(sek_profile_service(ops, "ssm", "second"), "2");
	assert_null(sek_profile_service(ops, "secrets_manager", "x"));
	assert_null(sek_profile_service(ops, "s3", "endpoint_url"));
	assert_null(sek_profile_service(ops, "sso", "endpoint_url"));
	assert_null(sek_profile_service(sek_profiles_find(p, "dev"), "sts",
	    "endpoint_url"));
	assert_null(sek_profile_service(sek_profiles_find(p, "ci"), "sts",
	    "endpoint_url"));
}

static const char *
sts_of(const struct sek_profile *p)
{
	return sek_profile_service(p, "sts", "endpoint_url");
}

static void
endpoints_are_borrowed_together_or_not_at_all(void **state)
{
	const struct sek_profile *ops, *dev;
	sek_auto_profiles *p;

	(void)state;
	put(CONFIG,
	    "[services a]\nsts =\n endpoint_url = A\n"
	    "[profile ops]\nservices = a\nendpoint_url = theirs\n"
	    "[profile dev]\nendpoint_url = theirs\n"
	    "ignore_configured_endpoint_urls = true\n");
	put(OURS, "[profile ops]\nendpoint_url = ours\n[profile dev]\n");
	p = load();
	ops = sek_profiles_find(p, "ops");
	dev = sek_profiles_find(p, "dev");
	assert_null(sts_of(ops));
	assert_string_equal(sek_profile_get(ops, "endpoint_url"), "ours");
	assert_string_equal(sek_profile_get(dev, "endpoint_url"), "theirs");
	assert_string_equal(sek_profile_get(dev,
				"ignore_configured_endpoint_urls"),
	    "true");
}

static void
services_are_looked_up_where_the_name_was_written(void **state)
{
	static const char theirs[] = "[services a]\nsts =\n endpoint_url = A\n"
				     "[services b]\nsts =\n endpoint_url = B\n"
				     "[profile ops]\nservices = a\n"
				     "[profile dev]\nservices = a\n";
	sek_auto_profiles *p;

	(void)state;
	put(CONFIG, theirs);
	put(OURS,
	    "[services a]\nsts =\n endpoint_url = ours\n"
	    "[profile ops]\n"
	    "[profile dev]\nservices = a\n"
	    "[profile ci]\nservices = b\n");
	p = load();
	assert_string_equal(sts_of(sek_profiles_find(p, "ops")), "A");
	assert_string_equal(sts_of(sek_profiles_find(p, "dev")), "ours");
	assert_string_equal(sts_of(sek_profiles_find(p, "ci")), "B");
	assert_string_equal(sts_of(sek_profiles_find_aws(p, "dev")), "A");
}

static void
places_are_told(void **state)
{
	const struct sek_profile *ops;
	sek_auto_profiles *p;

	(void)state;
	put(CONFIG, "\n[profile ops]\na = 1\nb = 2\n 3\nc = 4\n");
	put(CREDENTIALS, "[ops]\r\nb = 5\r\nd = 6\r\n");
	p = load();
	ops = sek_profiles_find(p, "ops");
	expect_where(ops, NULL, CONFIG ":2");
	expect_where(ops, "a", CONFIG ":3");
	expect_where(ops, "c", CONFIG ":6");
	expect_where(ops, "b", CREDENTIALS ":2");
	expect_where(ops, "unset", CONFIG ":2");
}

static void
settings_are_a_section_of_our_file(void **state)
{
	sek_auto_profiles *p, *q;

	(void)state;
	put(CONFIG, "[sekisho]\nkeyring = theirs\n");
	q = load();
	assert_null(sek_profiles_settings(q));
	put(OURS,
	    "[sekisho]\nKeyring = ours\n[profile ops]\n[sekisho]\n"
	    "timeout = 1\n");
	p = load();
	assert_string_equal(sek_profile_get(sek_profiles_settings(p),
				"keyring"),
	    "ours");
	assert_string_equal(sek_profile_get(sek_profiles_settings(p),
				"timeout"),
	    "1");
	assert_null(sek_profile_get(sek_profiles_settings(p), "region"));
	expect_where(sek_profiles_settings(p), NULL, OURS ":1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    home_test(the_files_are_below_the_home),
	    home_test(a_variable_moves_the_config_file),
	    home_test(a_variable_moves_the_credentials_file),
	    home_test(a_variable_moves_our_file_if_it_is_absolute),
	    home_test(a_tilde_that_no_shell_saw_is_the_home),
	    home_test(without_a_home_there_are_the_files_that_variables_name),
	    home_test(a_profile_of_ours_is_taken_whole),
	    home_test(where_a_request_goes_is_looked_up_in_both),
	    home_test(a_missing_profile_is_null),
	    home_test(each_name_comes_once_ours_first),
	    home_test(services_have_blocks_of_their_own),
	    home_test(endpoints_are_borrowed_together_or_not_at_all),
	    home_test(services_are_looked_up_where_the_name_was_written),
	    home_test(places_are_told),
	    home_test(settings_are_a_section_of_our_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

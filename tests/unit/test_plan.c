#include "plan_fixture.h"
#include "vault/plan.h"

#define A      "[profile A]\n"
#define B      "[profile B]\n"
#define C      "[profile C]\n"
#define ARN(n) "arn:aws:iam::123456789012:role/" n

static void
what_a_role_is_assumed_with_is_in_its_hop(void **state)
{
	(void)state;
	aws(A ROLE("RoleA") "source_profile = B\nrole_session_name = me@home\n"
			    "external_id = a/b:c\nduration_seconds = 43200\n"
			    "source_identity = someone\n" B KEY);
	assert_int_equal(make("A"), SEK_OK);
	assert_string_equal(last()->session_name, "me@home");
	assert_string_equal(last()->external_id, "a/b:c");
	assert_string_equal(last()->source_identity, "someone");
	assert_int_equal(last()->duration, 43200);
	assert_string_equal(sek_profile_name(last()->profile), "A");
	assert_string_equal(at.plan->profile, "A");
	assert_null(at.plan->account);
	assert_null(at.plan->keyring);
	assert_null(at.plan->region);
}

static void
a_stored_key_gets_a_session_token_only_when_nothing_follows(void **state)
{
	(void)state;
	ours(A "sekisho_source = keyring:work\nduration_seconds = 129600\n" B
		ROLE("RoleB") "source_profile = A\n" C
		    ROLE("RoleC") "sekisho_source = "
				  "keyring:work\nduration_seconds = 43200\n");
	assert_plan("A", "keyring:work > session-token");
	assert_int_equal(last()->duration, 129600);
	assert_null(last()->mfa_serial);
	assert_plan("B", "keyring:work > assume-role " ARN("RoleB"));
	assert_plan("C", "keyring:work > assume-role " ARN("RoleC"));
}

static void
an_mfa_device_makes_a_session_that_roles_share(void **state)
{
	(void)state;
	ours(A "sekisho_source = keyring:work\nmfa_process = ask\n"
	       "mfa_serial = arn:aws:iam::123456789012:mfa/me\n" B ROLE(
		   "RoleB") "source_profile = A\n"
			    "mfa_serial = arn:aws:iam::123456789012:mfa/me\n" C
				ROLE("RoleC") "source_profile = A\n"
					      "mfa_serial = GAHT12345678\n");
	assert_plan("A",
	    "keyring:work > session-token arn:aws:iam::123456789012:mfa/me");
	assert_string_equal(last()->mfa_process, "ask");
	assert_plan("B",
	    "keyring:work > session-token arn:aws:iam::123456789012:mfa/me"
	    " > assume-role " ARN("RoleB"));
	/* The code that opened the session is spent, and the session has it. */
	assert_null(last()->mfa_serial);
	assert_int_equal(make("C"), SEK_OK);
	assert_string_equal(last()->mfa_serial, "GAHT12345678");
}

static void
an_mfa_device_beside_a_role_is_for_the_role(void **state)
{
	(void)state;
	ours(A ROLE("RoleA") "sekisho_source = keyring:work\n"
			     "mfa_serial = GAHT12345678\n"
			     "duration_seconds = 43200\n");
	aws(B KEY ROLE("RoleB") "source_profile = B\n"
				"mfa_serial = GAHT12345678\n");
	assert_plan("A", "keyring:work > assume-role " ARN("RoleA"));
	assert_string_equal(last()->mfa_serial, "GAHT12345678");
	assert_plan("B", "static:B > assume-role " ARN("RoleB"));
	assert_string_equal(last()->mfa_serial, "GAHT12345678");
}

static void
keys_in_files_are_passed_on_unless_there_is_an_mfa_device(void **state)
{
	(void)state;
	aws(A KEY "duration_seconds = 900\n" B KEY
		  "mfa_serial = GAHT12345678\n" C KEY
		  "aws_session_token = three\nmfa_serial = GAHT12345678\n");
	assert_plan("A", "static:A");
	assert_plan("B", "static:B > session-token GAHT12345678");
	assert_refused("C", "have a session token");
	aws(C KEY "aws_session_token =\nmfa_serial = GAHT12345678\n");
	assert_plan("C", "static:C > session-token GAHT12345678");
}

static void
an_mfa_device_that_cannot_be_used_is_refused(void **state)
{
	static const char *const sources[] = {
	    "credential_source = Ec2InstanceMetadata\n",
	    "credential_source = EcsContainer\n", "credential_process = x\n"};

	(void)state;
	set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
	for (size_t i = 0; i < 3; i++) {
		sek_auto_free char *text =
		    sek_printf("[profile A]\nmfa_serial = GAHT12345678\n%s",
			sources[i]);

		ours(text);
		assert_refused("A", "cannot get an MFA session");
	}
	ours(A ROLE("RoleA") "web_identity_token_file = /t\n"
			     "mfa_serial = GAHT12345678\n");
	assert_refused("A", "without mfa_serial");
}

static void
a_named_source_without_a_role_gives_its_credentials(void **state)
{
	sek_auto_free char *other = NULL;

	(void)state;
	ours(A "credential_source = Ec2InstanceMetadata\n" B
	       "credential_source = EcsContainer\n" C
	       "credential_source = Environment\n");
	assert_plan("A", "imds");
	assert_refused("B", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/x");
	assert_plan("B", "container:http://127.0.0.1/x");
	set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
	assert_plan("B", "container:/v2/x");
	assert_int_equal(make("B"), SEK_OK);
	other = sek_strdup(sek_plan_text(at.plan, 1));
	set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "one");
	assert_int_equal(make("B"), SEK_OK);
	assert_string_not_equal(sek_plan_text(at.plan, 1), other);
	assert_null(strstr(sek_plan_text(at.plan, 1), "one"));
	sek_free_ptr(&other);
	other = sek_strdup(sek_plan_text(at.plan, 1));
	set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "two");
	assert_int_equal(make("B"), SEK_OK);
	assert_string_not_equal(sek_plan_text(at.plan, 1), other);
	set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token");
	assert_int_equal(make("B"), SEK_OK);
	assert_non_null(strstr(sek_plan_text(at.plan, 1), "/token"));
	assert_refused("C", "the environment has no credentials");
	ours(A "credential_source = ec2InstanceMetadata\n");
	assert_refused("A", "spelt like that");
}

static void
the_environment_has_keys_or_a_web_identity(void **state)
{
	(void)state;
	ours(A "credential_source = Environment\nduration_seconds = 900\n" B
		ROLE("RoleB") "credential_source = Environment\n"
			      "duration_seconds = 43200\n" C
			      "credential_source = Environment\n"
			      "mfa_serial = GAHT12345678\n");
	set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
	assert_refused("A", "has no credentials");
	set("AWS_ROLE_ARN", ARN("Pod"));
	set("AWS_ROLE_SESSION_NAME", "pod");
	assert_plan("A", "web-identity:" ARN("Pod"));
	assert_string_equal(last()->name, "/t");
	assert_string_equal(last()->session_name, "pod");
	assert_int_equal(last()->duration, 900);
	assert_refused("B", "duration_seconds is 3600 at most");
	set("AWS_ACCESS_KEY_ID", "one");
	assert_refused("A", "AWS_SECRET_ACCESS_KEY is not set");
	set("AWS_SECRET_ACCESS_KEY", "two");
	assert_plan("A", "environment");
	assert_plan("B", "environment > assume-role " ARN("RoleB"));
	assert_plan("C", "environment > session-token GAHT12345678");
	set("AWS_SESSION_TOKEN", "three");
	assert_refused("B", "duration_seconds is 3600 at most");
	assert_refused("C", "have a session token");
	set("AWS_ACCESS_KEY_ID", NULL);
	assert_refused("A", "AWS_ACCESS_KEY_ID is not set");
}

static void
a_secret_is_read_with_another_identity(void **state)
{
	(void)state;
	ours("[profile A]\nregion = eu-west-1\n"
	     "sekisho_source = secretsmanager:team/key\n"
	     "sekisho_reader_source = Ec2InstanceMetadata\n"
	     "sekisho_secret_version_stage = AWSPREVIOUS\n"
	     "sekisho_secret_id_field = id\n"
	     "sekisho_secret_secret_field = key\n"
	     "sekisho_secret_token_field = token\n" B ROLE(
		 "RoleB") "region = eu-west-1\nsekisho_source = ssm:/team/key\n"
			  "sekisho_reader_profile = C\n" C
			  "sekisho_source = keyring:reader\n");
	assert_plan("A", "imds > secretsmanager:team/key > session-token");
	assert_string_equal(at.plan->hops[1].version_stage, "AWSPREVIOUS");
	assert_string_equal(at.plan->hops[1].id_field, "id");
	assert_string_equal(at.plan->hops[1].secret_field, "key");
	assert_string_equal(at.plan->hops[1].token_field, "token");
	assert_null(at.plan->hops[1].version_id);
	assert_plan("B",
	    "keyring:reader > ssm:/team/key > assume-role " ARN("RoleB"));
}

static void
a_secret_has_one_reader(void **state)
{
	(void)state;
	ours(A "region = eu-west-1\nsekisho_source = ssm:key\n");
	assert_refused("A", "nothing says who reads the key");
	ours(A "region = eu-west-1\nsekisho_source = ssm:key\n"
	       "sekisho_reader_profile = A\nsekisho_reader_source = "
	       "Environment\n");
	assert_refused("A", "are both set");
	ours(A "region = eu-west-1\nsekisho_source = ssm:key\n"
	       "sekisho_reader_profile = A\n");
	assert_refused("A", "loop (A > A)");
}

static void
keys_that_cannot_hold_are_refused(void **state)
{
	static const char *const lines[] = {
	    "sekisho_source = keyring:k\nsekisho_reader_source = Environment\n",
	    "sekisho_source = keyring:k\nsekisho_secret_id_field = x\n",
	    "sekisho_source = ssm:k\nsekisho_secret_version_stage = x\n",
	    "sekisho_source = ssm:k\nsekisho_secret_version_id = x\n",
	    "credential_process = x\nsekisho_secret_version_id = x\n",
	    KEY "sekisho_policy = {}\n",
	    "sekisho_source = keyring:k\nsekisho_policy_arns = arn:x\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		sek_auto_free char *text = sek_printf("[profile A]\n%s",
		    lines[i]);

		ours(text);
		assert_refused("A", "take ");
	}
	/* A policy beside keys that come before the role. */
	ours("");
	aws(A ROLE("RoleA") "source_profile = B\n" B KEY
		ROLE("RoleB") "source_profile = A\nsekisho_policy = {}\n");
	assert_refused("A", "a session policy holds for a role");
	aws(A ROLE("RoleA") KEY "source_profile = A\nsekisho_policy = {}\n");
	assert_plan("A", "static:A > assume-role " ARN("RoleA"));
	assert_string_equal(last()->policy, "{}");
}

static void
two_sources_are_refused_with_both_names(void **state)
{
	static const char *const others[] = {"credential_process = x",
	    "credential_source = Environment", "source_profile = B",
	    "web_identity_token_file = /t", "sso_session = s",
	    "login_session = s", "aws_secret_access_key = two"};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(others) / sizeof(*others); i++) {
		const char *other = others[i / 2];
		sek_auto_free char *text = sek_printf(
		    "[profile A]\nsekisho_source = keyring:k\n%s\n%s", other,
		    i % 2 ? ROLE("RoleA") : "");
		sek_auto_free char *name = sek_strndup(other,
		    strcspn(other, " "));

		ours(text);
		assert_refused("A", "are both set");
		assert_non_null(strstr(at.err.text, name));
		assert_non_null(strstr(at.err.text, "sekisho_source"));
	}
	ours("");
	aws(A "source_profile = B\n" B KEY);
	assert_refused("A", "source_profile without role_arn");
	aws(B KEY "credential_process = x\n");
	assert_refused("B", "aws_access_key_id and credential_process are");
}

static void
a_source_of_ours_is_kind_and_name(void **state)
{
	static const char *const wrong[] = {
	    "work", "keyring", "Keyring:x", "vault:x", ":x"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		sek_auto_free char *text =
		    sek_printf("[profile A]\nsekisho_source = %s\n", wrong[i]);

		ours(text);
		assert_refused("A", "is keyring:NAME, secretsmanager:ID or");
	}
	ours(A "sekisho_source = keyring:\n");
	assert_refused("A", "1 to 200 characters");
	ours(A "sekisho_source = keyring:a:b c\n");
	assert_plan("A", "keyring:a:b c > session-token");
}

static void
an_arn_is_of_the_service_that_reads_it(void **state)
{
	static const char *const wrong[] = {
	    "secretsmanager:arn:aws:ssm:eu-west-1:123456789012:parameter/x",
	    "ssm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
	    "ssm:arn:aws:ssm:eu-west-1:123456789012"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		sek_auto_free char *text =
		    sek_printf("[profile A]\nsekisho_source = %s\n"
			       "sekisho_reader_source = Ec2InstanceMetadata\n",
			wrong[i]);

		ours(text);
		assert_refused("A", "the ARN is none of");
	}
}

static void
a_command_that_is_this_program_is_not_followed(void **state)
{
	static const char *const us[] = {"sekisho-vault get A",
	    "/usr/bin/sekisho-vault get A", "\"/opt/my tools/sekisho-vault\" x",
	    "'sekisho-vault'", "sekisho\\-vault get A", "se\"kisho\"-vault",
	    "env sekisho-vault get A", "/usr/bin/env X=1 sekisho-vault get A",
	    "env -u Y /usr/bin/sekisho-vault", "env -S 'sekisho-vault get A'"};
	static const char *const others[] = {"sekisho-vaults", "sekisho",
	    "aws sekisho-vault", "/sekisho-vault/x", "env x sekisho-vault/y",
	    "envy sekisho-vault"};

	(void)state;
	for (size_t i = 0; i < sizeof(us) / sizeof(*us); i++) {
		sek_auto_free char *text =
		    sek_printf("[profile A]\ncredential_process = %s\n", us[i]);

		aws(text);
		assert_refused("A", "/.config/sekisho/config");
		assert_non_null(strstr(at.err.text, "calls sekisho-vault"));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		sek_auto_free char
		    *text = sek_printf("[profile A]\ncredential_process = %s\n",
			others[i]);

		aws(text);
		assert_int_equal(make("A"), SEK_OK);
		assert_string_equal(last()->name, others[i]);
	}
}

static void
a_long_path_does_not_hide_this_program(void **state)
{
	char path[600];
	sek_auto_free char *text = NULL;

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	text = sek_printf("[profile A]\ncredential_process = "
			  "%s/sekisho-vault get A\n",
	    path);
	aws(text);
	assert_refused("A", "calls sekisho-vault itself");
}

static void
our_own_file_is_asked_first(void **state)
{
	(void)state;
	aws(A "credential_process = sekisho-vault get A\n" B KEY);
	ours(A ROLE("RoleA") "source_profile = B\n");
	assert_plan("A", "static:B > assume-role " ARN("RoleA"));
}

static void
a_misspelt_key_of_ours_is_refused(void **state)
{
	(void)state;
	ours(A "sekisho_source = keyring:k\nsekisho_acount = 123456789012\n" B
		ROLE("RoleB") "source_profile = A\n" C
			      "sekisho_source = keyring:k\nsekisho = "
			      "x\nsekishox = y\n");
	assert_refused("A", "config:3: profile A: sekisho_acount is no key");
	assert_refused("B", "profile A: sekisho_acount is no key");
	assert_plan("C", "keyring:k > session-token");
}

static void
a_key_that_is_set_to_nothing_is_refused(void **state)
{
	(void)state;
	ours(A ROLE("RoleA") "source_profile = B\nexternal_id =\n" B KEY);
	assert_refused("A", "external_id is set to nothing");
	ours(A "sekisho_source = keyring:k\ns3 =\n  a = b\n");
	assert_plan("A", "keyring:k > session-token");
}

static void
the_account_is_pinned(void **state)
{
	(void)state;
	ours(A ROLE(
	    "RoleA") "sekisho_source = keyring:k\n"
		     "sekisho_account = 123456789012\n" B
			 ROLE("RoleB") "sekisho_source = keyring:k\n"
				       "sekisho_account = 999999999999\n" C
				       "sekisho_source = "
				       "keyring:k\nsekisho_account = 12345\n");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_equal(at.plan->account, "123456789012");
	assert_refused("B",
	    "of account 123456789012, and sekisho_account pins "
	    "999999999999");
	assert_refused("C", "12 digits");
}

static void
the_keyring_is_the_profiles_or_its_keys_or_the_setting(void **state)
{
	(void)state;
	ours("[sekisho]\nkeyring = secret-service\n" A
	     "sekisho_source = keyring:k\n" B
		 ROLE("RoleB") "source_profile = C\n" C
			       "sekisho_source = keyring:k\n"
			       "sekisho_keyring = file\n");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_equal(at.plan->keyring, "secret-service");
	assert_int_equal(make("B"), SEK_OK);
	assert_string_equal(at.plan->keyring, "file");
	ours(A "sekisho_source = keyring:k\nsekisho_keyring = File\n");
	assert_refused("A", "kernel, secret-service or file");
}

static void
a_chain_ends_somewhere(void **state)
{
	sek_auto_buf text = {0};
	int n = 18;

	(void)state;
	for (int i = 1; i < n; i++)
		sek_buf_printf(&text,
		    "[profile p%d]\n" ROLE("R") "source_profile = p%d\n", i,
		    i + 1);
	sek_buf_printf(&text, "[profile p%d]\n" KEY, n);
	aws(text.p);
	assert_refused("p1", "profile 16 of a chain");
	assert_int_equal(make("p3"), SEK_OK);
	assert_int_equal(at.plan->n, 16);
}

static void
the_profile_is_aws_profile_or_default(void **state)
{
	(void)state;
	assert_string_equal(sek_plan_default_profile(&fixture_env), "default");
	set("AWS_PROFILE", "A");
	assert_string_equal(sek_plan_default_profile(&fixture_env), "A");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    plan_test(what_a_role_is_assumed_with_is_in_its_hop),
	    plan_test(
		a_stored_key_gets_a_session_token_only_when_nothing_follows),
	    plan_test(an_mfa_device_makes_a_session_that_roles_share),
	    plan_test(an_mfa_device_beside_a_role_is_for_the_role),
	    plan_test(
		keys_in_files_are_passed_on_unless_there_is_an_mfa_device),
	    plan_test(an_mfa_device_that_cannot_be_used_is_refused),
	    plan_test(a_named_source_without_a_role_gives_its_credentials),
	    plan_test(the_environment_has_keys_or_a_web_identity),
	    plan_test(a_secret_is_read_with_another_identity),
	    plan_test(a_secret_has_one_reader),
	    plan_test(keys_that_cannot_hold_are_refused),
	    plan_test(two_sources_are_refused_with_both_names),
	    plan_test(a_source_of_ours_is_kind_and_name),
	    plan_test(an_arn_is_of_the_service_that_reads_it),
	    plan_test(a_command_that_is_this_program_is_not_followed),
	    plan_test(a_long_path_does_not_hide_this_program),
	    plan_test(our_own_file_is_asked_first),
	    plan_test(a_misspelt_key_of_ours_is_refused),
	    plan_test(a_key_that_is_set_to_nothing_is_refused),
	    plan_test(the_account_is_pinned),
	    plan_test(the_keyring_is_the_profiles_or_its_keys_or_the_setting),
	    plan_test(a_chain_ends_somewhere),
	    plan_test(the_profile_is_aws_profile_or_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

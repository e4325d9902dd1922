#include "plan_fixture.h"
#include "vault/plan.h"

#define A      "[profile A]\n"
#define B      "[profile B]\n"
#define C      "[profile C]\n"
#define ARN(n) "arn:aws:iam::123456789012:role/" n

/*
 * The cases that AWS's SDKs share, in our words: what a profile named A in the
 * AWS config gives. wanted: the plan; refused: a part of the error.
 */
static const struct shared {
	const char *what;
	const char *config;
	const char *wanted;
	const char *refused;
} shared[] = {
    {"a role with the keys of another profile",
	A ROLE("RoleA") "source_profile = B\n" B KEY
			"aws_account_id = 123456789001\n",
	"static:B > assume-role " ARN("RoleA"), NULL},
    {"the first profile's own keys give way to its source",
	A KEY ROLE("RoleA") "source_profile = B\n" B KEY,
	"static:B > assume-role " ARN("RoleA"), NULL},
    {"its own source: keys first, then the role",
	A KEY ROLE("RoleA") "source_profile = A\n",
	"static:A > assume-role " ARN("RoleA"), NULL},
    {"a named source",
	A ROLE("RoleA") "credential_source = "
			"Ec2InstanceMetadata\n",
	"imds > assume-role " ARN("RoleA"), NULL},
    {"a role without a source", A ROLE("RoleA"), NULL,
	"set source_profile, credential_source or sekisho_source"},
    {"two sources",
	A ROLE("RoleA") "credential_source = Environment\n"
			"source_profile = B\n" B KEY,
	NULL, "source_profile and credential_source are both set"},
    {"a source without the secret",
	A ROLE("RoleA") "source_profile = B\n" B "aws_access_key_id = one\n",
	NULL, "aws_secret_access_key is missing"},
    {"a source without the id",
	A ROLE("RoleA") "source_profile = B\n" B
			"aws_secret_access_key = two\n",
	NULL, "aws_access_key_id is missing"},
    /* Not as the SDKs: it is aws-vault's way to say that the key of the
     * profile's name is meant. */
    {"a source with nothing in it", A ROLE("RoleA") "source_profile = B\n" B,
	"keyring:B > assume-role " ARN("RoleA"), NULL},
    {"settings alone", A "ec2_metadata_service_endpoint_mode = IPv6\n",
	"keyring:A > session-token", NULL},
    {"a source that is not there", A ROLE("RoleA") "source_profile = B\n", NULL,
	"source_profile names B, and there is no such profile"},
    {"no profile at all", "", NULL, "profile A: there is none of that name"},
    {"a chain",
	A ROLE("RoleA") "source_profile = B\n" B
	    ROLE("RoleB") "source_profile = C\n" C KEY,
	"static:C > assume-role " ARN("RoleB") " > assume-role " ARN("RoleA"),
	NULL},
    {"a source's keys come before its role",
	A ROLE("RoleA") KEY
	"source_profile = B\n" B ROLE("RoleB") "source_profile = C\n" KEY C KEY,
	"static:B > assume-role " ARN("RoleA"), NULL},
    {"a loop",
	A ROLE("RoleA") "source_profile = B\n" B
	    ROLE("RoleB") "source_profile = A\n",
	NULL, "profile B: the profiles form a loop (A > B > A)"},
    {"a loop in which one has keys",
	A ROLE("RoleA") KEY
	"source_profile = B\n" B ROLE("RoleB") "source_profile = A\n",
	NULL, "loop (A > B > A)"},
    {"a web identity",
	A ROLE("RoleA") "web_identity_token_file = /var/token.jwt\n",
	"web-identity:" ARN("RoleA"), NULL},
    {"a web identity without a role",
	A "web_identity_token_file = /var/token.jwt\n", NULL,
	"without role_arn"},
    {"a web identity as a source",
	A ROLE("RoleA") "source_profile = B\n" B
	    ROLE("RoleB") "web_identity_token_file = /var/token.jwt\n"
			  "role_session_name = some_session_name\n",
	"web-identity:" ARN("RoleB") " > assume-role " ARN("RoleA"), NULL},
    {"Identity Center, the old way",
	A "sso_account_id = 0123\nsso_region = us-east-7\n"
	  "sso_role_name = testrole\nsso_start_url = https://foo.bar\n",
	NULL,
	"credential_process = aws configure export-credentials --profile A "
	"--format process"},
    {"Identity Center without an account",
	A "sso_role_name = testrole\nsso_start_url = https://foo.bar\n", NULL,
	"export-credentials --profile A"},
    {"Identity Center without a role",
	A "sso_account_id = 012345678901\nsso_start_url = https://foo.bar\n",
	NULL, "export-credentials --profile A"},
    {"Identity Center by a session",
	A "sso_session = foo\n[sso-session foo]\nsso_region = us-east-7\n"
	  "sso_start_url = https://foo.bar\n",
	NULL, "export-credentials --profile A"},
    {"a session that is not there", A "sso_session = oops\n", NULL,
	"export-credentials --profile A"},
    {"a session with a region beside it",
	A "sso_session = A\nsso_region = us-east-7\n", NULL,
	"export-credentials --profile A"},
    {"a console login", A "login_session = arn\n", NULL,
	"export-credentials --profile A"},
};

static void
chains_are_those_of_the_aws_sdks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++) {
		const struct shared *s = &shared[i];

		print_message("%s\n", s->what);
		aws(s->config);
		if (s->wanted)
			assert_plan("A", s->wanted);
		else
			assert_refused("A", s->refused);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    plan_test(chains_are_those_of_the_aws_sdks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

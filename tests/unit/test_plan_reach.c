#include "plan_fixture.h"
#include "vault/plan.h"

#define A      "[profile A]\n"
#define B      "[profile B]\n"
#define C      "[profile C]\n"
#define STORED "sekisho_source = keyring:k\n"
#define SECRET "sekisho_reader_source = Ec2InstanceMetadata\nsekisho_source = "

static const struct sek_reach *
reach(const char *profile)
{
	if (make(profile))
		fail_msg("%s", at.err.text);
	return &last()->reach;
}

static void
the_environments_region_comes_before_the_profiles(void **state)
{
	(void)state;
	ours(A STORED "region = eu-west-1\n");
	assert_string_equal(reach("A")->region, "eu-west-1");
	assert_string_equal(at.plan->region, "eu-west-1");
	set("AWS_DEFAULT_REGION", "eu-west-2");
	assert_string_equal(reach("A")->region, "eu-west-2");
	set("AWS_REGION", "eu-west-3");
	assert_string_equal(reach("A")->region, "eu-west-3");
	assert_string_equal(at.plan->region, "eu-west-3");
}

static void
a_source_has_its_own_region_or_that_of_who_asked(void **state)
{
	(void)state;
	ours(A ROLE("a") "source_profile = B\nregion = eu-west-1\n" B ROLE("b")
		STORED C ROLE("c") "source_profile = A\n");
	(void)reach("A");
	assert_int_equal(at.plan->n, 3);
	assert_string_equal(at.plan->hops[0].reach.region, "");
	assert_string_equal(at.plan->hops[1].reach.region, "eu-west-1");
	assert_string_equal(at.plan->hops[2].reach.region, "eu-west-1");
	assert_string_equal(reach("C")->region, "us-east-1");
	assert_null(at.plan->region);
	assert_string_equal(at.plan->hops[1].reach.region, "eu-west-1");
}

static void
without_a_region_the_roles_partition_says_where_sts_is(void **state)
{
	static const char *const cases[][2] = {{"aws", "us-east-1"},
	    {"aws-cn", "cn-north-1"}, {"aws-us-gov", "us-gov-west-1"},
	    {"aws-eusc", "eusc-de-east-1"}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		sek_auto_free char *text =
		    sek_printf("[profile A]\nsekisho_source = keyring:k\n"
			       "role_arn = arn:%s:iam::123456789012:role/r\n",
			cases[i][0]);

		ours(text);
		assert_string_equal(reach("A")->region, cases[i][1]);
	}
	ours(A STORED "role_arn = arn:aws-new:iam::123456789012:role/r\n");
	assert_refused("A", "no region is known");
	ours(A STORED);
	assert_string_equal(reach("A")->region, "us-east-1");
	ours(A STORED "mfa_serial = arn:aws-cn:iam::123456789012:mfa/me\n");
	assert_string_equal(reach("A")->region, "cn-north-1");
	ours(A SECRET "secretsmanager:arn:aws-us-gov:secretsmanager:"
		      "us-gov-east-1:123456789012:secret:x\n");
	assert_string_equal(reach("A")->region, "us-gov-west-1");
}

static void
a_secret_is_where_its_arn_says_or_a_region_is_set(void **state)
{
	(void)state;
	ours(A SECRET
	    "secretsmanager:"
	    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x\n"
	    "region = us-west-2\n" B SECRET
	    "ssm:arn:aws:ssm:eu-west-2:123456789012:parameter/x\n" C SECRET
	    "ssm:/x\n");
	assert_string_equal(reach("A")->region, "us-west-2");
	assert_string_equal(at.plan->hops[1].reach.region, "eu-west-1");
	assert_string_equal(reach("B")->region, "us-east-1");
	assert_string_equal(at.plan->hops[1].reach.region, "eu-west-2");
	assert_refused("C",
	    "set region in the profile, or AWS_REGION, or name "
	    "the secret by its ARN");
	set("AWS_REGION", "eu-north-1");
	assert_string_equal(reach("A")->region, "eu-north-1");
	assert_string_equal(at.plan->hops[1].reach.region, "eu-west-1");
	assert_string_equal(reach("C")->region, "eu-north-1");
	assert_string_equal(at.plan->hops[1].reach.region, "eu-north-1");
}

static void
endpoints_come_by_service_then_for_all(void **state)
{
	(void)state;
	aws(A STORED
	    "endpoint_url = https://all.example\nservices = s\n" B SECRET
	    "secretsmanager:x\nregion = eu-west-1\nservices = s\n" C SECRET
	    "ssm:x\nregion = eu-west-1\nservices = s\n[services s]\n"
	    "sts =\n  endpoint_url = https://sts.example\n"
	    "secrets_manager =\n  endpoint_url = https://sm.example\n"
	    "ssm =\n  endpoint_url = https://ssm.example\n");
	assert_string_equal(reach("A")->endpoint, "https://sts.example");
	(void)reach("B");
	assert_string_equal(at.plan->hops[1].reach.endpoint,
	    "https://sm.example");
	(void)reach("C");
	assert_string_equal(at.plan->hops[1].reach.endpoint,
	    "https://ssm.example");
	set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
	assert_string_equal(reach("A")->endpoint, "http://127.0.0.1:1");
	set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:2");
	set("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:3");
	set("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:4");
	assert_string_equal(reach("A")->endpoint, "http://127.0.0.1:2");
	(void)reach("B");
	assert_string_equal(at.plan->hops[1].reach.endpoint,
	    "http://127.0.0.1:3");
	(void)reach("C");
	assert_string_equal(at.plan->hops[1].reach.endpoint,
	    "http://127.0.0.1:4");
}

static void
a_profiles_endpoint_is_the_last_to_be_asked(void **state)
{
	(void)state;
	aws(A STORED "endpoint_url = https://all.example\n" B ROLE(
	    "b") "source_profile = C\nendpoint_url = https://b.example\n" C
		ROLE("c") STORED);
	assert_string_equal(reach("A")->endpoint, "https://all.example");
	/* A source without an own one is reached as who asked for it. */
	assert_string_equal(reach("B")->endpoint, "https://b.example");
	assert_string_equal(at.plan->hops[1].reach.endpoint,
	    "https://b.example");
	aws(B ROLE("b") "source_profile = C\nendpoint_url = https://b.example\n"
			"region = eu-west-1\n" C ROLE("c") STORED
	    "region = us-west-2\n");
	(void)reach("B");
	assert_null(at.plan->hops[1].reach.endpoint);
	assert_string_equal(at.plan->hops[1].reach.region, "us-west-2");
}

static void
configured_endpoints_can_be_ignored(void **state)
{
	(void)state;
	aws(A STORED "endpoint_url = https://all.example\n" B STORED
		     "endpoint_url = https://all.example\n"
		     "ignore_configured_endpoint_urls = true\n");
	set("AWS_ENDPOINT_URL", "https://evil.example");
	assert_refused("A", "AWS_ENDPOINT_URL comes from the environment");
	assert_null(reach("B")->endpoint);
	set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True");
	assert_null(reach("A")->endpoint);
	set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "yes");
	assert_refused("A", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true or");
}

static void
an_endpoint_of_the_environment_is_believed_on_this_machine(void **state)
{
	static const char *const near[] = {"http://localhost",
	    "https://LOCALHOST:8000/x", "http://127.0.0.1",
	    "http://127.9.8.7:1", "http://[::1]", "http://[::1]:4566/",
	    "HTTP://127.0.0.1?x"};
	static const char *const far[] = {"https://sts.example", "http://127.1",
	    "http://2130706433", "http://127.0.0.1.example",
	    "http://localhost.example", "http://localhost@evil.example",
	    "http://127.0.0.1:80@evil.example", "http://[::1]@evil.example",
	    "http://[::2]", "http://[::1", "ftp://127.0.0.1", "127.0.0.1",
	    "http://", "http:///127.0.0.1", "http://127.0.0.1\\@evil.example",
	    "http://0.0.0.0", "http://10.0.0.1", "http://[::1].evil.example",
	    "http://[::ffff:1.2.3.4]", "http://evil.example#127.0.0.1",
	    "https://a-host-whose-name-is-longer-than-any-address-is-written"};

	(void)state;
	ours(A STORED "region = eu-west-1\n");
	for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++) {
		set("AWS_ENDPOINT_URL_STS", near[i]);
		assert_string_equal(reach("A")->endpoint, near[i]);
		at.n--;
	}
	for (size_t i = 0; i < sizeof(far) / sizeof(*far); i++) {
		set("AWS_ENDPOINT_URL_STS", far[i]);
		assert_refused("A", "AWS_ENDPOINT_URL_STS comes from the env");
		assert_non_null(strstr(at.err.text,
		    "trust_environment = true"));
		at.n--;
	}
}

static void
the_setting_believes_the_environment(void **state)
{
	(void)state;
	ours("[sekisho]\ntrust_environment = true\n" A STORED B
	     "credential_source = Ec2InstanceMetadata\n");
	set("AWS_ENDPOINT_URL", "https://sts.example");
	set("AWS_CA_BUNDLE", "/etc/ca.pem");
	set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://imds.example");
	assert_string_equal(reach("A")->endpoint, "https://sts.example");
	assert_string_equal(reach("A")->ca_bundle, "/etc/ca.pem");
	assert_string_equal(reach("B")->endpoint, "http://imds.example");
}

static void
a_ca_bundle_of_the_environment_is_believed_on_this_machine(void **state)
{
	(void)state;
	ours(A STORED B STORED "ca_bundle = /etc/ca.pem\n" C STORED
			       "endpoint_url = https://127.0.0.1:1\n");
	assert_string_equal(reach("B")->ca_bundle, "/etc/ca.pem");
	assert_null(reach("A")->ca_bundle);
	set("AWS_CA_BUNDLE", "/etc/ca.pem");
	assert_refused("A", "AWS_CA_BUNDLE comes from the environment");
	assert_string_equal(reach("B")->ca_bundle, "/etc/ca.pem");
	assert_string_equal(reach("C")->ca_bundle, "/etc/ca.pem");
	set("AWS_CA_BUNDLE", "/tmp/evil.pem");
	assert_refused("B", "set ca_bundle in the profile");
	set("AWS_ENDPOINT_URL", "http://localhost:1");
	assert_string_equal(reach("B")->ca_bundle, "/tmp/evil.pem");
}

static void
fips_and_dual_stack_are_switches(void **state)
{
	(void)state;
	ours(A STORED
	    "use_fips_endpoint = true\n"
	    "use_dualstack_endpoint = TRUE\n" B
		ROLE("b") "source_profile = C\nuse_fips_endpoint = true\n" C
		    ROLE("c") STORED);
	assert_true(reach("A")->fips);
	assert_true(reach("A")->dualstack);
	assert_true(reach("B")->fips);
	assert_true(at.plan->hops[1].reach.fips);
	assert_false(reach("C")->fips);
	set("AWS_USE_FIPS_ENDPOINT", "false");
	set("AWS_USE_DUALSTACK_ENDPOINT", "false");
	assert_false(reach("A")->fips);
	assert_false(reach("A")->dualstack);
	set("AWS_USE_FIPS_ENDPOINT", "1");
	assert_refused("A", "AWS_USE_FIPS_ENDPOINT is true or false");
	ours(B STORED "use_dualstack_endpoint = on\n");
	set("AWS_USE_DUALSTACK_ENDPOINT", NULL);
	set("AWS_USE_FIPS_ENDPOINT", NULL);
	assert_refused("B", "use_dualstack_endpoint is true or false");
}

static void
imds_is_at_an_address_or_where_the_user_says(void **state)
{
	static const char mode[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
	static const char url[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

	(void)state;
	aws(A "credential_source = Ec2InstanceMetadata\n" B
	      "credential_source = Ec2InstanceMetadata\n"
	      "ec2_metadata_service_endpoint_mode = ipv6\n" C
	      "credential_source = Ec2InstanceMetadata\n"
	      "ec2_metadata_service_endpoint_mode = nonsense\n"
	      "ec2_metadata_service_endpoint = http://imds.example\n");
	assert_null(reach("A")->endpoint);
	assert_string_equal(reach("B")->endpoint, "http://[fd00:ec2::254]");
	assert_string_equal(reach("C")->endpoint, "http://imds.example");
	set(mode, "IPv4");
	assert_null(reach("B")->endpoint);
	set(mode, "IPv6");
	assert_string_equal(reach("A")->endpoint, "http://[fd00:ec2::254]");
	assert_string_equal(reach("C")->endpoint, "http://imds.example");
	set(mode, "both");
	assert_refused("A", "IPv4 or IPv6");
	set(url, "http://169.254.169.254/");
	assert_string_equal(reach("C")->endpoint, "http://169.254.169.254/");
	set(url, "http://[fd00:ec2::254]");
	assert_string_equal(reach("C")->endpoint, "http://[fd00:ec2::254]");
	set(url, "http://127.0.0.1:99");
	assert_string_equal(reach("C")->endpoint, "http://127.0.0.1:99");
	set(url, "http://169.254.169.253");
	assert_refused("C", "ec2_metadata_service_endpoint in the profile");
}

static void
the_environment_does_not_matter_where_no_service_is_called(void **state)
{
	(void)state;
	aws(A KEY);
	set("AWS_ENDPOINT_URL", "https://evil.example");
	set("AWS_CA_BUNDLE", "/tmp/evil.pem");
	assert_string_equal(reach("A")->region, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    plan_test(the_environments_region_comes_before_the_profiles),
	    plan_test(a_source_has_its_own_region_or_that_of_who_asked),
	    plan_test(without_a_region_the_roles_partition_says_where_sts_is),
	    plan_test(a_secret_is_where_its_arn_says_or_a_region_is_set),
	    plan_test(endpoints_come_by_service_then_for_all),
	    plan_test(a_profiles_endpoint_is_the_last_to_be_asked),
	    plan_test(configured_endpoints_can_be_ignored),
	    plan_test(
		an_endpoint_of_the_environment_is_believed_on_this_machine),
	    plan_test(the_setting_believes_the_environment),
	    plan_test(
		a_ca_bundle_of_the_environment_is_believed_on_this_machine),
	    plan_test(fips_and_dual_stack_are_switches),
	    plan_test(imds_is_at_an_address_or_where_the_user_says),
	    plan_test(
		the_environment_does_not_matter_where_no_service_is_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

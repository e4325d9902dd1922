/*
 * With arguments this is no test but a helper of tests/system/test_endpoints.py:
 * for each line "SERVICE REGION FIPS DUALSTACK" of stdin (0 or 1) the URL, or a
 * dash where there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/endpoint.h"
#include "base/alloc.h"

static void
expect(const char *service, struct sek_reach reach, const char *want)
{
	sek_auto_free char *url = NULL;

	assert_int_equal(sek_endpoint_url(&url, service, &reach, NULL), SEK_OK);
	assert_string_equal(url, want);
}

static void
refuse(struct sek_reach reach, const char *want)
{
	char *url = NULL;
	struct sek_err err;

	assert_int_equal(sek_endpoint_url(&url, "sts", &reach, &err),
	    SEK_ECONFIG);
	assert_string_equal(err.text, want);
	assert_null(url);
}

static void
a_region_has_endpoints_of_its_own(void **state)
{
	(void)state;
	expect("sts", (struct sek_reach){.region = "us-east-1"},
	    "https://sts.us-east-1.amazonaws.com");
	expect("ssm", (struct sek_reach){.region = "cn-north-1"},
	    "https://ssm.cn-north-1.amazonaws.com.cn");
	expect("secretsmanager", (struct sek_reach){.region = "eusc-de-east-1"},
	    "https://secretsmanager.eusc-de-east-1.amazonaws.eu");
	expect("sts", (struct sek_reach){.region = "xx-new-77"},
	    "https://sts.xx-new-77.amazonaws.com");
}

static void
fips_and_dual_stack_have_names_of_their_own_where_they_do(void **state)
{
	(void)state;
	expect("sts",
	    (struct sek_reach){.region = "us-gov-west-1", .fips = true},
	    "https://sts.us-gov-west-1.amazonaws.com");
	expect("sts",
	    (struct sek_reach){
		.region = "us-gov-west-1", .fips = true, .dualstack = true},
	    "https://sts-fips.us-gov-west-1.api.aws");
	expect("sts",
	    (struct sek_reach){.region = "us-east-1", .dualstack = true},
	    "https://sts.us-east-1.api.aws");
	expect("secretsmanager",
	    (struct sek_reach){
		.region = "us-east-1", .fips = true, .dualstack = true},
	    "https://secretsmanager-fips.us-east-1.amazonaws.com");
}

static void
an_endpoint_of_the_user_is_https_or_on_this_machine(void **state)
{
	(void)state;
	expect("sts",
	    (struct sek_reach){.region = "a-1", .endpoint = "https://vpce.x/"},
	    "https://vpce.x");
	expect("sts",
	    (struct sek_reach){
		.region = "a-1", .endpoint = "http://127.0.0.1:5000/sts"},
	    "http://127.0.0.1:5000/sts");
	refuse((struct sek_reach){.region = "a-1",
		   .endpoint = "http://10.0.0.1"},
	    "sts: the endpoint URL is http, which is for this machine "
	    "(127.0.0.1, [::1], localhost) alone: make it https");
	refuse((struct sek_reach){.region = "a-1",
		   .endpoint = "https://u:hunter2@h"},
	    "sts: the endpoint URL is not https://HOST[:PORT][/PATH]");
	refuse((struct sek_reach){.region = "a-1", .endpoint = "https://h/?a"},
	    "sts: the endpoint URL is not https://HOST[:PORT][/PATH]");
	refuse((struct sek_reach){.region = "a-1",
		   .endpoint = "https://h",
		   .fips = true},
	    "sts: an endpoint URL and FIPS cannot be had together: take one of "
	    "them out");
	refuse((struct sek_reach){.region = "a-1",
		   .endpoint = "https://h",
		   .dualstack = true},
	    "sts: an endpoint URL and dual-stack cannot be had together: take "
	    "one of them out");
}

static void
refuses_a_region_that_would_change_the_host(void **state)
{
	static const char *const bad[] = {"", "us-east-1.evil.example", "a/b",
	    "a@b", "-a", "a-", "US-EAST-1", "a\nb", "aws-global", "a_b",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	char *url = NULL;
	struct sek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct sek_reach reach = {.region = bad[i]};

		assert_int_equal(sek_endpoint_url(&url, "sts", &reach, &err),
		    SEK_ECONFIG);
		assert_null(strchr(err.text, '\n'));
		assert_null(url);
	}
	refuse((struct sek_reach){.region = "a\x1b[b"},
	    "region a?[b: none of AWS has such a name: it is one like "
	    "us-east-1");
}

static void
expect_split(const char *url, const char *host, const char *port,
    const char *path, bool loopback)
{
	struct sek_url u;

	if (!sek_url_split(&u, url))
		fail_msg("%s: not a URL", url);
	assert_true(sek_str_is(u.host, host));
	assert_true(sek_str_is(u.port, port));
	assert_true(sek_str_is(u.path, path));
	assert_int_equal(u.loopback, loopback);
	assert_int_equal(u.plain, strncmp(url, "https", 5) != 0);
}

static void
splits_a_url(void **state)
{
	(void)state;
	expect_split("https://sts.amazonaws.com", "sts.amazonaws.com", "", "",
	    false);
	expect_split("http://localhost:80/a?b=c", "localhost", "80", "/a?b=c",
	    true);
	expect_split("HTTP://LOCALHOST?a", "LOCALHOST", "", "?a", true);
	expect_split("http://127.255.0.1/", "127.255.0.1", "", "/", true);
	expect_split("http://[::1]:8080/", "::1", "8080", "/", true);
	expect_split("http://[fd00:ec2::254]", "fd00:ec2::254", "", "", false);
	expect_split("http://169.254.169.254", "169.254.169.254", "", "",
	    false);
}

static void
loopback_is_only_what_is_written_in_full(void **state)
{
	static const char *const other[] = {"http://127.1/",
	    "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
	    "http://127.0.0.1.example.com/", "http://localhost.example.com/",
	    "http://0.0.0.0/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
	    "http://xlocalhost/", "http://localhost./"};
	struct sek_url u;

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (!sek_url_split(&u, other[i]) || u.loopback)
			fail_msg("%s", other[i]);
}

static void
refuses_what_is_no_url(void **state)
{
	static const char *const bad[] = {"", "http", "http://", "https://",
	    "ftp://h/", "file:///etc/passwd", "//h/", "h", "http:/h",
	    "http:///a", "http://u@h/", "http://u:p@h/", "http://h:/",
	    "http://h:0/", "http://h:65536/", "http://h:000080/", "http://h:x/",
	    "http://h:80:80/", "http://h#f", "http://h/#f", "http://h /",
	    "http://h/a b", "http://h\n/", "http://h/\x7f", "http://h/\xc3\xa4",
	    "http://h\\@evil/", "http://[::1", "http://[::1]x/", "http://[]/",
	    "http://[fe80::1%eth0]/", "http://[127.0.0.1]/", "http://::1/",
	    "http://.h/", "http://h%41/", "http://h,i/", "http://[::1]:/"};
	struct sek_url u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (sek_url_split(&u, bad[i]))
			fail_msg("%s was split", bad[i]);
}

static int
print_urls(void)
{
	char service[32], region[64];
	int fips, dualstack;

	while (scanf("%31s %63s %d %d", service, region, &fips, &dualstack) ==
	    4) {
		const struct sek_reach reach = {.region = region,
		    .fips = fips == 1,
		    .dualstack = dualstack == 1};
		sek_auto_free char *url = NULL;

		puts(sek_endpoint_url(&url, service, &reach, NULL) ? "-" : url);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_region_has_endpoints_of_its_own),
	    cmocka_unit_test(
		fips_and_dual_stack_have_names_of_their_own_where_they_do),
	    cmocka_unit_test(
		an_endpoint_of_the_user_is_https_or_on_this_machine),
	    cmocka_unit_test(refuses_a_region_that_would_change_the_host),
	    cmocka_unit_test(splits_a_url),
	    cmocka_unit_test(loopback_is_only_what_is_written_in_full),
	    cmocka_unit_test(refuses_what_is_no_url),
	};

	(void)argv;
	if (argc > 1)
		return print_urls();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

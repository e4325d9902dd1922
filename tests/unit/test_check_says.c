#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/enc.h"
#include "scan/check_account.h"
#include "scan/check_all.h"
#include "scan/check_session.h"
#include "scan/check_time.h"

#define ACCOUNT  "171436882533" /* of SP2T...: a known canary */
#define ID_REST  "SP2TPHJSQH3FJRUX"
#define RANDOM44 "q7Zk0vTn3xWc9RbYp5LdJ8mHs2Gf6QaVt1Ue4XiNoKw"

/* A check on text[secret, end) of text, which starts to match at start. */
static bool
asks(sek_check_fn *check, const char *text, size_t start, size_t secret,
    size_t end, struct sek_facts *facts)
{
	struct sek_match m = {0, start, end, secret, end};

	*facts = (struct sek_facts){0};
	return check(sek_str(text), &m, facts);
}

static bool
asks_all(sek_check_fn *check, const char *text, struct sek_facts *facts)
{
	return asks(check, text, 0, 0, strlen(text), facts);
}

static size_t
offset(const char *text, const char *what)
{
	const char *p = strstr(text, what);

	assert_non_null(p);
	return (size_t)(p - text);
}

/* The encoding of protocol buffers. */

static void
add_varint(struct sek_buf *b, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		sek_buf_add_c(b, (char)(v | 0x80));
	sek_buf_add_c(b, (char)v);
}

static void
add_number(struct sek_buf *b, uint64_t field, uint64_t v)
{
	add_varint(b, field << 3);
	add_varint(b, v);
}

static void
add_bytes(struct sek_buf *b, uint64_t field, struct sek_str s)
{
	add_varint(b, field << 3 | 2);
	add_varint(b, s.n);
	sek_buf_add_str(b, s);
}

static void
make_session(struct sek_buf *b, const char *region, const char *account,
    uint64_t issued)
{
	sek_auto_buf user = {0};

	add_number(&user, 1, UINT64_MAX - 19);
	add_bytes(&user, 3, sek_str(account));
	add_bytes(&user, 5, SEK_STR(RANDOM44 RANDOM44 RANDOM44));
	sek_buf_add_c(b, 0x21);
	add_bytes(b, 1, SEK_STR("origin_ec"));
	add_number(b, 2, 76);
	add_bytes(b, 3, sek_str(region));
	add_bytes(b, 4, SEK_STR("0E\2!" RANDOM44));
	add_bytes(b, 5, sek_buf_str(&user));
	add_number(b, 6, issued);
}

static void
a_session_token_tells_region_account_and_issue(void **state)
{
	sek_auto_buf b = {0}, text = {0};
	struct sek_facts facts;

	(void)state;
	make_session(&b, "eu-west-2", "609629065308", 1700000000);
	sek_base64(&text, b.p, b.n);
	assert_true(sek_str_starts(sek_buf_str(&text), "IQoJb3JpZ2luX2Vj"));
	assert_true(asks_all(sek_check_aws_token, text.p, &facts));
	assert_string_equal(facts.region, "eu-west-2");
	assert_string_equal(facts.account, "609629065308");
	assert_string_equal(facts.issued, "2023-11-14T22:13:20Z");
	assert_string_equal(facts.expires, "");
	assert_true(facts.signals & SEK_SIGNAL_DECODED);
	assert_false(facts.canary);
}

static void
an_older_session_token_tells_its_issue(void **state)
{
	sek_auto_buf b = {0};
	struct sek_facts facts = {0};

	(void)state;
	sek_buf_add_c(&b, 0x17);
	add_bytes(&b, 1, SEK_STR("er/aws"));
	add_number(&b, 2, UINT64_MAX);
	add_bytes(&b, 4, SEK_STR(RANDOM44));
	add_number(&b, 5, 1648049700);
	assert_true(sek_session_read(sek_buf_str(&b), &facts));
	assert_string_equal(facts.issued, "2022-03-23T15:35:00Z");
	assert_string_equal(facts.region, "");
}

static void
a_broken_session_token_tells_nothing_wrong(void **state)
{
	sek_auto_buf good = {0}, odd = {0};

	(void)state;
	make_session(&good, "us-east-1", "609629065308", 1700000000);
	for (size_t n = 0; n < good.n; n++) {
		char *p = malloc(n ? n : 1);
		struct sek_facts facts = {0};

		memcpy(p, good.p, n);
		(void)sek_session_read((struct sek_str){p, n}, &facts);
		assert_string_equal(facts.issued, "");
		free(p);
	}
	make_session(&odd, "\x1b[31m-x-1", "12345678901x", UINT64_MAX);
	{
		struct sek_facts facts = {0};

		assert_true(sek_session_read(sek_buf_str(&odd), &facts));
		assert_string_equal(facts.region, "");
		assert_string_equal(facts.account, "");
		assert_string_equal(facts.issued, "");
	}
}

static void
a_presigned_url_tells_region_and_times(void **state)
{
	static const char url[] =
	    "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA" ID_REST
	    "%2F20240131%2Fus-gov-west-1%2Fs3%2Faws4_request"
	    "&X-Amz-Date=20240131T010203Z&X-Amz-Expires=60&X-Amz-Signature="
	    "3f9a0c6d1b8e7f2a4c5d6e9b0a1f8c7d52e81b09f4c6a37d90be18f2c5d7640a";
	struct sek_facts facts;

	(void)state;
	assert_true(asks(sek_check_aws_presigned, url, offset(url, "X-Amz-C"),
	    offset(url, "3f9a"), sizeof(url) - 1, &facts));
	assert_string_equal(facts.region, "us-gov-west-1");
	assert_string_equal(facts.issued, "2024-01-31T01:02:03Z");
	assert_string_equal(facts.expires, "2024-01-31T01:03:03Z");
	assert_true(facts.canary);
}

static void
a_bedrock_key_tells_its_user(void **state)
{
	static const char plain[] =
	    "BedrockAPIKey-at-x9-at-609629065308:" RANDOM44;
	sek_auto_buf b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&b, "ABSK");
	sek_base64(&b, plain, sizeof(plain) - 1);
	assert_true(asks_all(sek_check_aws_bedrock, b.p, &facts));
	assert_string_equal(facts.account, "609629065308");
	assert_string_equal(facts.user, "BedrockAPIKey-at-x9");
}

static void
a_service_password_tells_its_user(void **state)
{
	static const char text[] =
	    "https://git.user+1-at-609629065308:" RANDOM44 "=@host";
	size_t at = offset(text, "-at-"), secret = offset(text, "q7Zk");
	struct sek_facts facts;

	(void)state;
	assert_true(asks(sek_check_aws_service, text, at, secret, secret + 44,
	    &facts));
	assert_string_equal(facts.account, "609629065308");
	assert_string_equal(facts.user, "git.user+1");
}

/* The answers of STS and IAM name the one that the key is for. */
static void
a_key_id_is_the_role_or_user_of_an_arn_beside_it(void **state)
{
	static const char role[] = "{\"AccessKeyId\": \"ASIA" ID_REST
				   "\", \"Arn\": "
				   "\"arn:aws:sts::" ACCOUNT
				   ":assumed-role/Deploy_1/me\"}";
	static const char user[] = "arn:aws:iam::" ACCOUNT
				   ":user/team/eu/bob AKIA" ID_REST;
	static const char other[] =
	    "arn:aws:iam::609629065308:user/bob AKIA" ID_REST;
	struct sek_facts facts;
	size_t at = offset(role, "ASIA");

	(void)state;
	assert_true(asks(sek_check_aws_key_id, role, at, at, at + 20, &facts));
	assert_string_equal(facts.role, "Deploy_1");
	assert_string_equal(facts.user, "");
	at = offset(user, "AKIA");
	assert_true(asks(sek_check_aws_key_id, user, at, at, at + 20, &facts));
	assert_string_equal(facts.user, "bob");
	at = offset(other, "AKIA");
	assert_true(asks(sek_check_aws_key_id, other, at, at, at + 20, &facts));
	assert_string_equal(facts.user, "");
}

static void
an_ecr_token_is_for_the_registry_beside_it(void **state)
{
	static const char json[] = "{\"payload\":\"x\",\"datakey\":\"y\","
				   "\"expiration\":1700000000}";
	static const char before[] =
	    "{\"1.dkr.ecr.x\", "
	    "\"609629065308.dkr.ecr.eu-west-1.amazonaws.com\":"
	    " {\"auth\": \"";
	sek_auto_buf b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&b, before);
	sek_base64(&b, json, sizeof(json) - 1);
	assert_true(asks(sek_check_aws_ecr, b.p, sizeof(before) - 1,
	    sizeof(before) - 1, b.n, &facts));
	assert_string_equal(facts.account, "609629065308");
	assert_string_equal(facts.region, "eu-west-1");
	assert_string_equal(facts.expires, "2023-11-14T22:13:20Z");
}

static void
an_smtp_password_tells_the_account_of_its_user(void **state)
{
	static const char text[] = "AKIA" ID_REST ",BC"
				   "q7Zk0vTn3xWc9RbYp5LdJ8mHs2Gf6QaVt1Ue4XiNoK";
	struct sek_facts facts;

	(void)state;
	assert_true(asks(sek_check_aws_ses, text, 0, 21, 21 + 44, &facts));
	assert_string_equal(facts.account, ACCOUNT);
	assert_true(facts.canary);
}

static void
an_end_in_the_past_is_low_and_one_to_come_is_high(void **state)
{
	struct sek_facts facts = {.signals = SEK_SIGNAL_PUBLIC};

	(void)state;
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_MEDIUM);
	sek_check_set_time(facts.expires, 1700000000);
	sek_check_say_time(&facts, 1699999999);
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_HIGH);
	sek_check_say_time(&facts, 1700000000);
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_LOW);
}

static void
no_session_outlives_36_hours(void **state)
{
	struct sek_facts facts = {.signals = SEK_SIGNAL_SHAPE};

	(void)state;
	sek_check_set_time(facts.issued, 1700000000);
	sek_check_say_time(&facts, 1700000000 + 36 * 3600 - 1);
	assert_int_equal(facts.signals, SEK_SIGNAL_SHAPE);
	sek_check_say_time(&facts, 1700000000 + 36 * 3600);
	assert_true(facts.signals & SEK_SIGNAL_EXPIRED);
}

static void
a_canary_is_low_and_an_id_of_a_pair_is_high(void **state)
{
	uint32_t id = SEK_SIGNAL_SHAPE | SEK_SIGNAL_RANDOM;

	(void)state;
	assert_int_equal(sek_signal_grade(id), SEK_CONF_HIGH);
	assert_int_equal(sek_signal_grade(id | SEK_SIGNAL_CANARY),
	    SEK_CONF_LOW);
	assert_int_equal(sek_signal_grade(id | SEK_SIGNAL_NO_ACCOUNT),
	    SEK_CONF_MEDIUM);
	assert_int_equal(sek_signal_grade(id | SEK_SIGNAL_NO_ACCOUNT |
			     SEK_SIGNAL_PAIRED),
	    SEK_CONF_HIGH);
	assert_int_equal(sek_signal_grade(SEK_SIGNAL_BARE), SEK_CONF_LOW);
	assert_int_equal(sek_signal_grade(SEK_SIGNAL_BARE | SEK_SIGNAL_NEAR),
	    SEK_CONF_MEDIUM);
	for (unsigned i = 0; i < SEK_SIGNALS; i++) {
		assert_non_null(sek_signal_name(i));
		assert_non_null(sek_signal_meaning(i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_token_tells_region_account_and_issue),
	    cmocka_unit_test(an_older_session_token_tells_its_issue),
	    cmocka_unit_test(a_broken_session_token_tells_nothing_wrong),
	    cmocka_unit_test(a_presigned_url_tells_region_and_times),
	    cmocka_unit_test(a_bedrock_key_tells_its_user),
	    cmocka_unit_test(a_service_password_tells_its_user),
	    cmocka_unit_test(a_key_id_is_the_role_or_user_of_an_arn_beside_it),
	    cmocka_unit_test(an_ecr_token_is_for_the_registry_beside_it),
	    cmocka_unit_test(an_smtp_password_tells_the_account_of_its_user),
	    cmocka_unit_test(an_end_in_the_past_is_low_and_one_to_come_is_high),
	    cmocka_unit_test(no_session_outlives_36_hours),
	    cmocka_unit_test(a_canary_is_low_and_an_id_of_a_pair_is_high),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

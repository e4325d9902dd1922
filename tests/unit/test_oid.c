#include "fixture.h"

#include "repo/oid.h"

static const char sha1[] = "0123456789abcdef0123456789abcdef01234567";
static const char sha256[] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void
an_id_prints_as_it_was_parsed(void **state)
{
	char hex[SEK_OID_HEX];
	struct sek_oid oid;

	(void)state;
	assert_true(sek_oid_parse(&oid, sek_str(sha1)));
	assert_int_equal(oid.len, 20);
	assert_string_equal(sek_oid_hex(&oid, hex), sha1);
	assert_true(sek_oid_parse(&oid, sek_str(sha256)));
	assert_int_equal(oid.len, 32);
	assert_string_equal(sek_oid_hex(&oid, hex), sha256);
}

static void
what_is_no_id_is_refused_and_changes_nothing(void **state)
{
	struct sek_oid oid = {.len = 7};
	char bad[] = "0123456789abcdef0123456789abcdef0123456g";

	(void)state;
	assert_false(sek_oid_parse(&oid, sek_str("")));
	assert_false(sek_oid_parse(&oid, (struct sek_str){NULL, 0}));
	assert_false(sek_oid_parse(&oid, sek_str("HEAD")));
	assert_false(sek_oid_parse(&oid, sek_str(bad)));
	assert_false(sek_oid_parse(&oid, (struct sek_str){sha1, 39}));
	assert_false(sek_oid_parse(&oid, (struct sek_str){sha256, 41}));
	assert_int_equal(oid.len, 7);
}

static void
ids_compare_by_their_bytes_and_kind(void **state)
{
	struct sek_oid a, b, none = {0};

	(void)state;
	assert_true(sek_oid_parse(&a, sek_str(sha1)));
	assert_true(sek_oid_parse(&b, sek_str(sha256)));
	assert_false(sek_oid_eq(&a, &b));
	assert_true(sek_oid_cmp(&a, &b) < 0);
	assert_true(sek_oid_cmp(&b, &a) > 0);
	assert_true(sek_oid_is_none(&none));
	assert_false(sek_oid_is_none(&a));
	b = a;
	assert_true(sek_oid_eq(&a, &b));
	b.raw[19]++;
	assert_false(sek_oid_eq(&a, &b));
	assert_true(sek_oid_cmp(&a, &b) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_id_prints_as_it_was_parsed),
	    cmocka_unit_test(what_is_no_id_is_refused_and_changes_nothing),
	    cmocka_unit_test(ids_compare_by_their_bytes_and_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

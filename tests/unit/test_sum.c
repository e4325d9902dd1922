#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "repo/sum.h"

static void
assert_sum(struct sek_str head, struct sek_str text, const char *hex)
{
	struct sek_oid want, sum;

	assert_true(sek_oid_parse(&want, sek_str(hex)));
	assert_true(sek_sum_make(&sum, want.len, head, text));
	assert_true(sek_oid_eq(&sum, &want));
}

/* FIPS 180-4's own examples. */
static void
the_sums_are_those_of_the_standard(void **state)
{
	static const char two[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	assert_sum(SEK_STR("a"), SEK_STR("bc"),
	    "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_sum(SEK_STR("ab"), sek_str(two + 2),
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_sum(SEK_STR(""), SEK_STR("abc"),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_sum(SEK_STR("abcd"), sek_str(two + 4),
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
the_sum_of_an_object_is_its_id(void **state)
{
	struct sek_oid oid;

	(void)state;
	assert_true(sek_oid_parse(&oid,
	    SEK_STR("ce013625030ba8dba906f756967f9e9ca394464a")));
	assert_true(sek_sum_is(&oid, SEK_BLOB, SEK_STR("hello\n")));
	assert_false(sek_sum_is(&oid, SEK_TAG, SEK_STR("hello\n")));
	assert_false(sek_sum_is(&oid, SEK_BLOB, SEK_STR("hello")));
	assert_false(sek_sum_is(&oid, SEK_BLOB, SEK_STR("")));
	assert_true(sek_oid_parse(&oid,
	    SEK_STR("2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576d"
		    "b9ebb4")));
	assert_true(sek_sum_is(&oid, SEK_BLOB, SEK_STR("hello\n")));
	assert_true(sek_oid_parse(&oid,
	    SEK_STR("4b825dc642cb6eb9a060e54bf8d69288fbee4904")));
	assert_true(sek_sum_is(&oid, SEK_TREE, (struct sek_str){NULL, 0}));
	oid.len = 16;
	assert_false(sek_sum_is(&oid, SEK_TREE, SEK_STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sums_are_those_of_the_standard),
	    cmocka_unit_test(the_sum_of_an_object_is_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

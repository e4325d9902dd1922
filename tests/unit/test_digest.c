#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/digest.h"
#include "base/enc.h"

static void
assert_hex(const unsigned char *p, const char *hex)
{
	sek_auto_buf text = {0};

	sek_hex(&text, p, SEK_SHA256_SIZE);
	assert_string_equal(text.p, hex);
}

static void
hashes_what_fips_180_gives_as_examples(void **state)
{
	unsigned char out[SEK_SHA256_SIZE];

	(void)state;
	assert_int_equal(sek_sha256(out, SEK_STR("abc"), NULL), SEK_OK);
	assert_hex(out,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sek_sha256(out, (struct sek_str){NULL, 0}, NULL),
	    SEK_OK);
	assert_hex(out,
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, test cases 1, 2 and 6. */
static void
authenticates_what_rfc_4231_gives_as_examples(void **state)
{
	unsigned char out[SEK_SHA256_SIZE];
	char key[131];

	(void)state;
	memset(key, 0x0b, 20);
	assert_int_equal(sek_hmac_sha256(out, (struct sek_str){key, 20},
			     SEK_STR("Hi There"), NULL),
	    SEK_OK);
	assert_hex(out,
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	assert_int_equal(sek_hmac_sha256(out, SEK_STR("Jefe"),
			     SEK_STR("what do ya want for nothing?"), NULL),
	    SEK_OK);
	assert_hex(out,
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	assert_int_equal(
	    sek_hmac_sha256(out, (struct sek_str){key, 131},
		SEK_STR(
		    "Test Using Larger Than Block-Size Key - Hash Key First"),
		NULL),
	    SEK_OK);
	assert_hex(out,
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

static void
an_empty_key_and_text_are_legal(void **state)
{
	unsigned char out[SEK_SHA256_SIZE];

	(void)state;
	assert_int_equal(sek_hmac_sha256(out, (struct sek_str){NULL, 0},
			     (struct sek_str){NULL, 0}, NULL),
	    SEK_OK);
	assert_hex(out,
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad");
}

static void
is_set_up_before_the_first_use_or_says_no(void **state)
{
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_crypto_init(&err), SEK_EIO);
	assert_string_equal(err.text,
	    "OpenSSL: in use before its memory could be wiped");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hashes_what_fips_180_gives_as_examples),
	    cmocka_unit_test(authenticates_what_rfc_4231_gives_as_examples),
	    cmocka_unit_test(an_empty_key_and_text_are_legal),
	    cmocka_unit_test(is_set_up_before_the_first_use_or_says_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

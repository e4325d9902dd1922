#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/enc.h"
#include "scan/check_all.h"

static uint64_t
number_of(const char digits[SEK_CRC32_BASE62])
{
	uint64_t n = 0;

	for (size_t i = 0; i < SEK_CRC32_BASE62; i++) {
		char c = digits[i];

		n *= 62;
		if (c <= '9')
			n += (uint64_t)(c - '0');
		else
			n += (uint64_t)(c <= 'Z' ? c - 'A' + 10 : c - 'a' + 36);
	}
	return n;
}

/* The remainder of the text by the polynomial, one bit after the other, as the
 * CRC is defined: the other way round than the code under test. */
static uint32_t
long_division(const char *text, size_t n)
{
	uint64_t crc = 0xffffffff, out = 0;

	for (size_t i = 0; i < 8 * n; i++) {
		unsigned bit = (unsigned char)text[i / 8] >> i % 8 & 1;
		unsigned top = (unsigned)(crc >> 31 & 1);

		crc = (crc << 1 & 0xffffffff) ^ (top != bit ? 0x04c11db7 : 0);
	}
	for (unsigned i = 0; i < 32; i++)
		out |= (crc >> i & 1) << (31 - i);
	return (uint32_t)~out;
}

static void
sums_are_those_of_the_standard(void **state)
{
	static const char text[] = "The quick brown fox jumps over the lazy";
	char sum[SEK_CRC32_BASE62];

	(void)state;
	/* The check value that every description of CRC-32 gives. */
	sek_crc32_base62(sum, SEK_STR("123456789"));
	assert_int_equal(number_of(sum), 0xcbf43926);
	sek_crc32_base62(sum, SEK_STR(""));
	assert_memory_equal(sum, "000000", sizeof(sum));
	for (size_t n = 0; n < sizeof(text); n++) {
		sek_crc32_base62(sum, (struct sek_str){text, n});
		assert_int_equal(number_of(sum), long_division(text, n));
	}
}

static bool
holds(const char *secret)
{
	struct sek_match m = {.secret_end = strlen(secret)};
	struct sek_facts facts = {0};
	bool yes = sek_check_crc32_base62(sek_str(secret), &m, &facts);

	assert_true(!yes || facts.confidence == SEK_CONF_HIGH);
	return yes;
}

static void
takes_a_token_whose_sum_is_right(void **state)
{
	/* One that its owner published after it had been revoked. */
	sek_auto_buf token = {0};

	(void)state;
	sek_buf_add_s(&token, "gh");
	sek_buf_add_s(&token, "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
	sek_buf_add_c(&token, '\0');
	assert_true(holds(token.p));
	for (size_t i = 4; token.p[i]; i++) {
		char was = token.p[i];

		token.p[i] = was == 'a' ? 'b' : 'a';
		assert_false(holds(token.p));
		token.p[i] = was;
	}
	assert_true(holds(token.p));
}

static void
refuses_what_is_too_short_for_a_sum(void **state)
{
	(void)state;
	assert_false(holds("x_"));
	assert_false(holds("x_00000"));
	assert_false(holds("abc"));
	assert_true(holds("x_000000")); /* nothing, and its sum */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums_are_those_of_the_standard),
	    cmocka_unit_test(takes_a_token_whose_sum_is_right),
	    cmocka_unit_test(refuses_what_is_too_short_for_a_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

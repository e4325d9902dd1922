#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"

static void
collects_what_is_added(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	sek_buf_add(&b, "a\0b", 3);
	sek_buf_add_s(&b, "cd");
	sek_buf_add_c(&b, 'e');
	sek_buf_add_str(&b, SEK_STR("fg"));
	sek_buf_printf(&b, "%03d", 7);
	assert_int_equal(b.n, 11);
	assert_memory_equal(b.p, "a\0bcdefg007", 12);
}

static void
ends_with_nul_after_adding_nothing(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	assert_null(b.p);
	sek_buf_add_str(&b, (struct sek_str){NULL, 0});
	assert_non_null(b.p);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.p[0], '\0');
}

static void
survives_growth(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		sek_buf_add_c(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, 100000);
	assert_int_equal(b.p[100000], '\0');
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.p[i], 'a' + i % 26);
}

static void
holds_exactly_its_limit(void **state)
{
	sek_auto_buf b = {.max = 5};

	(void)state;
	sek_buf_add_s(&b, "12345");
	assert_false(b.toobig);
	assert_int_equal(b.n, 5);
	assert_int_equal(b.cap, 6);
	assert_int_equal(sek_buf_check(&b, "x", NULL), SEK_OK);
}

static void
keeps_its_content_when_more_would_pass_the_limit(void **state)
{
	sek_auto_buf b = {.max = 5};
	struct sek_err err;

	(void)state;
	sek_buf_add_s(&b, "123");
	sek_buf_add_s(&b, "456");
	assert_true(b.toobig);
	assert_string_equal(b.p, "123");
	sek_buf_add_c(&b, '4'); /* would fit, but the chain is broken */
	sek_buf_printf(&b, "4");
	assert_null(sek_buf_room(&b, 1));
	assert_string_equal(b.p, "123");
	assert_int_equal(sek_buf_check(&b, "what", &err), SEK_ETOOBIG);
	assert_string_equal(err.text, "what: larger than 5 bytes");
}

static void
refuses_sizes_that_overflow(void **state)
{
	sek_auto_buf b = {.max = SIZE_MAX};

	(void)state;
	sek_buf_add_s(&b, "x");
	assert_null(sek_buf_room(&b, SIZE_MAX));
	assert_true(b.toobig);
	assert_string_equal(b.p, "x");
}

static void
has_a_limit_even_if_none_was_set(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	assert_null(sek_buf_room(&b, SEK_BUF_MAX + 1));
	assert_true(b.toobig);
}

static bool
sanitized(void)
{
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#endif
	return false;
}

static void
does_not_abort_when_memory_is_short(void **state)
{
	sek_auto_buf b = {.max = SIZE_MAX};
	struct sek_err err;

	(void)state;
	if (sanitized())
		skip(); /* their malloc aborts by itself */
	assert_null(sek_buf_room(&b, SIZE_MAX / 2));
	assert_true(b.toobig);
	assert_int_equal(sek_buf_check(&b, "it", &err), SEK_ETOOBIG);
	assert_string_equal(err.text, "it: not enough memory");
	sek_buf_reset(&b);
	assert_int_equal(sek_buf_check(&b, "it", &err), SEK_OK);
}

static void
gives_room_that_the_caller_fills(void **state)
{
	sek_auto_buf b = {0};
	char *to;

	(void)state;
	sek_buf_add_s(&b, "ab");
	to = sek_buf_room(&b, 3);
	assert_ptr_equal(to, b.p + 2);
	assert_string_equal(b.p, "ab");
	memcpy(to, "cde", 3);
	b.n += 3;
	assert_string_equal(b.p, "abcde");
}

static void
can_be_used_again(void **state)
{
	sek_auto_buf b = {.max = 4};
	char *memory;

	(void)state;
	sek_buf_add_s(&b, "abc");
	memory = b.p;
	sek_buf_add_s(&b, "def");
	sek_buf_reset(&b);
	assert_ptr_equal(b.p, memory);
	assert_string_equal(b.p, "");
	sek_buf_add_s(&b, "xyz");
	assert_string_equal(b.p, "xyz");
	sek_buf_clear(&b);
	assert_null(b.p);
	assert_int_equal(b.max, 4);
	sek_buf_add_s(&b, "12345");
	assert_true(b.toobig);
	sek_buf_clear(&b);
	assert_false(b.toobig);
}

static void
hands_its_bytes_over(void **state)
{
	sek_auto_buf b = {.max = 9}, empty = {0};
	sek_auto_free char *taken = NULL, *nothing = NULL;

	(void)state;
	sek_buf_add_s(&b, "abc");
	taken = sek_buf_take(&b);
	assert_string_equal(taken, "abc");
	assert_null(b.p);
	assert_int_equal(b.n + b.cap, 0);
	assert_int_equal(b.max, 9);
	nothing = sek_buf_take(&empty);
	assert_string_equal(nothing, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(collects_what_is_added),
	    cmocka_unit_test(ends_with_nul_after_adding_nothing),
	    cmocka_unit_test(survives_growth),
	    cmocka_unit_test(holds_exactly_its_limit),
	    cmocka_unit_test(keeps_its_content_when_more_would_pass_the_limit),
	    cmocka_unit_test(refuses_sizes_that_overflow),
	    cmocka_unit_test(has_a_limit_even_if_none_was_set),
	    cmocka_unit_test(does_not_abort_when_memory_is_short),
	    cmocka_unit_test(gives_room_that_the_caller_fills),
	    cmocka_unit_test(can_be_used_again),
	    cmocka_unit_test(hands_its_bytes_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

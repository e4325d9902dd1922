#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static jmp_buf exhausted;

static void
jump_out(size_t wanted)
{
	(void)wanted;
	longjmp(exhausted, 1);
}

static void
gives_zeroed_memory(void **state)
{
	static const char zero[64];
	sek_auto_free char *one = sek_alloc(64);
	sek_auto_free char *many = sek_alloc_n(8, 8);

	(void)state;
	assert_memory_equal(one, zero, 64);
	assert_memory_equal(many, zero, 64);
}

static void
gives_a_pointer_for_nothing(void **state)
{
	sek_auto_free void *none = sek_alloc(0);
	sek_auto_free void *no_elements = sek_alloc_n(0, 8);

	(void)state;
	assert_non_null(none);
	assert_non_null(no_elements);
	none = sek_realloc(none, 0);
	assert_non_null(none);
}

static void
copies_strings(void **state)
{
	sek_auto_free char *whole = sek_strdup("text");
	sek_auto_free char *part = sek_strndup("text", 2);
	sek_auto_free char *with_nul = sek_strndup("a\0b", 3);
	sek_auto_free char *printed = sek_printf("%d-%s", 7, "x");

	(void)state;
	assert_string_equal(whole, "text");
	assert_string_equal(part, "te");
	assert_memory_equal(with_nul, "a\0b", 4);
	assert_string_equal(printed, "7-x");
	assert_null(sek_strdup(NULL));
}

static void
calls_the_handler_when_a_product_overflows(void **state)
{
	(void)state;
	sek_set_oom_handler(jump_out);
	if (!setjmp(exhausted)) {
		(void)sek_alloc_n(SIZE_MAX / 2, 3);
		fail();
	}
	sek_set_oom_handler(NULL);
}

static void
calls_the_handler_when_a_length_overflows(void **state)
{
	(void)state;
	sek_set_oom_handler(jump_out);
	if (!setjmp(exhausted)) {
		(void)sek_strndup("", SIZE_MAX);
		fail();
	}
	sek_set_oom_handler(NULL);
}

static char *
made_and_stolen(void)
{
	sek_auto_free char *s = sek_strdup("kept");

	return sek_steal(&s);
}

static void
a_stolen_pointer_is_not_freed(void **state)
{
	sek_auto_free char *s = made_and_stolen();

	(void)state;
	assert_string_equal(s, "kept");
}

static void
freeing_by_place_clears_it(void **state)
{
	int *p = sek_alloc(sizeof(*p));

	(void)state;
	sek_free_ptr(&p);
	assert_null(p);
	sek_free_ptr(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_zeroed_memory),
	    cmocka_unit_test(gives_a_pointer_for_nothing),
	    cmocka_unit_test(copies_strings),
	    cmocka_unit_test(calls_the_handler_when_a_product_overflows),
	    cmocka_unit_test(calls_the_handler_when_a_length_overflows),
	    cmocka_unit_test(a_stolen_pointer_is_not_freed),
	    cmocka_unit_test(freeing_by_place_clears_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

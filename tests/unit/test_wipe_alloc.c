#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/wipe_alloc.h"

static void
gives_aligned_memory_of_any_size(void **state)
{
	(void)state;
	for (size_t n = 0; n < 200; n++) {
		char *p = sek_wipe_malloc(n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		memset(p, 'x', n);
		sek_wipe_free(p);
	}
	sek_wipe_free(NULL);
}

static void
zeroes_what_calloc_gives(void **state)
{
	char *p = sek_wipe_calloc(10, 10);

	(void)state;
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	sek_wipe_free(p);
}

static void
keeps_the_content_through_realloc(void **state)
{
	static const size_t sizes[] = {1, 7, 100, 99, 60, 3, 5000, 4000, 0, 9};
	char *p = NULL;
	size_t before = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		p = sek_wipe_realloc(p, sizes[i]);
		assert_non_null(p);
		for (size_t k = 0; k < before && k < sizes[i]; k++)
			assert_int_equal(p[k], (char)(k * 7));
		for (size_t k = 0; k < sizes[i]; k++)
			p[k] = (char)(k * 7);
		before = sizes[i];
	}
	sek_wipe_free(p);
}

static void
wipes_the_end_that_shrinking_cuts_off(void **state)
{
	char *p = sek_wipe_malloc(100);

	(void)state;
	memset(p, 'x', 100);
	assert_ptr_equal(sek_wipe_realloc(p, 60), p);
	for (size_t i = 60; i < 100; i++)
		assert_int_equal(p[i], 0);
	sek_wipe_free(p);
}

static void
fails_where_a_size_overflows(void **state)
{
	volatile size_t most = SIZE_MAX;
	char *p = sek_wipe_strdup("stays");

	(void)state;
	assert_null(sek_wipe_malloc(most));
	assert_null(sek_wipe_calloc(most / 2, 3));
	assert_null(sek_wipe_realloc(p, most - 4));
	assert_string_equal(p, "stays");
	sek_wipe_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_aligned_memory_of_any_size),
	    cmocka_unit_test(zeroes_what_calloc_gives),
	    cmocka_unit_test(keeps_the_content_through_realloc),
	    cmocka_unit_test(wipes_the_end_that_shrinking_cuts_off),
	    cmocka_unit_test(fails_where_a_size_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

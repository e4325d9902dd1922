#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/vec.h"

struct point {
	int x;
	char tag[5];
};

struct points SEK_VEC_BODY(struct point);

static void
keeps_what_is_pushed(void **state)
{
	struct points v = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		*sek_vec_push(&v) = (struct point){.x = i, .tag = "abcd"};
	assert_int_equal(v.n, 1000);
	assert_true(v.cap >= v.n);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(v.at[i].x, i);
		assert_string_equal(v.at[i].tag, "abcd");
	}
	sek_vec_clear(&v);
	assert_null(v.at);
	assert_int_equal(v.n + v.cap, 0);
}

static void
a_new_element_is_zero(void **state)
{
	static const char zero[sizeof(struct point)];
	struct points v = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_memory_equal(sek_vec_push(&v), zero, sizeof(zero));
		v.at[v.n - 1] = (struct point){.x = -1};
	}
	v.n = 0; /* and so is one in a place that was used before */
	assert_memory_equal(sek_vec_push(&v), zero, sizeof(zero));
	sek_vec_clear(&v);
}

static void
is_walked_in_order(void **state)
{
	SEK_VEC(int) v = {0};
	int expect = 0;

	(void)state;
	sek_vec_each (none, &v)
		fail_msg("an empty vector has no %d", *none);
	for (int i = 0; i < 10; i++)
		*sek_vec_push(&v) = i;
	sek_vec_each (e, &v)
		assert_int_equal(*e, expect++);
	assert_int_equal(expect, 10);
	sek_vec_clear(&v);
}

static jmp_buf exhausted;

static void
jump_out(size_t wanted)
{
	(void)wanted;
	longjmp(exhausted, 1);
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
does_not_wrap_around(void **state)
{
	size_t cap = SIZE_MAX / 4;
	void *at = NULL;

	(void)state;
	if (sanitized())
		skip(); /* their malloc aborts by itself */
	sek_set_oom_handler(jump_out);
	if (!setjmp(exhausted)) {
		sek_vec_grow(&at, cap, &cap, 16);
		fail();
	}
	sek_set_oom_handler(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_what_is_pushed),
	    cmocka_unit_test(a_new_element_is_zero),
	    cmocka_unit_test(is_walked_in_order),
	    cmocka_unit_test(does_not_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

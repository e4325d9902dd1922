#include "fixture.h"

#include "base/library.h"

#define SOME(X) X(strlen) X(memchr)
#define NONE(X) X(strlen) X(no_such_function)

size_t no_such_function(const char *s);

static void
what_is_named_is_found(void **state)
{
	static struct {
		SOME(SEK_LIBRARY_FIELD)
	} lib;
	static const char *const names[] = {SOME(SEK_LIBRARY_NAME)};
	static struct sek_library l = SEK_LIBRARY("libc.so.6", names, &lib);

	(void)state;
	assert_true(sek_library_ready(&l));
	assert_true(sek_library_ready(&l));
	assert_int_equal(lib.strlen("four"), 4);
	assert_ptr_equal(lib.memchr("abc", 'd', 3), NULL);
}

static void
what_lacks_a_function_is_not_used(void **state)
{
	static struct {
		NONE(SEK_LIBRARY_FIELD)
	} lib;
	static const char *const names[] = {NONE(SEK_LIBRARY_NAME)};
	static struct sek_library l = SEK_LIBRARY("libc.so.6", names, &lib);

	(void)state;
	assert_false(sek_library_ready(&l));
	assert_false(sek_library_ready(&l));
}

static void
what_is_not_there_is_not_used(void **state)
{
	static struct {
		SOME(SEK_LIBRARY_FIELD)
	} lib;
	static const char *const names[] = {SOME(SEK_LIBRARY_NAME)};
	static struct sek_library l = SEK_LIBRARY("libnone.so.6", names, &lib);

	(void)state;
	assert_false(sek_library_ready(&l));
	assert_null(lib.strlen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_named_is_found),
	    cmocka_unit_test(what_lacks_a_function_is_not_used),
	    cmocka_unit_test(what_is_not_there_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

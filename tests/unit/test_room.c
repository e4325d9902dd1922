#include <pthread.h>

#include "fixture.h"
#include "scan/room.h"

static const char *
digits(unsigned n, char out[25])
{
	snprintf(out, 25, "%024x", n * 2654435761u);
	return out;
}

static void
a_secret_counts_once(void **state)
{
	struct sek_room *r = sek_room_new(1000, 1000000);
	char f[25];

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(sek_room_take(r, digits(i % 1000, f), 1, 2),
		    i < 1000 ? SEK_ROOM_FIRST : SEK_ROOM_AGAIN);
	assert_int_equal(sek_room_take(r, digits(1001, f), 1, 1),
	    SEK_ROOM_MANY);
	assert_int_equal(sek_room_take(r, digits(999, f), 1, 1),
	    SEK_ROOM_AGAIN);
	sek_room_free(r);
}

static void
bytes_run_out_and_come_back(void **state)
{
	struct sek_room *r = sek_room_new(9, 100);
	char f[25];

	(void)state;
	assert_int_equal(sek_room_take(r, digits(1, f), 60, 1), SEK_ROOM_FIRST);
	assert_int_equal(sek_room_take(r, digits(2, f), 60, 1),
	    SEK_ROOM_CROWDED);
	/* It is not known for that. */
	assert_int_equal(sek_room_take(r, digits(2, f), 10, 99),
	    SEK_ROOM_FIRST);
	assert_int_equal(sek_room_take(r, digits(1, f), 1, 31),
	    SEK_ROOM_CROWDED);
	assert_int_equal(sek_room_take(r, digits(1, f), 1, 30), SEK_ROOM_AGAIN);
	assert_false(sek_room_charge(r, 1));
	sek_room_give(r, 5);
	assert_true(sek_room_charge(r, 5));
	assert_false(sek_room_charge(r, 1));
	sek_room_free(r);
}

static void *
take_many(void *arg)
{
	uintptr_t first = 0;
	char f[25];

	for (unsigned i = 0; i < 2000; i++)
		first += sek_room_take(arg, digits(i, f), 1, 0) ==
		    SEK_ROOM_FIRST;
	return (void *)first;
}

static void
of_threads_at_once_one_is_first(void **state)
{
	struct sek_room *r = sek_room_new(2000, 2000);
	pthread_t thread[4];
	uintptr_t first = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, take_many, r),
		    0);
	for (int i = 0; i < 4; i++) {
		void *n;

		pthread_join(thread[i], &n);
		first += (uintptr_t)n;
	}
	assert_int_equal(first, 2000);
	sek_room_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_counts_once),
	    cmocka_unit_test(bytes_run_out_and_come_back),
	    cmocka_unit_test(of_threads_at_once_one_is_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

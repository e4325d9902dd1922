#include "fixture.h"

#include "vault/watch.h"

static int calls;

static void
count(void *arg)
{
	__atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
}

static struct sek_watch *
started(int64_t ms)
{
	struct sek_watch *w = NULL;

	calls = 0;
	assert_int_equal(sek_watch_start(&w, &sek_env_system,
			     sek_env_system.ticks(NULL) + ms, count, &calls,
			     NULL),
	    SEK_OK);
	return w;
}

static void
wait_for_call(void)
{
	while (!__atomic_load_n(&calls, __ATOMIC_RELAXED))
		usleep(1000);
}

static void
calls_once_when_the_deadline_is_past(void **state)
{
	struct sek_watch *w = started(20);

	(void)state;
	wait_for_call();
	sek_watch_move(w, 0);
	sek_watch_stop(w);
	assert_int_equal(calls, 1);
}

static void
a_deadline_that_is_past_already_counts(void **state)
{
	struct sek_watch *w = started(-100000);

	(void)state;
	wait_for_call();
	sek_watch_stop(w);
	assert_int_equal(calls, 1);
}

static void
does_not_call_when_stopped_before(void **state)
{
	(void)state;
	sek_watch_stop(started(600000));
	assert_int_equal(calls, 0);
	sek_watch_stop(NULL);
}

static void
a_deadline_can_be_moved(void **state)
{
	struct sek_watch *w = started(600000);

	(void)state;
	sek_watch_move(w, sek_env_system.ticks(NULL) + 20);
	wait_for_call();
	sek_watch_stop(w);
	assert_int_equal(calls, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls_once_when_the_deadline_is_past),
	    cmocka_unit_test(a_deadline_that_is_past_already_counts),
	    cmocka_unit_test(does_not_call_when_stopped_before),
	    cmocka_unit_test(a_deadline_can_be_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "serve_world.h"
#include "vault/serve.h"
#include "vault/serve_memory.h"

/* Which failures are remembered, for how long, and for whom. */
#define WORLD(f) cmocka_unit_test_setup_teardown(f, world_enter, world_leave)

static void
role(struct world *w, enum sek_code fails)
{
	fake_plan_add(&w->plan, SEK_HOP_KEYRING, "k");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	w->fails[1] = fails;
}

/* Fails; then, at the first call that fetches again, how many s later. */
static int64_t
pause_of(struct world *w)
{
	int before;
	int64_t s = 0;

	assert_int_not_equal(serve(w), SEK_OK);
	before = w->fetches;
	/* a second call in the same moment is one that waited */
	while (s < 400) {
		pass(w, 1);
		s++;
		assert_int_not_equal(serve(w), SEK_OK);
		if (w->fetches > before)
			return s;
	}
	return s;
}

static void
failures_are_remembered_by_their_kind(void **state)
{
	static const struct {
		enum sek_code code;
		int64_t pause; /* 1: the next call of my own tries again */
	} table[] = {
	    {SEK_ENET, 5},
	    {SEK_ECANCEL, 5},
	    {SEK_EPARSE, 5},
	    {SEK_EIO, 5},
	    {SEK_ETOOBIG, 5},
	    {SEK_EDENIED, 15},
	    {SEK_EEXPIRED, 15},
	    {SEK_ENOTFOUND, 15},
	    {SEK_ECONFIG, 1},
	};
	struct world *w = *state;

	role(w, SEK_OK);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		w->fails[1] = table[i].code;
		pass(w, 1000);
		assert_int_equal(pause_of(w), table[i].pause);
	}
}

static void
what_the_service_asks_for_is_done_within_limits(void **state)
{
	static const struct {
		int64_t asked, pause;
	} table[] = {{1, 5}, {5, 5}, {20, 20}, {300, 300}, {86400, 300}};
	struct world *w = *state;

	role(w, SEK_ECANCEL);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		w->retry_after = table[i].asked;
		pass(w, 1000);
		assert_int_equal(pause_of(w), table[i].pause);
	}
	/* said of a failure that would not be remembered otherwise, too */
	w->fails[1] = SEK_ECONFIG;
	w->retry_after = 7;
	pass(w, 1000);
	assert_int_equal(pause_of(w), 7);
}

static void
what_one_failure_asked_for_is_not_the_nexts(void **state)
{
	struct world *w = *state;

	role(w, SEK_ECANCEL);
	w->retry_after = 100;
	assert_int_equal(serve(w), SEK_ECANCEL);
	pass(w, 100);
	w->retry_after = 0;
	assert_int_equal(pause_of(w), 5);
}

static void
who_comes_later_is_told_until_when(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	pass(w, 3);
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_string_equal(w->err.text,
	    "profile work: hop 2: refused (not tried again until 22:13:35Z)");
	w->plan.plan.profile = "other"; /* of the same plan */
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_string_equal(w->err.text,
	    "profile other: hop 2: refused (not tried again until 22:13:35Z)");
	assert_int_equal(w->fetches, 2);
}

static void
a_long_error_still_says_until_when(void **state)
{
	struct world *w = *state;
	char says[500];

	memset(says, 'x', sizeof(says) - 1);
	says[sizeof(says) - 1] = '\0';
	w->says = says;
	role(w, SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	pass(w, 3);
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_non_null(strstr(w->err.text,
	    "x (not tried again until 22:13:35Z)"));
}

static void
who_began_before_it_failed_shares_the_failure(void **state)
{
	struct world *w = *state;

	/* the clocks stand still, as for one that waited for the other */
	role(w, SEK_ECONFIG);
	assert_int_equal(serve(w), SEK_ECONFIG);
	assert_int_equal(serve(w), SEK_ECONFIG);
	assert_int_equal(w->fetches, 2);
	assert_string_equal(w->err.text, "profile work: hop 2: refused");
	w->env.ticks++;
	assert_int_equal(serve(w), SEK_ECONFIG);
	assert_int_equal(w->fetches, 4);
}

static void
success_is_the_end_of_it(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	pass(w, 15);
	w->fails[1] = SEK_OK;
	assert_int_equal(serve(w), SEK_OK);
	w->serve.cache = NULL;
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 6);
}

static void
a_demanded_refresh_does_not_wait(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	pass(w, 1);
	w->serve.refresh = true;
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_int_equal(w->fetches, 4);
}

static void
a_clock_put_back_ends_it(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	w->env.now -= 3600;
	w->env.ticks += 1000;
	w->fails[1] = SEK_OK;
	assert_int_equal(serve(w), SEK_OK);
}

static void
a_restart_of_the_machine_ends_the_waiting_alone(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED);
	w->env.ticks = 1000000;
	assert_int_equal(serve(w), SEK_EDENIED);
	pass(w, 20);
	w->env.ticks = 0; /* smaller than those of the failure */
	w->fails[1] = SEK_OK;
	assert_int_equal(serve(w), SEK_OK);
}

static void
reading_a_keyring_costs_nothing_to_repeat(void **state)
{
	static const enum sek_hop_kind local[] = {
	    SEK_HOP_ENVIRONMENT, SEK_HOP_STATIC, SEK_HOP_KEYRING};
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++) {
		fake_plan_clear(&w->plan);
		fake_plan_add(&w->plan, local[i], "k");
		fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
		w->fails[0] = SEK_EDENIED;
		pass(w, 1000);
		assert_int_equal(pause_of(w), 1);
	}
}

static void
a_person_may_try_again_at_once(void **state)
{
	struct world *w = *state;

	role(w, SEK_EDENIED); /* a wrong code */
	w->plan.hops[1].mfa_serial = "arn:aws:iam::123456789012:mfa/u";
	assert_int_equal(pause_of(w), 1);
	w->fails[1] = SEK_ECANCEL; /* or none at all */
	pass(w, 1000);
	assert_int_equal(pause_of(w), 1);
	/* throttling is no matter of the person's */
	w->retry_after = 30;
	pass(w, 1000);
	assert_int_equal(pause_of(w), 30);
	w->retry_after = 0;
	w->plan.hops[1].mfa_process = "ykman";
	w->fails[1] = SEK_EDENIED;
	pass(w, 1000);
	assert_int_equal(pause_of(w), 15);
}

static void
that_there_was_no_terminal_is_not_shared(void **state)
{
	struct world *w = *state;

	role(w, SEK_ENOTFOUND);
	w->plan.hops[1].mfa_serial = "arn:aws:iam::123456789012:mfa/u";
	assert_int_equal(serve(w), SEK_ENOTFOUND);
	w->fails[1] = SEK_OK;
	assert_int_equal(serve(w), SEK_OK); /* in the same moment */
}

static void
a_prefix_that_failed_is_remembered_for_all_that_share_it(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	w->fails[0] = SEK_ECANCEL;
	assert_int_equal(serve(w), SEK_ECANCEL);
	assert_string_equal(w->err.text, "profile work: hop 1: refused");
	fake_plan_clear(&w->plan);
	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "other");
	pass(w, 1);
	assert_int_equal(serve(w), SEK_ECANCEL);
	assert_int_equal(w->fetches, 1);
	assert_non_null(strstr(w->err.text, "(not tried again until "));
	/* and only there: once the prefix is back, nothing is in the way */
	pass(w, 4);
	w->fails[0] = SEK_OK;
	assert_int_equal(serve(w), SEK_OK);
}

static void
throttling_is_waited_out_while_something_is_valid(void **state)
{
	struct world *w = *state;

	role(w, SEK_OK);
	assert_int_equal(serve(w), SEK_OK);
	pass(w, 2700);
	w->fails[1] = SEK_ECANCEL;
	w->retry_after = 200;
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 4);
	pass(w, 199);
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 4);
	pass(w, 1);
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 6);
}

static void
patience_ends_with_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(sek_serve_patience(900), 60);
	assert_int_equal(sek_serve_patience(120), 60);
	assert_int_equal(sek_serve_patience(90), 45);
	assert_int_equal(sek_serve_patience(1), 0);
	assert_int_equal(sek_serve_patience(0), 60);
	assert_int_equal(sek_serve_patience(-5), 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WORLD(failures_are_remembered_by_their_kind),
	    WORLD(what_the_service_asks_for_is_done_within_limits),
	    WORLD(what_one_failure_asked_for_is_not_the_nexts),
	    WORLD(who_comes_later_is_told_until_when),
	    WORLD(a_long_error_still_says_until_when),
	    WORLD(who_began_before_it_failed_shares_the_failure),
	    WORLD(success_is_the_end_of_it),
	    WORLD(a_demanded_refresh_does_not_wait),
	    WORLD(a_clock_put_back_ends_it),
	    WORLD(a_restart_of_the_machine_ends_the_waiting_alone),
	    WORLD(reading_a_keyring_costs_nothing_to_repeat),
	    WORLD(a_person_may_try_again_at_once),
	    WORLD(that_there_was_no_terminal_is_not_shared),
	    WORLD(a_prefix_that_failed_is_remembered_for_all_that_share_it),
	    WORLD(throttling_is_waited_out_while_something_is_valid),
	    WORLD(patience_ends_with_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

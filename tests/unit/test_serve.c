#include "serve_world.h"
#include "vault/serve.h"

#define WORLD(f) cmocka_unit_test_setup_teardown(f, world_enter, world_leave)

static void
served(struct world *w, const char *id, int fetches)
{
	assert_int_equal(serve(w), SEK_OK);
	assert_string_equal(w->got.id, id);
	assert_int_equal(w->fetches, fetches);
	assert_true(!w->got.expires || w->got.expires > w->env.now);
}

/* A role taken with a key from the keyring. */
static void
role(struct world *w)
{
	fake_plan_add(&w->plan, SEK_HOP_KEYRING, "k");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
}

static void
what_is_fresh_is_not_fetched_again(void **state)
{
	struct world *w = *state;
	sek_auto_record r = {0};

	role(w);
	assert_int_equal(sek_serve_cached(&w->keyring.k, &w->plan.plan,
			     &w->env.env, &r, NULL),
	    SEK_ENOTFOUND);
	served(w, "assume-role-1", 2);
	served(w, "assume-role-1", 2);
	assert_int_equal(sek_serve_cached(&w->keyring.k, &w->plan.plan,
			     &w->env.env, &r, NULL),
	    SEK_OK);
	assert_string_equal(r.creds.id, "assume-role-1");
	assert_string_equal(r.profile, "work");
	pass(w, 2699);
	served(w, "assume-role-1", 2);
	pass(w, 1); /* 15 minutes are left */
	assert_int_equal(sek_serve_cached(&w->keyring.k, &w->plan.plan,
			     &w->env.env, &r, NULL),
	    SEK_ENOTFOUND);
	served(w, "assume-role-2", 4);
	assert_int_equal(w->warnings, 0);
}

static void
each_hop_gets_what_the_one_before_gave(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_SECRETSMANAGER, "id");
	fake_plan_add(&w->plan, SEK_HOP_SESSION_TOKEN, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	served(w, "assume-role-1", 4);
	assert_string_equal(w->source[0], "-");
	assert_string_equal(w->source[1], "imds-1");
	assert_string_equal(w->source[2], "secretsmanager-1");
	assert_string_equal(w->source[3], "session-token-1");
	assert_int_equal(w->keyring.puts, 3);
}

static void
a_prefix_is_shared_by_profiles(void **state)
{
	struct world *w = *state;
	struct fake_plan other = {0};

	fake_plan_add(&other, SEK_HOP_KEYRING, "k");
	fake_plan_add(&other, SEK_HOP_SESSION_TOKEN, "mfa");
	fake_plan_add(&other, SEK_HOP_ASSUME_ROLE, "other");
	fake_plan_add(&w->plan, SEK_HOP_KEYRING, "k");
	fake_plan_add(&w->plan, SEK_HOP_SESSION_TOKEN, "mfa");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	served(w, "assume-role-1", 3);
	fake_plan_clear(&w->plan);
	w->plan = other;
	w->plan.plan.hops = w->plan.hops;
	served(w, "assume-role-2", 4);
	assert_string_equal(w->source[2], "session-token-1");
	assert_int_equal(w->fetched[0], 1);
	assert_int_equal(w->fetched[1], 1);
}

static void
keys_and_what_has_no_end_are_never_cached(void **state)
{
	static const enum sek_hop_kind keys[] = {SEK_HOP_ENVIRONMENT,
	    SEK_HOP_STATIC, SEK_HOP_KEYRING, SEK_HOP_SECRETSMANAGER,
	    SEK_HOP_SSM};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		fake_plan_clear(&w->plan);
		fake_plan_add(&w->plan, keys[i], "x");
		assert_int_equal(serve(w), SEK_OK);
		assert_int_equal(serve(w), SEK_OK);
		assert_int_equal(w->fetches, 2 * ((int)i + 1));
	}
	fake_plan_clear(&w->plan);
	w->fetches = 0;
	fake_plan_add(&w->plan, SEK_HOP_PROCESS, "tool");
	w->lifetime = 0;
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->got.expires, 0);
	w->lifetime = 3600;
	w->no_token = true;
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 4);
	assert_int_equal(w->keyring.puts, 0);
	w->no_token = false;
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(serve(w), SEK_OK);
	assert_int_equal(w->fetches, 5);
}

static void
every_kind_with_an_end_is_cached(void **state)
{
	static const enum sek_hop_kind kinds[] = {SEK_HOP_PROCESS, SEK_HOP_IMDS,
	    SEK_HOP_CONTAINER, SEK_HOP_WEB_IDENTITY, SEK_HOP_ASSUME_ROLE,
	    SEK_HOP_SESSION_TOKEN};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		fake_plan_clear(&w->plan);
		fake_plan_add(&w->plan, kinds[i], "x");
		assert_int_equal(serve(w), SEK_OK);
		assert_int_equal(serve(w), SEK_OK);
		assert_int_equal(w->fetches, (int)i + 1);
	}
}

static void
without_cache_and_state_each_call_fetches(void **state)
{
	struct world *w = *state;

	role(w);
	w->serve.cache = NULL;
	served(w, "assume-role-1", 2);
	w->serve.state = NULL;
	served(w, "assume-role-2", 4);
	w->fails[1] = SEK_EDENIED;
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_int_equal(w->fetches, 8);
}

static void
without_state_the_cache_still_serves(void **state)
{
	struct world *w = *state;

	role(w);
	w->serve.state = NULL;
	served(w, "assume-role-1", 2);
	served(w, "assume-role-1", 2);
}

static void
a_record_of_another_plan_is_not_served(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	/* the same name, as two texts might have */
	free(w->plan.text[2]);
	w->plan.text[2] = sek_strdup("other\n");
	sek_record_name(w->keyring.item[0].name, "other\n");
	served(w, "assume-role-2", 4);
	served(w, "assume-role-2", 4);
	assert_int_equal(w->warnings, 0);
}

static void
errors_name_the_profile_first(void **state)
{
	struct world *w = *state;

	role(w);
	w->fails[1] = SEK_EDENIED;
	assert_int_equal(serve(w), SEK_EDENIED);
	assert_int_equal(w->err.code, SEK_EDENIED);
	assert_string_equal(w->err.text, "profile work: hop 2: refused");
	assert_string_equal(w->got.id, "");
	assert_null(w->got.secret);
	assert_int_equal(sek_serve_get(&w->serve, &w->got, NULL), SEK_EDENIED);
}

static void
a_failed_refresh_serves_what_is_valid(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	pass(w, 2700);
	w->fails[1] = SEK_ENET;
	served(w, "assume-role-1", 4);
	assert_int_equal(w->warnings, 1);
	assert_string_equal(w->warning,
	    "profile work: cannot be renewed, so what is valid until "
	    "2023-11-14T23:13:20Z is used: hop 2: refused");
	pass(w, 59);
	served(w, "assume-role-1", 4);
	assert_int_equal(w->warnings, 0);
	pass(w, 1);
	served(w, "assume-role-1", 6);
	/* 90 s are left: after 45 of them */
	pass(w, 750);
	served(w, "assume-role-1", 8);
	pass(w, 44);
	served(w, "assume-role-1", 8);
	pass(w, 1);
	served(w, "assume-role-1", 10);
	w->fails[1] = SEK_OK;
	pass(w, 30);
	served(w, "assume-role-6", 12);
}

static void
a_failed_refresh_is_not_repeated_where_nothing_can_be_cached_now(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	pass(w, 2700);
	w->fails[1] = SEK_ENET;
	w->keyring.put_fails = SEK_ETOOBIG;
	served(w, "assume-role-1", 4);
	assert_int_equal(w->warnings, 2);
	pass(w, 59);
	served(w, "assume-role-1", 4);
	assert_string_equal(w->warning,
	    "profile work: cannot be renewed, so what is valid until "
	    "2023-11-14T23:13:20Z is used: hop 2: refused (not tried again "
	    "until 22:59:20Z)");
	pass(w, 1);
	served(w, "assume-role-1", 6);
}

static void
expired_ones_are_never_served(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	pass(w, 3599);
	w->fails[1] = SEK_ENET;
	w->takes = 1; /* they end while the refresh is tried */
	assert_int_equal(serve(w), SEK_ENET);
	assert_null(w->got.secret);
	assert_int_equal(w->warnings, 0);
}

static void
what_is_expired_when_it_comes_is_an_error(void **state)
{
	struct world *w = *state;

	role(w);
	w->lifetime = -1;
	assert_int_equal(serve(w), SEK_EEXPIRED);
	assert_string_equal(w->err.text,
	    "profile work: keyring: gave credentials that have ended already: "
	    "look at this machine's clock");
	assert_int_equal(w->fetches, 1);
	assert_null(w->got.secret);
	assert_int_equal(w->keyring.puts, 0);
}

static void
nothing_newer_is_not_asked_for_again_for_a_minute(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_CONTAINER, "");
	w->same = true;
	w->lifetime = 600;
	served(w, "container-1", 1);
	pass(w, 400); /* a third is left */
	w->lifetime = 200;
	served(w, "container-1", 2);
	pass(w, 59);
	served(w, "container-1", 2);
	pass(w, 1);
	w->lifetime = 140;
	served(w, "container-1", 3);
	assert_int_equal(w->warnings, 0);
	/* others, but with an earlier end */
	w->same = false;
	w->lifetime = 10;
	pass(w, 60);
	served(w, "container-1", 4);
	pass(w, 60);
	w->lifetime = 21;
	served(w, "container-5", 5);
}

static void
instance_credentials_are_used_past_their_end(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	served(w, "imds-1", 1);
	pass(w, 3600);
	w->fails[0] = SEK_ECANCEL;
	served(w, "imds-1", 2);
	assert_int_equal(w->warnings, 1);
	assert_string_equal(w->warning,
	    "profile work: the instance's credentials ended at "
	    "2023-11-14T23:13:20Z and are used a while longer, as AWS advises: "
	    "hop 1: refused");
	assert_int_equal(w->got.expires, w->env.now + 600);
	pass(w, 59);
	served(w, "imds-1", 2);
	assert_string_equal(w->warning,
	    "profile work: the instance's credentials ended at "
	    "2023-11-14T23:13:20Z and are used a while longer, as AWS advises: "
	    "the instance has none newer");
	pass(w, 1741); /* 30 minutes past their end */
	assert_int_equal(serve(w), SEK_ECANCEL);
	assert_null(w->got.secret);
}

static void
an_instance_that_gives_old_ones_is_believed(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	w->same = true;
	w->lifetime = -60; /* and nothing is cached */
	served(w, "imds-1", 1);
	assert_int_equal(w->warnings, 1);
	assert_int_equal(w->got.expires, w->env.now + 600);
	pass(w, 59);
	served(w, "imds-1", 1);
	pass(w, 1);
	w->lifetime = -120;
	served(w, "imds-1", 2);
	pass(w, 30);
	w->lifetime = 7200;
	w->same = false;
	served(w, "imds-1", 2);
	pass(w, 30);
	served(w, "imds-3", 3);
	assert_int_equal(w->warnings, 0);
}

static void
an_instance_that_gives_very_old_ones_is_not(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	w->lifetime = -1800;
	assert_int_equal(serve(w), SEK_EEXPIRED);
	assert_null(w->got.secret);
}

static void
a_role_is_taken_with_an_instances_old_credentials(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	served(w, "assume-role-1", 2);
	pass(w, 3700);
	w->fails[0] = SEK_ECANCEL;
	served(w, "assume-role-2", 4);
	assert_string_equal(w->source[1], "imds-1");
	assert_int_equal(w->warnings, 1);
}

static void
a_clock_put_back_leads_to_new_ones(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	w->env.now -= 7200;
	served(w, "assume-role-2", 4); /* though they end before the others */
	assert_int_equal(w->got.expires, w->env.now + 3600);
	served(w, "assume-role-2", 4);
	w->env.now -= 7200;
	w->fails[1] = SEK_ENET;
	served(w, "assume-role-2", 6);
	assert_int_equal(w->warnings, 1);
	served(w, "assume-role-2", 6);
}

static void
a_demanded_refresh_passes_over_the_cache(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_KEYRING, "k");
	fake_plan_add(&w->plan, SEK_HOP_SESSION_TOKEN, "mfa");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	served(w, "assume-role-1", 3);
	w->serve.refresh = true;
	w->lifetime = 900; /* ends earlier, and is what was asked for */
	served(w, "assume-role-2", 4);
	w->serve.refresh = false;
	served(w, "assume-role-2", 4);
	w->serve.refresh = true;
	w->fails[2] = SEK_EDENIED;
	served(w, "assume-role-2", 5);
	assert_int_equal(w->warnings, 1);
	pass(w, 1);
	served(w, "assume-role-2", 6);
}

static void
a_locked_cache_is_a_warning(void **state)
{
	struct world *w = *state;

	role(w);
	w->keyring.get_fails = SEK_EDENIED;
	served(w, "assume-role-1", 2);
	assert_int_equal(w->warnings, 1);
	assert_string_equal(w->warning, "profile work: cache: fake: get");
	assert_int_equal(w->keyring.gets, 1);
	assert_int_equal(w->keyring.puts, 0);
}

static void
a_full_cache_is_a_warning(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	w->keyring.put_fails = SEK_ETOOBIG;
	served(w, "assume-role-1", 2);
	assert_int_equal(w->warnings, 1);
	assert_string_equal(w->warning, "profile work: not cached: fake: put");
	assert_int_equal(w->keyring.puts, 1);
	w->keyring.put_fails = SEK_OK;
	served(w, "assume-role-2", 4);
	served(w, "assume-role-2", 4);
}

static void
a_damaged_record_is_replaced(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	w->keyring.item[0].value[0] = 'X';
	served(w, "assume-role-2", 4);
	assert_non_null(strstr(w->warning,
	    "profile work: cache: a session "
	    "that was kept is damaged"));
	served(w, "assume-role-2", 4);
	assert_int_equal(w->warnings, 0);
}

static void
a_cache_that_dies_takes_nothing_with_it(void **state)
{
	struct world *w = *state;

	role(w);
	served(w, "assume-role-1", 2);
	w->keyring.get_fails = SEK_ECANCEL;
	w->fails[1] = SEK_ENET;
	assert_int_equal(serve(w), SEK_ENET);
	assert_string_equal(w->warning, "profile work: cache: fake: get");
}

static void
a_state_that_cannot_be_locked_is_a_warning(void **state)
{
	struct world *w = *state;

	fake_plan_add(&w->plan, SEK_HOP_IMDS, "");
	fake_plan_add(&w->plan, SEK_HOP_ASSUME_ROLE, "r");
	w->serve.state = "/nonexistent";
	served(w, "assume-role-1", 2);
	assert_int_equal(w->warnings, 1);
	assert_non_null(strstr(w->warning,
	    "profile work: goes on without a lock: /nonexistent/"));
}

/* Takes the lock of the plan, as another process would have it. */
static void
hold(struct world *w, struct sek_lock **lock)
{
	char name[SEK_RECORD_NAME_SIZE];

	sek_record_name(name, sek_plan_text(&w->plan.plan, w->plan.plan.n));
	assert_int_equal(sek_lock_take(lock, w->dir, name, &w->env.env, 0,
			     NULL),
	    SEK_OK);
}

static void
who_waits_in_vain_says_so(void **state)
{
	struct world *w = *state;
	sek_auto_lock *held = NULL;

	role(w);
	hold(w, &held);
	assert_int_equal(serve(w), SEK_ECANCEL);
	assert_string_equal(w->err.text,
	    "profile work: another process is getting the same credentials, "
	    "and was not done after 4000 ms of waiting: try again");
	assert_int_equal(w->fetches, 0);
	sek_lock_drop(sek_steal(&held));
	served(w, "assume-role-1", 2);
}

static void
who_waits_in_vain_serves_what_is_valid(void **state)
{
	struct world *w = *state;
	sek_auto_lock *held = NULL;

	role(w);
	served(w, "assume-role-1", 2);
	hold(w, &held);
	served(w, "assume-role-1", 2); /* fresh: no lock is needed */
	pass(w, 3540);                 /* a minute is left */
	served(w, "assume-role-1", 2);
	assert_int_equal(w->env.slept, 4000);
	assert_non_null(strstr(w->warning, "of waiting: try again"));
}

static void
while_another_renews_what_will_do_is_served_at_once(void **state)
{
	struct world *w = *state;
	sek_auto_lock *held = NULL;

	role(w);
	served(w, "assume-role-1", 2);
	hold(w, &held);
	pass(w, 3000);
	served(w, "assume-role-1", 2);
	assert_int_equal(w->env.slept, 0);
	assert_int_equal(w->warnings, 0);
	w->serve.refresh = true;
	served(w, "assume-role-1", 2);
	assert_int_equal(w->env.slept, 4000);
	assert_int_equal(w->warnings, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WORLD(what_is_fresh_is_not_fetched_again),
	    WORLD(each_hop_gets_what_the_one_before_gave),
	    WORLD(a_prefix_is_shared_by_profiles),
	    WORLD(keys_and_what_has_no_end_are_never_cached),
	    WORLD(every_kind_with_an_end_is_cached),
	    WORLD(without_cache_and_state_each_call_fetches),
	    WORLD(without_state_the_cache_still_serves),
	    WORLD(a_record_of_another_plan_is_not_served),
	    WORLD(errors_name_the_profile_first),
	    WORLD(a_failed_refresh_serves_what_is_valid),
	    WORLD(
		a_failed_refresh_is_not_repeated_where_nothing_can_be_cached_now),
	    WORLD(expired_ones_are_never_served),
	    WORLD(what_is_expired_when_it_comes_is_an_error),
	    WORLD(nothing_newer_is_not_asked_for_again_for_a_minute),
	    WORLD(instance_credentials_are_used_past_their_end),
	    WORLD(an_instance_that_gives_old_ones_is_believed),
	    WORLD(an_instance_that_gives_very_old_ones_is_not),
	    WORLD(a_role_is_taken_with_an_instances_old_credentials),
	    WORLD(a_clock_put_back_leads_to_new_ones),
	    WORLD(a_demanded_refresh_passes_over_the_cache),
	    WORLD(a_locked_cache_is_a_warning),
	    WORLD(a_full_cache_is_a_warning),
	    WORLD(a_damaged_record_is_replaced),
	    WORLD(a_cache_that_dies_takes_nothing_with_it),
	    WORLD(a_state_that_cannot_be_locked_is_a_warning),
	    WORLD(who_waits_in_vain_says_so),
	    WORLD(who_waits_in_vain_serves_what_is_valid),
	    WORLD(while_another_renews_what_will_do_is_served_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

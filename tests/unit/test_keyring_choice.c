#include "desktop.h"

#include "vault/keyring_choice.h"

#define KEY     SEK_KEYRING_KEY
#define SESSION SEK_KEYRING_SESSION

static struct sek_settings settings;
static struct sek_buf why;
static struct sek_env env;

/* As in a container, whatever the machine is. */
static const char *
get(const struct sek_env *e, const char *name)
{
	if (!strcmp(name, "container"))
		return "test";
	return sek_env_system.get(e, name);
}

static int
enter(void **state)
{
	memset(&settings, 0, sizeof(settings));
	env = sek_env_system;
	env.get = get;
	return setup(state);
}

static int
enter_desktop(void **state)
{
	if (enter(state))
		return -1;
	start_bus();
	start_daemon("--unlock");
	return 0;
}

static enum sek_code
choose(enum sek_keyring_class class, const char *wanted)
{
	sek_buf_reset(&why);
	sek_keyring_close(ring);
	ring = NULL;
	return sek_keyring_choose(&ring, class, wanted, &settings, &env, &why,
	    &err);
}

static bool
is(const char *name)
{
	return ring && !strcmp(ring->ops->name, name) &&
	    !strncmp(why.p, name, strlen(name));
}

static bool
says(const char *part)
{
	return strstr(why.p, part) && !strchr(why.p, '\n');
}

static bool works(enum sek_keyring_class class)
{
	sek_auto_secret *got = NULL;

	return !sek_keyring_put(ring, class, "a", SEK_STR("x"),
		   sek_env_system.now(NULL) + 100, &err) &&
	    !sek_keyring_get(ring, class, "a", &got, &err) &&
	    !sek_keyring_remove(ring, class, "a", &err);
}

static int
on_a_server(void)
{
	must(!choose(SESSION, NULL) && is("file") && works(SESSION));
	must(says("; not kernel: "));
	must(says("; not secret-service: "));
	must(says("there is no session bus"));
	must(!choose(KEY, NULL) && is("file") && works(KEY));
	must(!says("not kernel"));
	must(says("; not secret-service: "));
	must(choose(SEK_KEYRING_UNLOCK, NULL) == SEK_ENOTFOUND);
	return 0;
}

static void
without_a_desktop_it_is_the_file(void **state)
{
	(void)state;
	unsetenv("XDG_RUNTIME_DIR");
	in_child(on_a_server);
}

static int
with_desktop(void)
{
	must(!choose(SESSION, NULL) && is("secret-service") && works(SESSION));
	must(says("; not kernel: "));
	must(!choose(KEY, NULL) && is("secret-service") && works(KEY));
	must(!strcmp(why.p, "secret-service"));
	return 0;
}

static void
on_a_desktop_it_is_the_secret_service(void **state)
{
	(void)state;
	in_child(with_desktop);
}

static int
with_locked(void)
{
	must(!choose(KEY, NULL));
	must(!ring->ops->lock(ring, &err));
	must(!choose(SESSION, NULL) && is("file") && works(SESSION));
	must(says("; not secret-service: it is locked"));
	must(!choose(KEY, NULL) && is("secret-service"));
	must(sek_keyring_put(ring, KEY, "a", SEK_STR("x"), 0, &err) ==
	    SEK_EDENIED);
	return 0;
}

static void
where_that_is_locked_it_keeps_keys_but_no_sessions(void **state)
{
	(void)state;
	in_child(with_locked);
}

static int
with_silent(void)
{
	settings.timeout = 1;
	must(!choose(SESSION, NULL) && is("file"));
	must(says("; not secret-service: ") && says("no answer"));
	must(choose(KEY, NULL) == SEK_ECANCEL);
	must(strstr(err.text, "no answer") &&
	    strstr(err.text, "keyring = file"));
	must(choose(KEY, "secret-service") == SEK_ECANCEL);
	return 0;
}

static void
where_that_is_silent_keys_are_not_looked_for_elsewhere(void **state)
{
	(void)state;
	kill(daemon_, SIGSTOP);
	in_child(with_silent);
}

/* On the machine that this is. */
static int
kernel(void)
{
	const char *reason;
	bool ours = sek_keyring_kernel_is_ours(&sek_env_system, &reason);

	env.get = sek_env_system.get;
	must(!choose(SESSION, NULL));
	must(ours ? is("kernel") && !strcmp(why.p, "kernel")
		  : is("secret-service") && says(reason));
	return 0;
}

static void
the_kernel_comes_first_where_it_is_this_users(void **state)
{
	(void)state;
	in_child(kernel);
}

static int
by_name(void)
{
	must(!choose(SESSION, "file") && is("file"));
	must(!strcmp(why.p, "file: as was asked for"));
	must(!choose(KEY, "file") && is("file"));
	must(!choose(SESSION, "secret-service") && is("secret-service"));
	must(!choose(SESSION, "kernel") && is("kernel") && works(SESSION));
	must(says("as was asked for, although in a container") ||
	    says("as was asked for, although root"));
	must(choose(KEY, "kernel") == SEK_ECONFIG);
	must(strstr(err.text, "does not hold long-term keys"));
	must(choose(KEY, "wallet") == SEK_ECONFIG);
	must(strstr(err.text, "wallet: no such keyring"));
	return 0;
}

static int
by_setting(void)
{
	settings.keyring = "file";
	must(!choose(SESSION, NULL) && is("file"));
	must(!choose(KEY, NULL) && is("file"));
	must(!choose(KEY, "secret-service") && is("secret-service"));
	settings.keyring = "kernel";
	must(!choose(SESSION, NULL) && is("kernel"));
	must(!choose(KEY, NULL) && is("secret-service"));
	settings.keyring = "wallet";
	must(choose(SESSION, NULL) == SEK_ECONFIG);
	return 0;
}

static void
what_is_asked_for_is_that_one(void **state)
{
	(void)state;
	in_child(by_name);
	in_child(by_setting);
}

static int
not_another(void)
{
	must(choose(SESSION, "secret-service") == SEK_ENOTFOUND);
	must(choose(KEY, "secret-service") == SEK_ENOTFOUND);
	must(!ring && why.n == 0);
	settings.keyring = "secret-service";
	must(choose(KEY, NULL) == SEK_ENOTFOUND);
	return 0;
}

static void
what_is_asked_for_is_never_another(void **state)
{
	(void)state;
	unsetenv("XDG_RUNTIME_DIR");
	in_child(not_another);
}

static int
homeless(void)
{
	setenv("HOME", "relative", 1);
	unsetenv("XDG_DATA_HOME");
	must(choose(KEY, NULL) == SEK_ENOTFOUND);
	must(strstr(err.text, "no keyring can be used: not secret-service: "));
	must(strstr(err.text, "; not file: there is no home"));
	return 0;
}

static void
without_a_home_there_may_be_none(void **state)
{
	(void)state;
	unsetenv("XDG_RUNTIME_DIR");
	in_child(homeless);
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, enter, teardown)
#define with(f) cmocka_unit_test_setup_teardown(f, enter_desktop, teardown)
	const struct CMUnitTest tests[] = {
	    test(without_a_desktop_it_is_the_file),
	    with(on_a_desktop_it_is_the_secret_service),
	    with(where_that_is_locked_it_keeps_keys_but_no_sessions),
	    with(where_that_is_silent_keys_are_not_looked_for_elsewhere),
	    with(the_kernel_comes_first_where_it_is_this_users),
	    with(what_is_asked_for_is_that_one),
	    test(what_is_asked_for_is_never_another),
	    test(without_a_home_there_may_be_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

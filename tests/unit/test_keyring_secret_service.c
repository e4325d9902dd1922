#include "desktop.h"
#include "memory.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "vault/keyring_choice.h"

#define KEY     SEK_KEYRING_KEY
#define SESSION SEK_KEYRING_SESSION

static enum sek_code
open_for(int64_t ms, bool prompt)
{
	return sek_keyring_secret_service_open(&ring, &sek_env_system,
	    sek_env_system.ticks(NULL) + ms, prompt, &err);
}
#define LONG 60000

static enum sek_code
put(enum sek_keyring_class class, const char *name, const char *value,
    int64_t seconds)
{
	return sek_keyring_put(ring, class, name, sek_str(value),
	    seconds ? sek_env_system.now(NULL) + seconds : 0, &err);
}

static enum sek_code
get(enum sek_keyring_class class, const char *name)
{
	sek_auto_secret *got = NULL;

	return sek_keyring_get(ring, class, name, &got, &err);
}

static bool
holds(enum sek_keyring_class class, const char *name, const char *value)
{
	sek_auto_secret *got = NULL;

	return !sek_keyring_get(ring, class, name, &got, &err) &&
	    sek_str_is(sek_secret_str(got), value);
}

static enum sek_code
drop(enum sek_keyring_class class, const char *name)
{
	return sek_keyring_remove(ring, class, name, &err);
}

struct names {
	char text[256];
	bool remove;
};

static enum sek_code
note(void *arg, const char *name, struct sek_err *e)
{
	struct names *n = arg;
	size_t at = strlen(n->text);

	snprintf(n->text + at, sizeof(n->text) - at, "%s ", name);
	return n->remove ? sek_keyring_remove(ring, KEY, name, e) : SEK_OK;
}

static int
unlocked(void)
{
	static const enum sek_keyring_class classes[] = {KEY, SESSION};
	bool locked = true;

	must(!open_for(LONG, false));
	must(!sek_keyring_secret_service_locked(ring, &locked, &err));
	must(!locked);
	for (size_t i = 0; i < 2; i++) {
		enum sek_keyring_class c = classes[i];

		must(get(c, "a") == SEK_ENOTFOUND);
		must(strstr(err.text, "a: not there"));
		must(drop(c, "a") == SEK_ENOTFOUND);
		must(!put(c, "a", "one", 0));
		must(holds(c, "a", "one"));
		must(!put(c, "a", "another", 0));
		must(!put(c, "b", "other", 0));
		must(holds(c, "a", "another"));
		must(!drop(c, "a"));
		must(get(c, "a") == SEK_ENOTFOUND);
		must(holds(c, "b", "other"));
		must(i == 1 || get(SESSION, "b") == SEK_ENOTFOUND);
	}
	must(put(SEK_KEYRING_UNLOCK, "a", "x", 0) == SEK_ECONFIG);
	must(get(SEK_KEYRING_UNLOCK, "a") == SEK_ECONFIG);
	return 0;
}

static void
keeps_replaces_and_removes(void **state)
{
	(void)state;
	in_child(unlocked);
}

static int
again(void)
{
	must(!open_for(LONG, false));
	must(holds(KEY, "a", "value"));
	return 0;
}

static int
once(void)
{
	must(!open_for(LONG, false));
	must(!put(KEY, "a", "value", 0));
	return 0;
}

static void
another_process_reads_it_and_people_know_it(void **state)
{
	char *found;

	(void)state;
	in_child(once);
	in_child(again);
	found = sh_out("secret-tool search class key name a 2>/dev/null");
	assert_non_null(strstr(found, "label = sekisho: key a\n"));
	free(found);
}

static int
big(void)
{
	static char bytes[SEK_KEYRING_VALUE_MAX];
	const struct sek_str s = {bytes, sizeof(bytes)};
	sek_auto_secret *got = NULL;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i % 251);
	must(!open_for(LONG, false));
	must(!sek_keyring_put(ring, KEY, "sch\xc3\xbcssel", s, 0, &err));
	must(!sek_keyring_get(ring, KEY, "sch\xc3\xbcssel", &got, &err));
	must(sek_str_eq(sek_secret_str(got), s));
	return 0;
}

static void
any_bytes_up_to_its_limit_are_kept(void **state)
{
	(void)state;
	in_child(big);
}

static int
listed(void)
{
	struct names n = {0};

	must(!open_for(LONG, false));
	must(!sek_keyring_each(ring, KEY, note, &n, &err) && !*n.text);
	must(!put(KEY, "one", "x", 0) && !put(KEY, "two words", "x", 0));
	must(!put(SESSION, "three", "x", 0));
	must(!sek_keyring_each(ring, KEY, note, &n, &err));
	must(strstr(n.text, "one ") && strstr(n.text, "two words ") &&
	    strlen(n.text) == strlen("one two words "));
	n = (struct names){.remove = true};
	must(!sek_keyring_each(ring, KEY, note, &n, &err));
	n = (struct names){0};
	must(!sek_keyring_each(ring, KEY, note, &n, &err) && !*n.text);
	must(!sek_keyring_each(ring, SESSION, note, &n, &err));
	must(!strcmp(n.text, "three "));
	return 0;
}

static void
each_names_what_is_there(void **state)
{
	(void)state;
	in_child(listed);
}

static int
expiring(void)
{
	struct names n = {0};

	must(!open_for(LONG, false));
	must(!put(SESSION, "a", "short", 1000));
	must(!put(SESSION, "a", "long", 2000));
	must(holds(SESSION, "a", "long"));
	must(!put(SESSION, "a", "short again", 1000));
	must(holds(SESSION, "a", "short again"));
	must(!put(SESSION, "b", "brief", 1));
	must(!put(SESSION, "c", "brief", 1));
	must(!put(SESSION, "kept", "x", 0));
	while (get(SESSION, "b") == SEK_OK)
		usleep(50000);
	must(err.code == SEK_ENOTFOUND);
	must(!sek_keyring_each(ring, SESSION, note, &n, &err));
	must(strlen(n.text) == strlen("a kept "));
	return 0;
}

static void
sessions_expire_and_leave_no_second_item(void **state)
{
	char *n;

	(void)state;
	in_child(expiring);
	n = sh_out("secret-tool search --all class session 2>/dev/null | "
		   "grep -c ^label");
	assert_string_equal(n, "2");
	free(n);
}

static int
locked_and_without_prompt(void)
{
	struct names n = {0};
	bool locked = false;

	must(!open_for(LONG, false));
	must(!put(KEY, "a", "value", 0));
	must(!ring->ops->lock(ring, &err));
	must(!sek_keyring_secret_service_locked(ring, &locked, &err));
	must(locked);
	must(get(KEY, "a") == SEK_EDENIED);
	must(strstr(err.text, "locked: unlock it by"));
	must(get(KEY, "other") == SEK_EDENIED);
	must(put(KEY, "a", "x", 0) == SEK_EDENIED);
	must(put(SESSION, "a", "x", 100) == SEK_EDENIED);
	must(drop(KEY, "a") == SEK_EDENIED);
	must(drop(KEY, "other") == SEK_EDENIED);
	must(sek_keyring_each(ring, KEY, note, &n, &err) == SEK_EDENIED);
	return 0;
}

/* Nobody is there to be asked: no display. */
static int
locked_and_with_prompt(void)
{
	bool locked = false;

	must(!open_for(LONG, true));
	must(get(KEY, "a") == SEK_EDENIED);
	must(put(KEY, "a", "x", 0) == SEK_EDENIED);
	must(ring->ops->unlock(ring, &err) == SEK_EDENIED);
	must(!sek_keyring_secret_service_locked(ring, &locked, &err));
	must(locked);
	return 0;
}

static void
locked_is_never_absent(void **state)
{
	(void)state;
	in_child(locked_and_without_prompt);
	in_child(locked_and_with_prompt);
}

static int
not_there(void)
{
	must(open_for(LONG, false) == SEK_ENOTFOUND);
	must(ring == NULL);
	return 0;
}

static void
without_a_bus_there_is_none(void **state)
{
	(void)state;
	unsetenv("XDG_RUNTIME_DIR");
	in_child(not_there);
	setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	in_child(not_there);
	setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:", 1);
	in_child(not_there);
	setenv("DBUS_SESSION_BUS_ADDRESS", "no address", 1);
	in_child(not_there);
}

static void
on_a_bus_without_the_service_there_is_none(void **state)
{
	(void)state;
	start_bus();
	in_child(not_there);
}

static int
without_collection(void)
{
	must(open_for(LONG, false) == SEK_ENOTFOUND);
	must(strstr(err.text, "no default collection"));
	return 0;
}

static void
without_a_collection_there_is_none(void **state)
{
	(void)state;
	start_bus();
	start_daemon("");
	in_child(without_collection);
}

/* What a bus says while a client proves who it is; nothing after that. */
static const char *
greeting(const char *got)
{
	if (strstr(got, "AUTH EXTERNAL\r"))
		return "DATA\r\n";
	if (strstr(got, "AUTH EXTERNAL ") || strstr(got, "DATA"))
		return "OK 0123456789abcdef0123456789abcdef\r\n";
	if (strstr(got, "AUTH"))
		return "REJECTED EXTERNAL\r\n";
	return strstr(got, "NEGOTIATE") ? "AGREE_UNIX_FD\r\n" : "";
}

/* Takes connections and says nothing, or greets before it does. */
static pid_t
start_silent(bool greets)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *address = sek_printf("unix:path=%s/silent", fixture_dir);
	pid_t pid;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/silent", fixture_dir);
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s, 9), 0);
	setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
	free(address);
	pid = fork();
	if (pid == 0) {
		char got[512] = {0};
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = accept(s, NULL, NULL);
		while (read(c, got, sizeof(got) - 1) > 0) {
			/* the first byte of all is a NUL */
			const char *says = greeting(got[0] ? got : got + 1);

			if (greets)
				(void)!write(c, says, strlen(says));
			memset(got, 0, sizeof(got));
		}
		for (;;)
			pause();
	}
	close(s);
	return pid;
}

static int
no_answer(void)
{
	must(open_for(300, true) == SEK_ECANCEL);
	must(strstr(err.text, "no answer"));
	return 0;
}

static void
a_silent_bus_is_waited_for_until_the_deadline(void **state)
{
	(void)state;
	for (int greets = 0; greets < 2; greets++) {
		pid_t silent = start_silent(greets);

		in_child(no_answer);
		end(&silent);
		unlink("silent");
	}
}

/* The names of calls on the daemon when it does not answer. */
static int
silent_daemon(void)
{
	struct names n = {0};
	bool locked;

	must(open_for(300, true) == SEK_ECANCEL && !ring);
	kill(daemon_, SIGCONT);
	must(!open_for(LONG, true));
	must(!put(KEY, "a", "x", 0));
	kill(daemon_, SIGSTOP);
	sek_keyring_secret_service_answer_within(ring, 300);
	must(get(KEY, "a") == SEK_ECANCEL);
	must(put(KEY, "a", "x", 0) == SEK_ECANCEL);
	must(drop(KEY, "a") == SEK_ECANCEL);
	must(sek_keyring_each(ring, KEY, note, &n, &err) == SEK_ECANCEL);
	must(sek_keyring_secret_service_locked(ring, &locked, &err) ==
	    SEK_ECANCEL);
	must(ring->ops->unlock(ring, &err) == SEK_ECANCEL);
	return 0;
}

static void
a_silent_daemon_is_waited_for_until_the_deadline(void **state)
{
	(void)state;
	kill(daemon_, SIGSTOP);
	in_child(silent_daemon);
	kill(daemon_, SIGCONT);
}

/* libsecret's own calls know no deadline but ours. */
static int
silent_session(void)
{
	must(!open_for(300, true));
	kill(daemon_, SIGSTOP);
	must(ring->ops->unlock(ring, &err) == SEK_ECANCEL);
	must(get(KEY, "a") == SEK_ECANCEL);
	return 0;
}

/* The deadline of the opening is past; what counts is each answer. */
static int
patient(void)
{
	must(!open_for(300, true));
	sek_keyring_secret_service_answer_within(ring, 20000);
	usleep(600000);
	must(!put(KEY, "a", "x", 0));
	must(holds(KEY, "a", "x"));
	return 0;
}

static void
a_daemon_that_falls_silent_is_not_waited_for(void **state)
{
	(void)state;
	in_child(silent_session);
	kill(daemon_, SIGCONT);
}

static void
after_the_opening_each_answer_has_its_own_time(void **state)
{
	(void)state;
	in_child(patient);
}

static int
killed(void)
{
	pid_t killer;

	must(!open_for(LONG, true));
	must(!put(KEY, "a", "x", 0));
	kill(daemon_, SIGSTOP);
	killer = fork();
	if (killer == 0) {
		usleep(300000);
		kill(daemon_, SIGKILL);
		_exit(0);
	}
	must(get(KEY, "a") == SEK_ECANCEL);
	must(waitpid(killer, NULL, 0) == killer);
	must(get(KEY, "a") == SEK_ENOTFOUND); /* there is no service now */
	must(strstr(err.text, "secrets"));
	return 0;
}

static void
a_daemon_killed_in_mid_call_is_no_answer(void **state)
{
	(void)state;
	in_child(killed);
}

static int
bus_killed(void)
{
	must(!open_for(LONG, true));
	must(!put(KEY, "a", "x", 0));
	kill(bus, SIGKILL);
	must(get(KEY, "a") == SEK_ECANCEL);
	must(get(KEY, "a") == SEK_ECANCEL);
	return 0;
}

static void
a_killed_bus_does_not_end_the_process(void **state)
{
	(void)state;
	in_child(bus_killed);
}

static int
diverted(void)
{
	setenv("SECRET_BACKEND", "file", 1);
	setenv("SECRET_FILE_TEST_PATH", "diverted", 1);
	setenv("SECRET_FILE_TEST_PASSWORD", "x", 1);
	setenv("SECRET_SERVICE_BUS_NAME", "org.example.Other", 1);
	setenv("G_DBUS_DEBUG", "all", 1);
	setenv("G_MESSAGES_DEBUG", "all", 1);
	return unlocked();
}

static void
the_environment_leads_nowhere_else(void **state)
{
	(void)state;
	in_child(diverted);
	sh("test ! -e diverted");
}

static char needle[NEEDLE];

static int
remembered(void)
{
	for (int i = 0; i < 3; i++) {
		sek_auto_secret *got = NULL;

		must(!open_for(LONG, false));
		must(!sek_keyring_put(ring, KEY, "a",
		    (struct sek_str){needle, NEEDLE}, 0, &err));
		must(!sek_keyring_get(ring, KEY, "a", &got, &err));
		must(MEMORY_IS_SANITIZED || memory_copies(needle) == 1);
		sek_secret_free(sek_steal(&got));
		sek_keyring_close(ring);
		ring = NULL;
		must(MEMORY_IS_SANITIZED || memory_copies(needle) == 0);
	}
	return 0;
}

static void
leaves_no_copy_in_memory(void **state)
{
	(void)state;
	memory_needle(needle, 1);
	in_child(remembered);
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define with(f) cmocka_unit_test_setup_teardown(f, setup_unlocked, teardown)
	const struct CMUnitTest tests[] = {
	    with(keeps_replaces_and_removes),
	    with(another_process_reads_it_and_people_know_it),
	    with(any_bytes_up_to_its_limit_are_kept),
	    with(each_names_what_is_there),
	    with(sessions_expire_and_leave_no_second_item),
	    with(locked_is_never_absent),
	    test(without_a_bus_there_is_none),
	    test(on_a_bus_without_the_service_there_is_none),
	    test(without_a_collection_there_is_none),
	    test(a_silent_bus_is_waited_for_until_the_deadline),
	    with(a_silent_daemon_is_waited_for_until_the_deadline),
	    with(a_daemon_that_falls_silent_is_not_waited_for),
	    with(after_the_opening_each_answer_has_its_own_time),
	    with(a_daemon_killed_in_mid_call_is_no_answer),
	    with(a_killed_bus_does_not_end_the_process),
	    with(the_environment_leads_nowhere_else),
	    with(leaves_no_copy_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

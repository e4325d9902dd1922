#include "fixture.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "memory.h"
#include "vault/keyring.h"

/*
 * Each case runs in a child. Where this is root, the child is a user that
 * nobody else is: its keyring is empty, its quota the small one.
 */
static struct sek_keyring *ring;
static struct sek_err err;

static struct sek_str
text_of(const struct sek_secret *s)
{
	return sek_secret_str(s);
}

static enum sek_code
put(const char *name, struct sek_str value, int64_t seconds)
{
	return sek_keyring_put(ring, SEK_KEYRING_SESSION, name, value,
	    seconds ? sek_env_system.now(NULL) + seconds : 0, &err);
}

static bool
holds(enum sek_keyring_class class, const char *name, const char *value)
{
	sek_auto_secret *got = NULL;

	return sek_keyring_get(ring, class, name, &got, &err) == SEK_OK &&
	    sek_str_is(text_of(got), value);
}

static enum sek_code
get(const char *name)
{
	sek_auto_secret *got = NULL;

	return sek_keyring_get(ring, SEK_KEYRING_SESSION, name, &got, &err);
}

static enum sek_code
drop(void *arg, const char *name, struct sek_err *e)
{
	int *n = arg;

	(*n)++;
	return sek_keyring_remove(ring, SEK_KEYRING_SESSION, name, e);
}

/* In a child: 0, or the line that is not true. */
#define must(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			return __LINE__;                                       \
	} while (0)

static void
in_child(int (*run)(void))
{
	int status = 0, line = 0, end[2];
	pid_t child;

	assert_int_equal(pipe(end), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		uid_t user = (uid_t)(400000 + getpid());
		int dropped = 0;

		/* one that changed its user may not look at itself */
		if (getuid() == 0 &&
		    (setresuid(user, user, user) || prctl(PR_SET_DUMPABLE, 1)))
			_exit(1);
		line = sek_keyring_kernel_open(&ring, &sek_env_system, &err)
		    ? __LINE__
		    : run();
		if (!line &&
		    sek_keyring_each(ring, SEK_KEYRING_SESSION, drop, &dropped,
			&err))
			line = __LINE__;
		sek_keyring_close(ring);
		if (write(end[1], &line, sizeof(line)) != sizeof(line))
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(end[0], &line, sizeof(line)), sizeof(line));
	close(end[0]);
	close(end[1]);
	if (line)
		fail_msg("line %d is not true", line);
}

static int
kept_and_replaced(void)
{
	must(get("a") == SEK_ENOTFOUND);
	must(!strcmp(err.text, "kernel keyring: a: not there"));
	must(!put("a", SEK_STR("one"), 100));
	must(holds(SEK_KEYRING_SESSION, "a", "one"));
	must(!put("a", SEK_STR("another"), 100));
	must(holds(SEK_KEYRING_SESSION, "a", "another"));
	must(!sek_keyring_remove(ring, SEK_KEYRING_SESSION, "a", &err));
	must(get("a") == SEK_ENOTFOUND);
	must(sek_keyring_remove(ring, SEK_KEYRING_SESSION, "a", &err) ==
	    SEK_ENOTFOUND);
	return 0;
}

static void
keeps_replaces_and_removes(void **state)
{
	(void)state;
	in_child(kept_and_replaced);
}

static int
sizes(void)
{
	static char big[SEK_KEYRING_VALUE_MAX + 1];
	sek_auto_secret *got = NULL;
	struct sek_str s = {big, sizeof(big)};

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i % 251);
	must(put("big", s, 100) == SEK_ETOOBIG);
	must(strstr(err.text, "32767"));
	must(put("big", (struct sek_str){"", 0}, 100) == SEK_ECONFIG);
	s.n = 15000;
	must(!put("big", s, 100));
	must(!sek_keyring_get(ring, SEK_KEYRING_SESSION, "big", &got, &err));
	must(sek_str_eq(text_of(got), s));
	return 0;
}

static void
any_bytes_up_to_its_limit_are_kept(void **state)
{
	(void)state;
	in_child(sizes);
}

static int
classes(void)
{
	int seen = 0;

	must(!put("a", SEK_STR("session"), 100));
	must(!sek_keyring_put(ring, SEK_KEYRING_UNLOCK, "a", SEK_STR("unlock"),
	    0, &err));
	must(holds(SEK_KEYRING_SESSION, "a", "session"));
	must(holds(SEK_KEYRING_UNLOCK, "a", "unlock"));
	must(!sek_keyring_each(ring, SEK_KEYRING_SESSION, drop, &seen, &err));
	must(seen == 1);
	must(holds(SEK_KEYRING_UNLOCK, "a", "unlock"));
	must(!sek_keyring_remove(ring, SEK_KEYRING_UNLOCK, "a", &err));
	must(sek_keyring_put(ring, SEK_KEYRING_KEY, "a", SEK_STR("x"), 0,
		 &err) == SEK_ECONFIG);
	must(strstr(err.text, "does not hold long-term keys"));
	must(sek_keyring_each(ring, SEK_KEYRING_KEY, drop, &seen, &err) ==
	    SEK_ECONFIG);
	return 0;
}

static void
one_class_does_not_see_another(void **state)
{
	(void)state;
	in_child(classes);
}

static int
names(void)
{
	char longest[SEK_KEYRING_NAME_MAX + 2];

	memset(longest, 'n', sizeof(longest));
	longest[SEK_KEYRING_NAME_MAX + 1] = '\0';
	must(put(longest, SEK_STR("x"), 100) == SEK_ECONFIG);
	longest[SEK_KEYRING_NAME_MAX] = '\0';
	must(!put(longest, SEK_STR("x"), 100));
	must(holds(SEK_KEYRING_SESSION, longest, "x"));
	must(put("", SEK_STR("x"), 100) == SEK_ECONFIG);
	must(put("a\nb", SEK_STR("x"), 100) == SEK_ECONFIG);
	must(put("a\xff", SEK_STR("x"), 100) == SEK_ECONFIG);
	must(!put("sch\xc3\xbcssel ../;:", SEK_STR("x"), 100));
	must(holds(SEK_KEYRING_SESSION, "sch\xc3\xbcssel ../;:", "x"));
	return 0;
}

static void
names_are_printable_and_short(void **state)
{
	(void)state;
	in_child(names);
}

static int
expiry(void)
{
	must(!put("brief", SEK_STR("x"), 2));
	must(!put("kept", SEK_STR("x"), 0));
	must(!put("brief again", SEK_STR("x"), 1));
	must(!put("brief again", SEK_STR("y"), 1000));
	must(put("gone", SEK_STR("x"), -1) == SEK_ECONFIG);
	must(holds(SEK_KEYRING_SESSION, "brief", "x"));
	while (get("brief") == SEK_OK)
		usleep(50000);
	must(err.code == SEK_ENOTFOUND);
	must(holds(SEK_KEYRING_SESSION, "kept", "x"));
	must(holds(SEK_KEYRING_SESSION, "brief again", "y"));
	must(!put("brief", SEK_STR("z"), 100));
	must(holds(SEK_KEYRING_SESSION, "brief", "z"));
	return 0;
}

static void
the_kernel_drops_what_expires(void **state)
{
	(void)state;
	in_child(expiry);
}

/* A new session keyring that does not hold the user keyring, as sudo, cron and
 * systemd units have. */
static int
other_session(void)
{
	int status;
	pid_t child;

	must(!put("a", SEK_STR("mine"), 100));
	child = fork();
	if (child == 0) {
		if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
			_exit(1);
		_exit(holds(SEK_KEYRING_SESSION, "a", "mine") &&
			    !put("a", SEK_STR("yours"), 100)
			? 0
			: 2);
	}
	must(waitpid(child, &status, 0) == child && status == 0);
	must(holds(SEK_KEYRING_SESSION, "a", "yours"));
	return 0;
}

static void
another_session_of_the_user_reads_it(void **state)
{
	(void)state;
	in_child(other_session);
}

static int
permissions(void)
{
	char text[400];
	long key, n;

	must(!put("a", SEK_STR("x"), 100));
	key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user",
	    "sekisho:session:a", 0);
	must(key > 0);
	n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, sizeof(text));
	must(n > 0 && strstr(text, ";3f0b0000;sekisho:session:a"));
	/* nothing is left in the keyring it was made in */
	n = syscall(SYS_keyctl, KEYCTL_READ, KEY_SPEC_PROCESS_KEYRING, text,
	    sizeof(text));
	must(n == 0);
	return 0;
}

static void
group_and_others_may_do_nothing_with_it(void **state)
{
	(void)state;
	in_child(permissions);
}

static int
quota(void)
{
	static char value[2000], other[2000];
	sek_auto_secret *got = NULL;
	char name[32], first[32] = "0";
	int n = 0, dropped = 0;
	enum sek_code code = SEK_OK;

	memset(value, 'v', sizeof(value));
	memset(other, 'o', sizeof(other));
	for (; n < 20000 && !code; n++) {
		snprintf(name, sizeof(name), "%d", n);
		code = put(name, (struct sek_str){value, sizeof(value)}, 100);
	}
	must(code == SEK_ETOOBIG && n > 1);
	must(strstr(err.text, "quota"));
	must(get(name) == SEK_ENOTFOUND);
	/* what is there stays, and can be replaced */
	must(!put(first, (struct sek_str){other, sizeof(other)}, 100));
	must(!sek_keyring_get(ring, SEK_KEYRING_SESSION, first, &got, &err));
	must(sek_str_eq(text_of(got), (struct sek_str){other, sizeof(other)}));
	must(!sek_keyring_each(ring, SEK_KEYRING_SESSION, drop, &dropped,
	    &err));
	must(dropped == n - 1);
	/* the kernel gives the bytes back a moment later */
	while (put(name, (struct sek_str){value, sizeof(value)}, 100))
		must(err.code == SEK_ETOOBIG && !usleep(10000));
	return 0;
}

static void
a_full_quota_is_said_and_loses_nothing(void **state)
{
	(void)state;
	in_child(quota);
}

static int
strangers(void)
{
	static const char *const names[] = {"sekisho:session:",
	    "sekisho:sessions:a", "other:session:a", "sekisho"};
	int n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(syscall(SYS_add_key, "user", names[i], "x", 1,
			 KEY_SPEC_USER_KEYRING) > 0);
	must(!put("a", SEK_STR("x"), 100));
	must(!sek_keyring_each(ring, SEK_KEYRING_SESSION, drop, &n, &err));
	must(n == 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(syscall(SYS_keyctl, KEYCTL_UNLINK,
			 syscall(SYS_keyctl, KEYCTL_SEARCH,
			     KEY_SPEC_USER_KEYRING, "user", names[i], 0),
			 KEY_SPEC_USER_KEYRING) == 0);
	return 0;
}

static void
other_programs_keys_are_left_alone(void **state)
{
	(void)state;
	in_child(strangers);
}

/* Only root can plant one: the key is made by it and given to nobody. */
static int
planted(void)
{
	must(get("planted") == SEK_EDENIED);
	return 0;
}

static void
a_key_of_another_user_is_not_believed(void **state)
{
	int status, line;
	pid_t child;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root can give a key to another */
	child = fork();
	if (child == 0) {
		uid_t user = (uid_t)(400000 + getpid());
		long key;

		if (setresuid(user, user, 0) ||
		    sek_keyring_kernel_open(&ring, &sek_env_system, &err))
			_exit(1);
		/* the effective user's keyring, with a key that root made */
		if (setresuid(user, 0, 0))
			_exit(2);
		key = syscall(SYS_add_key, "user", "sekisho:session:planted",
		    "x", 1, KEY_SPEC_PROCESS_KEYRING);
		if (key < 0 ||
		    syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f3f3f3f) ||
		    setresuid(user, user, user) ||
		    syscall(SYS_keyctl, KEYCTL_LINK, key,
			KEY_SPEC_USER_KEYRING))
			_exit(3);
		line = planted();
		if (line)
			fprintf(stderr, "line %d: %s\n", line, err.text);
		sek_keyring_close(ring);
		_exit(line ? 4 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static char needle[NEEDLE];

static int
search(void)
{
	sek_auto_secret *got = NULL;

	must(!put("a", (struct sek_str){needle, NEEDLE}, 100));
	must(MEMORY_IS_SANITIZED || memory_copies(needle) == 0);
	must(!sek_keyring_get(ring, SEK_KEYRING_SESSION, "a", &got, &err));
	must(MEMORY_IS_SANITIZED || memory_copies(needle) == 1);
	sek_secret_free(sek_steal(&got));
	must(MEMORY_IS_SANITIZED || memory_copies(needle) == 0);
	return 0;
}

static void
leaves_no_copy_in_memory(void **state)
{
	(void)state;
	memory_needle(needle, 1);
	in_child(search);
}

static const char *set;

static const char *
get_set(const struct sek_env *env, const char *name)
{
	(void)env;
	return set && !strcmp(name, set) ? "x" : NULL;
}

static bool
ours(uid_t user, const char *root, const char *variable)
{
	struct sek_env env = sek_env_system;
	const char *why = NULL;
	bool is;

	env.get = get_set;
	set = variable;
	is = sek_keyring_kernel_is_theirs(&env, user, root, &why);
	assert_non_null(why);
	return is;
}

static void
is_ours_on_a_machine_but_not_for_root_or_in_a_container(void **state)
{
	static const char *const variables[] = {"container",
	    "KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI_V4",
	    "ECS_CONTAINER_METADATA_URI"};
	static const char *const files[] = {
	    "/.dockerenv", "/run/.containerenv", "/run/systemd/container"};
	const char *why;

	(void)state;
	sh("mkdir -p root/proc/self root/run/systemd;"
	   "printf '%%10d %%10d %%10d\\n' 0 0 4294967295 "
	   ">root/proc/self/uid_map");
	assert_true(ours(1000, "root", NULL));
	assert_true(ours(1000, "root", "HOME"));
	assert_false(ours(0, "root", NULL));
	for (size_t i = 0; i < 4; i++)
		assert_false(ours(1000, "root", variables[i]));
	for (size_t i = 0; i < 3; i++) {
		sh(">root%s", files[i]);
		assert_false(ours(1000, "root", NULL));
		sh("rm root%s", files[i]);
	}
	assert_true(ours(1000, "root", NULL));
	sh("echo '0 1000 1' >root/proc/self/uid_map");
	assert_false(ours(1000, "root", NULL));
	sh("printf '0 0 1000\n1000 1000 4294966295' >root/proc/self/uid_map");
	assert_false(ours(1000, "root", NULL));
	sh("rm root/proc/self/uid_map");
	assert_false(ours(1000, "root", NULL));
	if (getuid() == 0)
		assert_false(sek_keyring_kernel_is_ours(&sek_env_system, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_replaces_and_removes),
	    cmocka_unit_test(any_bytes_up_to_its_limit_are_kept),
	    cmocka_unit_test(one_class_does_not_see_another),
	    cmocka_unit_test(names_are_printable_and_short),
	    cmocka_unit_test(the_kernel_drops_what_expires),
	    cmocka_unit_test(another_session_of_the_user_reads_it),
	    cmocka_unit_test(group_and_others_may_do_nothing_with_it),
	    cmocka_unit_test(a_full_quota_is_said_and_loses_nothing),
	    cmocka_unit_test(other_programs_keys_are_left_alone),
	    cmocka_unit_test(a_key_of_another_user_is_not_believed),
	    cmocka_unit_test(leaves_no_copy_in_memory),
	    fixture_test(
		is_ours_on_a_machine_but_not_for_root_or_in_a_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

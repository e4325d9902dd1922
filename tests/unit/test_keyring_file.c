#include "fixture.h"
#include "memory.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "vault/keyring_choice.h"

static char needle[NEEDLE];

static struct sek_env env;
static struct sek_settings settings;
static struct sek_keyring *ring;
static struct sek_err err;
static int64_t clock_now;

static int64_t
now(const struct sek_env *e)
{
	(void)e;
	return clock_now;
}

static int
setup(void **state)
{
	unsetenv("XDG_DATA_HOME");
	unsetenv("CREDENTIALS_DIRECTORY");
	memset(&settings, 0, sizeof(settings));
	env = sek_env_system;
	env.now = now;
	clock_now = sek_env_system.now(&sek_env_system);
	if (fixture_enter(state) ||
	    sek_keyring_file_open(&ring, &settings, &env, &err))
		return -1;
	return 0;
}

static int
teardown(void **state)
{
	sek_keyring_close(ring);
	ring = NULL;
	return fixture_leave(state);
}

static void
reopen(void)
{
	sek_keyring_close(ring);
	ring = NULL;
	assert_int_equal(sek_keyring_file_open(&ring, &settings, &env, &err),
	    SEK_OK);
}

static enum sek_code
put(enum sek_keyring_class class, const char *name, const char *value)
{
	return sek_keyring_put(ring, class, name, sek_str(value), 0, &err);
}

static void
must_put(enum sek_keyring_class class, const char *name, const char *value)
{
	if (put(class, name, value))
		fail_msg("%s", err.text);
}

static enum sek_code
get(enum sek_keyring_class class, const char *name)
{
	sek_auto_secret *got = NULL;

	return sek_keyring_get(ring, class, name, &got, &err);
}

static void
must_hold(enum sek_keyring_class class, const char *name, const char *value)
{
	sek_auto_secret *got = NULL;

	if (sek_keyring_get(ring, class, name, &got, &err))
		fail_msg("%s", err.text);
	assert_true(sek_str_is(sek_secret_str(got), value));
}

#define KEY     SEK_KEYRING_KEY
#define SESSION SEK_KEYRING_SESSION
#define DIR_    ".local/share/sekisho/keyring"

static void
assert_says(const char *part)
{
	if (!strstr(err.text, part))
		fail_msg("'%s' does not say '%s'", err.text, part);
}

static void
keeps_replaces_and_removes(void **state)
{
	static const enum sek_keyring_class classes[] = {KEY, SESSION};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		enum sek_keyring_class c = classes[i];

		assert_int_equal(get(c, "a"), SEK_ENOTFOUND);
		assert_says("keyring: a: not there");
		assert_int_equal(sek_keyring_remove(ring, c, "a", &err),
		    SEK_ENOTFOUND);
		must_put(c, "a", "one");
		must_put(c, "b", "other");
		must_hold(c, "a", "one");
		must_put(c, "a", "another");
		reopen();
		must_hold(c, "a", "another");
		must_hold(c, "b", "other");
		assert_int_equal(get(c, "c"), SEK_ENOTFOUND);
		assert_int_equal(sek_keyring_remove(ring, c, "a", &err),
		    SEK_OK);
		assert_int_equal(get(c, "a"), SEK_ENOTFOUND);
		must_hold(c, "b", "other");
		assert_int_equal(sek_keyring_remove(ring, c, "b", &err),
		    SEK_OK);
	}
}

static void
one_class_does_not_see_another(void **state)
{
	(void)state;
	must_put(KEY, "a", "key");
	assert_int_equal(get(SESSION, "a"), SEK_ENOTFOUND);
	must_put(SESSION, "a", "session");
	must_hold(KEY, "a", "key");
	must_hold(SESSION, "a", "session");
	assert_int_equal(put(SEK_KEYRING_UNLOCK, "a", "x"), SEK_ECONFIG);
	assert_int_equal(get(SEK_KEYRING_UNLOCK, "a"), SEK_ECONFIG);
	assert_null(ring->ops->lock);
}

static void
any_bytes_up_to_its_limit_are_kept(void **state)
{
	static char big[SEK_KEYRING_VALUE_MAX + 1];
	char longest[SEK_KEYRING_NAME_MAX + 1] = {0};
	struct sek_str s = {big, SEK_KEYRING_VALUE_MAX};
	sek_auto_secret *got = NULL;

	(void)state;
	memset(longest, 'n', SEK_KEYRING_NAME_MAX);
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i % 251);
	assert_int_equal(sek_keyring_put(ring, KEY, longest, s, 0, &err),
	    SEK_OK);
	assert_int_equal(sek_keyring_get(ring, KEY, longest, &got, &err),
	    SEK_OK);
	assert_true(sek_str_eq(sek_secret_str(got), s));
	s.n++;
	assert_int_equal(sek_keyring_put(ring, KEY, longest, s, 0, &err),
	    SEK_ETOOBIG);
}

static void
nothing_of_it_is_readable_in_the_files(void **state)
{
	char *modes, *found;

	(void)state;
	must_put(KEY, "the-name-of-it", "the-value-of-it");
	must_put(SESSION, "the-name-of-it", "the-value-of-it");
	modes = sh_out("stat -c %%a " DIR_ " " DIR_ "/* | tr '\\n' ' '");
	assert_string_equal(modes, "700 600 600 600 ");
	found = sh_out("grep -rc -e the-value -e the-name " DIR_
		       " | grep -v ':0$' || :");
	assert_string_equal(found, "");
	free(modes);
	free(found);
	/* the same again is sealed under another nonce */
	sh("cp -r " DIR_ " before");
	must_put(KEY, "the-name-of-it", "the-value-of-it");
	sh("for f in " DIR_ "/k-*; do ! cmp -s $f before/${f##*/}; done");
}

static void
xdg_data_home_is_honoured(void **state)
{
	char *path = sek_printf("%s/data", fixture_dir);

	(void)state;
	setenv("XDG_DATA_HOME", path, 1);
	reopen();
	must_put(KEY, "a", "x");
	sh("test -d data/sekisho/keyring; test ! -e .local");
	unsetenv("XDG_DATA_HOME");
	free(path);
}

struct names {
	char text[512];
	bool remove, fail;
};

static enum sek_code
note(void *arg, const char *name, struct sek_err *e)
{
	struct names *n = arg;
	size_t at = strlen(n->text);

	snprintf(n->text + at, sizeof(n->text) - at, "%s ", name);
	if (n->fail)
		return sek_fail(e, SEK_ECANCEL, "enough");
	return n->remove ? sek_keyring_remove(ring, KEY, name, e) : SEK_OK;
}

static enum sek_code
each(enum sek_keyring_class class, struct names *n)
{
	return sek_keyring_each(ring, class, note, n, &err);
}

static void
each_names_what_is_there(void **state)
{
	struct names n = {0};

	(void)state;
	assert_int_equal(each(KEY, &n), SEK_OK);
	assert_string_equal(n.text, "");
	must_put(KEY, "one", "x");
	must_put(KEY, "two words", "x");
	must_put(SESSION, "three", "x");
	assert_int_equal(each(KEY, &n), SEK_OK);
	assert_int_equal(strlen(n.text), strlen("one two words "));
	assert_non_null(strstr(n.text, "one "));
	assert_non_null(strstr(n.text, "two words "));
	n = (struct names){.fail = true};
	assert_int_equal(each(KEY, &n), SEK_ECANCEL);
	assert_string_equal(err.text, "enough");
	n = (struct names){.remove = true};
	assert_int_equal(each(KEY, &n), SEK_OK);
	n = (struct names){0};
	assert_int_equal(each(KEY, &n), SEK_OK);
	assert_string_equal(n.text, "");
	must_hold(SESSION, "three", "x");
}

static void
what_expired_is_gone(void **state)
{
	struct names n = {0};

	(void)state;
	assert_int_equal(sek_keyring_put(ring, SESSION, "brief", SEK_STR("x"),
			     clock_now + 10, &err),
	    SEK_OK);
	must_put(SESSION, "kept", "x");
	must_hold(SESSION, "brief", "x");
	clock_now += 10;
	assert_int_equal(get(SESSION, "brief"), SEK_ENOTFOUND);
	assert_int_equal(each(SESSION, &n), SEK_OK);
	assert_string_equal(n.text, "kept ");
	sh("test $(ls " DIR_ "/s-* | wc -l) = 1");
}

/* Each change to an item's file must be seen. */
static void
every_damage_is_seen_and_blocks_nothing_else(void **state)
{
	static const char *const damages[] = {
	    ": >$f",
	    "truncate -s 20 $f",
	    "truncate -s -1 $f",
	    "truncate -s +1 $f",
	    "truncate -s 60k $f",
	    "printf x | dd of=$f bs=1 seek=0 conv=notrunc status=none",
	    "printf '\\2' | dd of=$f bs=1 seek=7 conv=notrunc status=none",
	    "printf wxyz | dd of=$f bs=1 seek=12 conv=notrunc status=none",
	    "printf xyz | dd of=$f bs=1 seek=26 conv=notrunc status=none",
	    "printf xyz | dd of=$f bs=1 seek=40 conv=notrunc status=none",
	    "head -c 100 /dev/urandom >$f",
	    "cp -p other $f",
	};

	(void)state;
	must_put(KEY, "hurt", "value");
	sh("cp -p " DIR_ "/k-* whole; cp whole hurt");
	must_put(KEY, "well", "value");
	sh("for f in " DIR_ "/k-*; do cmp -s $f whole || cp -p $f other; done;"
	   "for f in " DIR_ "/k-*; do ! cmp -s $f whole || echo $f >place; "
	   "done");
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		char *place = sh_out("cat place");
		struct names n = {0};

		sh("f=%s; cp -p whole $f; %s", place, damages[i]);
		reopen();
		assert_int_equal(get(KEY, "hurt"), SEK_EPARSE);
		assert_says(place);
		assert_says("store it anew");
		must_hold(KEY, "well", "value");
		reopen();
		assert_int_equal(each(KEY, &n), SEK_EPARSE);
		assert_says(place);
		assert_string_equal(n.text, "well ");
		free(place);
	}
	assert_int_equal(sek_keyring_remove(ring, KEY, "hurt", &err), SEK_OK);
	assert_int_equal(get(KEY, "hurt"), SEK_ENOTFOUND);
	must_put(KEY, "hurt", "value");
	must_hold(KEY, "hurt", "value");
}

static void
items_of_another_keyring_are_refused(void **state)
{
	(void)state;
	must_put(KEY, "a", "x");
	sh("mv .local first");
	reopen();
	must_put(KEY, "a", "y");
	sh("cp -p first/share/sekisho/keyring/k-* " DIR_ "/");
	assert_int_equal(get(KEY, "a"), SEK_EPARSE);
	assert_says("written under another key");
}

static void
a_lost_key_is_not_made_anew(void **state)
{
	(void)state;
	must_put(KEY, "a", "x");
	sh("mv " DIR_ "/key lost");
	reopen();
	assert_int_equal(get(KEY, "a"), SEK_EDENIED);
	assert_says(DIR_ "/key: is missing");
	assert_int_equal(put(KEY, "b", "x"), SEK_EDENIED);
	assert_int_equal(put(SESSION, "b", "x"), SEK_EDENIED);
	assert_int_equal(get(KEY, "b"), SEK_ENOTFOUND);
	sh("mv lost " DIR_ "/key");
	must_hold(KEY, "a", "x");
	sh("truncate -s 31 " DIR_ "/key");
	reopen();
	assert_int_equal(get(KEY, "a"), SEK_EPARSE);
	assert_says("is not 32 bytes long");
	sh("truncate -s 33 " DIR_ "/key");
	assert_int_equal(get(KEY, "a"), SEK_ETOOBIG);
	assert_says(DIR_ "/key");
}

static void
what_others_can_open_is_not_used(void **state)
{
	static const struct {
		const char *open, *close, *says;
	} cases[] = {
	    {"chmod 640 $d/key", "chmod 600 $d/key", "/key: is open to other"},
	    {"chmod 604 $d/key", "chmod 600 $d/key", "/key: is open to other"},
	    {"chmod 750 $d", "chmod 700 $d", "keyring: is open to other users"},
	    {"chmod 622 $d/k-*", "chmod 600 $d/k-*", ": is open to other"},
	    {"mv $d/key k; ln -s ../../../../k $d/key",
		"rm $d/key; mv k $d/key", "/key: is a symbolic link"},
	    {"mv $d/k-* k; ln -s ../../../../k $d/`cat name`",
		"rm $d/k-*; mv k $d/`cat name`", ": is a symbolic link"},
	    {"mv $d real; ln -s ../../../real $d", "rm $d; mv real $d",
		"keyring: is no directory, or a symbolic link"},
	    {"mv $d/k-* k; mkfifo -m 600 $d/`cat name`",
		"rm $d/k-*; mv k $d/`cat name`", ": is no regular file"},
	    {"mv $d/k-* k; mkdir -m 700 $d/`cat name`",
		"rmdir $d/k-*; mv k $d/`cat name`", ": is no regular file"},
	    {"chown 1234 $d/key", "chown 0 $d/key", "belongs to another user"},
	    {"chown 1234 $d/k-*", "chown 0 $d/k-*", "belongs to another user"},
	    {"chown 1234 $d", "chown 0 $d", "belongs to another user"},
	};

	(void)state;
	must_put(KEY, "a", "x");
	sh("cd " DIR_ "; echo k-* >../../../../name");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strstr(cases[i].open, "chown") && getuid() != 0)
			break; /* nobody else can give a file away */
		sh("d=" DIR_ "; %s", cases[i].open);
		reopen();
		if (get(KEY, "a") != SEK_EDENIED)
			fail_msg("%s: '%s'", cases[i].open, err.text);
		assert_says(cases[i].says);
		sh("d=" DIR_ "; %s", cases[i].close);
		reopen();
		must_hold(KEY, "a", "x");
	}
}

/* A limit on the size of files is what a full disk looks like to a writer. */
static void
a_full_disk_leaves_the_old_item(void **state)
{
	static char big[30000];
	const struct sek_str s = {big, sizeof(big)};
	struct rlimit old, little;
	enum sek_code code;

	(void)state;
	memset(big, 'b', sizeof(big));
	must_put(KEY, "a", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	little = old;
	little.rlim_cur = 8192;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	code = sek_keyring_put(ring, KEY, "a", s, 0, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(code, SEK_EIO);
	assert_says(DIR_);
	must_hold(KEY, "a", "old");
	sh("test -z \"$(ls -A " DIR_ " | grep new)\"");
}

static void
what_killed_writers_left_is_removed_later(void **state)
{
	struct names n = {0};

	(void)state;
	must_put(KEY, "a", "x");
	sh("touch -d '25 hours ago' " DIR_ "/.new-1; touch " DIR_ "/.new-2");
	assert_int_equal(each(KEY, &n), SEK_OK);
	sh("test ! -e " DIR_ "/.new-1; test -e " DIR_ "/.new-2");
}

/* 50 processes put their first item at once: one key, all items whole. */
static void
fifty_first_writers_make_one_key(void **state)
{
	pid_t children[50];
	int go[2];

	(void)state;
	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < 50; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			char name[16], c;

			close(go[1]);
			snprintf(name, sizeof(name), "%d", i);
			(void)!read(go[0], &c, 1);
			if (!put(KEY, name, name))
				_exit(0);
			print_error("%s: %s\n", name, err.text);
			_exit(1);
		}
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < 50; i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	reopen();
	for (int i = 0; i < 50; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		must_hold(KEY, name, name);
	}
	sh("test \"$(ls -A " DIR_ " | grep -cv ^k-)\" = 1");
}

static void
systemd_hands_over_the_key(void **state)
{
	char *path = sek_printf("%s/creds", fixture_dir);

	(void)state;
	settings.protection = SEK_PROTECTION_SYSTEMD;
	reopen();
	assert_int_equal(put(KEY, "a", "x"), SEK_EDENIED);
	assert_says("LoadCredentialEncrypted=sekisho-keyring");
	setenv("CREDENTIALS_DIRECTORY", path, 1);
	assert_int_equal(put(KEY, "a", "x"), SEK_EDENIED);
	assert_says("/creds/sekisho-keyring: is missing");
	sh("mkdir creds; head -c 31 /dev/zero >creds/sekisho-keyring;"
	   "chmod 440 creds/sekisho-keyring");
	assert_int_equal(put(KEY, "a", "x"), SEK_EPARSE);
	assert_says("shorter than 32 bytes");
	sh("rm creds/*; head -c 700 /dev/urandom >creds/sekisho-keyring;"
	   "chmod 440 creds/sekisho-keyring");
	must_put(KEY, "a", "x");
	reopen();
	must_hold(KEY, "a", "x");
	sh("test ! -e " DIR_ "/key");
	sh("chmod 444 creds/sekisho-keyring");
	reopen();
	assert_int_equal(get(KEY, "a"), SEK_EDENIED);
	sh("rm -f creds/*; head -c 700 /dev/urandom >creds/sekisho-keyring;"
	   "chmod 400 creds/sekisho-keyring");
	reopen();
	assert_int_equal(get(KEY, "a"), SEK_EPARSE);
	assert_says("another key");
	unsetenv("CREDENTIALS_DIRECTORY");
	free(path);
}

static void
without_a_home_there_is_none(void **state)
{
	struct sek_keyring *none = NULL;

	(void)state;
	setenv("HOME", "relative", 1);
	assert_int_equal(sek_keyring_file_open(&none, &settings, &env, &err),
	    SEK_ENOTFOUND);
	assert_null(none);
	setenv("HOME", fixture_dir, 1);
	sh("chmod 500 .; rm -rf .local");
	reopen();
	assert_int_equal(get(KEY, "a"), SEK_ENOTFOUND);
	if (getuid() != 0)
		assert_int_equal(put(KEY, "a", "x"), SEK_EDENIED);
	sh("chmod 700 .; >.local");
	assert_int_not_equal(put(KEY, "a", "x"), SEK_OK);
	assert_says(".local");
}

static void
leaves_no_copy_in_memory(void **state)
{
	(void)state;
	memory_needle(needle, 1);
	for (int i = 0; i < 3; i++) {
		sek_auto_secret *got = NULL;
		struct names n = {0};

		assert_int_equal(sek_keyring_put(ring, KEY, "a",
				     (struct sek_str){needle, NEEDLE}, 0, &err),
		    SEK_OK);
		memory_expect(needle, 0, 0);
		assert_int_equal(sek_keyring_get(ring, KEY, "a", &got, &err),
		    SEK_OK);
		memory_expect(needle, 1, 1);
		assert_int_equal(each(KEY, &n), SEK_OK);
		memory_expect(needle, 1, 1);
		sek_secret_free(sek_steal(&got));
		memory_expect(needle, 0, 0);
	}
}

/* So that the key itself is not left either. */
static void
leaves_no_copy_of_its_key(void **state)
{
	int fd;

	(void)state;
	must_put(KEY, "a", "x");
	must_hold(KEY, "a", "x");
	sek_keyring_close(ring);
	ring = NULL;
	fd = open(DIR_ "/key", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, needle, NEEDLE), NEEDLE);
	close(fd);
	memory_expect(needle, 0, 0);
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    test(keeps_replaces_and_removes),
	    test(one_class_does_not_see_another),
	    test(any_bytes_up_to_its_limit_are_kept),
	    test(nothing_of_it_is_readable_in_the_files),
	    test(xdg_data_home_is_honoured),
	    test(each_names_what_is_there),
	    test(what_expired_is_gone),
	    test(every_damage_is_seen_and_blocks_nothing_else),
	    test(items_of_another_keyring_are_refused),
	    test(a_lost_key_is_not_made_anew),
	    test(what_others_can_open_is_not_used),
	    test(a_full_disk_leaves_the_old_item),
	    test(what_killed_writers_left_is_removed_later),
	    test(fifty_first_writers_make_one_key),
	    test(systemd_hands_over_the_key),
	    test(without_a_home_there_is_none),
	    test(leaves_no_copy_in_memory),
	    test(leaves_no_copy_of_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

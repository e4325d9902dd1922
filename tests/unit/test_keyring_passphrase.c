#include "fixture.h"
#include "memory.h"
#include "terminal.h"

#include "vault/keyring_choice.h"
#include "vault/keyring_file.h"

/* The encrypted file keyring with a passphrase, typed on a terminal. */
#define PARAMS ".local/share/sekisho/keyring/params"

static char needle[NEEDLE];

static const struct sek_settings settings = {
    .protection = SEK_PROTECTION_PASSPHRASE};
static struct sek_err err;
static bool no_kernel;

static struct sek_keyring *
opened(void)
{
	struct sek_keyring *ring = NULL, *kernel = NULL;

	if (!no_kernel &&
	    sek_keyring_kernel_open(&kernel, &sek_env_system, &err))
		fail_msg("%s", err.text);
	if (sek_keyring_file_open_beside(&ring, &settings, &sek_env_system,
		kernel, "it is not ours", &err))
		fail_msg("%s", err.text);
	return ring;
}

static int
setup(void **state)
{
	unsetenv("XDG_DATA_HOME");
	no_kernel = false;
	return fixture_enter(state);
}

static int
teardown(void **state)
{
	sek_auto_keyring *ring = opened();

	if (ring->ops->lock(ring, &err))
		return -1;
	return fixture_leave(state);
}

static void
tell(struct report *r, enum sek_code code, const struct sek_secret *value)
{
	r->code = code;
	snprintf(r->text, sizeof(r->text), "%.*s",
	    code        ? (int)sizeof(err.text)
		: value ? (int)sek_secret_str(value).n
			: 0,
	    code        ? err.text
		: value ? sek_secret_str(value).p
			: "");
}

static void
put(struct report *r)
{
	sek_auto_keyring *ring = opened();

	tell(r,
	    sek_keyring_put(ring, SEK_KEYRING_KEY, "a", SEK_STR("value"), 0,
		&err),
	    NULL);
}

static void
get(struct report *r)
{
	sek_auto_keyring *ring = opened();
	sek_auto_secret *value = NULL;
	enum sek_code code = sek_keyring_get(ring, SEK_KEYRING_KEY, "a", &value,
	    &err);

	tell(r, code, value);
}

static void
unlock(struct report *r)
{
	sek_auto_keyring *ring = opened();

	tell(r, ring->ops->unlock(ring, &err), NULL);
}

/* On a terminal, typing the lines, each when it is asked for. */
static struct report
typing(terminal_fn *run, const char *const lines[])
{
	struct session s;
	struct report r;

	start(&s, run, false);
	for (size_t i = 0; lines[i]; i++) {
		expect(&s, ": ");
		type(&s, lines[i]);
		type(&s, "\n");
	}
	r = next(&s);
	assert_int_equal(r.what, ASKED);
	stop(&s);
	return r;
}
#define typing(run, ...) typing(run, (const char *const[]){__VA_ARGS__, NULL})

/* Where nobody can be asked. */
static struct report
alone(terminal_fn *run)
{
	struct report r = {0};
	pid_t child;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		setsid();
		run(&r);
		_exit(write(fds[1], &r, sizeof(r)) != sizeof(r));
	}
	assert_int_equal(read(fds[0], &r, sizeof(r)), sizeof(r));
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(fds[0]);
	close(fds[1]);
	return r;
}

static void
must_be(struct report r, enum sek_code code, const char *says)
{
	if (r.code != code || !strstr(r.text, says))
		fail_msg("%d: '%s', not %d: '%s'", r.code, r.text, code, says);
}

static void
the_first_use_sets_it(void **state)
{
	(void)state;
	must_be(alone(put), SEK_EDENIED, "has no passphrase yet: run");
	must_be(typing(put, "one", "two"), SEK_EDENIED, "differ");
	must_be(typing(put, ""), SEK_EDENIED, "empty passphrase");
	must_be(alone(get), SEK_ENOTFOUND, "a: not there");
	must_be(typing(put, "open sesame", "open sesame"), SEK_OK, "");
	must_be(typing(get, "open sesame"), SEK_OK, "value");
	must_be(typing(get, "typo", "open sesame"), SEK_OK, "value");
	must_be(typing(get, "a", "b", "c"), SEK_EDENIED, "wrong passphrase");
	must_be(typing(put, "a", "b", "c"), SEK_EDENIED, "wrong passphrase");
	must_be(alone(get), SEK_EDENIED,
	    "locked: run `sekisho-vault unlock` on a terminal");
	must_be(alone(put), SEK_EDENIED, "locked: run");
}

static void
unlocked_it_is_not_asked_for(void **state)
{
	(void)state;
	must_be(typing(unlock, "word", "word"), SEK_OK, "");
	must_be(alone(put), SEK_OK, "");
	must_be(alone(get), SEK_OK, "value");
	teardown(state);
	setup(state);
	must_be(typing(put, "word", "word"), SEK_OK, "");
	must_be(alone(get), SEK_EDENIED, "locked");
	must_be(alone(unlock), SEK_EDENIED, "locked: run");
	must_be(typing(unlock, "word"), SEK_OK, "");
	must_be(alone(get), SEK_OK, "value");
	{
		sek_auto_keyring *ring = opened();

		assert_int_equal(ring->ops->lock(ring, &err), SEK_OK);
		assert_int_equal(ring->ops->lock(ring, &err), SEK_OK);
	}
	must_be(alone(get), SEK_EDENIED, "locked");
}

static void
without_the_kernel_keyring_it_stays_locked(void **state)
{
	(void)state;
	no_kernel = true;
	must_be(typing(put, "word", "word"), SEK_OK, "");
	must_be(alone(unlock), SEK_EDENIED,
	    "the kernel keyring is not to be used: it is not ours");
	must_be(alone(get), SEK_EDENIED, "locked");
	must_be(typing(get, "word"), SEK_OK, "value");
	{
		sek_auto_keyring *ring = opened();

		assert_int_equal(ring->ops->lock(ring, &err), SEK_OK);
	}
}

static void
what_was_unlocked_does_not_open_another(void **state)
{
	(void)state;
	must_be(typing(unlock, "word", "word"), SEK_OK, "");
	must_be(alone(put), SEK_OK, "");
	/* as if another machine had made it anew: same salt, other id */
	sh("printf xxxxxxxxxxxxxxxx | dd of=" PARAMS
	   " bs=1 seek=25 conv=notrunc status=none");
	must_be(alone(get), SEK_EDENIED, "locked");
	must_be(typing(get, "word", "word", "word"), SEK_EDENIED, "wrong");
}

static void
damaged_or_lost_parameters_are_said(void **state)
{
	static const char *const damages[] = {"truncate -s 10 " PARAMS,
	    ": >" PARAMS, "truncate -s 9000 " PARAMS,
	    "printf '\\30' | dd of=" PARAMS
	    " bs=1 seek=8 conv=notrunc status=none"};

	(void)state;
	must_be(typing(put, "word", "word"), SEK_OK, "");
	sh("cp -p " PARAMS " whole");
	for (size_t i = 0; i < 4; i++) {
		struct report r;

		sh("%s", damages[i]);
		r = alone(get);
		assert_true(r.code == SEK_EPARSE || r.code == SEK_ETOOBIG);
		assert_non_null(strstr(r.text, "/params: "));
		sh("cp -p whole " PARAMS);
	}
	sh("rm " PARAMS);
	must_be(typing(get, NULL), SEK_EDENIED, "/params: is missing");
	must_be(typing(put, NULL), SEK_EDENIED, "/params: is missing");
	sh("cp -p whole " PARAMS);
	must_be(typing(get, "word"), SEK_OK, "value");
}

/* needle: the passphrase. */
static void
search(struct report *r)
{
	get(r);
	r->n = MEMORY_IS_SANITIZED ? 1 : memory_copies(needle);
}

static void
leaves_no_copy_of_the_passphrase(void **state)
{
	char word[NEEDLE + 1] = {0};
	struct report r;

	(void)state;
	memory_needle(needle, 1);
	memcpy(word, needle, NEEDLE);
	must_be(typing(put, word, word), SEK_OK, "");
	r = typing(search, word);
	must_be(r, SEK_OK, "value");
	assert_int_equal(r.n, 1); /* word, of which the child has a copy */
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    test(the_first_use_sets_it),
	    test(unlocked_it_is_not_asked_for),
	    test(without_the_kernel_keyring_it_stays_locked),
	    test(what_was_unlocked_does_not_open_another),
	    test(damaged_or_lost_parameters_are_said),
	    test(leaves_no_copy_of_the_passphrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

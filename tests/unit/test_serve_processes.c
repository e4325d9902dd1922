#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fake_plan.h"
#include "vault/serve.h"
#include "vault/state.h"

/*
 * Real processes, real clocks, locks and files, and a keyring of files that all
 * share. Nothing is left to chance: processes tell one another through pipes
 * where they are.
 */
struct scene {
	char *dir;
	struct fake_plan plan;
	int at_fetch[2];  /* a byte: one is inside of fetch */
	int may_fetch[2]; /* a byte for each that may go on from there */
	int waiting[2];   /* a byte: one waits for a lock */
	int result[2];    /* ids that were served */
	bool stops;       /* fetch tells, and waits to be let on */
	enum sek_code fails;
	int64_t patience; /* ms until a caller's deadline */
};

static struct scene *scene;
static bool has_waited;

static void
sleep_and_tell(const struct sek_env *env, int64_t ms)
{
	if (!has_waited && write(scene->waiting[1], "w", 1) != 1)
		_exit(9);
	has_waited = true;
	sek_env_system.sleep(env, ms);
}

static enum sek_code
file_get(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_secret **out, struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/kept-%s", scene->dir, name);
	sek_auto_buf b = {0};
	enum sek_code code = sek_file_read(path, &b, err);

	(void)k;
	(void)class;
	if (code)
		return code;
	*out = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	return sek_secret_add(*out, b.p, b.n, err);
}

static enum sek_code
file_put(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_str value, int64_t expires, struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/kept-%s", scene->dir, name);

	(void)k;
	(void)class;
	(void)expires;
	return sek_file_replace(path, value.p, value.n, 0600, err);
}

static const struct sek_keyring_ops file_ops = {
    .name = "files",
    .get = file_get,
    .put = file_put,
};

/* A line for each fetch, of whatever process. */
static void
count_fetch(const char *what)
{
	sek_auto_free char *path = sek_printf("%s/fetches", scene->dir);
	sek_auto_free char *line = sek_printf("%s\n", what);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	size_t n = strlen(line);

	if (fd < 0 || write(fd, line, n) != (ssize_t)n)
		_exit(9);
	close(fd);
}

static enum sek_code
slow_fetch(struct sek_fetch *f, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_creds *out, struct sek_err *err)
{
	sek_auto_free char *id = sek_printf("%s%d", hop->name, (int)getpid());
	char c;

	(void)f;
	(void)source;
	count_fetch(hop->name);
	if (scene->stops &&
	    (write(scene->at_fetch[1], "f", 1) != 1 ||
		read(scene->may_fetch[0], &c, 1) != 1))
		_exit(9);
	usleep(5000);
	if (scene->fails)
		return sek_fail(err, scene->fails, "by process %d",
		    (int)getpid());
	return sek_creds_set(out, sek_str(id), SEK_STR("s"), SEK_STR("t"),
	    sek_env_system.now(&sek_env_system) + 3600, err);
}

/* The whole life of one that asks for credentials: its status is the code, what
 * it got or was told goes to the pipe, as a line. */
static void
ask(void)
{
	struct sek_env env = sek_env_system;
	struct sek_keyring keyring = {&file_ops, &env};
	struct sek_fetch fetch = {.fetch = slow_fetch};
	struct sek_serve s = {.env = &env,
	    .plan = &scene->plan.plan,
	    .cache = &keyring,
	    .state = scene->dir,
	    .fetch = &fetch,
	    .deadline = env.ticks(&env) + scene->patience};
	sek_auto_creds got = {0};
	sek_auto_free char *line = NULL;
	struct sek_err err = {0};
	enum sek_code code;

	env.sleep = sleep_and_tell;
	code = sek_serve_get(&s, &got, &err);
	line = sek_printf("%s\n", code ? err.text : got.id);
	if (write(scene->result[1], line, strlen(line)) < 0)
		_exit(9);
	_exit((int)code);
}

static pid_t
start(void)
{
	pid_t child = fork();

	if (child == 0)
		ask();
	assert_true(child > 0);
	return child;
}

static enum sek_code
end_of(pid_t child)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (enum sek_code)WEXITSTATUS(status);
}

static void
await(int fd, int n)
{
	char c;

	while (n-- > 0)
		assert_int_equal(read(fd, &c, 1), 1);
}

/* How often this was fetched; NULL: all. */
static int
fetches(const char *what)
{
	sek_auto_free char *path = sek_printf("%s/fetches", scene->dir);
	sek_auto_buf b = {0};
	struct sek_str rest;
	int n = 0;

	if (sek_file_read(path, &b, NULL))
		return 0;
	rest = sek_buf_str(&b);
	while (rest.p) {
		struct sek_str line = sek_str_cut(&rest, '\n');

		n += line.n > 0 && (!what || sek_str_is(line, what));
	}
	return n;
}

/* All the lines that came, which must be n and the same. To free. */
static char *
one_result(int n)
{
	FILE *f = fdopen(dup(scene->result[0]), "r");
	char line[600], *first = NULL;

	assert_non_null(f);
	for (int i = 0; i < n; i++) {
		assert_non_null(fgets(line, sizeof(line), f));
		if (!first)
			first = sek_strdup(line);
		assert_string_equal(line, first);
	}
	fclose(f);
	return first;
}

static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	scene = sek_alloc(sizeof(*scene));
	scene->dir = sek_printf("%s/sek-serve-XXXXXX", tmp ? tmp : "/tmp");
	scene->patience = 120000;
	return mkdtemp(scene->dir) && !pipe(scene->at_fetch) &&
		!pipe(scene->may_fetch) && !pipe(scene->waiting) &&
		!pipe(scene->result)
	    ? 0
	    : -1;
}

static int
leave(void **state)
{
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", scene->dir);
	int *const pipes[] = {
	    scene->at_fetch, scene->may_fetch, scene->waiting, scene->result};

	(void)state;
	for (size_t i = 0; i < 8; i++)
		close(pipes[i / 2][i % 2]);
	fake_plan_clear(&scene->plan);
	free(scene->dir);
	free(scene);
	return system(rm);
}

static void
role(const char *name)
{
	fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
	fake_plan_add(&scene->plan, SEK_HOP_ASSUME_ROLE, name);
}

#define CALLERS 50

static void
fifty_cold_callers_make_one_fetch(void **state)
{
	pid_t child[CALLERS];

	(void)state;
	role("r");
	scene->stops = true;
	for (int i = 0; i < CALLERS; i++)
		child[i] = start();
	/* the first is in fetch and all others wait for it */
	await(scene->at_fetch[0], 1);
	await(scene->waiting[0], CALLERS - 1);
	assert_int_equal(write(scene->may_fetch[1], "go", 2), 2);
	for (int i = 0; i < CALLERS; i++)
		assert_int_equal(end_of(child[i]), SEK_OK);
	free(one_result(CALLERS));
	assert_int_equal(fetches("task"), 1);
	assert_int_equal(fetches("r"), 1);
}

static void
when_the_holder_is_killed_one_more_fetches(void **state)
{
	pid_t holder, child[10];
	int status;

	(void)state;
	fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
	scene->stops = true;
	holder = start();
	await(scene->at_fetch[0], 1);
	for (int i = 0; i < 10; i++)
		child[i] = start();
	await(scene->waiting[0], 10);
	assert_int_equal(kill(holder, SIGKILL), 0);
	assert_int_equal(waitpid(holder, &status, 0), holder);
	assert_true(WIFSIGNALED(status));
	await(scene->at_fetch[0], 1);
	assert_int_equal(write(scene->may_fetch[1], "g", 1), 1);
	for (int i = 0; i < 10; i++)
		assert_int_equal(end_of(child[i]), SEK_OK);
	free(one_result(10));
	assert_int_equal(fetches(NULL), 2);
}

static void
when_the_holder_fails_all_that_waited_share_its_failure(void **state)
{
	sek_auto_free char *said = NULL, *want = NULL;
	pid_t holder, child[10];

	(void)state;
	fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
	scene->stops = true;
	scene->fails = SEK_ECONFIG; /* which none but they are told of */
	holder = start();
	await(scene->at_fetch[0], 1);
	for (int i = 0; i < 10; i++)
		child[i] = start();
	await(scene->waiting[0], 10);
	assert_int_equal(write(scene->may_fetch[1], "g", 1), 1);
	assert_int_equal(end_of(holder), SEK_ECONFIG);
	for (int i = 0; i < 10; i++)
		assert_int_equal(end_of(child[i]), SEK_ECONFIG);
	assert_int_equal(fetches(NULL), 1);
	said = one_result(11);
	want = sek_printf("profile work: by process %d\n", (int)holder);
	assert_string_equal(said, want);
}

static void
who_comes_after_the_failure_tries_itself(void **state)
{
	(void)state;
	fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
	scene->fails = SEK_ECONFIG;
	assert_int_equal(end_of(start()), SEK_ECONFIG);
	usleep(2000); /* the next ms: a failure is dated to it */
	scene->fails = SEK_OK;
	assert_int_equal(end_of(start()), SEK_OK);
	assert_int_equal(fetches(NULL), 2);
}

static void
who_can_wait_no_longer_says_so(void **state)
{
	sek_auto_free char *said = NULL;
	pid_t holder;

	(void)state;
	fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
	scene->stops = true;
	holder = start();
	await(scene->at_fetch[0], 1);
	scene->patience = 50;
	assert_int_equal(end_of(start()), SEK_ECANCEL);
	said = one_result(1);
	assert_non_null(strstr(said,
	    "profile work: another process is getting the same credentials"));
	assert_int_equal(write(scene->may_fetch[1], "g", 1), 1);
	assert_int_equal(end_of(holder), SEK_OK);
	assert_int_equal(fetches(NULL), 1);
}

/* Locks are taken from long to short. If they were not always, these would
 * meet head on. */
static void
profiles_that_share_prefixes_do_not_block_each_other(void **state)
{
	static const char *const ends[][3] = {
	    {NULL},
	    {"a", NULL},
	    {"b", NULL},
	    {"a", "c", NULL},
	};
	pid_t child[40];

	(void)state;
	for (int i = 0; i < 40; i++) {
		fake_plan_clear(&scene->plan);
		fake_plan_add(&scene->plan, SEK_HOP_CONTAINER, "task");
		for (int k = 0; ends[i % 4][k]; k++)
			fake_plan_add(&scene->plan, SEK_HOP_ASSUME_ROLE,
			    ends[i % 4][k]);
		child[i] = start();
	}
	for (int i = 0; i < 40; i++)
		assert_int_equal(end_of(child[i]), SEK_OK);
	assert_int_equal(fetches("task"), 1);
	assert_int_equal(fetches("a"), 1);
	assert_int_equal(fetches("b"), 1);
	assert_int_equal(fetches("c"), 1);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SCENE(fifty_cold_callers_make_one_fetch),
	    SCENE(when_the_holder_is_killed_one_more_fetches),
	    SCENE(when_the_holder_fails_all_that_waited_share_its_failure),
	    SCENE(who_comes_after_the_failure_tries_itself),
	    SCENE(who_can_wait_no_longer_says_so),
	    SCENE(profiles_that_share_prefixes_do_not_block_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

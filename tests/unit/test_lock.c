#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "fake_env.h"
#include "vault/state.h"

static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = sek_printf("%s/sek-lock-XXXXXX", tmp ? tmp : "/tmp");

	*state = dir;
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int
leave(void **state)
{
	sek_auto_free char *dir = *state;
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", dir);

	return chdir("/") || system(rm);
}

/* With a deadline a minute away: a test that hangs is seen, not waited for. */
static enum sek_code
take(struct sek_lock **out, const char *name)
{
	const struct sek_env *env = &sek_env_system;

	return sek_lock_take(out, ".", name, env, env->ticks(env) + 60000,
	    NULL);
}

static void
a_held_lock_is_not_given_until_the_deadline(void **state)
{
	sek_auto_lock *held = NULL, *second = NULL;
	struct fake_env f;
	struct sek_err err;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(take(&held, "a"), SEK_OK);
	assert_int_equal(sek_lock_take(&second, ".", "a", &f.env,
			     f.ticks + 1000, &err),
	    SEK_ECANCEL);
	assert_null(second);
	assert_int_equal(f.slept, 1000);
	assert_string_equal(err.text,
	    "./a.lock: another process still held it after 1000 ms");
}

static void
waiters_do_not_come_all_at_once(void **state)
{
	sek_auto_lock *held = NULL, *second = NULL;
	struct fake_env f;

	(void)state;
	assert_int_equal(take(&held, "a"), SEK_OK);
	for (int i = 0; i < 256; i++) {
		fake_env_init(&f);
		f.random = (unsigned char)i;
		/* so that one pause leads to the deadline or beyond it */
		assert_int_equal(sek_lock_take(&second, ".", "a", &f.env,
				     f.ticks + 26, NULL),
		    SEK_ECANCEL);
		assert_int_equal(f.slept, 26);
	}
	fake_env_init(&f);
	f.no_random = true;
	assert_int_equal(sek_lock_take(&second, ".", "a", &f.env, f.ticks + 100,
			     NULL),
	    SEK_ECANCEL);
	assert_int_equal(f.slept, 100);
}

static void
a_free_lock_is_given_past_the_deadline(void **state)
{
	sek_auto_lock *l = NULL;
	struct fake_env f;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(sek_lock_take(&l, ".", "a", &f.env, 0, NULL), SEK_OK);
	assert_non_null(l);
	assert_int_equal(f.slept, 0);
}

static void
names_are_locked_apart(void **state)
{
	sek_auto_lock *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(take(&a, "a"), SEK_OK);
	assert_int_equal(take(&b, "b"), SEK_OK);
}

static void
a_dropped_lock_can_be_taken_and_its_file_stays(void **state)
{
	sek_auto_lock *l = NULL;
	struct stat before, after;

	(void)state;
	assert_int_equal(take(&l, "a"), SEK_OK);
	assert_int_equal(stat("a.lock", &before), 0);
	assert_int_equal(before.st_mode & 07777, 0600);
	sek_lock_drop(sek_steal(&l));
	assert_int_equal(stat("a.lock", &after), 0);
	assert_int_equal(take(&l, "a"), SEK_OK);
	assert_true(before.st_ino == after.st_ino);
	sek_lock_drop(NULL);
}

static pid_t
start_holder(int ready)
{
	pid_t child = fork();
	struct sek_lock *l = NULL;

	if (child)
		return child;
	if (take(&l, "a") || write(ready, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(2);
}

static void
a_killed_holder_gives_it_up(void **state)
{
	sek_auto_lock *l = NULL;
	struct fake_env f;
	int fd[2], status;
	pid_t child;
	char c;

	(void)state;
	fake_env_init(&f);
	assert_int_equal(pipe(fd), 0);
	child = start_holder(fd[1]);
	assert_true(child > 0);
	assert_int_equal(read(fd[0], &c, 1), 1);
	assert_int_equal(sek_lock_take(&l, ".", "a", &f.env, f.ticks, NULL),
	    SEK_ECANCEL);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(sek_lock_take(&l, ".", "a", &f.env, f.ticks, NULL),
	    SEK_OK);
	close(fd[0]);
	close(fd[1]);
}

static void
a_program_that_the_holder_started_does_not_keep_it(void **state)
{
	struct sek_lock *l = NULL;
	sek_auto_lock *again = NULL;
	int fd[2], status;
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(take(&l, "a"), SEK_OK);
	assert_int_equal(pipe(fd), 0);
	child = fork();
	if (child == 0) {
		dup2(fd[1], 1);
		execl("/bin/sh", "sh", "-c", "echo; read x <&2", NULL);
		_exit(1);
	}
	assert_true(child > 0);
	assert_int_equal(read(fd[0], &c, 1), 1);
	sek_lock_drop(l);
	assert_int_equal(take(&again, "a"), SEK_OK);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(fd[0]);
	close(fd[1]);
}

/* A counter that is no atomic one: without the lock, additions get lost. */
static void
one_process_at_a_time_has_it(void **state)
{
	volatile int *n = mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child[8];
	int status;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		child[i] = fork();
		for (int k = 0; child[i] == 0 && k < 5; k++) {
			struct sek_lock *l = NULL;
			int was;

			if (take(&l, "a"))
				_exit(1);
			was = *n;
			usleep(500);
			*n = was + 1;
			sek_lock_drop(l);
		}
		if (child[i] == 0)
			_exit(0);
	}
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(*n, 40);
}

static void
where_there_can_be_no_lock_it_says_so(void **state)
{
	sek_auto_lock *l = NULL;
	struct sek_err err;

	(void)state;
	assert_int_equal(symlink("elsewhere", "a.lock"), 0);
	assert_int_equal(take(&l, "a"), SEK_EIO);
	assert_int_equal(access("elsewhere", F_OK), -1);
	assert_int_equal(mkfifo("b.lock", 0600), 0);
	assert_int_equal(take(&l, "b"), SEK_EIO);
	assert_int_equal(sek_lock_take(&l, "none", "c", &sek_env_system, 0,
			     &err),
	    SEK_ENOTFOUND);
	assert_string_equal(err.text, "none/c.lock: No such file or directory");
	assert_null(l);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HERE(a_held_lock_is_not_given_until_the_deadline),
	    HERE(waiters_do_not_come_all_at_once),
	    HERE(a_free_lock_is_given_past_the_deadline),
	    HERE(names_are_locked_apart),
	    HERE(a_dropped_lock_can_be_taken_and_its_file_stays),
	    HERE(a_killed_holder_gives_it_up),
	    HERE(a_program_that_the_holder_started_does_not_keep_it),
	    HERE(one_process_at_a_time_has_it),
	    HERE(where_there_can_be_no_lock_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

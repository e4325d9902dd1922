#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secret.h"
#include "memory.h"

static char needle[NEEDLE]; /* made anew for each case */

static void
make_needle(void)
{
	static unsigned seed;

	memory_needle(needle, ++seed);
}

static void
add_needles(struct sek_secret *s, size_t n)
{
	while (n-- > 0)
		assert_int_equal(sek_secret_add(s, needle, NEEDLE, NULL),
		    SEK_OK);
}

static void
leaves_no_copy_when_freed(void **state)
{
	struct sek_secret *s = sek_secret_new(100000);

	(void)state;
	make_needle();
	memory_expect(needle, 0, 0);
	add_needles(s, 1000);
	memory_expect(needle, 1000, 1000);
	sek_secret_free(s);
	memory_expect(needle, 0, 0);
}

static void
leaves_no_copy_when_written(void **state)
{
	struct sek_secret *s = sek_secret_new(100);
	int fd[2];

	(void)state;
	make_needle();
	add_needles(s, 2);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(sek_secret_write(s, fd[1], NULL), SEK_OK);
	sek_secret_free(s);
	memory_expect(needle, 0, 0);
	close(fd[0]);
	close(fd[1]);
}

static void
keeps_what_is_added_through_growth(void **state)
{
	sek_auto_secret *s = sek_secret_new(100000);
	struct sek_str all;

	(void)state;
	make_needle();
	add_needles(s, 1000);
	all = sek_secret_str(s);
	assert_int_equal(all.n, 1000 * NEEDLE);
	for (size_t i = 0; i < 1000; i++)
		assert_memory_equal(all.p + i * NEEDLE, needle, NEEDLE);
}

static void
refuses_past_the_limit(void **state)
{
	sek_auto_secret *s = sek_secret_new(10);
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_secret_add(s, "12345678", 8, NULL), SEK_OK);
	assert_int_equal(sek_secret_add(s, "abc", 3, &err), SEK_ETOOBIG);
	assert_string_equal(err.text, "a secret larger than 10 bytes");
	assert_int_equal(sek_secret_add(s, "abc", SIZE_MAX, NULL), SEK_ETOOBIG);
	assert_true(sek_str_is(sek_secret_str(s), "12345678"));
	assert_int_equal(sek_secret_add(s, "90", 2, NULL), SEK_OK);
	assert_true(sek_str_is(sek_secret_str(s), "1234567890"));
}

static void
is_filled_in_place(void **state)
{
	sek_auto_secret *s = sek_secret_new(10000);
	struct sek_err err;
	char *room = NULL;

	(void)state;
	assert_int_equal(sek_secret_add(s, "ab", 2, NULL), SEK_OK);
	assert_int_equal(sek_secret_room(&room, s, 9000, NULL), SEK_OK);
	memset(room, 'x', 9000);
	sek_secret_filled(s, 3);
	assert_true(sek_str_is(sek_secret_str(s), "abxxx"));
	for (size_t i = 3; i < 9000; i++)
		assert_int_equal(room[i], 0);
	assert_int_equal(sek_secret_room(&room, s, 9996, &err), SEK_ETOOBIG);
	assert_true(sek_str_is(sek_secret_str(s), "abxxx"));
}

static void
an_empty_secret_is_legal(void **state)
{
	sek_auto_secret *s = sek_secret_new(10);

	(void)state;
	assert_int_equal(sek_secret_add(s, NULL, 0, NULL), SEK_OK);
	assert_int_equal(sek_secret_str(s).n, 0);
	assert_int_equal(sek_secret_write(s, -1, NULL), SEK_OK);
	sek_secret_free(NULL);
}

static void
writes_all_of_it(void **state)
{
	sek_auto_secret *s = sek_secret_new(10);
	struct sek_err err;
	char got[16];
	int fd[2];

	(void)state;
	assert_int_equal(sek_secret_add(s, "ab\0cd", 5, NULL), SEK_OK);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(sek_secret_write(s, fd[1], NULL), SEK_OK);
	assert_int_equal(read(fd[0], got, sizeof(got)), 5);
	assert_memory_equal(got, "ab\0cd", 5);
	close(fd[0]);
	close(fd[1]);
	assert_int_equal(sek_secret_write(s, fd[1], &err), SEK_EIO);
	assert_string_equal(err.text, "output: Bad file descriptor");
}

static int
status_of(pid_t child)
{
	int status = -1;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_forked_child_does_not_have_it(void **state)
{
	sek_auto_secret *s = sek_secret_new(10);
	pid_t child;

	(void)state;
	assert_int_equal(sek_secret_add(s, "abc", 3, NULL), SEK_OK);
	child = fork();
	if (child == 0)
		_exit(memcmp(sek_secret_str(s).p, "\0\0\0", 3) ? 1 : 0);
	assert_int_equal(status_of(child), 0);
	assert_true(sek_str_is(sek_secret_str(s), "abc"));
}

/* VmFlags of the mapping that holds p: dd is "do not dump", lo is "locked". */
static bool
has_flag(const void *p, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	uintptr_t at = (uintptr_t)p, from, to;
	char line[512];
	bool inside = false, found = false;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
			inside = at >= from && at < to;
		if (inside && !strncmp(line, "VmFlags:", 8))
			found = strstr(line, flag);
	}
	fclose(f);
	return found;
}

static void
is_left_out_of_core_dumps(void **state)
{
	sek_auto_secret *s = sek_secret_new(100000);

	(void)state;
	add_needles(s, 1000);
	assert_true(has_flag(sek_secret_str(s).p, " dd "));
	assert_false(has_flag(needle, " dd "));
}

static void
a_hardened_process_leaves_no_core(void **state)
{
	struct rlimit core;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		sek_secret_harden_process();
		if (getrlimit(RLIMIT_CORE, &core) || core.rlim_max != 0)
			_exit(1);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2);
	}
	assert_int_equal(status_of(child), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_no_copy_when_freed),
	    cmocka_unit_test(leaves_no_copy_when_written),
	    cmocka_unit_test(keeps_what_is_added_through_growth),
	    cmocka_unit_test(refuses_past_the_limit),
	    cmocka_unit_test(is_filled_in_place),
	    cmocka_unit_test(an_empty_secret_is_legal),
	    cmocka_unit_test(writes_all_of_it),
	    cmocka_unit_test(a_forked_child_does_not_have_it),
	    cmocka_unit_test(is_left_out_of_core_dumps),
	    cmocka_unit_test(a_hardened_process_leaves_no_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

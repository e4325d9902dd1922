#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"

/* Each case runs in a directory of its own, which is removed after it. */
static int
enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = sek_printf("%s/sek-file-XXXXXX", tmp ? tmp : "/tmp");

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

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static size_t
files_here(void)
{
	DIR *d = opendir(".");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void
reads_a_whole_file(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	put("f", "content");
	sek_buf_add_s(&b, "before ");
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_string_equal(b.p, "before content");
}

static void
reads_an_empty_file(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	put("f", "");
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_int_equal(b.n, 0);
	assert_string_equal(b.p, "");
}

static void
reads_a_file_of_just_the_limit(void **state)
{
	sek_auto_buf b = {.max = 7}, small = {.max = 6};
	struct sek_err err;

	(void)state;
	put("f", "content");
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_string_equal(b.p, "content");
	assert_int_equal(sek_file_read("f", &small, &err), SEK_ETOOBIG);
	assert_string_equal(err.text, "f: larger than 6 bytes");
	assert_string_equal(small.p, "conten");
}

static void
a_huge_size_takes_no_more_than_the_limit(void **state)
{
	sek_auto_buf b = {.max = 100};

	(void)state;
	put("f", "x");
	assert_int_equal(truncate("f", (off_t)1 << 40), 0);
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_ETOOBIG);
	assert_true(b.cap <= 101);
}

static void
reads_a_file_that_claims_to_be_empty(void **state)
{
	sek_auto_buf b = {0};
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/status", &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(sek_file_read("/proc/self/status", &b, NULL), SEK_OK);
	assert_non_null(strstr(b.p, "\nPid:"));
}

static void
pipe_with(int fd[2], size_t n)
{
	assert_int_equal(pipe(fd), 0);
	switch (fork()) {
	case -1:
		fail();
		break;
	case 0:
		for (; n > 0; n--)
			if (write(fd[1], "p", 1) != 1)
				_exit(1);
		_exit(0);
	default:
		close(fd[1]);
	}
}

static void
reads_a_pipe_to_its_end(void **state)
{
	sek_auto_buf b = {0};
	int fd[2];

	(void)state;
	pipe_with(fd, 200000);
	assert_int_equal(sek_fd_read(fd[0], "pipe", &b, NULL), SEK_OK);
	close(fd[0]);
	assert_int_equal(b.n, 200000);
	assert_int_equal(strspn(b.p, "p"), 200000);
}

static void
waits_for_a_pipe_that_does_not_block(void **state)
{
	sek_auto_buf b = {0};
	int fd[2];

	(void)state;
	pipe_with(fd, 5000);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(sek_fd_read(fd[0], "pipe", &b, NULL), SEK_OK);
	close(fd[0]);
	assert_int_equal(b.n, 5000);
}

static void
names_what_could_not_be_read(void **state)
{
	sek_auto_buf b = {0};
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_file_read("none", &b, &err), SEK_ENOTFOUND);
	assert_string_equal(err.text, "none: No such file or directory");
	assert_int_equal(sek_file_read(".", &b, &err), SEK_EIO);
	assert_string_equal(err.text, ".: Is a directory");
}

static void
writes_everything_or_says_so(void **state)
{
	sek_auto_buf b = {0};
	struct sek_err err;
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	assert_int_equal(sek_fd_write(fd, "f", "abc", 3, NULL), SEK_OK);
	assert_int_equal(sek_fd_write(fd, "f", NULL, 0, NULL), SEK_OK);
	close(fd);
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_string_equal(b.p, "abc");
	assert_int_equal(sek_fd_write(full, "full", "abc", 3, &err), SEK_EIO);
	assert_string_equal(err.text, "full: No space left on device");
	close(full);
}

static void
replaces_a_file(void **state)
{
	sek_auto_buf b = {0};
	struct stat st;
	mode_t mask = umask(077);

	(void)state;
	put("f", "old");
	assert_int_equal(sek_file_replace("f", "new", 3, 0755, NULL), SEK_OK);
	umask(mask);
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_string_equal(b.p, "new");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(files_here(), 1);
}

static void
makes_a_file_that_was_not_there(void **state)
{
	sek_auto_buf b = {0};
	sek_auto_free char *path = sek_printf("%s/f", (char *)*state);

	assert_int_equal(sek_file_replace(path, "", 0, 0600, NULL), SEK_OK);
	assert_int_equal(sek_file_read("f", &b, NULL), SEK_OK);
	assert_int_equal(b.n, 0);
}

static void
replaces_a_file_with_the_longest_name(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_int_equal(sek_file_replace(name, "x", 1, 0600, NULL), SEK_OK);
	assert_int_equal(access(name, F_OK), 0);
}

static void
a_failed_replacement_leaves_nothing_behind(void **state)
{
	struct sek_err err;

	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(sek_file_replace("d", "x", 1, 0600, &err), SEK_EIO);
	assert_string_equal(err.text, "d: Is a directory");
	assert_int_equal(files_here(), 1);
	assert_int_equal(sek_file_replace("no/f", "x", 1, 0600, &err),
	    SEK_ENOTFOUND);
	assert_int_equal(files_here(), 1);
}

static void
makes_directories_on_the_way(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(sek_dir_make("a//b/c/", 0700, NULL), SEK_OK);
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(sek_dir_make("a/b/c", 0700, NULL), SEK_OK);
	assert_int_equal(sek_dir_make("/", 0700, NULL), SEK_OK);
	assert_int_equal(sek_dir_make(*state, 0700, NULL), SEK_OK);
}

static void
does_not_take_a_file_for_a_directory(void **state)
{
	struct sek_err err;

	(void)state;
	put("f", "");
	assert_int_equal(sek_dir_make("f", 0700, &err), SEK_ENOTFOUND);
	assert_string_equal(err.text, "f: Not a directory");
	assert_int_equal(sek_dir_make("f/d", 0700, &err), SEK_ENOTFOUND);
	assert_int_equal(sek_dir_make("", 0700, &err), SEK_ENOTFOUND);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HERE(reads_a_whole_file),
	    HERE(reads_an_empty_file),
	    HERE(reads_a_file_of_just_the_limit),
	    HERE(a_huge_size_takes_no_more_than_the_limit),
	    HERE(reads_a_file_that_claims_to_be_empty),
	    HERE(reads_a_pipe_to_its_end),
	    HERE(waits_for_a_pipe_that_does_not_block),
	    HERE(names_what_could_not_be_read),
	    HERE(writes_everything_or_says_so),
	    HERE(replaces_a_file),
	    HERE(makes_a_file_that_was_not_there),
	    HERE(replaces_a_file_with_the_longest_name),
	    HERE(a_failed_replacement_leaves_nothing_behind),
	    HERE(makes_directories_on_the_way),
	    HERE(does_not_take_a_file_for_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

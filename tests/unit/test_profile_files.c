/* What the files of profiles may be: whose, how large, of what bytes; and that
 * what stands in them goes nowhere else. */
#include "fake_home.h"

#include <sys/wait.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "memory.h"
#include "vault/profile.h"

static void
mode(const char *name, mode_t bits)
{
	sek_auto_free char *path = sek_printf("%s/%s", home, name);

	assert_int_equal(chmod(path, bits), 0);
}

static void
our_file_may_be_written_by_its_owner_alone(void **state)
{
	static const mode_t bits[] = {0620, 0602, 0666};
	struct sek_err err;

	(void)state;
	put(OURS, "[profile ops]\n");
	for (size_t i = 0; i < 3; i++) {
		mode(OURS, bits[i]);
		err = refusal(SEK_ECONFIG);
		expect_error(&err,
		    OURS ": others can write to it: run chmod go-w");
	}
	mode(OURS, 0644);
	sek_profiles_free(load());
}

static void
the_files_of_aws_are_taken_as_they_are(void **state)
{
	(void)state;
	put(CONFIG, "[profile ops]\n");
	put(CREDENTIALS, "[ops]\n");
	mode(CONFIG, 0666);
	mode(CREDENTIALS, 0666);
	sek_profiles_free(load());
}

static void
our_file_may_not_belong_to_another(void **state)
{
	sek_auto_free char *path = sek_printf("%s/" OURS, home);
	struct sek_err err;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	put(OURS, "[profile ops]\n");
	assert_int_equal(chown(path, 12345, 12345), 0);
	err = refusal(SEK_ECONFIG);
	expect_error(&err,
	    OURS ": belongs to another user: chown it to yourself");
}

/* As a user who is not root. */
static enum sek_code
load_as_user(struct sek_profiles **p, struct sek_err *err)
{
	enum sek_code code;
	bool root = geteuid() == 0;

	if (root)
		assert_int_equal(seteuid(12345), 0);
	code = sek_profiles_load(p, &fake.env, err);
	if (root)
		assert_int_equal(seteuid(0), 0);
	return code;
}

static void
open_dirs(void)
{
	mode("", 0755);
	mode(".aws", 0755);
	mode(".config", 0755);
	mode(".config/sekisho", 0755);
}

static void
our_file_may_belong_to_root(void **state)
{
	sek_auto_profiles *p = NULL;
	struct sek_err err = {0};

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can write a file of root's */
	put(OURS, "[profile ops]\n");
	mode(OURS, 0644);
	open_dirs();
	if (load_as_user(&p, &err))
		fail_msg("%s", err.text);
	assert_non_null(sek_profiles_find(p, "ops"));
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct sek_profiles *p = NULL;
	struct sek_err err = {0};

	(void)state;
	put(CREDENTIALS, "[ops]\n");
	mode(CREDENTIALS, 0);
	open_dirs();
	assert_int_equal(load_as_user(&p, &err), SEK_EDENIED);
	assert_null(p);
	expect_error(&err, CREDENTIALS ": Permission denied");
}

static void
a_directory_is_an_error(void **state)
{
	struct sek_err err;

	(void)state;
	fake.vars[2] = "AWS_CONFIG_FILE";
	fake.vars[3] = home;
	err = refusal(SEK_EIO);
	assert_memory_equal(err.text, home, strlen(home));
	assert_string_equal(err.text + strlen(home), ": Is a directory");
}

static void
a_path_below_a_file_is_not_there(void **state)
{
	sek_auto_free char *path = sek_printf("%s/" CREDENTIALS "/x", home);

	(void)state;
	put(CREDENTIALS, "[ops]\n");
	fake.vars[2] = "AWS_CONFIG_FILE";
	fake.vars[3] = path;
	sek_profiles_free(load());
}

/* As a shell's <(...) gives: it comes in parts, of no size known before. */
static void
a_pipe_is_read_to_its_end(void **state)
{
	sek_auto_profiles *p;
	sek_auto_free char *path = NULL;
	char text[5000];
	int fds[2];
	pid_t pid;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)!write(fds[1], "[profile ops]\nlong = ", 21);
		for (int i = 0; i < 40; i++)
			(void)!write(fds[1], text, sizeof(text));
		_exit(0);
	}
	close(fds[1]);
	path = sek_printf("/dev/fd/%d", fds[0]);
	fake.vars[2] = "AWS_CONFIG_FILE";
	fake.vars[3] = path;
	p = load();
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fds[0]);
	assert_int_equal(strlen(sek_profile_get(sek_profiles_find(p, "ops"),
			     "long")),
	    40 * sizeof(text));
}

static int64_t at_ms;

static int64_t
each_look_takes_long(const struct sek_env *env)
{
	(void)env;
	return at_ms += 4000;
}

static void
put_pipe(const char *name)
{
	sek_auto_free char *path = sek_printf("%s/%s", home, name);

	assert_int_equal(mkfifo(path, 0600), 0);
}

static void
a_pipe_that_nobody_writes_to_has_an_end(void **state)
{
	struct sek_err err;

	(void)state;
	put_pipe(CREDENTIALS);
	fake.env.ticks = each_look_takes_long;
	err = refusal(SEK_EIO);
	expect_error(&err,
	    CREDENTIALS ": a pipe whose writer does not come to an end");
}

static void
a_pipe_is_left_to_who_reads_it(void **state)
{
	sek_auto_profiles *p = NULL;
	struct sek_err err;

	(void)state;
	put_pipe(CREDENTIALS);
	assert_int_equal(sek_profiles_load_files(&p, &fake.env, &err),
	    SEK_ECANCEL);
}

static void
a_file_has_a_limit(void **state)
{
	sek_auto_free char *text = sek_alloc(SEK_PROFILE_MAX + 1);
	sek_auto_profiles *p = NULL;
	struct sek_err err;

	(void)state;
	memset(text, '\n', SEK_PROFILE_MAX + 1);
	memcpy(text, "[ops]\na=1", 9);
	memcpy(text + SEK_PROFILE_MAX - 3, "b=2", 3);
	put_bytes(CREDENTIALS, text, SEK_PROFILE_MAX);
	p = load();
	assert_string_equal(sek_profile_get(sek_profiles_find(p, "ops"), "b"),
	    "2");
	put_bytes(CREDENTIALS, text, SEK_PROFILE_MAX + 1);
	err = refusal(SEK_ETOOBIG);
	expect_error(&err, CREDENTIALS ": larger than 4194304 bytes");
}

static void
a_nul_is_refused(void **state)
{
	static const char wide[] = "\xff\xfe[\0d\0]\0\n\0";
	static const char inside[] = "[profile ops]\na = 1\nb = 2\0 3\n";
	struct sek_err err;

	(void)state;
	put_bytes(CONFIG, wide, sizeof(wide) - 1);
	err = refusal(SEK_ECONFIG);
	expect_error(&err, CONFIG ":1: a NUL byte: this is no text");
	put_bytes(CONFIG, inside, sizeof(inside) - 1);
	err = refusal(SEK_ECONFIG);
	expect_error(&err, CONFIG ":3: a NUL byte: this is no text");
}

static void
a_long_path_is_cut_in_the_error(void **state)
{
	char path[2000];
	struct sek_err err;

	(void)state;
	memset(path, '/', sizeof(path));
	memcpy(path, home, strlen(home));
	memcpy(path + sizeof(path) - 8, "ops.txt", 8);
	put("ops.txt", "x\n");
	fake.vars[2] = "AWS_CONFIG_FILE";
	fake.vars[3] = path;
	err = refusal(SEK_ECONFIG);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	put("ops.txt", NULL);
}

static void
count(void *arg, const struct sek_profile *profile)
{
	size_t *n = arg;

	assert_ptr_not_equal(profile, NULL);
	++*n;
}

static void
many_profiles_are_all_found(void **state)
{
	enum { MANY = 5000 };
	struct sek_buf text = {0};
	sek_auto_profiles *p;
	char name[16];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 2 * MANY; i++)
		sek_buf_printf(&text, "[profile p%d]\nk%d = %d\n", i % MANY,
		    i / MANY, i);
	put_bytes(CONFIG, text.p, text.n);
	sek_buf_clear(&text);
	p = load();
	sek_profiles_each(p, count, &n);
	assert_int_equal(n, MANY);
	for (int i = 0; i < MANY; i++) {
		const struct sek_profile *found;

		snprintf(name, sizeof(name), "p%d", i);
		found = sek_profiles_find(p, name);
		assert_non_null(found);
		assert_int_equal(atoi(sek_profile_get(found, "k0")), i);
		assert_int_equal(atoi(sek_profile_get(found, "k1")), i + MANY);
	}
	assert_null(sek_profiles_find(p, "p5000"));
}

static void
a_key_is_in_memory_once_and_then_not_at_all(void **state)
{
	sek_auto_profiles *p = NULL;
	char needle[NEEDLE], text[2 * NEEDLE + 64];
	int n;

	(void)state;
	memory_needle(needle, 1);
	n = snprintf(text, sizeof(text), "[ops]\nx = 1 # %.4s\nkey = %.*s\n",
	    needle, NEEDLE, needle);
	put_bytes(CREDENTIALS, text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	p = load();
	memory_expect(needle, 1, 1);
	assert_memory_equal(sek_profile_get(sek_profiles_find(p, "ops"), "key"),
	    needle, NEEDLE);
	(void)sek_profile_where(sek_profiles_find(p, "ops"), "key");
	memory_expect(needle, 1, 1);
	sek_profiles_free_ptr(&p);
	memory_expect(needle, 0, 0);
}

static void
a_key_that_is_refused_is_in_no_error(void **state)
{
	static const char *const lines[] = {"%s", "[%s", "[x] %s", " %s",
	    "[x]\n%s", "[x]\n %s", "[x]\n= %s", "[x]\na =\n %s",
	    "[x]\na =\n = %s"};
	char needle[NEEDLE + 1] = {0}, text[2 * NEEDLE];
	struct sek_err err;

	(void)state;
	memory_needle(needle, 2);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct sek_buf line = {0};
		const char *hole = strstr(lines[i], "%s");

		sek_buf_add(&line, lines[i], (size_t)(hole - lines[i]));
		sek_buf_add(&line, needle, NEEDLE);
		sek_buf_add_s(&line, hole + 2);
		put_bytes(CREDENTIALS, line.p, line.n);
		sek_buf_clear(&line);
		err = refusal(SEK_ECONFIG);
		snprintf(text, sizeof(text), "%.6s", needle);
		assert_null(strstr(err.text, text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    home_test(our_file_may_be_written_by_its_owner_alone),
	    home_test(the_files_of_aws_are_taken_as_they_are),
	    home_test(our_file_may_not_belong_to_another),
	    home_test(our_file_may_belong_to_root),
	    home_test(a_file_that_cannot_be_read_is_an_error),
	    home_test(a_directory_is_an_error),
	    home_test(a_path_below_a_file_is_not_there),
	    home_test(a_pipe_is_read_to_its_end),
	    home_test(a_pipe_that_nobody_writes_to_has_an_end),
	    home_test(a_pipe_is_left_to_who_reads_it),
	    home_test(a_file_has_a_limit),
	    home_test(a_nul_is_refused),
	    home_test(a_long_path_is_cut_in_the_error),
	    home_test(many_profiles_are_all_found),
	    home_test(a_key_is_in_memory_once_and_then_not_at_all),
	    home_test(a_key_that_is_refused_is_in_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

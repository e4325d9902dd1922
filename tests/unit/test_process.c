#include <signal.h>
#include <unistd.h>

#include "memory.h"
#include "metadata_answer.h"

#include "aws/process.h"
#include "base/file.h"

/* Real programs on the real clock; what they print lies in a file, since key
 * material is made at run time. */
struct process {
	struct sek_aws aws;
	struct sek_hop hop;
	struct sek_creds out;
	struct sek_err err;
};

static char path[64];

static void
start(struct process *p)
{
	*p = (struct process){.hop.kind = SEK_HOP_PROCESS};
	p->aws.env = &sek_env_system;
	p->aws.deadline = sek_env_system.ticks(&sek_env_system) + 60000;
}

static void
write_text(const char *text)
{
	sek_auto_free char *full = made_fill(text);

	assert_int_equal(sek_file_replace(path, full, strlen(full), 0600, NULL),
	    SEK_OK);
}

/* %s in command is the file. */
static enum sek_code
run(struct process *p, const char *format)
{
	const char *at = strstr(format, "%s");
	sek_auto_free char *command = at
	    ? sek_printf("%.*s%s%s", (int)(at - format), format, path, at + 2)
	    : sek_strdup(format);
	enum sek_code code;

	p->hop.name = command;
	sek_creds_clear(&p->out);
	code = sek_process_get(&p->aws, &p->hop, &p->out, &p->err);
	p->hop.name = NULL;
	if (code) {
		assert_null(p->out.secret);
		assert_int_equal(strncmp(p->err.text, "credential_process", 18),
		    0);
		assert_quotes_nothing(p->err.text);
	}
	return code;
}

static void
assert_fails(const char *command, enum sek_code want, const char *says)
{
	struct process p;

	start(&p);
	if (run(&p, command) != want)
		fail_msg("%s: %d %s", command, p.err.code, p.err.text);
	assert_has(p.err.text, says);
}

#define LONG_TERM                                                              \
	"{\"Version\":1,\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\"}\n"
#define SESSION(end)                                                           \
	"{\"Version\":1,\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\","    \
	"\"SessionToken\":\"$T\",\"Expiration\":\"" end "\"}"

static void
what_a_program_prints_is_taken(void **state)
{
	struct process p;

	(void)state;
	start(&p);
	write_text(SESSION("2222-01-01T00:00:00Z"));
	assert_int_equal(run(&p, "cat %s"), SEK_OK);
	assert_made(&p.out, 7952342400, "");
	write_text(LONG_TERM);
	assert_int_equal(run(&p, "/bin/cat '%s'"), SEK_OK);
	assert_string_equal(p.out.id, made_id);
	assert_null(p.out.token);
	assert_int_equal(p.out.expires, 0);
	sek_creds_clear(&p.out);
}

static void
credentials_that_have_ended_are_refused(void **state)
{
	(void)state;
	write_text(SESSION("2020-01-01T00:00:00Z"));
	assert_fails("cat %s", SEK_EEXPIRED, "cat: gave credentials that have");
}

static void
no_shell_comes_between(void **state)
{
	(void)state;
	write_text(LONG_TERM);
	assert_fails("cat %s | cat", SEK_EIO, "failed with status 1");
	assert_fails("cat $HOME", SEK_EIO, "failed with status 1");
	assert_fails("if true", SEK_ENOTFOUND, "if: cannot be run");
	assert_fails("cat '%s", SEK_ECONFIG, "a quote that is not closed");
	assert_fails("", SEK_ECONFIG, "the command is empty");
}

static void
a_program_that_cannot_be_run_is_named_without_its_arguments(void **state)
{
	struct process p;

	(void)state;
	start(&p);
	assert_int_equal(run(&p, "/nonexistent/tool --password secret"),
	    SEK_ENOTFOUND);
	assert_string_equal(p.err.text,
	    "credential_process /nonexistent/tool: cannot be run: No such file "
	    "or directory");
	assert_int_equal(run(&p, "/ --password secret"), SEK_EDENIED);
	assert_int_equal(run(&p, "'/non\x1b[2Jexistent'"), SEK_ENOTFOUND);
	assert_null(strchr(p.err.text, '\x1b'));
}

static void
a_failure_has_its_status(void **state)
{
	(void)state;
	write_text(LONG_TERM);
	assert_fails("sh -c 'cat %s; exit 3'", SEK_EIO, "failed with status 3");
	assert_fails("sh -c 'exec >&-; sleep 0; exit 4'", SEK_EIO, "status 4");
	assert_fails("sh -c 'kill -KILL $$'", SEK_EIO, "ended by signal 9");
}

static void
what_is_no_answer_is_not_quoted(void **state)
{
	(void)state;
	write_text("secret is $S");
	assert_fails("cat %s", SEK_EPARSE, "not JSON");
	assert_fails("true", SEK_EPARSE, "not JSON");
	write_text("{\"Version\":2,\"AccessKeyId\":\"$I\"}");
	assert_fails("cat %s", SEK_EPARSE, "Version is not the number 1");
	write_text(LONG_TERM LONG_TERM);
	assert_fails("cat %s", SEK_EPARSE, "not JSON");
}

/* Blanks, then a key: n bytes in all. */
static void
write_long(size_t n)
{
	sek_auto_free char *key = made_fill(LONG_TERM);
	sek_auto_free char *text = sek_printf("%*s%s", (int)(n - strlen(key)),
	    "", key);

	assert_int_equal(strlen(text), n);
	write_text(text);
}

static void
output_has_a_limit(void **state)
{
	struct process p;

	(void)state;
	start(&p);
	write_long(65536);
	assert_int_equal(run(&p, "cat %s"), SEK_OK);
	sek_creds_clear(&p.out);
	write_long(65537);
	assert_fails("cat %s", SEK_ETOOBIG, "more than 65536 bytes");
	assert_fails("yes", SEK_ETOOBIG, "more than 65536 bytes");
}

static void
a_program_has_nothing_to_read_and_the_environment_as_it_is(void **state)
{
	struct process p;

	(void)state;
	start(&p);
	write_text(LONG_TERM);
	assert_int_equal(setenv("SEK_TEST", "as it is", 1), 0);
	assert_int_equal(run(&p,
			     "sh -c 'read x; test -z \"$x\" && "
			     "test \"$SEK_TEST\" = \"as it is\" && "
			     "cat %s'"),
	    SEK_OK);
	assert_int_equal(unsetenv("SEK_TEST"), 0);
	sek_creds_clear(&p.out);
}

/* A pipe whose one end the program and all it starts inherit. */
static void
make_pipe(int fd[2], int theirs)
{
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	assert_int_equal(dup2(fd[theirs], 100), 100);
	close(fd[theirs]);
}

static void
after_the_deadline_the_whole_group_is_ended(void **state)
{
	static const char *const commands[] = {
	    "sh -c 'sleep 1000 & sleep 1000'",
	    "sh -c 'trap \"\" TERM; sleep 1000 & wait; wait'",
	    "sh -c 'exec >&-; sleep 1000'",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct process p;
		int fd[2];
		char c;

		start(&p);
		p.aws.deadline = p.aws.env->ticks(p.aws.env) + 50;
		make_pipe(fd, 1);
		assert_int_equal(run(&p, commands[i]), SEK_ECANCEL);
		assert_has(p.err.text, "did not end in time");
		close(100);
		/* at its end once no one holds the other any more */
		assert_int_equal(read(fd[0], &c, 1), 0);
		close(fd[0]);
	}
}

static void
who_wants_the_terminal_is_ended(void **state)
{
	(void)state;
	assert_fails("sh -c 'kill -STOP $$; sleep 1000'", SEK_ECANCEL,
	    "wants the terminal");
}

static void
what_it_leaves_running_is_not_waited_for(void **state)
{
	struct process p;
	int fd[2];

	(void)state;
	start(&p);
	write_text(LONG_TERM);
	make_pipe(fd, 0);
	/* the second cat keeps the output open until this test lets it go */
	assert_int_equal(run(&p, "bash -c 'cat <&100 & cat %s'"), SEK_OK);
	close(100);
	close(fd[1]);
	sek_creds_clear(&p.out);
}

static void
a_closed_standard_descriptor_is_no_harm(void **state)
{
	struct process p;
	int in = dup(0), out = dup(1);
	enum sek_code code;

	(void)state;
	start(&p);
	write_text(LONG_TERM);
	close(0);
	close(1);
	code = run(&p, "cat %s");
	assert_int_equal(dup2(in, 0), 0);
	assert_int_equal(dup2(out, 1), 1);
	close(in);
	close(out);
	assert_int_equal(code, SEK_OK);
	sek_creds_clear(&p.out);
}

static void
signals_that_are_ignored_here_are_not_there(void **state)
{
	(void)state;
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	assert_fails("sh -c 'kill -PIPE $$'", SEK_EIO, "ended by signal 13");
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
}

static void
expect_line(const char *command, enum sek_code want, const char *line)
{
	sek_auto_secret *out = NULL;
	struct process p;

	start(&p);
	assert_int_equal(sek_process_line(&p.aws, command, &out, &p.err), want);
	if (!want) {
		assert_true(sek_str_is(sek_secret_str(out), line));
		return;
	}
	assert_null(out);
	assert_int_equal(strncmp(p.err.text, "mfa_process", 11), 0);
	assert_has(p.err.text, line);
	assert_lacks(p.err.text, "123456");
}

static void
one_line_is_taken(void **state)
{
	(void)state;
	expect_line("echo 123456", SEK_OK, "123456");
	expect_line("printf 123456", SEK_OK, "123456");
	expect_line("printf ' 123456\\r\\n\\n'", SEK_OK, "123456");
	expect_line("printf '123456\\n123456\\n'", SEK_EPARSE,
	    "printed more than one line");
	expect_line("true", SEK_EPARSE, "printed nothing");
	expect_line("printf %01025d 123456", SEK_ETOOBIG, "more than 1024");
	expect_line("sh -c 'echo 123456; exit 1'", SEK_EIO, "status 1");
	expect_line("/nonexistent/tool", SEK_ENOTFOUND, "/nonexistent/tool");
	expect_line("'", SEK_ECONFIG, "mfa_process: the command has a quote");
}

/* Not one copy but the file's, which is none of this process's memory. */
static void
expect_no_copy(const char *before, const char *after, enum sek_code want)
{
	char needle[NEEDLE];
	struct process p;
	FILE *f = fopen(path, "we");

	memory_needle(needle, 7);
	assert_non_null(f);
	setbuf(f, NULL);
	fputs(before, f);
	fwrite(needle, 1, NEEDLE, f);
	fputs(after, f);
	fclose(f);
	start(&p);
	assert_int_equal(run(&p, "cat %s"), want);
	if (!want)
		memory_expect(needle, 1, 1);
	sek_creds_clear(&p.out);
	memory_expect(needle, 0, 0);
}

static void
no_copy_of_the_secret_is_left(void **state)
{
	(void)state;
	expect_no_copy(
	    "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"",
	    "\"}", SEK_OK);
	expect_no_copy(
	    "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"", "}",
	    SEK_EPARSE);
	expect_no_copy(
	    "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"x y",
	    "\"}", SEK_EPARSE);
}

static int
make_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/sek-process-XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_program_prints_is_taken),
	    cmocka_unit_test(credentials_that_have_ended_are_refused),
	    cmocka_unit_test(no_shell_comes_between),
	    cmocka_unit_test(
		a_program_that_cannot_be_run_is_named_without_its_arguments),
	    cmocka_unit_test(a_failure_has_its_status),
	    cmocka_unit_test(what_is_no_answer_is_not_quoted),
	    cmocka_unit_test(output_has_a_limit),
	    cmocka_unit_test(
		a_program_has_nothing_to_read_and_the_environment_as_it_is),
	    cmocka_unit_test(after_the_deadline_the_whole_group_is_ended),
	    cmocka_unit_test(who_wants_the_terminal_is_ended),
	    cmocka_unit_test(what_it_leaves_running_is_not_waited_for),
	    cmocka_unit_test(a_closed_standard_descriptor_is_no_harm),
	    cmocka_unit_test(signals_that_are_ignored_here_are_not_there),
	    cmocka_unit_test(one_line_is_taken),
	    cmocka_unit_test(no_copy_of_the_secret_is_left),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

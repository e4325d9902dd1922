#include <fcntl.h>

#include "cli_program.h"

static void
gives(const char *line, const char *out)
{
	struct run r = run(line);

	assert_string_equal(r.err, "");
	assert_string_equal(r.out, out);
	assert_int_equal(r.code, 0);
}

static void
refuses(const char *line, const char *err)
{
	struct run r = run(line);

	assert_string_equal(r.err, err);
	assert_string_equal(r.out, "");
	assert_int_equal(r.code, CLI_EXIT_USAGE);
}

static void
parses_long_options_in_both_forms(void **state)
{
	(void)state;
	gives("mix", "q0 w0 o=- f=- d=- s=- end\n");
	gives("mix --output=a --format sarif --quiet",
	    "q1 w0 o=a f=sarif d=- s=- end\n");
	gives("mix --output a=b --output=c=d", "q0 w0 o=c=d f=- d=- s=- end\n");
	gives("mix --output=", "q0 w0 o= f=- d=- s=- end\n");
	gives("mix --output --quiet", "q0 w0 o=--quiet f=- d=- s=- end\n");
}

static void
parses_bundled_short_options(void **state)
{
	(void)state;
	gives("mix -qw", "q1 w1 o=- f=- d=- s=- end\n");
	gives("mix -qoF -w", "q1 w1 o=F f=- d=- s=- end\n");
	gives("mix -qo F", "q1 w0 o=F f=- d=- s=- end\n");
	gives("mix -o -q", "q0 w0 o=-q f=- d=- s=- end\n");
}

static void
collects_lists(void **state)
{
	(void)state;
	gives("mix -ra --rule b --rule=c",
	    "q0 w0 o=- f=- d=- s=- r:a r:b r:c "
	    "end\n");
}

static void
takes_options_after_operands(void **state)
{
	(void)state;
	gives("mix a -q b --output c -",
	    "q1 w0 o=c f=- d=- s=- <a> <b> <-> "
	    "end\n");
	gives("mix -q -- -w --help --",
	    "q1 w0 o=- f=- d=- s=- <-w> <--help> "
	    "<--> end\n");
}

static void
parses_what_is_hidden(void **state)
{
	(void)state;
	gives("mix --secret=x", "q0 w0 o=- f=- d=- s=x end\n");
	assert_int_equal(run("ghost").code, CLI_EXIT_FOUND);
}

static void
refuses_unknown_options(void **state)
{
	(void)state;
	refuses("mix --foo",
	    "test-prog mix: unknown option --foo; see "
	    "`test-prog mix --help`\n");
	refuses("mix --foo=hidden",
	    "test-prog mix: unknown option --foo; see "
	    "`test-prog mix --help`\n");
	refuses("mix --outpu=x",
	    "test-prog mix: unknown option --outpu; see "
	    "`test-prog mix --help`\n");
	refuses("mix -qx",
	    "test-prog mix: unknown option -x; see "
	    "`test-prog mix --help`\n");
	refuses("find -q",
	    "test-prog find: unknown option -q; see "
	    "`test-prog find --help`\n");
	refuses("--foo=hidden mix",
	    "test-prog: unknown option --foo; see "
	    "`test-prog --help`\n");
	refuses("mix --a\x1b[2J",
	    "test-prog mix: unknown option --a?[2J; see "
	    "`test-prog mix --help`\n");
}

static void
refuses_wrong_values(void **state)
{
	(void)state;
	refuses("mix --format=xml",
	    "test-prog mix: --format takes text, jsonl "
	    "or sarif; see `test-prog mix --help`\n");
	refuses("mix --format=",
	    "test-prog mix: --format takes text, jsonl "
	    "or sarif; see `test-prog mix --help`\n");
	refuses("mix --output",
	    "test-prog mix: --output needs a value: FILE; "
	    "see `test-prog mix --help`\n");
	refuses("mix -qo",
	    "test-prog mix: -o needs a value: FILE; see "
	    "`test-prog mix --help`\n");
	refuses("mix --quiet=1",
	    "test-prog mix: --quiet takes no value; see "
	    "`test-prog mix --help`\n");
	refuses("mix --help=1",
	    "test-prog mix: --help takes no value; see "
	    "`test-prog mix --help`\n");
}

static void
counts_operands(void **state)
{
	(void)state;
	refuses("find x",
	    "test-prog find: takes no operands; see "
	    "`test-prog find --help`\n");
	refuses("complain",
	    "test-prog complain: 0 operands given, 1 needed: "
	    "WHAT [WHY [ELSE]]; see `test-prog complain "
	    "--help`\n");
	refuses("complain a b c d",
	    "test-prog complain: 4 operands given, at most 3 taken: "
	    "WHAT [WHY [ELSE]]; see `test-prog complain --help`\n");
}

static void
without_a_command_shows_usage_on_stderr(void **state)
{
	struct run r = run("");

	(void)state;
	assert_int_equal(r.code, CLI_EXIT_USAGE);
	assert_string_equal(r.out, "");
	assert_non_null(strstr(r.err, "usage: test-prog COMMAND"));
}

static void
survives_an_empty_argv(void **state)
{
	char *argv[] = {NULL};
	int null = open("/dev/null", O_WRONLY), saved = dup(2), code;

	(void)state;
	dup2(null, 2);
	code = cli_main(&prog, 0, argv);
	dup2(saved, 2);
	close(null);
	close(saved);
	assert_int_equal(code, CLI_EXIT_USAGE);
}

static void
shows_help_where_asked(void **state)
{
	static const char *const general[] = {"--help", "-h", "help"};
	static const char *const of_mix[] = {
	    "mix --help", "mix -h", "help mix", "mix x --help", "mix -qh"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct run r = run(general[i]);

		assert_int_equal(r.code, 0);
		assert_non_null(strstr(r.out,
		    "\n  complain  Fail in a chosen "
		    "way\n  help      "));
		assert_null(strstr(r.out, "ghost"));
	}
	for (size_t i = 0; i < 5; i++) {
		struct run r = run(of_mix[i]);

		assert_int_equal(r.code, 0);
		assert_non_null(strstr(r.out,
		    "usage: test-prog mix [OPTION...]"
		    " [PATH...]\n"));
		assert_null(strstr(r.out, "--secret"));
	}
	gives("--version", "test-prog 1.2.3\n");
}

static void
aligns_and_wraps_help(void **state)
{
	struct run r = run("help mix");
	struct sek_str rest = sek_str(r.out);

	(void)state;
	assert_non_null(strstr(r.out,
	    "\n  -q, --quiet          Say less\n"
	    "  -w, --whole          Look at all of each file and not only at "
	    "the lines that\n"
	    "                       are new, which takes as long as it takes\n"
	    "  -o, --output FILE    Write to FILE\n"
	    "      --format FORMAT  How findings look: text, jsonl or sarif\n"
	    "      --directory-of-templates-for-all DIR\n"
	    "                       It's a"));
	assert_non_null(strstr(r.out, "\n  .Xx an example\n"));
	while (rest.p)
		assert_true(sek_str_cut(&rest, '\n').n <= 80);
}

static void
suggests_a_command_for_a_slip(void **state)
{
	(void)state;
	refuses("fidn",
	    "test-prog: no command `fidn`, did you mean `find`?; "
	    "see `test-prog --help`\n");
	refuses("help complan",
	    "test-prog: no command `complan`, did you mean `complain`?; "
	    "see `test-prog --help`\n");
	refuses("xyzzy",
	    "test-prog: no command `xyzzy`; "
	    "see `test-prog --help`\n");
	refuses("ghos",
	    "test-prog: no command `ghos`; "
	    "see `test-prog --help`\n");
	refuses("a-name-that-is-longer-than-any-command-could-be",
	    "test-prog: no command "
	    "`a-name-that-is-longer-than-any-command-could-be`; "
	    "see `test-prog --help`\n");
}

static void
an_error_decides_the_exit_code(void **state)
{
	struct run config = run("complain config");
	struct run other = run("complain system");

	(void)state;
	assert_int_equal(config.code, CLI_EXIT_USAGE);
	assert_string_equal(config.err, "test-prog: f:1: broken\n");
	assert_int_equal(other.code, CLI_EXIT_FAILED);
	assert_string_equal(other.err, "test-prog: f: gone\n");
}

static void
a_full_disk_is_a_failure(void **state)
{
	static const char *const lines[] = {"find", "mix", "--help",
	    "mix --help", "--version", "completion bash", "completion zsh",
	    "completion fish", "help --format=mdoc"};
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct run r = run_to(full, lines[i]);

		assert_int_equal(r.code, CLI_EXIT_FAILED);
		assert_string_equal(r.err,
		    "test-prog: standard output: "
		    "No space left on device\n");
	}
	close(full);
	assert_int_equal(run_to(-1, "complain config").code, CLI_EXIT_USAGE);
}

static void
memory_that_runs_out_is_a_failure_and_no_crash(void **state)
{
	struct run r = run("complain system a b");

	(void)state;
	assert_int_equal(r.code, CLI_EXIT_FAILED);
	assert_string_equal(r.out, "");
	assert_string_equal(r.err, "test-prog: out of memory\n");
}

static void
a_closed_pipe_is_a_failure(void **state)
{
	struct run r;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	r = run_to(fd[1], "find");
	close(fd[1]);
	assert_int_equal(r.code, CLI_EXIT_FAILED);
	assert_string_equal(r.err, "test-prog: standard output: Broken pipe\n");
}

static void
a_closed_stdout_is_a_failure(void **state)
{
	struct run r = run_to(-1, "find");

	(void)state;
	assert_int_equal(r.code, CLI_EXIT_FAILED);
	assert_string_equal(r.err,
	    "test-prog: standard output: Bad file descriptor\n");
	assert_int_equal(run_to(-1, "ghost").code, CLI_EXIT_FAILED);
}

static void
refuses_an_unknown_shell(void **state)
{
	(void)state;
	refuses("completion tcsh",
	    "test-prog completion: takes bash, zsh or "
	    "fish; see `test-prog completion --help`\n");
	refuses("completion",
	    "test-prog completion: 0 operands given, 1 "
	    "needed: SHELL; see `test-prog completion "
	    "--help`\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_long_options_in_both_forms),
	    cmocka_unit_test(parses_bundled_short_options),
	    cmocka_unit_test(collects_lists),
	    cmocka_unit_test(takes_options_after_operands),
	    cmocka_unit_test(parses_what_is_hidden),
	    cmocka_unit_test(refuses_unknown_options),
	    cmocka_unit_test(refuses_wrong_values),
	    cmocka_unit_test(counts_operands),
	    cmocka_unit_test(without_a_command_shows_usage_on_stderr),
	    cmocka_unit_test(survives_an_empty_argv),
	    cmocka_unit_test(shows_help_where_asked),
	    cmocka_unit_test(aligns_and_wraps_help),
	    cmocka_unit_test(suggests_a_command_for_a_slip),
	    cmocka_unit_test(an_error_decides_the_exit_code),
	    cmocka_unit_test(a_full_disk_is_a_failure),
	    cmocka_unit_test(memory_that_runs_out_is_a_failure_and_no_crash),
	    cmocka_unit_test(a_closed_pipe_is_a_failure),
	    cmocka_unit_test(a_closed_stdout_is_a_failure),
	    cmocka_unit_test(refuses_an_unknown_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

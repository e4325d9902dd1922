#include "base/alloc.h"
#include "cli_program.h"

/* A file of its own name, removed when it goes out of scope. */
static void
remove_file(char **path)
{
	unlink(*path);
	free(*path);
}

#define auto_file __attribute__((cleanup(remove_file))) char

static char *
file_with(const char *head, const char *body, const char *tail)
{
	const char *tmp = getenv("TMPDIR");
	char *path = sek_printf("%s/sek-cli-XXXXXX", tmp ? tmp : "/tmp");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s%s%s", head, body, tail) > 0);
	close(fd);
	return path;
}

static void
shell(const char *command, char *out, size_t size)
{
	FILE *p = popen(command, "r");
	size_t n;

	assert_non_null(p);
	n = fread(out, 1, size - 1, p);
	out[n] = '\0';
	assert_int_equal(pclose(p), 0);
}

static bool
have(const char *program)
{
	sek_auto_free char
	    *command = sek_printf("command -v %s >/dev/null 2>&1", program);

	return system(command) == 0;
}

/* Words are COMP_WORDS as readline cuts them, the last is to be completed. */
static void
bash_completes(const char *words, const char *expect)
{
	struct run r = run("completion bash");
	auto_file *script = file_with("compopt() { echo \"($2)\"; }\n", r.out,
	    "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
	    "_test_prog && printf '%s ' \"${COMPREPLY[@]}\"\n");
	sek_auto_free char *command =
	    sek_printf("bash --norc %s test-prog %s 2>&1", script, words);
	char out[512];

	assert_int_equal(r.code, 0);
	shell(command, out, sizeof(out));
	assert_string_equal(out, expect);
}

static void
bash_completes_commands(void **state)
{
	(void)state;
	if (!have("bash"))
		skip();
	bash_completes("''", "mix find complain help ");
	bash_completes("m", "mix ");
	bash_completes("g", " ");
	bash_completes("--v", "--version ");
	bash_completes("help f", "find ");
}

static void
bash_completes_options_and_values(void **state)
{
	(void)state;
	if (!have("bash"))
		skip();
	bash_completes("mix --f", "--format ");
	bash_completes("mix -",
	    "--help --quiet --whole --output --format "
	    "--directory-of-templates-for-all --rule ");
	bash_completes("mix --format ''", "text jsonl sarif ");
	bash_completes("mix --format =", "text jsonl sarif ");
	bash_completes("mix --format = js", "jsonl ");
	bash_completes("mix --format = text --q", "--quiet ");
	bash_completes("mix --output ''", "(default)\n ");
	bash_completes("mix -o = x", "(default)\n ");
	bash_completes("mix --directory-of-templates-for-all ''",
	    "(dirnames)\n ");
	bash_completes("mix -r ''", " ");
}

static void
bash_completes_operands(void **state)
{
	(void)state;
	if (!have("bash"))
		skip();
	bash_completes("mix ''", "(default)\n ");
	bash_completes("mix --quiet a ''", "(default)\n ");
	bash_completes("mix -- -", "(default)\n ");
	bash_completes("mix -- --format ''", "(default)\n ");
	bash_completes("complain s", "system ");
	bash_completes("find ''", " ");
	bash_completes("unknown ''", " ");
}

static void
bash_accepts_the_script(void **state)
{
	struct run r = run("completion bash");
	auto_file *script = file_with("set -u\n", r.out,
	    "complete -p test-prog\n");
	sek_auto_free char *command = sek_printf("bash --norc %s", script);
	char out[128];

	(void)state;
	if (!have("bash"))
		skip();
	shell(command, out, sizeof(out));
	assert_string_equal(out, "complete -F _test_prog test-prog\n");
}

static void
other_shells_accept_their_scripts(void **state)
{
	static const char *const shells[] = {"zsh", "fish"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		sek_auto_free char *line = sek_printf("completion %s",
		    shells[i]);
		struct run r = run(line);
		auto_file *script = file_with("", r.out, "");
		sek_auto_free char *command = sek_printf("%s -n %s", shells[i],
		    script);

		assert_int_equal(r.code, 0);
		assert_non_null(strstr(r.out, "mix"));
		assert_non_null(strstr(r.out, "text jsonl sarif"));
		assert_null(strstr(r.out, "ghost"));
		assert_null(strstr(r.out, "secret"));
		if (have(shells[i]))
			assert_int_equal(system(command), 0);
	}
}

static void
quotes_help_for_each_shell(void **state)
{
	struct run zsh = run("completion zsh");
	struct run fish = run("completion fish");

	(void)state;
	assert_non_null(strstr(zsh.out,
	    "[it'\\''s a \"DIR\" \\[with a \\\\\\: colon]:DIR:_files -/'"));
	assert_non_null(strstr(fish.out,
	    "-d 'it\\'s a \"DIR\" [with a \\\\: colon'"));
}

static void
mandoc_accepts_the_command_list(void **state)
{
	struct run r = run("help --format=mdoc");
	auto_file *page =
	    file_with(".Dd January 1, 2024\n.Dt TEST-PROG 1\n.Os\n.Sh NAME\n"
		      ".Nm test-prog\n.Nd is tested\n.Sh COMMANDS\n",
		r.out, "");
	sek_auto_free char *lint = sek_printf("mandoc -Tlint -W warning %s",
	    page);
	sek_auto_free char
	    *print = sek_printf("mandoc -Tascii %s | col -b 2>&1", page);
	char out[8192];

	(void)state;
	assert_int_equal(r.code, 0);
	assert_null(strstr(r.out, "ghost"));
	assert_null(strstr(r.out, "secret"));
	assert_non_null(strstr(r.out,
	    "\nIt\\(aqs \\(dqit\\(dq and "
	    "\\(ga\\-\\-this\\(ga.\n"));
	if (!have("mandoc"))
		skip();
	shell(lint, out, sizeof(out));
	assert_string_equal(out, "");
	if (!have("col"))
		skip();
	shell(print, out, sizeof(out));
	assert_non_null(strstr(out, "test-prog mix [-q] [-w] [-o FILE]"));
	assert_non_null(strstr(out, "test-prog complain WHAT [WHY [ELSE]]"));
	assert_non_null(strstr(out,
	    "How findings look: text, jsonl or sarif."));
	assert_non_null(strstr(out, "It's \"it\" and `--this`."));
	assert_non_null(strstr(out, " .Xx an example\n"));
	assert_non_null(strstr(out, "It's a \"DIR\" [with a \\: colon."));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bash_completes_commands),
	    cmocka_unit_test(bash_completes_options_and_values),
	    cmocka_unit_test(bash_completes_operands),
	    cmocka_unit_test(bash_accepts_the_script),
	    cmocka_unit_test(other_shells_accept_their_scripts),
	    cmocka_unit_test(quotes_help_for_each_shell),
	    cmocka_unit_test(mandoc_accepts_the_command_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

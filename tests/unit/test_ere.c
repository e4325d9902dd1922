#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcre2.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/ere.h"
#include "scan/regex.h"

static char *
translated(const char *ere, bool word)
{
	struct sek_err err = {0};
	sek_auto_buf b = {0};

	if (sek_ere_translate(ere, word, &b, &err) != SEK_OK)
		return sek_strdup(err.text);
	sek_buf_add_s(&b, "");
	return sek_buf_take(&b);
}

static void
assert_translated(const char *ere, const char *expected)
{
	sek_auto_free char *text = translated(ere, false);

	if (strcmp(text, expected) != 0)
		fail_msg("%s\n  is       %s\n  expected %s", ere, text,
		    expected);
}

static void
brackets_become_classes_without_newline(void **state)
{
	(void)state;
	assert_translated("[abc]", "[a-c]");
	assert_translated("[]abc]", "[\\]a-c]");
	assert_translated("[^]abc]", "[^\\x0a\\]a-c]");
	assert_translated("[a\\]b]", "[\\\\a]b\\]");
	assert_translated("[a^-]", "[\\-\\^a]");
	assert_translated("[^a]", "[^\\x0aa]");
	assert_translated("[[:digit:]_]", "[0-9_]");
	assert_translated("[+--]", "[\\+-\\-]");
	assert_translated("\\s", "[\\x09\\x0b-\\x0d ]");
	assert_translated("\\W", "[^\\x0a0-9A-Z_a-z]");
	assert_translated(".", ".");
	assert_translated("[^\1-\xff]", "[\\x00]");
}

static void
quantifiers_keep_their_meaning(void **state)
{
	(void)state;
	assert_translated("a*?", "a*");
	assert_translated("a++", "a+");
	assert_translated("a+?", "a*");
	assert_translated("a??", "a?");
	assert_translated("a{2}?", "(?:a{2,2})?");
	assert_translated("a*{2}", "(?:a*){2,2}");
	assert_translated("a{2}{3}", "(?:a{2,2}){3,3}");
	assert_translated("a{,3}", "a{0,3}");
	assert_translated("a{,}", "a{0,}");
	assert_translated("ab{0}*c", "a(?:)*c");
	assert_translated("a{1", "a\\{1");
	assert_translated("${x}", "$\\{x\\}");
	assert_translated("{}|^{2,1}", "\\{\\}|^\\{2,1\\}");
	assert_translated("{{}}", "\\{\\{\\}\\}");
	assert_translated("(ab)*", "(?:ab)*");
	assert_translated("^*a", "(?:^)*a");
	assert_translated("*a|+b|({2}c)", "a|b|(?:c)");
}

static void
other_syntax_is_translated(void **state)
{
	(void)state;
	assert_translated("", "");
	assert_translated("a||()", "a||(?:)");
	assert_translated("a)b", "a\\)b");
	assert_translated("\\.\\-\\d\\/", "\\.\\-d/");
	assert_translated("a#b'\xff", "a#b'\\xff");
	assert_translated("\\<a\\>", "\\b(?=\\w)a\\b(?<=\\w)");
	assert_translated("\\`a\\'", "^a$");
	assert_translated("a^b$c", "a^b$c");
}

static void
word_mode_looks_at_both_sides(void **state)
{
	sek_auto_free char *text = translated("a|b", true);

	(void)state;
	assert_string_equal(text, "(?<![A-Za-z0-9_])(?:a|b)(?![A-Za-z0-9_])");
}

static void
what_has_no_translation_is_refused_with_its_column(void **state)
{
	static const char *const refused[][2] = {
	    {"(a)\\1", "column 4: "},
	    {"[[=a=]]", "column 2: "},
	    {"[[.a.]]", "column 2: "},
	    {"[[:foo:]]", "column 2: "},
	    {"[[:word:]]", "column 2: "},
	    {"[:space:]", "column 1: "},
	    {"[[:alpha:", "column 2: "},
	    {"[a", "column 1: "},
	    {"[]", "column 1: "},
	    {"[^]", "column 1: "},
	    {"x[b-a]", "column 3: "},
	    {"[a-[:digit:]]", "column 2: "},
	    {"(a", "column 1: "},
	    {"a\\", "column 2: "},
	    {"a{2,1}", "column 2: "},
	    {"a{}", "column 2: "},
	    {"a{1,2,3}", "column 2: "},
	    {"a{40000}", "column 2: "},
	    {"a\nb", "column 2: "},
	    {"a\\\nb", "column 3: "},
	    {"[\n]", "column 2: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		sek_auto_free char *text = translated(refused[i][0], false);
		sek_auto_buf b = {0};

		if (strncmp(text, refused[i][1], strlen(refused[i][1])) != 0)
			fail_msg("%s: \"%s\"", refused[i][0], text);
		assert_int_equal(sek_ere_translate(refused[i][0], true, &b,
				     NULL),
		    SEK_ECONFIG);
	}
}

static enum sek_code
translate_repeated(const char *open, const char *middle, const char *close,
    size_t n)
{
	sek_auto_buf in = {0};
	sek_auto_buf out = {0};
	struct sek_regex_info info;
	struct sek_err err;
	enum sek_code code;

	for (size_t i = 0; i < n; i++)
		sek_buf_add_s(&in, open);
	sek_buf_add_s(&in, middle);
	for (size_t i = 0; i < n; i++)
		sek_buf_add_s(&in, close);
	code = sek_ere_translate(in.p, true, &out, &err);
	if (code == SEK_OK && sek_regex_study(out.p, &info, &err) != SEK_OK)
		fail_msg("translated, but then: %s", err.text);
	return code;
}

static void
hostile_nesting_and_length_are_refused(void **state)
{
	(void)state;
	assert_int_equal(translate_repeated("(", "a", ")", 200), SEK_OK);
	assert_int_equal(translate_repeated("(", "a", ")", 201), SEK_ECONFIG);
	assert_int_equal(translate_repeated("(", "a", ")", 30000), SEK_ECONFIG);
	assert_int_equal(translate_repeated("", "a", "{2}", 200), SEK_OK);
	assert_int_equal(translate_repeated("", "a", "{2}", 300), SEK_ECONFIG);
	assert_int_equal(translate_repeated("(", "a", "){2}{2}{2}", 60),
	    SEK_OK);
	assert_int_equal(translate_repeated("(", "a", "){2}{2}{2}", 80),
	    SEK_ECONFIG);
	assert_int_equal(translate_repeated("a", "", "", 65000), SEK_OK);
	assert_int_equal(translate_repeated("\xff", "", "", 65000),
	    SEK_ECONFIG);
	assert_int_equal(translate_repeated("a", "", "", 66000), SEK_ECONFIG);
	assert_int_equal(translate_repeated("*", "a", "*", 30000), SEK_OK);
	assert_int_equal(translate_repeated("", "a", "*{1}", 15000),
	    SEK_ECONFIG);
}

static void
the_error_may_be_left_out(void **state)
{
	sek_auto_buf out = {0};

	(void)state;
	sek_buf_add_s(&out, "kept ");
	assert_int_equal(sek_ere_translate("a", false, &out, NULL), SEK_OK);
	assert_string_equal(out.p, "kept a");
	out.max = 6;
	assert_int_equal(sek_ere_translate("bc", false, &out, NULL),
	    SEK_ETOOBIG);
}

/* From here on: the same lines as GNU grep. */

#define PATTERNS 400
#define LINES    400

static uint32_t
below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % n;
}

static void
gen_choice(uint64_t *seed, struct sek_buf *b, int depth)
{
	static const char *const atoms[] = {"a", "b", "a", "b", "c", "_", "-",
	    " ", ".", "[ab]", "[^a]", "[]a]", "[^]b]", "[a\\]", "[[:alpha:]_]",
	    "[^[:space:]]", "[a-c-]", "\\.", "\\w", "\\W", "\\s", "\\S", "\\-",
	    "\\_", "{", "{a", "a{1", "}", "]", "\\{", "()", "[\x80-\xff]", "'",
	    "=", "\\]", "AB", "ab"};
	static const char *const edges[] = {
	    "^", "$", "\\b", "\\B", "\\<", "\\>"};
	static const char *const times[] = {"*", "+", "?", "{2}", "{1,2}",
	    "{,2}", "{2,}", "{0}", "{,}", "**", "+?", "?+", "{2}?", "{1}{2}"};
	uint32_t branches = below(seed, 4) ? 1 : 2;

	for (uint32_t i = 0; i < branches; i++) {
		uint32_t pieces = 1 + below(seed, 4);

		if (i > 0)
			sek_buf_add_c(b, '|');
		while (pieces-- > 0) {
			if (below(seed, 12) == 0) {
				sek_buf_add_s(b, edges[below(seed, 6)]);
				continue;
			}
			if (depth < 3 && below(seed, 6) == 0) {
				sek_buf_add_c(b, '(');
				gen_choice(seed, b, depth + 1);
				sek_buf_add_c(b, ')');
			} else {
				sek_buf_add_s(b, atoms[below(seed, 37)]);
			}
			if (below(seed, 3) == 0)
				sek_buf_add_s(b, times[below(seed, 14)]);
		}
	}
}

static void
gen_lines(uint64_t *seed, struct sek_buf *b)
{
	static const char bytes[] = "aaaabbbbccAB__-- ''.={}]\\\t\x80\xe9";

	for (int i = 0; i < LINES; i++) {
		for (uint32_t n = below(seed, 9); n > 0; n--)
			sek_buf_add_c(b, bytes[below(seed, sizeof(bytes) - 1)]);
		sek_buf_add_c(b, '\n');
	}
}

/* The lines that grep prints, one bool each; false: it refuses the pattern. */
static bool
ask_grep(const char *ere, bool word, const char *path, bool *lines)
{
	const char *const argv[] = {
	    "grep", word ? "-nawE" : "-naE", "-e", ere, "--", path, NULL};
	struct sek_buf b = {0};
	int out[2], status;
	pid_t pid;

	assert_return_code(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		setenv("LC_ALL", "C", 1);
		dup2(out[1], 1);
		close(out[0]);
		close(2);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	assert_int_equal(sek_fd_read(out[0], "grep", &b, NULL), SEK_OK);
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 2);
	memset(lines, 0, LINES * sizeof(*lines));
	for (char *p = b.n ? b.p : NULL; p && *p; p = strchr(p, '\n') + 1) {
		long n = strtol(p, NULL, 10);

		assert_in_range(n, 1, LINES);
		lines[n - 1] = true;
	}
	sek_buf_clear(&b);
	return WEXITSTATUS(status) < 2;
}

struct searcher {
	pcre2_code *code;
	pcre2_match_data *data;
};

static bool
line_matches(const struct searcher *s, struct sek_str line, uint32_t options)
{
	int n = pcre2_match(s->code, (PCRE2_SPTR)line.p, line.n, 0, options,
	    s->data, NULL);

	assert_true(n >= PCRE2_ERROR_NOMATCH);
	return n >= 0;
}

/* Lines on which we and grep do not agree. */
static unsigned
compare(const char *ere, bool word, struct sek_str text, const bool *expected,
    unsigned *matched)
{
	sek_auto_buf regex = {0};
	struct sek_regex_info info;
	struct sek_err err = {0};
	struct searcher s;
	unsigned wrong = 0;
	size_t at;
	int why;

	if (sek_ere_translate(ere, word, &regex, &err) != SEK_OK)
		fail_msg("grep takes %s: %s", ere, err.text);
	sek_buf_add_s(&regex, "");
	if (sek_regex_study(regex.p, &info, &err) != SEK_OK)
		fail_msg("%s is %s: %s", ere, regex.p, err.text);
	assert_false(info.crosses_newline);
	assert_int_equal(info.groups, 0);
	s.code = pcre2_compile((PCRE2_SPTR)regex.p, PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_NO_START_OPTIMIZE, &why, &at, NULL);
	assert_non_null(s.code);
	s.data = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < LINES; i++) {
		struct sek_str line = sek_str_cut(&text, '\n');
		bool any = line_matches(&s, line, 0);
		bool some = line_matches(&s, line, PCRE2_NOTEMPTY);

		*matched += expected[i];
		/*
		 * Of a word without letters grep is of two minds: whether an
		 * empty match counts depends on longer ones at its start.
		 */
		wrong += word ? (some && !expected[i]) || (expected[i] && !any)
			      : any != expected[i];
	}
	pcre2_match_data_free(s.data);
	pcre2_code_free(s.code);
	return wrong;
}

static void
run_against_grep(bool word)
{
	char path[] = "/tmp/test_ere.XXXXXX";
	unsigned matched = 0, refused = 0, control = 0;
	uint64_t seed = word ? 11 : 12;
	sek_auto_buf text = {0};
	static bool lines[LINES];
	int fd = mkstemp(path);

	assert_return_code(fd, 0);
	gen_lines(&seed, &text);
	assert_int_equal(sek_fd_write(fd, path, text.p, text.n, NULL), SEK_OK);
	close(fd);
	for (int i = 0; i < PATTERNS; i++) {
		sek_auto_buf ere = {0};
		unsigned wrong;

		gen_choice(&seed, &ere, 0);
		if (!ask_grep(ere.p, word, path, lines)) {
			refused++;
			continue;
		}
		wrong = compare(ere.p, word, sek_buf_str(&text), lines,
		    &matched);
		if (wrong) {
			sek_auto_free char *regex = translated(ere.p, word);

			fail_msg("%u lines differ for %s, which is %s", wrong,
			    ere.p, regex);
		}
		/* The control: what grep says of another line is noticed. */
		lines[i % LINES] = !lines[i % LINES];
		control += compare(ere.p, word, sek_buf_str(&text), lines,
			       &(unsigned){0}) > 0;
	}
	unlink(path);
	assert_true(refused < PATTERNS / 10);
	assert_true(matched > PATTERNS * LINES / 20);
	assert_true(control > PATTERNS / 2);
}

static void
lines_are_those_of_grep(void **state)
{
	(void)state;
	run_against_grep(false);
}

static void
words_are_those_of_grep(void **state)
{
	(void)state;
	run_against_grep(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(brackets_become_classes_without_newline),
	    cmocka_unit_test(quantifiers_keep_their_meaning),
	    cmocka_unit_test(other_syntax_is_translated),
	    cmocka_unit_test(word_mode_looks_at_both_sides),
	    cmocka_unit_test(
		what_has_no_translation_is_refused_with_its_column),
	    cmocka_unit_test(hostile_nesting_and_length_are_refused),
	    cmocka_unit_test(the_error_may_be_left_out),
	    cmocka_unit_test(lines_are_those_of_grep),
	    cmocka_unit_test(words_are_those_of_grep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcre2.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "scan/regex_tree.h"

/* All that is known of a regex on one line. */
static char *
described(const char *regex)
{
	struct sek_regex_info info;
	struct sek_err err = {0};
	sek_auto_buf b = {0};

	if (sek_regex_study(regex, &info, &err) != SEK_OK)
		return sek_strdup(err.text);
	sek_buf_printf(&b, "-%u %u", info.back, info.length_min);
	if (info.ahead == SEK_UNBOUNDED)
		sek_buf_add_s(&b, " +inf");
	else
		sek_buf_printf(&b, " +%u", info.ahead);
	sek_buf_printf(&b, " %s", info.crosses_newline ? "text" : "line");
	for (size_t i = 0; i < info.literals; i++) {
		struct sek_regex_literal *l = &info.literal[i];

		sek_buf_printf(&b, " %s%.*s", l->nocase ? "~" : "", (int)l->len,
		    l->bytes);
		if (l->before_max == SEK_UNBOUNDED)
			sek_buf_printf(&b, "@%u-inf", l->before_min);
		else if (l->before_max > 0)
			sek_buf_printf(&b, "@%u-%u", l->before_min,
			    l->before_max);
	}
	return sek_buf_take(&b);
}

static void
assert_described(const char *regex, const char *expected)
{
	sek_auto_free char *text = described(regex);

	if (strcmp(text, expected) != 0)
		fail_msg("%s\n  is       %s\n  expected %s", regex, text,
		    expected);
}

/* back, shortest, ahead, line or whole text, literals with their distance */
static void
windows_are_computed(void **state)
{
	(void)state;
	assert_described("", "-0 0 +0 line");
	assert_described("a", "-0 1 +1 line");
	assert_described("abc|de", "-0 2 +3 line");
	assert_described("[ab]{2,5}c", "-0 3 +6 line");
	assert_described("[ab]{2}c{1,5}", "-0 3 +7 line aac bac abc bbc");
	assert_described("a{3}b*", "-0 3 +inf line aaa");
	assert_described("a{0,1}b{0,2}", "-0 0 +3 line");
	assert_described("(?<!x)a(?!yz)", "-1 1 +3 line");
	assert_described("ab(?<=xyab)", "-2 2 +2 line");
	assert_described("(?<=abc|d)e", "-3 1 +1 line");
	assert_described("(?<=(?=abcd)ab)c", "-2 1 +2 line");
	assert_described("\\ba", "-1 1 +1 line");
	assert_described("a\\b", "-0 1 +2 line");
	assert_described("^a$", "-1 1 +2 line");
	assert_described("(?>a++b*?)+", "-0 1 +inf line");
	assert_described("(a{60000}){60000}",
	    "-0 3600000000 +3600000000 line"
	    " aaaaaaaaaaaaaaaa");
	assert_described("((a{60000}){60000}){9}",
	    "-0 4294967295 +inf line"
	    " aaaaaaaaaaaaaaaa");
}

static void
tells_whether_a_newline_is_crossed(void **state)
{
	(void)state;
	assert_described("a.b", "-0 3 +3 line");
	assert_described("(?s)a.b", "-0 3 +3 text");
	assert_described("(?s:a)(?-s).b", "-0 3 +3 line");
	assert_described("a\\Nb", "-0 3 +3 line");
	assert_described("a\\s", "-0 2 +2 text");
	assert_described("a\\h", "-0 2 +2 line");
	assert_described("a\\H", "-0 2 +2 text");
	assert_described("a\\v", "-0 2 +2 text");
	assert_described("a[^b]", "-0 2 +2 text");
	assert_described("a[^b\\n]", "-0 2 +2 line");
	assert_described("a[^b\\s]", "-0 2 +2 line");
	assert_described("a[[:space:]]", "-0 2 +2 text");
	assert_described("a\\n", "-0 2 +2 text");
	/* To look at the newline beside the line is not to look past it. */
	assert_described("a(?=\\s)", "-0 1 +2 line");
	assert_described("a(?=\\s\\s)", "-0 1 +3 text");
	assert_described("a(?=\\s|$)", "-0 1 +2 line");
	assert_described("a(?![^x]b)", "-0 1 +3 text");
	assert_described("a(?=\\s\\b)", "-0 1 +3 text");
	assert_described("a(?=\\s(?=b))", "-0 1 +3 text");
	assert_described("(?<=^|[\\s,])a", "-1 1 +1 line");
	assert_described("(?<=x[\\s,])a", "-2 1 +1 text");
	assert_described("(?<=\\b\\n)a", "-2 1 +1 text");
	assert_described("(?<=xy|z)a", "-2 1 +1 line");
}

static void
the_best_literals_are_chosen(void **state)
{
	(void)state;
	assert_described("ab", "-0 2 +2 line");
	assert_described("abc", "-0 3 +3 line abc");
	assert_described("[0-9]{2}abc", "-0 5 +5 line abc@2-2");
	assert_described("x?abc", "-0 3 +4 line abc xabc");
	assert_described("x{0,3}abc", "-0 3 +6 line abc@0-3");
	assert_described(".*abcd", "-0 4 +inf line abcd@0-inf");
	assert_described("[^x]*abcd", "-0 4 +inf text");
	assert_described("(abc)?d", "-0 1 +4 line");
	assert_described("(abc){2,}", "-0 6 +inf line abcabc");
	assert_described("(abc[0-9]*;)+", "-0 4 +inf line abc");
	assert_described("abc[0-9]{9}secret", "-0 18 +18 line secret@12-12");
	assert_described("(?:[A-D]KIA|XYZ)[0-9]{4}",
	    "-0 7 +8 line"
	    " AKIA BKIA CKIA DKIA XYZ");
	assert_described("abc[0-9]+|[0-9]{2}def",
	    "-0 4 +inf line abc"
	    " def@2-2");
	assert_described("abc|d", "-0 1 +3 line");
	assert_described("-{5}BEGIN", "-0 10 +10 line -----BEGIN");
	assert_described("abcdefghijklmnopqrstuvwxyz",
	    "-0 26 +26 line"
	    " abcdefghijklmnop");
	assert_described("(?=secret)a{1,3}xyz", "-0 4 +6 line xyz@1-3");
	assert_described("A3T[A-Z0-9]|AKIA", "-0 4 +4 line A3T AKIA");
	assert_described("aws[_-]?key", "-0 6 +7 line awskey aws-key aws_key");
	assert_described("ab(?i)c|d", "-0 1 +3 line");
}

static void
both_cases_make_one_literal(void **state)
{
	(void)state;
	assert_described("(?i)SecRet", "-0 6 +6 line ~secret");
	assert_described("(?i:sec)ret", "-0 6 +6 line ~secret");
	assert_described("[Aa][wW][Ss]_", "-0 4 +4 line ~aws_");
	assert_described("[Ss]ecret", "-0 6 +6 line ~secret");
	assert_described("a(?i)b(?-i)cd", "-0 4 +4 line ~abcd");
	assert_described("(a(?i)b|cde)fgh", "-0 5 +6 line ~abfgh ~cdefgh");
	assert_described("(?i)[a-b]cd", "-0 3 +3 line ~acd ~bcd");
	assert_described("(?:abc|ABC)d", "-0 4 +4 line abcd ABCd");
}

static void
what_cannot_be_computed_is_refused_with_its_column(void **state)
{
	static const char *const refused[][2] = {
	    {"a(b)\\1", "column 5: "},
	    {"a\\Kb", "column 2: "},
	    {"a\\Ab", "column 2: "},
	    {"a\\zb", "column 2: "},
	    {"a\\Rb", "column 2: "},
	    {"a\\p{L}", "column 2: "},
	    {"a\\Qb\\E", "column 2: "},
	    {"(?R)", "column 1: "},
	    {"x(?1)()", "column 2: "},
	    {"(*FAIL)", "column 1: "},
	    {"(?(?=a)b)", "column 1: "},
	    {"(?|a|b)", "column 1: "},
	    {"(?C)", "column 1: "},
	    {"(?x)a", "column 1: "},
	    {"(?-m)a", "column 1: "},
	    {"(?#a)", "column 1: "},
	    {"(?<a>b)(?<a>c)", "column 11: "},
	    {"(?<9>b)", "column 4: "},
	    {"(?<a", "column 4: "},
	    {"(?P=a)", "column 1: "},
	    {"a{,3}", "column 2: "},
	    {"a{ 3}", "column 2: "},
	    {"a{0}", "column 2: "},
	    {"a{0,0}", "column 2: "},
	    {"a{3,2}", "column 2: "},
	    {"a{65536}", "column 2: "},
	    {"*a", "column 1: "},
	    {"a**", "column 3: "},
	    {"a|+", "column 3: "},
	    {"(?=a)*", "column 6: "},
	    {"^*", "column 2: "},
	    {"\\b?", "column 3: "},
	    {"(a", "column 1: "},
	    {"a)", "column 2: "},
	    {"[a", "column 1: "},
	    {"[]", "column 1: "},
	    {"[b-a]", "column 3: "},
	    {"[\\d-z]", "column 4: "},
	    {"[a-\\d]", "column 3: "},
	    {"[[:foo:]]", "column 2: "},
	    {"[[.a.]]", "column 2: "},
	    {"[:alpha:]", "column 1: "},
	    {"[[:alpha:]-z]", "column 11: "},
	    {"[\\N]", "column 2: "},
	    {"\\x4", "column 3: "},
	    {"\\x{100}", "column 3: "},
	    {"\\x{}", "column 3: "},
	    {"\\N{a}", "column 3: "},
	    {"a\\", "column 2: "},
	    {"(?<=a*)b", "column 1: "},
	    {"x(?<!a|(?:b|cd))", "column 2: "},
	    {"\\cA", "column 1: "},
	    {"(?<=a{65535}b)", "column 1: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const char *column = refused[i][1];
		struct sek_regex_info info;
		struct sek_err err = {0};

		if (sek_regex_study(refused[i][0], &info, &err) !=
			SEK_ECONFIG ||
		    strncmp(err.text, column, strlen(column)) != 0)
			fail_msg("%s: \"%s\"", refused[i][0], err.text);
		assert_int_equal(sek_regex_study(refused[i][0], &info, NULL),
		    SEK_ECONFIG);
	}
}

static void
counts_the_groups_that_capture(void **state)
{
	struct sek_regex_info info;

	(void)state;
	assert_int_equal(sek_regex_study("(a)(?:b)(?<c>d)(?P<e>f)(?'g'h)"
					 "(?>i)(?=j)(?i)(?i:k)[(]\\(",
			     &info, NULL),
	    SEK_OK);
	assert_int_equal(info.groups, 4);
}

/* PCRE2's answer for every byte alone; NULL: it refuses the regex. */
static bool
pcre2_set(const char *regex, struct sek_regex_set *out)
{
	pcre2_match_data *data;
	PCRE2_SIZE where;
	pcre2_code *code;
	int error;

	code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error,
	    &where, NULL);
	if (!code)
		return false;
	data = pcre2_match_data_create_from_pattern(code, NULL);
	for (unsigned c = 0; c < 256; c++) {
		unsigned char byte = (unsigned char)c;

		if (pcre2_match(code, &byte, 1, 0, 0, data, NULL) >= 0)
			sek_regex_set_add(out, byte);
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return true;
}

/* 1: a set, the same as PCRE2's; 0: we refuse it or it is no set. */
static int
same_set(const char *regex)
{
	sek_auto_regex_tree tree = {0};
	struct sek_regex_set set = {0};

	if (sek_regex_parse(&tree, sek_str(regex), NULL) != SEK_OK)
		return 0;
	if (!pcre2_set(regex, &set))
		fail_msg("PCRE2 does not take %s", regex);
	if (tree.root->kind != SEK_REGEX_SET)
		return 0;
	if (memcmp(&set, &tree.root->set, sizeof(set)) != 0)
		fail_msg("%s is another set for PCRE2", regex);
	return 1;
}

static void
every_escape_is_what_it_is_for_pcre2(void **state)
{
	int sets = 0;

	(void)state;
	for (int c = 1; c < 256; c++) {
		char alone[] = {'\\', (char)c, 0};
		char octal[] = {'\\', '0', (char)c, 0};
		char hex[] = {'\\', 'x', '4', (char)c, 0};
		char listed[] = {'[', '\\', (char)c, ']', 0};
		char inverted[] = {'[', '^', '\\', (char)c, ']', 0};
		char folded[] = {'(', '?', 'i', ':', (char)c, ')', 0};

		sets += same_set(alone) + same_set(octal) + same_set(hex) +
		    same_set(listed) + same_set(inverted) + same_set(folded);
	}
	sets += same_set(".") + same_set("(?s:.)") + same_set("\\x{fF}");
	assert_in_range(sets, 800, 1600);
}

static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void
random_classes_are_what_they_are_for_pcre2(void **state)
{
	static const char *const parts[] = {"a", "c", "Z", "-", "-", "]", "[",
	    "^", ":", ".", "=", "\\d", "\\W", "\\]", "\\-", "\\\\", "\\n",
	    "[:alpha:]", "[:^upper:]", "[:^lower:]", "[:punct:]", "[:cntrl:]",
	    "[:graph:]", "[:^print:]", "[:blank:]", "[:word:]", "[:ascii:]",
	    "[:xdigit:]", "\\x41", "\\x{7a}", "\\052", "\\h", "\\V", "\xe9",
	    "k", "~", " "};
	uint64_t seed = 20240611;
	int sets = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char regex[128] = "";
		uint32_t n = 1 + next_random(&seed) % 5;

		if (next_random(&seed) % 3 == 0)
			strcat(regex, "(?i)");
		strcat(regex, next_random(&seed) % 3 ? "[" : "[^");
		while (n-- > 0)
			strcat(regex,
			    parts[next_random(&seed) %
				(sizeof(parts) / sizeof(*parts))]);
		strcat(regex, "]");
		/* (?i) is a node of its own: put it around. */
		if (regex[0] == '(') {
			regex[3] = ':';
			strcat(regex, ")");
		}
		sets += same_set(regex);
	}
	assert_in_range(sets, 8000, 20000);
}

/* What we accept, PCRE2 accepts: a rule that is built in must run. */
static void
random_syntax_is_taken_by_pcre2_too(void **state)
{
	static const char alphabet[] = "ab(()|?*+{}{[]]^$.\\-:,013=!<>Pi'dbsN";
	uint64_t seed = 77;
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 150000; i++) {
		struct sek_regex_info info;
		char regex[16];
		size_t n = 1 + next_random(&seed) % (sizeof(regex) - 1);
		struct sek_regex_set ignored = {0};

		for (size_t k = 0; k < n; k++)
			regex[k] = alphabet[next_random(&seed) %
			    (sizeof(alphabet) - 1)];
		regex[n] = 0;
		if (sek_regex_study(regex, &info, NULL) != SEK_OK)
			continue;
		accepted++;
		if (!pcre2_set(regex, &ignored))
			fail_msg("PCRE2 does not take %s", regex);
	}
	assert_in_range(accepted, 10000, 150000);
}

static char *
repeated(const char *open, const char *middle, const char *close, size_t n)
{
	sek_auto_buf b = {0};

	for (size_t i = 0; i < n; i++)
		sek_buf_add_s(&b, open);
	sek_buf_add_s(&b, middle);
	for (size_t i = 0; i < n; i++)
		sek_buf_add_s(&b, close);
	return sek_buf_take(&b);
}

static enum sek_code
study_repeated(const char *open, const char *middle, const char *close,
    size_t n)
{
	sek_auto_free char *regex = repeated(open, middle, close, n);
	struct sek_regex_info info;

	return sek_regex_study(regex, &info, NULL);
}

static void
hostile_nesting_and_length_are_refused(void **state)
{
	(void)state;
	assert_int_equal(study_repeated("(?:", "a", ")", 250), SEK_OK);
	assert_int_equal(study_repeated("(?:", "a", ")", 251), SEK_ECONFIG);
	assert_int_equal(study_repeated("(?=", "a", ")", 16000), SEK_ECONFIG);
	assert_int_equal(study_repeated("(", "", "", 65536), SEK_ECONFIG);
	assert_int_equal(study_repeated("a", "", "", 65536), SEK_OK);
	assert_int_equal(study_repeated("a", "", "", 65537), SEK_ECONFIG);
	assert_int_equal(study_repeated("(a)", "", "", 1001), SEK_ECONFIG);
}

static void
hostile_shapes_take_no_time(void **state)
{
	(void)state;
	assert_int_equal(study_repeated("(?:a|b", "", ")", 250), SEK_OK);
	assert_int_equal(study_repeated("(?:abc[0-9]+|def", "x", ")+", 250),
	    SEK_OK);
	assert_int_equal(study_repeated("(?:", "[a-d]", "{16})", 250), SEK_OK);
	assert_int_equal(study_repeated("(?:", "abc", "){0,9}", 250), SEK_OK);
	assert_int_equal(study_repeated("(?:a?", "", ")*", 250), SEK_OK);
	assert_int_equal(study_repeated("a?", "", "", 32768), SEK_OK);
	assert_int_equal(study_repeated("[ab]", "", "", 16384), SEK_OK);
	assert_int_equal(study_repeated("\\b", "", "", 32768), SEK_OK);
	assert_int_equal(study_repeated("a|", "", "", 32768), SEK_OK);
	assert_int_equal(study_repeated("abc[0-9]|", "xyz", "", 7000), SEK_OK);
	assert_int_equal(study_repeated("(?:|)*", "", "", 10922), SEK_OK);
	assert_int_equal(study_repeated("(?:a|)", "", "", 10922), SEK_OK);
	assert_int_equal(study_repeated("[", "", "", 65536), SEK_ECONFIG);
	assert_int_equal(study_repeated("[:", "", "", 32768), SEK_ECONFIG);
	assert_int_equal(study_repeated("{", "", "", 65536), SEK_OK);
	assert_int_equal(study_repeated("[[:", "", "", 20000), SEK_ECONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(windows_are_computed),
	    cmocka_unit_test(tells_whether_a_newline_is_crossed),
	    cmocka_unit_test(the_best_literals_are_chosen),
	    cmocka_unit_test(both_cases_make_one_literal),
	    cmocka_unit_test(
		what_cannot_be_computed_is_refused_with_its_column),
	    cmocka_unit_test(counts_the_groups_that_capture),
	    cmocka_unit_test(every_escape_is_what_it_is_for_pcre2),
	    cmocka_unit_test(random_classes_are_what_they_are_for_pcre2),
	    cmocka_unit_test(random_syntax_is_taken_by_pcre2_too),
	    cmocka_unit_test(hostile_nesting_and_length_are_refused),
	    cmocka_unit_test(hostile_shapes_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

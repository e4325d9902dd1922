#include <sys/stat.h>

#include "base/enc.h"
#include "fixture.h"
#include "repo/file_id.h"
#include "scan/build_id.h"
#include "scan/clean_set.h"
#include "scan/hmac.h"

static const unsigned char key[SEK_HMAC_KEY] = {1, 2, 3};
static const unsigned char other_key[SEK_HMAC_KEY] = {1, 2, 4};
static const unsigned char rules[SEK_HMAC_BYTES] = {5};
static const unsigned char other_rules[SEK_HMAC_BYTES] = {6};
static const struct sek_clean_subject about = {{7}}, other = {{8}};

/* RFC 4231, test case 1 with its key filled up with zeros, and case 2: HMAC
 * does the same to a short key. */
static void
sums_are_those_of_the_rfc(void **state)
{
	static const struct {
		const char *key, *data, *want;
	} cases[] = {
	    {"\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v", "Hi There",
		"b0344c61d8db38535ca8afceaf0bf12b"
		"881dc200c9833da726e9376c2e32cff7"},
	    {"Jefe", "what do ya want for nothing?",
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned char k[SEK_HMAC_KEY] = {0}, sum[SEK_HMAC_BYTES];
		sek_auto_buf hex = {0};

		memcpy(k, cases[i].key, strlen(cases[i].key));
		sek_hmac(sum, k, sek_str(cases[i].data));
		sek_hex(&hex, sum, sizeof(sum));
		assert_string_equal(hex.p, cases[i].want);
	}
}

static void
what_was_written_is_read(void **state)
{
	static const char *const contents[] = {"", "x", "\n\n\n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sek_auto_buf file = {0};
		struct sek_str got;

		sek_clean_format(&file, sek_str(contents[i]), key, rules,
		    &about);
		assert_int_equal(sek_clean_parse(&got, sek_buf_str(&file), key,
				     rules, &about, NULL),
		    SEK_OK);
		assert_true(sek_str_is(got, contents[i]));
	}
}

static void
of_another_key_rules_or_thing_nothing_is_read(void **state)
{
	sek_auto_buf file = {0};
	struct sek_str got, bytes;

	(void)state;
	sek_clean_format(&file, SEK_STR("content"), key, rules, &about);
	bytes = sek_buf_str(&file);
	assert_int_equal(sek_clean_parse(&got, bytes, other_key, rules, &about,
			     NULL),
	    SEK_EDENIED);
	assert_int_equal(sek_clean_parse(&got, bytes, key, other_rules, &about,
			     NULL),
	    SEK_EDENIED);
	assert_int_equal(sek_clean_parse(&got, bytes, key, rules, &other, NULL),
	    SEK_EDENIED);
}

static void
no_bit_can_be_changed_and_no_byte_cut(void **state)
{
	sek_auto_buf file = {0};
	struct sek_str got;

	(void)state;
	sek_clean_format(&file, SEK_STR("content"), key, rules, &about);
	for (size_t i = 0; i < 8 * file.n; i++) {
		char was = file.p[i / 8];

		file.p[i / 8] = (char)(was ^ (1 << i % 8));
		assert_int_not_equal(sek_clean_parse(&got, sek_buf_str(&file),
					 key, rules, &about, NULL),
		    SEK_OK);
		file.p[i / 8] = was;
	}
	for (size_t n = 0; n < file.n; n++)
		assert_int_not_equal(sek_clean_parse(&got,
					 (struct sek_str){file.p, n}, key,
					 rules, &about, NULL),
		    SEK_OK);
	sek_buf_add_c(&file, 'x');
	assert_int_not_equal(sek_clean_parse(&got, sek_buf_str(&file), key,
				 rules, &about, NULL),
	    SEK_OK);
}

static void
clear_notes(struct sek_lines *notes)
{
	sek_vec_each (line, notes)
		free(*line);
	sek_vec_clear(notes);
}

static struct sek_clean_set *
open_set(const char *dir, const struct sek_ruleset *r, struct sek_lines *notes)
{
	const struct sek_policy policy = {.rules = r};

	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_STATE_HOME");
	return sek_clean_open(dir, &sek_env_system, &policy, notes);
}

static void
a_set_remembers_per_rules_and_thing(void **state)
{
	const struct sek_ruleset *r = &sek_ruleset_builtin;
	struct sek_ruleset less = *r;
	struct sek_lines notes = {0};
	struct sek_clean_set *s = open_set("set", r, &notes);
	struct sek_clean_subject a, b;
	sek_auto_buf got = {0};

	(void)state;
	assert_non_null(s);
	sek_clean_subject(&a, s, SEK_STR("a"));
	sek_clean_subject(&b, s, SEK_STR("b"));
	assert_false(sek_clean_load(s, &a, &got));
	sek_clean_save(s, &a, SEK_STR("of a"));
	assert_true(sek_clean_load(s, &a, &got));
	assert_true(sek_str_is(sek_buf_str(&got), "of a"));
	assert_false(sek_clean_load(s, &b, &got));
	sek_clean_free(s);

	less.rules--;
	s = open_set("set", &less, &notes);
	assert_false(sek_clean_load(s, &a, &got));
	sek_clean_free(s);
	s = open_set("set", r, &notes);
	assert_true(sek_clean_load(s, &a, &got));
	sek_clean_free(s);
	assert_int_equal(notes.n, 0);
}

static void
each_part_of_a_rule_counts(void **state)
{
	struct sek_rule one = sek_ruleset_builtin.rule[0];
	const struct sek_rule was = one;
	struct sek_ruleset r = sek_ruleset_builtin;
	struct sek_lines notes = {0};
	struct sek_clean_subject a = {{0}};
	sek_auto_buf got = {0};

	(void)state;
	r.rule = &one;
	r.rules = 1;
	for (int i = 0; i < 6; i++) {
		struct sek_clean_set *s;

		one = was;
		one.regex = i == 1 ? "other" : was.regex;
		one.entropy = i == 2 ? 1.25f : 1.5f;
		one.off = i == 3;
		one.id = i == 4 ? "other" : was.id;
		r.literals = i == 5 ? 1 : 2;
		s = open_set("parts", &r, &notes);
		assert_false(sek_clean_load(s, &a, &got));
		sek_clean_save(s, &a, SEK_STR("x"));
		assert_true(sek_clean_load(s, &a, &got));
		sek_clean_free(s);
	}
	assert_int_equal(notes.n, 0);
}

static void
places_that_others_can_write_are_refused(void **state)
{
	const struct sek_ruleset *r = &sek_ruleset_builtin;
	struct sek_lines notes = {0};

	(void)state;
	assert_int_equal(mkdir("open", 0700), 0);
	assert_int_equal(chmod("open", 0777), 0);
	assert_null(open_set("open", r, &notes));
	assert_null(open_set("open/below", r, &notes));
	assert_int_equal(chmod("open", 0720), 0);
	assert_null(open_set("open", r, &notes));
	assert_int_equal(mkdir("set", 0700), 0);
	assert_int_equal(symlink("set", "link"), 0);
	assert_null(open_set("link", r, &notes));
	assert_null(open_set("/dev/null", r, &notes));
	assert_null(open_set("/proc/no/such", r, &notes));
	assert_int_equal(notes.n, 6);
	clear_notes(&notes);
}

static void
files_that_are_no_files_are_passed_over(void **state)
{
	struct sek_lines notes = {0};
	struct sek_clean_set *s = open_set("odd", &sek_ruleset_builtin, &notes);
	struct sek_clean_subject a = {{1}};
	sek_auto_buf got = {0};
	char *name;

	(void)state;
	sek_clean_save(s, &a, SEK_STR("x"));
	name = sh_out("ls -d odd/*");
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkfifo(name, 0600), 0);
	assert_false(sek_clean_load(s, &a, &got));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkdir(name, 0700), 0);
	assert_false(sek_clean_load(s, &a, &got));
	sek_clean_save(s, &a, SEK_STR("x"));
	assert_int_equal(notes.n, 3);
	free(name);
	clear_notes(&notes);
	sek_clean_free(s);
}

static void
a_build_has_an_id(void **state)
{
	(void)state;
	assert_true(sek_build_id().n >= 8);
}

static void
steady_is_what_only_we_can_change_and_did_long_ago(void **state)
{
	struct sek_file_id id, again;
	struct stat st;

	(void)state;
	sh("echo x >steady");
	assert_int_equal(stat("steady", &st), 0);
	sek_file_id_take(&id, &st);
	assert_false(id.steady);
	st.st_ctim.tv_sec -= 3;
	st.st_mode = S_IFREG | 0644;
	sek_file_id_take(&id, &st);
	assert_true(id.steady);
	again = id;
	assert_true(sek_file_id_eq(&id, &again));
	again.ctime++;
	assert_false(sek_file_id_eq(&id, &again));
	st.st_mode = S_IFREG | 0664;
	sek_file_id_take(&id, &st);
	assert_false(id.steady);
	st.st_mode = S_IFDIR | 0755;
	sek_file_id_take(&id, &st);
	assert_false(id.steady);
	st.st_mode = S_IFREG | 0644;
	st.st_uid = geteuid() + 1;
	sek_file_id_take(&id, &st);
	assert_false(id.steady);
	st.st_uid = geteuid();
	st.st_ctim.tv_sec += 100;
	sek_file_id_take(&id, &st);
	assert_false(id.steady);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(sums_are_those_of_the_rfc),
	    fixture_test(what_was_written_is_read),
	    fixture_test(of_another_key_rules_or_thing_nothing_is_read),
	    fixture_test(no_bit_can_be_changed_and_no_byte_cut),
	    fixture_test(a_set_remembers_per_rules_and_thing),
	    fixture_test(each_part_of_a_rule_counts),
	    fixture_test(places_that_others_can_write_are_refused),
	    fixture_test(files_that_are_no_files_are_passed_over),
	    fixture_test(a_build_has_an_id),
	    fixture_test(steady_is_what_only_we_can_change_and_did_long_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/scanner.h"

/* Put together at run time, so that no file of ours holds a key. */
#define ID_A "AKIA" /* */ "QYLPMN5HFIQR7BCX"
#define ID_B "ASIA" /* */ "RZMQNO6IGJRS2CDY"

struct scan {
	struct sek_policy *policy;
	struct sek_scanner *scanner;
	struct sek_outcome out;
};

static void
begin(struct scan *s, const struct sek_policy_options *o)
{
	struct sek_err err = {0};

	*s = (struct scan){0};
	if (sek_policy_load(&s->policy, NULL, NULL, o, &err) != SEK_OK)
		fail_msg("%s", err.text);
	s->scanner = sek_scanner_new(s->policy);
}

static void
end(struct scan *s)
{
	sek_scanner_free(s->scanner);
	sek_policy_free(s->policy);
	sek_outcome_clear(&s->out);
}

static void
run(struct scan *s, struct sek_job *job, const char *text, size_t n)
{
	struct sek_str content = {text, n};

	assert_int_equal(sek_scanner_name(s->scanner, job, &s->out, NULL),
	    SEK_OK);
	assert_int_equal(sek_scanner_run(s->scanner, job, content, &s->out,
			     NULL),
	    SEK_OK);
}

static void
run_as(struct scan *s, const char *path, const char *text)
{
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path),
	    .name_too = true,
	    .origin = sek_alloc(sizeof(*job.origin)),
	};

	run(s, &job, text, strlen(text));
	sek_job_clear(&job);
}

static const struct sek_finding *
found(const struct scan *s, size_t i)
{
	assert_true(i < s->out.founds.n);
	return &s->out.founds.at[i].finding;
}

static void
assert_no_secret(const struct scan *s)
{
	sek_vec_each (f, &s->out.founds) {
		size_t inside = f->finding.place == SEK_PLACE_FILE_NAME
		    ? f->finding.end - f->finding.start
		    : 0;
		char *path = sek_strdup(f->finding.path);

		if (inside)
			memset(path + f->finding.start, 'x', inside);
		assert_null(strstr(path, ID_A));
		assert_null(strstr(path, ID_B));
		assert_null(strstr(f->finding.redacted, ID_A));
		assert_null(f->finding.secret);
		free(path);
	}
}

static void
says_where_a_secret_stands(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, "dir/a", "one\n\n  " ID_A " and " ID_B "\n" ID_A);
	assert_int_equal(s.out.founds.n, 3);
	assert_int_equal(found(&s, 0)->line, 3);
	assert_int_equal(found(&s, 0)->column, 3);
	assert_int_equal(found(&s, 0)->start, 7);
	assert_int_equal(found(&s, 0)->end, 27);
	assert_int_equal(found(&s, 0)->end_line, 3);
	assert_int_equal(found(&s, 0)->end_column, 23);
	assert_int_equal(found(&s, 1)->line, 3);
	assert_int_equal(found(&s, 1)->column, 28);
	assert_int_equal(found(&s, 2)->line, 4);
	assert_int_equal(found(&s, 2)->column, 1);
	assert_string_equal(found(&s, 2)->path, "dir/a");
	assert_string_equal(found(&s, 0)->fingerprint,
	    found(&s, 2)->fingerprint);
	assert_string_not_equal(found(&s, 0)->fingerprint,
	    found(&s, 1)->fingerprint);
	assert_null(found(&s, 0)->pair);
	assert_no_secret(&s);
	end(&s);
}

static void
a_secret_says_to_which_key_id_it_belongs(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, "a",
	    ID_A "\naws_secret_access_key = kQ9xV2mT7bR4nW8z"
		 "L3cJ6hF1pD5sG0yA/qE+uIoX\n");
	assert_int_equal(s.out.founds.n, 2);
	assert_null(found(&s, 0)->pair);
	assert_string_equal(found(&s, 1)->pair, found(&s, 0)->redacted);
	end(&s);
}

static void
a_block_of_several_lines_ends_where_it_ends(void **state)
{
	struct sek_policy_options o = {0};
	struct sek_buf pem = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	sek_buf_add_s(&pem,
	    "x\n-----BEGIN RSA "
	    "PRIVATE KEY-----\n");
	for (int i = 0; i < 12; i++)
		sek_buf_printf(&pem,
		    "MIIEow%02dkQ9xV2mT7bR4nW8zL3cJ6hF1pD5s"
		    "G0yAqEuIoXkQ9xV2mT7bR4nW8z\n",
		    i * 7);
	sek_buf_add_s(&pem,
	    "-----END RSA "
	    "PRIVATE KEY-----\nafter\n");
	run_as(&s, "key.pem", pem.p);
	assert_int_equal(s.out.founds.n, 1);
	assert_true(found(&s, 0)->end_line > found(&s, 0)->line);
	assert_true(found(&s, 0)->end_line <= 15);
	assert_true(found(&s, 0)->end_column >= 1);
	assert_null(strstr(s.out.founds.at[0].lines, "after"));
	sek_buf_clear(&pem);
	end(&s);
}

static void
no_more_is_kept_than_there_is_room_for(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	s.out.room = sek_room_new(1, 1500);
	run_as(&s, "f", ID_A "\n" ID_B "\n");
	assert_int_equal(s.out.founds.n, 1);
	assert_int_equal(s.out.counts.dropped, 1); /* another secret */
	run_as(&s, "g", ID_A "\n" ID_A "\n");
	assert_true(s.out.founds.n < 3);
	assert_int_equal(s.out.counts.dropped, 4 - s.out.founds.n);
	assert_int_equal(s.out.crowded, s.out.counts.dropped - 1);
	sek_outcome_tell_dropped(&s.out);
	assert_int_equal(s.out.counts.unread, 2);
	assert_non_null(strstr(s.out.unread.at[0], "1 of more secrets than"));
	assert_non_null(strstr(s.out.unread.at[1], "at more places than"));
	sek_room_free(s.out.room);
	end(&s);
}

static void
keeps_the_lines_of_the_secret(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, "a", "before\n x " ID_A " y\nafter");
	assert_int_equal(s.out.founds.n, 1);
	assert_true(s.out.founds.at[0].whole_lines);
	assert_string_equal(s.out.founds.at[0].lines, " x " ID_A " y");
	end(&s);
}

static void
cuts_a_very_long_line_to_a_window(void **state)
{
	struct sek_policy_options o = {0};
	struct sek_buf b = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	for (int i = 0; i < 3000; i++)
		sek_buf_add_s(&b, "- ");
	sek_buf_add_s(&b, ID_A);
	for (int i = 0; i < 3000; i++)
		sek_buf_add_s(&b, " -");
	run_as(&s, "a", b.p);
	assert_int_equal(s.out.founds.n, 1);
	assert_false(s.out.founds.at[0].whole_lines);
	assert_int_equal(s.out.founds.at[0].lines_n, 256 + 20 + 256);
	assert_int_equal(found(&s, 0)->column, 6001);
	sek_buf_clear(&b);
	end(&s);
}

static void
a_line_is_long_by_its_own_length(void **state)
{
	struct sek_policy_options o = {0};

	(void)state;
	for (size_t n = 4090; n < 4102; n++) {
		char *line = sek_alloc(n + 1);
		struct scan s;

		begin(&s, &o);
		memset(line, '-', n);
		memcpy(line + n - 21, " " ID_A, 21);
		run_as(&s, "a", line);
		assert_int_equal(s.out.founds.n, 1);
		assert_int_equal(s.out.founds.at[0].whole_lines, n <= 4096);
		free(line);
		end(&s);
	}
}

static void
many_matches_on_one_line_are_all_told(void **state)
{
	struct sek_policy_options o = {.inline_allow = true};
	struct sek_buf b = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	for (int i = 0; i < 20000; i++)
		sek_buf_add_s(&b, ID_A " and so on and on and on and on ");
	run_as(&s, "a", b.p);
	assert_int_equal(s.out.founds.n, 20000);
	sek_buf_clear(&b);
	end(&s);
}

static void
a_path_with_secrets_is_told_and_shown_nowhere(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, "x/" ID_A "-" ID_B "/" ID_A ".txt", "key " ID_B);
	assert_int_equal(s.out.founds.n, 4);
	assert_no_secret(&s);
	for (size_t i = 0; i < 3; i++) {
		const struct sek_finding *f = found(&s, i);

		assert_int_equal(f->place, SEK_PLACE_FILE_NAME);
		assert_memory_equal(f->path + f->start, i == 1 ? ID_B : ID_A,
		    f->end - f->start);
		assert_true(s.out.founds.at[i].path_hidden);
	}
	assert_int_equal(found(&s, 3)->place, SEK_PLACE_FILE);
	assert_string_equal(found(&s, 3)->path,
	    "x/AKIA...CX-ASIA...DY/AKIA...CX.txt");
	assert_string_equal(sek_scanner_shown(s.scanner), found(&s, 3)->path);
	end(&s);
}

static void
a_path_is_hidden_although_its_name_is_not_asked_about(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;
	struct sek_job job = {
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(ID_A ".txt"),
	};

	(void)state;
	begin(&s, &o);
	run(&s, &job, ID_B, 20);
	assert_int_equal(s.out.founds.n, 1);
	assert_string_equal(found(&s, 0)->path, "AKIA...CX.txt");
	sek_job_clear(&job);
	run_as(&s, "next", ID_B);
	assert_string_equal(found(&s, 1)->path, "next");
	assert_false(s.out.founds.at[1].path_hidden);
	end(&s);
}

static void
secrets_are_kept_only_if_asked_for(void **state)
{
	struct sek_policy_options o = {.keep_secrets = true};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, ID_A "/a", ID_B);
	assert_int_equal(s.out.founds.n, 2);
	assert_string_equal(found(&s, 0)->secret, ID_A);
	assert_string_equal(found(&s, 1)->secret, ID_B);
	assert_string_equal(found(&s, 1)->path, ID_A "/a");
	end(&s);
}

static void
a_finding_gets_its_path_later(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;
	struct sek_found f = {0};

	(void)state;
	begin(&s, &o);
	f.finding.place = SEK_PLACE_FILE_NAME;
	f.finding.path = sek_strdup("tree 0123");
	f.finding.start = 21;
	f.finding.end = 41;
	sek_scanner_rename(s.scanner, &f, ID_B "-" ID_A ".x");
	assert_string_equal(f.finding.path, "ASIA...DY-" ID_A ".x");
	assert_int_equal(f.finding.start, 10);
	assert_int_equal(f.finding.end, 30);
	f.finding.place = SEK_PLACE_FILE;
	sek_scanner_rename(s.scanner, &f, ID_B "-" ID_A ".x");
	assert_string_equal(f.finding.path, "ASIA...DY-AKIA...CX.x");
	sek_scanner_rename(s.scanner, &f, "plain");
	assert_string_equal(f.finding.path, "plain");
	assert_false(f.path_hidden);
	sek_found_clear(&f);
	end(&s);
}

static void
markers_count_only_where_they_are_believed(void **state)
{
	static const char text[] = ID_A
	    " gitleaks:allow\n"
	    "# sekisho:allow aws-access-key-id a test\n" ID_A "\n" ID_B "\n";
	struct sek_policy_options o = {.inline_allow = true};
	struct scan s;

	(void)state;
	begin(&s, &o);
	run_as(&s, "a", text);
	assert_int_equal(s.out.founds.n, 1);
	assert_int_equal(found(&s, 0)->line, 4);
	assert_int_equal(s.out.counts.allowed, 2);
	assert_int_equal(s.out.allowed.n, 2);
	end(&s);
	o.inline_allow = false;
	begin(&s, &o);
	run_as(&s, "a", text);
	assert_int_equal(s.out.founds.n, 3);
	end(&s);
}

static void
an_allowed_name_is_not_shown_either(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;
	struct sek_err err;

	(void)state;
	begin(&s, &o);
	assert_int_equal(sek_allow_add_file(s.policy->allow,
			     SEK_STR("[allow]\nrule = aws-access-key-id\n"
				     "reason = a test of lists\n"),
			     ".sekisho", s.policy->rules, "2026-01-01", &err),
	    SEK_OK);
	run_as(&s, ID_A ".txt", ID_B);
	assert_int_equal(s.out.founds.n, 0);
	assert_int_equal(s.out.allowed.n, 2);
	for (size_t i = 0; i < 2; i++)
		assert_null(strstr(s.out.allowed.at[i], ID_A));
	end(&s);
}

static void
entries_for_paths_do_not_count_where_the_path_is_not_known(void **state)
{
	struct sek_policy_options o = {0};
	struct scan s;
	struct sek_err err;
	struct sek_job job = {
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup("blob 0123456789ab"),
	    .unnamed = true,
	};

	(void)state;
	begin(&s, &o);
	assert_int_equal(sek_allow_add_file(s.policy->allow,
			     SEK_STR("[allow]\nrule = aws-access-key-id\n"
				     "path = b*\nreason = a test of lists\n"
				     "[allow]\nvalue = ^ASIA\n"
				     "reason = a test of lists\n"),
			     ".sekisho", s.policy->rules, "2026-01-01", &err),
	    SEK_OK);
	run(&s, &job, ID_A " " ID_B, 41);
	assert_int_equal(s.out.founds.n, 1);
	assert_int_equal(found(&s, 0)->start, 0);
	job.unnamed = false;
	run(&s, &job, ID_A " " ID_B, 41);
	assert_int_equal(s.out.founds.n, 1);
	sek_job_clear(&job);
	end(&s);
}

static void
empty_and_odd_content_is_clean(void **state)
{
	struct sek_policy_options o = {0};
	struct sek_job job = {.place = SEK_PLACE_STDIN};
	struct scan s;

	(void)state;
	begin(&s, &o);
	job.path = sek_strdup("-");
	run(&s, &job, NULL, 0);
	run(&s, &job, "", 0);
	run(&s, &job, "\0\0\n\n\0", 5);
	run(&s, &job, "\xff\xfe", 2);
	assert_int_equal(s.out.founds.n, 0);
	assert_int_equal(s.out.counts.bytes, 7);
	sek_job_clear(&job);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_where_a_secret_stands),
	    cmocka_unit_test(a_secret_says_to_which_key_id_it_belongs),
	    cmocka_unit_test(a_block_of_several_lines_ends_where_it_ends),
	    cmocka_unit_test(no_more_is_kept_than_there_is_room_for),
	    cmocka_unit_test(keeps_the_lines_of_the_secret),
	    cmocka_unit_test(cuts_a_very_long_line_to_a_window),
	    cmocka_unit_test(a_line_is_long_by_its_own_length),
	    cmocka_unit_test(many_matches_on_one_line_are_all_told),
	    cmocka_unit_test(a_path_with_secrets_is_told_and_shown_nowhere),
	    cmocka_unit_test(
		a_path_is_hidden_although_its_name_is_not_asked_about),
	    cmocka_unit_test(secrets_are_kept_only_if_asked_for),
	    cmocka_unit_test(a_finding_gets_its_path_later),
	    cmocka_unit_test(markers_count_only_where_they_are_believed),
	    cmocka_unit_test(an_allowed_name_is_not_shown_either),
	    cmocka_unit_test(
		entries_for_paths_do_not_count_where_the_path_is_not_known),
	    cmocka_unit_test(empty_and_odd_content_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

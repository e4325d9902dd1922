#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/report.h"

#define PRINT "0123456789abcdef01234567"

static const struct sek_rule table[] = {
    {.id = "test-key",
	.description = "test key id",
	.help = "https://example.org/keys",
	.severity = SEK_HIGH,
	.role = SEK_ROLE_KEY_ID},
    {.id = "test-key", .description = "test key id", .severity = SEK_HIGH},
    {.id = "test-pw",
	.description = "pass {word}",
	.severity = SEK_LOW,
	.help = "see the wiki"},
};
static const struct sek_ruleset rules = {.rule = table, .rules = 3};
static const struct sek_counts nothing;

static struct sek_finding
finding(void)
{
	return (struct sek_finding){
	    .rule = &table[0],
	    .severity = SEK_HIGH,
	    .facts.confidence = SEK_CONF_HIGH,
	    .path = sek_strdup("src/conf.c"),
	    .line = 3,
	    .column = 12,
	    .end_line = 3,
	    .end_column = 32,
	    .start = 40,
	    .end = 60,
	    .fingerprint = PRINT,
	    .redacted = sek_strdup("AB12...7A"),
	};
}

static void
set_path(struct sek_finding *f, const char *path)
{
	free(f->path);
	f->path = sek_strdup(path);
}

/* One finding in this format; clears it. */
static char *
report(enum sek_format format, struct sek_finding *f)
{
	struct sek_report_options o = {.format = format, .rules = &rules};
	sek_auto_buf out = {0};

	sek_report_finding(&out, &o, f);
	sek_finding_clear(f);
	assert_false(out.toobig);
	return sek_buf_take(&out);
}

static void
assert_report(enum sek_format format, struct sek_finding *f, const char *want)
{
	sek_auto_free char *got = report(format, f);

	assert_string_equal(got, want);
}

static void
assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in %s", part, text);
}

static void
text_is_what_editors_parse(void **state)
{
	struct sek_finding f = finding();

	(void)state;
	assert_report(SEK_TEXT, &f,
	    "src/conf.c:3:12: high test-key "
	    "test key id: AB12...7A [" PRINT "]\n");
}

static void
text_has_a_line_for_each_thing_known(void **state)
{
	struct sek_finding f = finding();

	(void)state;
	f.commit = (struct sek_oid){.len = 20, .raw = {0xab, 0xcd}};
	f.pair = sek_strdup("CD34...8B");
	strcpy(f.facts.account, "123456789012");
	strcpy(f.facts.expires, "2026-03-15T10:20:30Z");
	f.facts.confidence = SEK_CONF_LOW;
	assert_report(SEK_TEXT, &f,
	    "src/conf.c:3:12: high test-key "
	    "test key id: AB12...7A [" PRINT "]\n"
	    "    commit abcd000000000000000000000000000000000000\n"
	    "    belongs to CD34...8B\n"
	    "    account 123456789012\n"
	    "    expires 2026-03-15 10:20 UTC\n"
	    "    confidence low\n");
}

/* At two places: the second one is still in HEAD. */
static struct sek_finding
history_finding(void)
{
	struct sek_finding f = finding(), other = finding();

	f.commit = (struct sek_oid){.len = 20, .raw = {0xab, 0xcd}};
	f.author = sek_strdup("A \x1b <a@example.org>");
	strcpy(f.date, "2026-03-15T10:20:30Z");
	f.in_head = SEK_HELD_NO;
	set_path(&other, "old/conf.c");
	other.commit = (struct sek_oid){.len = 20, .raw = {0xef, 0x01}};
	other.in_head = SEK_HELD_YES;
	other.head_line = 7;
	f.more = sek_alloc(sizeof(*f.more));
	f.more[f.more_n++] = other;
	return f;
}

static void
every_format_tells_all_places(void **state)
{
	struct sek_finding f = history_finding();
	sek_auto_free char *json = NULL;
	sek_auto_free char *sarif = NULL;

	(void)state;
	assert_report(SEK_TEXT, &f,
	    "src/conf.c:3:12: high test-key "
	    "test key id: AB12...7A [" PRINT "]\n"
	    "    commit abcd000000000000000000000000000000000000\n"
	    "    by \"A \\033 <a@example.org>\", 2026-03-15\n"
	    "    no longer in HEAD\n"
	    "old/conf.c:3:12: the same, in commit ef0100000000, still in HEAD, "
	    "line 7\n");
	f = history_finding();
	json = report(SEK_JSONL, &f);
	assert_holds(json,
	    "\"date\":\"2026-03-15T10:20:30Z\",\"in_head\":false,");
	assert_holds(json,
	    ",\"more\":[{\"place\":\"file\",\"path\":\"old/conf.c\"");
	assert_holds(json, "\"in_head\":true,\"head_line\":7}]}\n");
	f = history_finding();
	sarif = report(SEK_SARIF, &f);
	assert_holds(sarif, "\"uri\":\"src/conf.c\"");
	assert_holds(sarif, "\"uri\":\"old/conf.c\"");
	assert_holds(sarif, "\"inHead\":false");
}

static void
text_quotes_odd_paths(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *got = NULL;

	(void)state;
	set_path(&f, "a\nb:1:1: \x1b[0m");
	got = report(SEK_TEXT, &f);
	assert_holds(got, "\"a\\nb:1:1: \\033[0m\":3:12: high");
}

static void
a_secret_in_a_file_name_is_not_shown_by_it(void **state)
{
	static const enum sek_format all[] = {SEK_TEXT, SEK_JSONL, SEK_SARIF};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sek_finding f = finding();
		sek_auto_free char *got = NULL;

		f.place = SEK_PLACE_FILE_NAME;
		set_path(&f, "keys/THESECRET.pem");
		f.line = f.end_line = 0;
		f.start = 5;
		f.end = 14;
		got = report(all[i], &f);
		assert_null(strstr(got, "THESECRET"));
		assert_holds(got, "keys/AB12...7A.pem");
	}
}

static void
a_file_name_has_no_line(void **state)
{
	struct sek_finding f = finding();

	(void)state;
	f.place = SEK_PLACE_FILE_NAME;
	f.line = 0;
	f.secret = sek_strdup("src");
	f.start = 0;
	f.end = 3;
	assert_report(SEK_TEXT, &f,
	    "src/conf.c: high test-key in the file "
	    "name, test key id: src [" PRINT "]\n");
}

static void
a_secret_is_shown_only_when_it_was_asked_for(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *text = NULL, *jsonl = NULL, *sarif = NULL;

	(void)state;
	f.secret = sek_strdup("one\ntwo\x1b");
	text = report(SEK_TEXT, &f);
	assert_holds(text, ": \"one\\ntwo\\033\" [");
	f = finding();
	f.secret = sek_strdup("one\ntwo");
	jsonl = report(SEK_JSONL, &f);
	assert_holds(jsonl, "\"secret\":\"one\\ntwo\"");
	f = finding();
	sarif = report(SEK_SARIF, &f);
	assert_null(strstr(sarif, "\"secret\":"));
}

static void
colour_is_only_given_when_asked_for(void **state)
{
	struct sek_report_options o = {.format = SEK_TEXT, .rules = &rules};
	struct sek_finding f = finding();
	sek_auto_buf out = {0};

	(void)state;
	sek_report_finding(&out, &o, &f);
	assert_null(strchr(out.p, '\x1b'));
	o.colour = true;
	sek_report_finding(&out, &o, &f);
	assert_non_null(strchr(out.p, '\x1b'));
	sek_finding_clear(&f);
}

static void
jsonl_has_the_keys_in_their_order(void **state)
{
	struct sek_finding f = finding();

	(void)state;
	assert_report(SEK_JSONL, &f,
	    "{\"rule\":\"test-key\","
	    "\"severity\":\"high\",\"confidence\":\"high\","
	    "\"description\":\"test key id\",\"place\":\"file\","
	    "\"path\":\"src/conf.c\",\"line\":3,\"column\":12,"
	    "\"end_line\":3,\"end_column\":32,\"start\":40,\"end\":60,"
	    "\"fingerprint\":\"" PRINT "\",\"redacted\":\"AB12...7A\"}\n");
}

static void
jsonl_tells_what_is_known_beside(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *got = NULL;

	(void)state;
	f.commit = (struct sek_oid){.len = 20, .raw = {0xab}};
	f.blob = (struct sek_oid){.len = 32, .raw = {0xcd}};
	f.pair = sek_strdup("CD34...8B");
	strcpy(f.facts.account, "123456789012");
	strcpy(f.facts.expires, "2026-03-15T10:20:30Z");
	got = report(SEK_JSONL, &f);
	assert_holds(got,
	    "\"commit\":"
	    "\"ab00000000000000000000000000000000000000\",\"blob\":"
	    "\"cd000000000000000000000000000000"
	    "00000000000000000000000000000000\",\"fingerprint\"");
	assert_holds(got,
	    "\"pair\":\"CD34...8B\",\"account\":"
	    "\"123456789012\",\"expires\":\"2026-03-15T10:20:30Z\"}");
}

static void
jsonl_keeps_a_path_that_is_not_utf8(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *got = NULL;

	(void)state;
	set_path(&f, "a\xff\xc3(\xe9\x8d\xb5");
	got = report(SEK_JSONL, &f);
	assert_holds(got,
	    "\"path\":\"a\xef\xbf\xbd\xef\xbf\xbd(\xe9\x8d\xb5\","
	    "\"path_base64\":\"Yf/DKOmNtQ==\",");
	f = finding();
	set_path(&f, "\xe9\x8d\xb5");
	free(got);
	got = report(SEK_JSONL, &f);
	assert_null(strstr(got, "base64"));
}

static void
jsonl_ends_with_a_summary(void **state)
{
	struct sek_report_options o = {.format = SEK_JSONL, .rules = &rules};
	const char *const lines[] = {"a: why", "b\xff: why", NULL};
	struct sek_counts c = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 11};
	sek_auto_buf out = {0};

	(void)state;
	sek_report_begin(&out, &o);
	sek_report_end(&out, &o, &c, lines);
	assert_string_equal(out.p,
	    "{\"summary\":{\"blobs\":1,\"bytes\":2,"
	    "\"commits\":3,\"tags\":4,\"messages\":5,\"names\":6,"
	    "\"elsewhere\":8,\"left_out\":9,\"allowed\":10,\"known\":11,"
	    "\"unread_count\":7,\"unread\":[\"a: why\","
	    "\"b\xef\xbf\xbd: why\"],\"status\":0}}\n");
}

static void
text_always_tells_what_was_not_read(void **state)
{
	struct sek_report_options o = {.format = SEK_TEXT, .rules = &rules};
	const char *const lines[] = {"a: wh\x1b[31my", NULL};
	struct sek_counts c = {.unread = 3};
	sek_auto_buf out = {0};

	(void)state;
	sek_report_end(&out, &o, &c, lines);
	assert_string_equal(out.p, "not read: a: wh?[31my\nnot read: 2 more\n");
}

static void
text_tells_what_was_scanned_only_when_asked(void **state)
{
	struct sek_report_options o = {.format = SEK_TEXT, .rules = &rules};
	struct sek_counts c = {.blobs = 1, .bytes = 20, .names = 1};
	sek_auto_buf out = {0};

	(void)state;
	sek_report_end(&out, &o, &c, NULL);
	assert_int_equal(out.n, 0);
	o.verbose = true;
	sek_report_end(&out, &o, &c, NULL);
	assert_string_equal(out.p,
	    "scanned 1 blob, 20 bytes, 0 commits, "
	    "0 tags, 0 messages, 1 name; not read 0, elsewhere 0, left out 0, "
	    "allowed 0\n");
}

static void
sarif_tells_what_was_found_where(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *got = NULL;

	(void)state;
	f.char_column = 10;
	f.end_char_column = 30;
	f.commit = (struct sek_oid){.len = 20, .raw = {0xab}};
	set_path(&f, "src/a b%:\xff.c");
	got = report(SEK_SARIF, &f);
	assert_holds(got,
	    "\"ruleId\":\"test-key\",\"ruleIndex\":0,"
	    "\"level\":\"error\"");
	assert_holds(got,
	    "\"artifactLocation\":{\"uri\":"
	    "\"src/a%20b%25%3A%FF.c\",\"uriBaseId\":\"SRCROOT\"}");
	assert_holds(got,
	    "\"region\":{\"startLine\":3,\"startColumn\":10,"
	    "\"endLine\":3,\"endColumn\":30,\"byteOffset\":40,"
	    "\"byteLength\":20}");
	assert_holds(got,
	    "\"partialFingerprints\":{\"sekisho/v1\":\"" PRINT "\"}");
	assert_holds(got,
	    "\"commit\":\"ab00000000000000000000000000000000000000\"");
}

static void
sarif_has_no_columns_where_characters_were_not_counted(void **state)
{
	struct sek_finding f = finding();
	sek_auto_free char *got = NULL;

	(void)state;
	got = report(SEK_SARIF, &f);
	assert_null(strstr(got, "Column"));
	assert_holds(got, "\"startLine\":3");
}

static void
sarif_knows_a_file_from_what_is_none(void **state)
{
	static const struct {
		enum sek_place place;
		const char *path, *want;
	} each[] = {
	    {SEK_PLACE_FILE, "/etc/x y", "{\"uri\":\"file:///etc/x%20y\"}"},
	    {SEK_PLACE_MESSAGE, "commit 12ab",
		"{\"uri\":\"commit%2012ab\",\"uriBaseId\":\"MESSAGES\"}"},
	    {SEK_PLACE_REF_NAME, "refs/heads/x",
		"{\"uri\":\"refs/heads/x\",\"uriBaseId\":\"REFS\"}"},
	    {SEK_PLACE_STDIN, "-",
		"{\"uri\":\"stdin\",\"uriBaseId\":\"STREAMS\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
		struct sek_finding f = finding();
		sek_auto_free char *got = NULL;

		f.place = each[i].place;
		set_path(&f, each[i].path);
		got = report(SEK_SARIF, &f);
		assert_holds(got, each[i].want);
	}
}

/* The whole, written out and emptied after each call but the first. */
static void
sarif_puts_commas_between_results_only(void **state)
{
	struct sek_report_options o = {.format = SEK_SARIF,
	    .rules = &rules,
	    .version = "1.2.3",
	    .base = "/home/a b"};
	struct sek_finding f = finding();
	sek_auto_buf out = {0};

	(void)state;
	sek_report_begin(&out, &o);
	assert_holds(out.p, "\"version\":\"2.1.0\"");
	assert_holds(out.p, "\"SRCROOT\":{\"uri\":\"file:///home/a%20b/\"");
	sek_report_finding(&out, &o, &f);
	assert_holds(out.p, "\"results\":[\n{\"ruleId\"");
	sek_buf_reset(&out);
	sek_report_finding(&out, &o, &f);
	assert_memory_equal(out.p, ",\n{", 3);
	sek_report_finding(&out, &o, &f);
	assert_holds(out.p + 3, "}},\n{\"ruleId\"");
	sek_buf_reset(&out);
	sek_report_end(&out, &o, &nothing, NULL);
	assert_memory_equal(out.p, "\n],", 3);
	assert_holds(out.p, "\"executionSuccessful\":true");
	sek_finding_clear(&f);
}

static void
sarif_lists_each_rule_once_with_its_help(void **state)
{
	struct sek_report_options o = {.format = SEK_SARIF, .rules = &rules};
	struct sek_finding f = finding();
	sek_auto_buf out = {0};
	const char *first;

	(void)state;
	sek_report_begin(&out, &o);
	first = strstr(out.p, "\"id\":\"test-key\"");
	assert_non_null(first);
	assert_null(strstr(first + 1, "\"id\":\"test-key\""));
	assert_holds(out.p, "\"helpUri\":\"https://example.org/keys\"");
	assert_null(strstr(out.p, "see the wiki"));
	assert_holds(out.p, "\"text\":\"pass {{word}}\"");
	assert_holds(out.p, "\"security-severity\":\"8.0\"");
	sek_buf_reset(&out);
	f.rule = &table[2];
	sek_report_finding(&out, &o, &f);
	assert_holds(out.p, "\"ruleIndex\":1,");
	sek_finding_clear(&f);
}

static void
sarif_says_that_a_run_failed_and_on_what(void **state)
{
	struct sek_report_options o = {.format = SEK_SARIF, .rules = &rules};
	const char *const lines[] = {"a{0}: why", NULL};
	struct sek_counts c = {.unread = 1};
	sek_auto_buf out = {0};

	(void)state;
	sek_report_end(&out, &o, &c, lines);
	assert_holds(out.p, "\"executionSuccessful\":false");
	assert_holds(out.p,
	    "\"toolExecutionNotifications\":[{\"level\":"
	    "\"error\",\"message\":{\"text\":\"a{{0}}: why\"}}]");
}

static void
a_report_that_does_not_fit_says_so(void **state)
{
	static const enum sek_format all[] = {SEK_TEXT, SEK_JSONL, SEK_SARIF};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sek_report_options o = {
		    .format = all[i], .rules = &rules};
		struct sek_finding f = finding();
		sek_auto_buf out = {.max = 64};

		sek_report_finding(&out, &o, &f);
		assert_true(out.toobig);
		sek_finding_clear(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_what_editors_parse),
	    cmocka_unit_test(text_has_a_line_for_each_thing_known),
	    cmocka_unit_test(every_format_tells_all_places),
	    cmocka_unit_test(text_quotes_odd_paths),
	    cmocka_unit_test(a_secret_in_a_file_name_is_not_shown_by_it),
	    cmocka_unit_test(a_file_name_has_no_line),
	    cmocka_unit_test(a_secret_is_shown_only_when_it_was_asked_for),
	    cmocka_unit_test(colour_is_only_given_when_asked_for),
	    cmocka_unit_test(jsonl_has_the_keys_in_their_order),
	    cmocka_unit_test(jsonl_tells_what_is_known_beside),
	    cmocka_unit_test(jsonl_keeps_a_path_that_is_not_utf8),
	    cmocka_unit_test(jsonl_ends_with_a_summary),
	    cmocka_unit_test(text_always_tells_what_was_not_read),
	    cmocka_unit_test(text_tells_what_was_scanned_only_when_asked),
	    cmocka_unit_test(sarif_tells_what_was_found_where),
	    cmocka_unit_test(
		sarif_has_no_columns_where_characters_were_not_counted),
	    cmocka_unit_test(sarif_knows_a_file_from_what_is_none),
	    cmocka_unit_test(sarif_puts_commas_between_results_only),
	    cmocka_unit_test(sarif_lists_each_rule_once_with_its_help),
	    cmocka_unit_test(sarif_says_that_a_run_failed_and_on_what),
	    cmocka_unit_test(a_report_that_does_not_fit_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

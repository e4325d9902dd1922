#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/merge.h"
#include "scan/report_read.h"

#define PRINT "0123456789abcdef01234567"
#define RULE                                                                   \
	"\"rule\":\"a-rule\",\"severity\":\"high\",\"confidence\":\"high\","   \
	"\"description\":\"what\","
#define PLACE "\"place\":\"file\",\"path\":\"a\",\"start\":1,\"end\":8,"
#define END   "\"fingerprint\":\"" PRINT "\",\"redacted\":\"(7 characters)\"}"
#define COUNTS                                                                 \
	"\"blobs\":1,\"bytes\":2,\"commits\":3,\"tags\":4,\"messages\":5,"     \
	"\"names\":6,\"elsewhere\":7,\"left_out\":8,\"allowed\":9,"            \
	"\"unread_count\":0,\"unread\":[]"
#define SUMMARY "{\"summary\":{" COUNTS ",\"status\":1}}"

/* Of a file in a commit of that rank; the commit's id is the digit. */
#define IN(path, digit, rank)                                                  \
	"{" RULE "\"place\":\"file\",\"path\":\"" path "\",\"start\":1,"       \
	"\"end\":8,\"commit\":\"" digit digit digit digit digit digit digit    \
	    digit "00000000000000000000000000000000\",\"rank\":" rank "," END  \
	"\n"
#define PART(number, of, split)                                                \
	"{\"summary\":{" COUNTS ",\"status\":1,\"shard\":{\"number\":" number  \
	",\"of\":" of ",\"split\":\"" split "\"}}}\n"

static void
reads(const char *line, enum sek_line_kind kind)
{
	struct sek_report_line l;
	struct sek_err err;

	if (sek_report_read(&l, sek_str(line), &err) != SEK_OK)
		fail_msg("%s: %s", line, err.text);
	assert_int_equal(l.kind, kind);
	sek_report_line_clear(&l);
}

static void
refuses(const char *line, const char *why)
{
	struct sek_report_line l;
	struct sek_err err = {0};

	assert_int_equal(sek_report_read(&l, sek_str(line), &err), SEK_EPARSE);
	if (!strstr(err.text, why))
		fail_msg("%s: %s", line, err.text);
}

static void
lines_are_read(void **state)
{
	(void)state;
	reads("{" RULE PLACE END, SEK_LINE_FINDING);
	reads("{" RULE PLACE "\"from_later\":[1,{}]," END, SEK_LINE_FINDING);
	reads(SUMMARY, SEK_LINE_SUMMARY);
	reads("{\"total\":{\"repositories\":0,\"status\":0}}", SEK_LINE_TOTAL);
}

static void
what_is_wrong_is_refused(void **state)
{
	static const char *const pairs[][2] = {
	    {"", "not a line of JSON"},
	    {"{", "not a line of JSON"},
	    {"[]", "not an object"},
	    {"7", "not a line of JSON"},
	    {"{}", "`rule` is missing"},
	    {"{\"rule\":\"a\",\"rule\":\"b\"}", "not a line of JSON"},
	    {"{\"rule\":\"\\u0000\"}", "not a line of JSON"},
	    {"{\"rule\":\"\xff\"}", "not a line of JSON"},
	    {"{" PLACE END, "`rule` is missing"},
	    {"{" RULE END, "`place` is missing"},
	    {"{" RULE PLACE "\"redacted\":\"x\"}", "`fingerprint` is missing"},
	    {"{" RULE PLACE "\"fingerprint\":\"" PRINT "\"}",
		"`redacted` is missing"},
	    {"{\"rule\":\"A b\",\"description\":\"x\"}",
		"`rule` is not the id"},
	    {"{\"rule\":\"a\",\"description\":\"\\u001b[31m\"}",
		"`description` is empty, or"},
	    {"{\"rule\":\"a\",\"description\":\"x\",\"severity\":\"worst\"}",
		"`severity` is none"},
	    {"{" RULE "\"place\":\"moon\",\"path\":\"a\"}", "`place` is none"},
	    {"{" RULE PLACE "\"line\":-1," END, "`line` is negative"},
	    {"{" RULE PLACE "\"line\":\"1\"," END, "`line` is of another"},
	    {"{" RULE PLACE "\"line\":1.5," END, "`line` is of another"},
	    {"{" RULE PLACE "\"line\":99999999999999999999," END, "not a line"},
	    {"{" RULE PLACE "\"line\":1," END, "`column` is missing"},
	    {"{" RULE "\"place\":\"file\",\"path\":\"a\",\"start\":9,"
	     "\"end\":8," END,
		"ends before it starts"},
	    {"{" RULE PLACE "\"commit\":\"12\"," END, "`commit` is not"},
	    {"{" RULE PLACE "\"date\":\"yesterday, at about 3\"," END,
		"`date` has another length"},
	    {"{" RULE PLACE "\"date\":\"2020-13-02T03:04:05Z\"," END,
		"`date` is not a time"},
	    {"{" RULE PLACE "\"account\":\"1\"," END, "`account` has another"},
	    {"{" RULE PLACE "\"region\":\"a-region-with-too-long-a-name\"," END,
		"`region` is too long"},
	    {"{" RULE PLACE "\"canary\":1," END, "`canary` is of another"},
	    {"{" RULE PLACE "\"signals\":[1]," END, "`signals` holds"},
	    {"{" RULE PLACE "\"encoding\":\"\\n\"," END, "`encoding` is"},
	    {"{" RULE PLACE "\"path_base64\":\"AA==\"," END, "holds a NUL"},
	    {"{" RULE PLACE "\"path_base64\":\"*\"," END, "is not base64"},
	    {"{" RULE PLACE "\"more\":{}," END, "`more` is of another"},
	    {"{" RULE PLACE "\"more\":[7]," END, "what is no object"},
	    {"{" RULE PLACE "\"more\":[{}]," END, "`place` is missing"},
	    {"{" RULE PLACE "\"repository\":\"\"," END, "is empty"},
	    {"{\"summary\":7}", "`summary` is of another"},
	    {"{\"summary\":{}}", "`unread` is missing"},
	    {"{\"summary\":{" COUNTS "}}", "`status` is missing"},
	    {"{\"summary\":{" COUNTS ",\"status\":256}}", "no exit status"},
	    {PART("3", "2", "0"), "`shard` is none"},
	    {PART("0", "2", "0"), "`shard` is none"},
	    {PART("1", "2", "00000000000000000"), "`split` has another"},
	    {"{\"total\":{\"status\":0}}", "`repositories` is missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		refuses(pairs[i][0], pairs[i][1]);
}

static void
a_deep_or_long_line_is_refused(void **state)
{
	char *deep = sek_alloc(100001);
	char *n = sek_alloc(SEK_REPORT_LINE_MAX + 2);

	(void)state;
	memset(deep, '[', 100000);
	refuses(deep, "not a line of JSON");
	memset(n, ' ', SEK_REPORT_LINE_MAX + 1);
	refuses(n, "more than");
	free(deep);
	free(n);
}

/* One report, or several; the only repository of it. */
static struct sek_merged *
merged(struct sek_merge **m, ...)
{
	const char *text;
	va_list ap;

	*m = sek_merge_new();
	va_start(ap, m);
	while ((text = va_arg(ap, const char *)))
		sek_merge_add(*m, sek_str(text), "f");
	va_end(ap);
	sek_merge_end(*m);
	assert_int_equal(sek_merge_count(*m), 1);
	return sek_merge_at(*m, 0);
}

static void
of_a_secret_at_a_path_the_first_one_stays(void **state)
{
	struct sek_merge *m;
	struct sek_merged *r = merged(&m,
	    IN("b", "2", "20") IN("a", "3", "30") PART("1", "2", "0"),
	    IN("b", "1", "10") IN("c", "0", "40") PART("2", "2", "0"), NULL);
	const struct sek_finding *f;

	(void)state;
	assert_false(r->broken);
	assert_int_equal(r->outcome.counts.bytes, 4);
	assert_int_equal(r->outcome.founds.n, 1);
	f = &r->outcome.founds.at[0].finding;
	/* what no commit brings comes last, dates being equal paths count */
	assert_string_equal(f->path, "a");
	assert_int_equal(f->more_n, 2);
	assert_string_equal(f->more[0].path, "b");
	assert_int_equal(f->more[0].rank, 10);
	assert_string_equal(f->more[1].path, "c");
	sek_merge_free(m);
}

static void
broken_by(const char *why, const char *one, const char *two)
{
	struct sek_merge *m;
	struct sek_merged *r = merged(&m, one, two, NULL);
	bool told = false;

	sek_vec_each (line, &r->outcome.unread)
		told = told || strstr(*line, why);
	if (!told || !r->broken)
		fail_msg("%s: not told of %s", why, one);
	sek_merge_free(m);
}

static void
what_is_missing_is_told(void **state)
{
	(void)state;
	broken_by("f: the closing line is missing", "", NULL);
	broken_by("f: the closing line is missing", IN("a", "1", "1"), NULL);
	broken_by("f:1: not a line of JSON", "{\n" SUMMARY, NULL);
	broken_by("part 2 of 2 is missing", PART("1", "2", "0"), NULL);
	broken_by("part 1 of 2 is missing", PART("2", "2", "0"), NULL);
	broken_by("part 1 of 2 is there twice", PART("1", "2", "0"),
	    PART("1", "2", "0") PART("2", "2", "0"));
	broken_by("part 2 of 2 was made of other packs", PART("1", "2", "0"),
	    PART("2", "2", "1"));
	broken_by("is not of as many parts", PART("1", "2", "0"),
	    PART("2", "3", "0"));
	broken_by("said to close 2 repositories",
	    "{\"total\":{\"repositories\":2,\"status\":0}}", NULL);
}

static void
nothing_is_hidden_by_what_is_broken(void **state)
{
	struct sek_merge *m;
	struct sek_merged *r = merged(&m,
	    IN("a", "1", "1") "junk\n" IN("b", "2", "2"),
	    IN("c", "3", "3") SUMMARY, NULL);

	(void)state;
	assert_int_equal(r->outcome.founds.n, 1);
	assert_int_equal(r->outcome.founds.at[0].finding.more_n, 2);
	assert_int_equal(r->status, 1);
	assert_true(r->broken);
	sek_merge_free(m);
}

static void
repositories_stay_apart(void **state)
{
	static const char *const text =
	    "{" RULE PLACE "\"repository\":\"r2\"," END "\n"
	    "{\"summary\":{" COUNTS ",\"status\":1,\"repository\":\"r2\"}}\n"
	    "{" RULE PLACE "\"repository\":\"r1\"," END "\n"
	    "{\"summary\":{" COUNTS ",\"status\":3,\"repository\":\"r1\"}}\n"
	    "{\"total\":{\"repositories\":2,\"status\":3}}\n";
	struct sek_merge *m = sek_merge_new();

	(void)state;
	sek_merge_add(m, sek_str(text), "f");
	sek_merge_end(m);
	assert_int_equal(sek_merge_count(m), 2);
	assert_string_equal(sek_merge_at(m, 0)->repository, "r1");
	assert_int_equal(sek_merge_at(m, 0)->status, 3);
	assert_int_equal(sek_merge_at(m, 1)->outcome.founds.n, 1);
	assert_false(sek_merge_at(m, 1)->broken);
	assert_int_equal(sek_merge_rules(m)->rules, 1);
	sek_merge_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_read),
	    cmocka_unit_test(what_is_wrong_is_refused),
	    cmocka_unit_test(a_deep_or_long_line_is_refused),
	    cmocka_unit_test(of_a_secret_at_a_path_the_first_one_stays),
	    cmocka_unit_test(what_is_missing_is_told),
	    cmocka_unit_test(nothing_is_hidden_by_what_is_broken),
	    cmocka_unit_test(repositories_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

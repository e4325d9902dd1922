#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/allow.h"

#define PRINT_A "0123456789abcdef01234567"
#define PRINT_B "89abcdef0123456789abcdef"
#define TODAY   "2026-03-15"

static const struct sek_rule table[] = {{.id = "test-key"}, {.id = "test-pw"}};
static const struct sek_ruleset rules = {.rule = table, .rules = 2};

/* A finding at src/conf.c:3 with the secret "sesame" on its line. */
struct asked {
	struct sek_finding f;
	struct sek_allow_where w;
	char path[64];
};

static void
ask_about(struct asked *q)
{
	*q = (struct asked){0};
	strcpy(q->path, "src/conf.c");
	q->f.rule = &table[0];
	q->f.path = q->path;
	q->f.line = 3;
	strcpy(q->f.fingerprint, PRINT_A);
	q->w.secret = SEK_STR("sesame");
	q->w.line = SEK_STR("open = sesame");
}

static struct sek_allow *
load(const char *text)
{
	struct sek_allow *a = sek_allow_new();
	struct sek_err err = {0};

	if (sek_allow_add_file(a, sek_str(text), ".sekisho", &rules, TODAY,
		&err) != SEK_OK)
		fail_msg("%s", err.text);
	return a;
}

/* The why text, or NULL. */
static const char *
answer(const struct sek_allow *a, const struct asked *q, bool inline_too)
{
	struct sek_err err;
	const char *why;
	bool yes;

	assert_int_equal(sek_allow_finding(a, &q->f, &q->w, inline_too, &yes,
			     &why, &err),
	    SEK_OK);
	assert_int_equal(yes, why != NULL);
	return why;
}

/* Does this file allow what q asks about? */
static bool
allows(const char *text, const struct asked *q)
{
	struct sek_allow *a = load(text);
	bool yes = answer(a, q, false) != NULL;

	sek_allow_free(a);
	return yes;
}

static void
assert_refused(const char *text, const char *why)
{
	struct sek_allow *a = sek_allow_new();
	struct sek_err err = {0};
	enum sek_code r = sek_allow_add_file(a, sek_str(text), ".sekisho",
	    &rules, TODAY, &err);

	sek_allow_free(a);
	assert_int_equal(r, SEK_ECONFIG);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, err.text);
}

static void
an_empty_file_allows_nothing(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_false(allows("", &q));
	assert_false(allows("# only a comment\n\n", &q));
}

static void
a_rule_is_switched_off(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nrule = test-key\nreason = r\n", &q));
	assert_false(allows("[allow]\nrule = test-pw\nreason = r\n", &q));
}

static void
a_built_in_rule_can_be_named_in_any_run(void **state)
{
	sek_auto_free char *text = NULL;

	(void)state;
	assert_true(sek_ruleset_builtin.rules > 0);
	text = sek_printf("[allow]\nrule = %s\nreason = r\n",
	    sek_ruleset_builtin.rule[0].id);
	sek_allow_free(load(text));
}

static void
without_a_rule_set_any_rule_id_will_do(void **state)
{
	struct sek_allow *a = sek_allow_new();

	(void)state;
	assert_int_equal(
	    sek_allow_add_file(a,
		SEK_STR("[allow]\nrule = somebody-elses\nreason = r\n"), "f",
		NULL, TODAY, NULL),
	    SEK_OK);
	assert_int_equal(sek_allow_add_file(a,
			     SEK_STR("[allow]\nrule = No!\nreason = r\n"), "f",
			     NULL, TODAY, NULL),
	    SEK_ECONFIG);
	sek_allow_free(a);
}

static void
a_fingerprint_allows_its_finding_only(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nfingerprint = " PRINT_A "\nreason = r\n",
	    &q));
	assert_true(allows("[allow]\nreason = r\n"
			   "fingerprint = 0123456789ABCDEF01234567\n",
	    &q));
	assert_false(allows("[allow]\nfingerprint = " PRINT_B "\nreason = r\n",
	    &q));
}

static void
any_of_several_fingerprints_will_do(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nfingerprint = " PRINT_B
			   "\nfingerprint = " PRINT_A "\nreason = r\n",
	    &q));
}

static void
all_criteria_of_a_section_must_hold(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nrule = test-key\npath = src/*.c\n"
			   "value = ^ses\nfingerprint = " PRINT_A
			   "\nreason = r\n",
	    &q));
	assert_false(allows("[allow]\nrule = test-pw\npath = src/*.c\n"
			    "value = ^ses\nfingerprint = " PRINT_A
			    "\nreason = r\n",
	    &q));
	assert_false(allows("[allow]\nrule = test-key\npath = lib/*.c\n"
			    "value = ^ses\nfingerprint = " PRINT_A
			    "\nreason = r\n",
	    &q));
	assert_false(allows("[allow]\nrule = test-key\npath = src/*.c\n"
			    "value = ^mes\nfingerprint = " PRINT_A
			    "\nreason = r\n",
	    &q));
	assert_false(allows("[allow]\nrule = test-key\npath = src/*.c\n"
			    "value = ^ses\nfingerprint = " PRINT_B
			    "\nreason = r\n",
	    &q));
}

static void
sections_do_not_mix_their_criteria(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_false(
	    allows("[allow]\nrule = test-pw\nreason = r\n"
		   "[allow]\npath = lib/**\nrule = test-key\nreason = r\n",
		&q));
}

static void
a_value_regex_sees_the_secret_only(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nvalue = ^sesame$\nreason = r\n", &q));
	assert_false(allows("[allow]\nvalue = open\nreason = r\n", &q));
}

static void
a_path_means_nothing_for_what_is_no_file(void **state)
{
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\npath = src/\nreason = r\n", &q));
	q.f.place = SEK_PLACE_FILE_NAME;
	assert_true(allows("[allow]\npath = src/\nreason = r\n", &q));
	q.f.place = SEK_PLACE_MESSAGE;
	assert_false(allows("[allow]\npath = src/\nreason = r\n", &q));
	q.f.place = SEK_PLACE_REF_NAME;
	assert_false(allows("[allow]\npath = src/\nreason = r\n", &q));
}

static bool
leaves_out(const struct sek_allow *a, const char *path)
{
	struct sek_err err;
	bool yes;

	assert_int_equal(sek_allow_path(a, sek_str(path), &yes, &err), SEK_OK);
	return yes;
}

static void
only_a_path_alone_leaves_files_out(void **state)
{
	struct sek_allow *a =
	    load("[allow]\npath = vendor/**/*.min.js\n"
		 "reason = r\n"
		 "[allow]\npath = a.txt\nrule = test-key\nreason = r\n"
		 "[allow]\npath = b.txt\nvalue = x\nreason = r\n"
		 "[allow]\npath = c.txt\nfingerprint = " PRINT_A
		 "\nreason = r\n"
		 "[allow]\npath = d.txt\nuntil = 2026-03-14\nreason = r\n");

	(void)state;
	assert_true(leaves_out(a, "vendor/x/y/z.min.js"));
	assert_false(leaves_out(a, "vendor/x/y/z.js"));
	assert_false(leaves_out(a, "src/vendor/x.min.js"));
	assert_false(leaves_out(a, "a.txt"));
	assert_false(leaves_out(a, "b.txt"));
	assert_false(leaves_out(a, "c.txt"));
	assert_false(leaves_out(a, "d.txt"));
	sek_allow_free(a);
}

static void
says_which_entry_allowed_it_and_why(void **state)
{
	struct sek_allow *a = load("\n# fixtures\n[allow]\nrule = test-key\n"
				   "reason = test \x1b[31m fixture\n");
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_string_equal(answer(a, &q, false),
	    "allowed by .sekisho:3: \"test \\033[31m fixture\"");
	sek_allow_free(a);
	a = load("[allow]\nrule = test-key\nreason = test fixture\n");
	assert_string_equal(answer(a, &q, false),
	    "allowed by .sekisho:1: test fixture");
	sek_allow_free(a);
}

struct told {
	char text[1024];
};

static void
tell(void *arg, const struct sek_allow_entry *e)
{
	struct told *t = arg;
	size_t n = strlen(t->text);

	snprintf(t->text + n, sizeof(t->text) - n, "%s:%zu %s until %s;",
	    e->name, e->line, e->what, e->until ? e->until : "-");
}

static void
the_day_itself_still_counts_and_the_next_does_not(void **state)
{
	struct told t = {{0}};
	struct sek_allow *a;
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_true(allows("[allow]\nrule = test-key\nreason = r\n"
			   "until = 2026-03-15\n",
	    &q));
	assert_true(allows("[allow]\nrule = test-key\nreason = r\n"
			   "until = 2026-12-01\n",
	    &q));
	a = load("[allow]\nrule = test-key\nreason = r\nuntil = 2026-03-14\n"
		 "[allow]\nvalue = hush\nreason = r\nuntil = 2026-03-16\n");
	assert_null(answer(a, &q, false));
	sek_allow_expired(a, tell, &t);
	assert_string_equal(t.text,
	    ".sekisho:1 rule test-key until 2026-03-14;");
	sek_allow_free(a);
}

static void
refuses_what_it_does_not_understand(void **state)
{
	(void)state;
	assert_refused("[allow]\nreason = r\n", ".sekisho:1: nothing says");
	assert_refused("\n[allow]\nrule = test-key\n", ".sekisho:2: `reason`");
	assert_refused("[allow]\nrule = test-key\nreason =\n", ":3: `reason`");
	assert_refused("[allow]\nrule = test-key\nreason =   \n", ":3: ");
	assert_refused("[deny]\nrule = test-key\nreason = r\n",
	    ":1: unknown section");
	assert_refused("rule = test-key\n", ":1: `[allow]` is missing");
	assert_refused("[allow]\nrules = test-key\nreason = r\n",
	    ":2: unknown key");
	assert_refused("[allow]\nrule\nreason = r\n", ":2: ");
	assert_refused("[allow\nrule = test-key\nreason = r\n", ":1: ");
	assert_refused("[allow]\nrule = no-such-rule\nreason = r\n",
	    ":2: there is no rule no-such-rule");
	assert_refused("[allow]\nrule = *\nreason = r\n", ":2: not a rule id");
	assert_refused("[allow]\nrule =\nreason = r\n", ":2: not a rule id");
	assert_refused("[allow]\npath = [\nreason = r\n", ":2: `path`: ");
	assert_refused("[allow]\npath = !x\nreason = r\n", ":2: ");
	assert_refused("[allow]\npath =\nreason = r\n", ":2: ");
	assert_refused("[allow]\npath = /\nreason = r\n", ":2: ");
	assert_refused("[allow]\nvalue = (\nreason = r\n", ":2: `value`: ");
	assert_refused("[allow]\nvalue =\nreason = r\n", ":2: ");
	assert_refused("[allow]\nfingerprint = 0123\nreason = r\n", ":2: ");
	assert_refused("[allow]\nfingerprint = " PRINT_A "0\nreason = r\n",
	    ":2: ");
	assert_refused("[allow]\nfingerprint = g123456789abcdef01234567\n"
		       "reason = r\n",
	    ":2: ");
}

static void
refuses_a_file_with_a_nul_in_it(void **state)
{
	struct sek_str text = SEK_STR("[allow]\nrule = test-key\0\n"
				      "reason = r\n");
	struct sek_allow *a = sek_allow_new();
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_allow_add_file(a, text, ".sekisho", &rules, TODAY,
			     &err),
	    SEK_ECONFIG);
	sek_allow_free(a);
}

static void
refuses_a_key_given_twice(void **state)
{
	(void)state;
	assert_refused("[allow]\nrule = test-key\nrule = test-pw\nreason = r\n",
	    ":3: `rule` is given twice");
	assert_refused("[allow]\npath = a\npath = b\nreason = r\n", ":3: ");
	assert_refused("[allow]\nvalue = a\nvalue = b\nreason = r\n", ":3: ");
	assert_refused("[allow]\npath = a\nreason = r\nreason = s\n", ":4: ");
	assert_refused("[allow]\npath = a\nreason = r\nuntil = 2027-01-01\n"
		       "until = 2027-01-01\n",
	    ":5: ");
}

static void
refuses_a_regex_that_matches_everything(void **state)
{
	(void)state;
	assert_refused("[allow]\nvalue = .*\nreason = r\n", ":2: `value` ");
	assert_refused("[allow]\nvalue = fake|\nreason = r\n", ":2: `value` ");
	assert_refused("[allow]\nvalue = ^\nreason = r\n", ":2: `value` ");
}

static void
refuses_a_day_that_is_none(void **state)
{
	static const char *const bad[] = {"2026-02-29", "2026-00-01",
	    "2026-13-01", "2026-04-31", "2026-01-00", "26-01-01", "2026-1-01",
	    "2026/01/01", "2026-01-01T", "tomorrow", "-026-01-01", "", NULL};

	(void)state;
	for (const char *const *b = bad; *b; b++) {
		sek_auto_free char *text =
		    sek_printf("[allow]\n"
			       "rule = test-key\nuntil = %s\nreason = r\n",
			*b);

		assert_false(sek_allow_is_date(sek_str(*b)));
		assert_refused(text, ":3: `until`");
	}
	assert_true(sek_allow_is_date(SEK_STR("2028-02-29")));
	assert_true(sek_allow_is_date(SEK_STR("2000-02-29")));
	assert_false(sek_allow_is_date(SEK_STR("2100-02-29")));
}

static void
never_shows_what_was_put_in_the_wrong_place(void **state)
{
	static const char *const keys[] = {
	    "rule", "fingerprint", "until", "x", NULL};
	struct sek_allow *a;
	struct sek_err err;

	(void)state;
	for (const char *const *k = keys; *k; k++) {
		sek_auto_free char *text = sek_printf("[allow]\n%s = %s\n", *k,
		    "Hunter2Secret");

		a = sek_allow_new();
		assert_int_equal(sek_allow_add_file(a, sek_str(text), "f",
				     &rules, TODAY, &err),
		    SEK_ECONFIG);
		assert_null(strstr(err.text, "Hunter2"));
		sek_allow_free(a);
	}
	a = sek_allow_new();
	assert_int_equal(
	    sek_allow_add_file(a,
		SEK_STR("[allow]\nvalue = Hunter2Secret(\nreason = r\n"), "f",
		&rules, TODAY, &err),
	    SEK_ECONFIG);
	assert_null(strstr(err.text, "Hunter2"));
	sek_allow_free(a);
}

static void
git_secrets_patterns_see_path_line_and_text(void **state)
{
	struct sek_allow *a = sek_allow_new();
	struct sek_err err;
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_int_equal(sek_allow_add_ere(a, "^src/conf[.]c:3:open",
			     ".gitallowed", &err),
	    SEK_OK);
	assert_string_equal(answer(a, &q, false), "allowed by .gitallowed");
	q.f.line = 4;
	assert_null(answer(a, &q, false));
	sek_allow_free(a);
}

static void
a_path_with_a_newline_cannot_pass_for_another(void **state)
{
	struct sek_allow *a = sek_allow_new();
	struct sek_err err;
	struct asked q;

	(void)state;
	ask_about(&q);
	assert_int_equal(sek_allow_add_ere(a, "^test/fixture:",
			     "git config secrets.allowed", &err),
	    SEK_OK);
	strcpy(q.path, "x\ntest/fixture:3:");
	assert_null(answer(a, &q, false));
	sek_allow_free(a);
}

static void
refuses_git_secrets_patterns_that_allow_all(void **state)
{
	static const char *const all[] = {"", ".*", "^", "a*", "fake|", NULL};
	struct sek_err err;

	(void)state;
	for (const char *const *ere = all; *ere; ere++) {
		struct sek_allow *a = sek_allow_new();

		assert_int_equal(sek_allow_add_ere(a, *ere, ".gitallowed",
				     &err),
		    SEK_ECONFIG);
		assert_non_null(strstr(err.text, ".gitallowed"));
		sek_allow_free(a);
	}
}

static void
refuses_a_broken_git_secrets_pattern(void **state)
{
	struct sek_allow *a = sek_allow_new();
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_allow_add_ere(a, "(", ".gitallowed", &err),
	    SEK_ECONFIG);
	sek_allow_free(a);
}

/* Out of two pieces, so that no line of this file holds a marker. */
#define OURS                                                                   \
	"sekisho:"                                                             \
	"allow"

static void
markers_count_only_where_they_are_believed(void **state)
{
	struct sek_allow *a = sek_allow_new();
	struct asked q;

	(void)state;
	ask_about(&q);
	q.w.line = SEK_STR("open = sesame # " OURS " test-key made up");
	assert_null(answer(a, &q, false));
	assert_string_equal(answer(a, &q, true),
	    "allowed by " OURS " on the line");
	sek_allow_free(a);
}

/* What b adds to a, as text. */
static void
assert_added(const char *before, const char *after, const char *want)
{
	struct sek_allow *a = load(before), *b = load(after);
	struct told t = {{0}};

	sek_allow_added(a, b, tell, &t);
	assert_string_equal(t.text, want);
	sek_allow_free(a);
	sek_allow_free(b);
}

static void
tells_what_a_change_of_the_file_adds(void **state)
{
	(void)state;
	assert_added("", "[allow]\nrule = test-key\nreason = r\n",
	    ".sekisho:1 rule test-key until -;");
	/* moved, and for another reason: nothing more is allowed */
	assert_added("[allow]\nrule = test-key\nreason = r\n",
	    "\n\n[allow]\nreason = s\nrule = test-key\n", "");
	assert_added("[allow]\nrule = test-key\nreason = r\n", "", "");
	assert_added("[allow]\nrule = test-key\npath = a\nreason = r\n",
	    "[allow]\nrule = test-key\nreason = r\n",
	    ".sekisho:1 rule test-key until -;");
	assert_added("[allow]\nvalue = abc\nreason = r\n",
	    "[allow]\nvalue = ab\nreason = r\n",
	    ".sekisho:1 a value regex until -;");
}

static void
tells_added_fingerprints_whatever_their_sections(void **state)
{
	(void)state;
	assert_added("[allow]\nfingerprint = " PRINT_A "\nreason = r\n",
	    "[allow]\nfingerprint = " PRINT_A "\nfingerprint = " PRINT_B
	    "\nreason = r\n",
	    ".sekisho:1 2 fingerprints until -;");
	assert_added("[allow]\nfingerprint = " PRINT_A
		     "\nfingerprint = " PRINT_B "\nreason = r\n",
	    "[allow]\nfingerprint = " PRINT_B "\nreason = r\n", "");
	/* without its path it allows more */
	assert_added("[allow]\nfingerprint = " PRINT_A "\npath = x\n"
		     "reason = r\n",
	    "[allow]\nfingerprint = " PRINT_A "\nreason = r\n",
	    ".sekisho:1 fingerprint " PRINT_A " until -;");
}

static void
a_longer_time_is_an_added_allowance(void **state)
{
	const char *to_june = "[allow]\nrule = test-key\nreason = r\n"
			      "until = 2026-06-30\n";
	const char *to_july = "[allow]\nrule = test-key\nreason = r\n"
			      "until = 2026-07-31\n";
	const char *for_ever = "[allow]\nrule = test-key\nreason = r\n";
	const char *over = "[allow]\nrule = test-key\nreason = r\n"
			   "until = 2026-03-14\n";

	(void)state;
	assert_added(to_june, to_july,
	    ".sekisho:1 rule test-key until 2026-07-31;");
	assert_added(to_july, to_june, "");
	assert_added(to_july, for_ever, ".sekisho:1 rule test-key until -;");
	assert_added(for_ever, to_july, "");
	assert_added("", over, "");
	assert_added(over, to_june,
	    ".sekisho:1 rule test-key until 2026-06-30;");
}

static void
tells_added_git_secrets_patterns(void **state)
{
	struct sek_allow *a = sek_allow_new(), *b = sek_allow_new();
	struct told t = {{0}};

	(void)state;
	assert_int_equal(sek_allow_add_ere(a, "one", "f", NULL), SEK_OK);
	assert_int_equal(sek_allow_add_ere(b, "one", "f", NULL), SEK_OK);
	assert_int_equal(sek_allow_add_ere(b, "two", "f", NULL), SEK_OK);
	sek_allow_added(a, b, tell, &t);
	assert_string_equal(t.text, "f:0 a git-secrets pattern until -;");
	t.text[0] = '\0';
	sek_allow_added(NULL, a, tell, &t);
	assert_string_equal(t.text, "f:0 a git-secrets pattern until -;");
	sek_allow_free(a);
	sek_allow_free(b);
}

static void
what_is_written_can_be_read_again(void **state)
{
	sek_auto_buf out = {0};
	struct asked q;

	(void)state;
	ask_about(&q);
	sek_buf_add_s(&out, "# ours");
	sek_allow_write(&out, PRINT_A, "test-key", SEK_STR("src/**"),
	    "two\nlines", "2026-12-31");
	assert_string_equal(out.p,
	    "# ours\n\n[allow]\nrule = test-key\n"
	    "path = src/**\nfingerprint = " PRINT_A "\nreason = two lines\n"
	    "until = 2026-12-31\n");
	sek_allow_write(&out, PRINT_B, NULL, (struct sek_str){NULL, 0}, "r",
	    NULL);
	assert_true(allows(out.p, &q));
	strcpy(q.f.fingerprint, PRINT_B);
	assert_true(allows(out.p, &q));
}

static void
a_literal_glob_matches_its_path_only(void **state)
{
	static const char *const paths[] = {"a", "a/b", "a*b[c]?\\d", " lead",
	    "trail ", "#x", "!x", "\xff\xfe", "new\nline", "tab\t", NULL};

	(void)state;
	for (const char *const *p = paths; *p; p++) {
		sek_auto_buf glob = {0}, text = {0};
		struct sek_allow *a;

		sek_allow_literal_glob(&glob, sek_str(*p));
		sek_allow_write(&text, NULL, NULL, sek_buf_str(&glob), "r",
		    NULL);
		a = load(text.p);
		assert_true(leaves_out(a, *p));
		assert_false(leaves_out(a, "b"));
		assert_false(leaves_out(a, "x/a"));
		assert_false(leaves_out(a, "aXbcZ\\d"));
		sek_allow_free(a);
	}
}

static void
thousands_of_fingerprints_are_found(void **state)
{
	struct sek_allow *a;
	sek_auto_buf text = {0};
	struct asked q;

	(void)state;
	ask_about(&q);
	for (unsigned i = 0; i < 5000; i++)
		sek_buf_printf(&text,
		    "[allow]\nfingerprint = %024x\n"
		    "reason = r\n",
		    i * 7);
	a = load(text.p);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(q.f.fingerprint, sizeof(q.f.fingerprint), "%024x",
		    i * 7);
		assert_non_null(answer(a, &q, false));
		snprintf(q.f.fingerprint, sizeof(q.f.fingerprint), "%024x",
		    i * 7 + 1);
		assert_null(answer(a, &q, false));
	}
	sek_allow_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_file_allows_nothing),
	    cmocka_unit_test(a_rule_is_switched_off),
	    cmocka_unit_test(a_built_in_rule_can_be_named_in_any_run),
	    cmocka_unit_test(without_a_rule_set_any_rule_id_will_do),
	    cmocka_unit_test(a_fingerprint_allows_its_finding_only),
	    cmocka_unit_test(any_of_several_fingerprints_will_do),
	    cmocka_unit_test(all_criteria_of_a_section_must_hold),
	    cmocka_unit_test(sections_do_not_mix_their_criteria),
	    cmocka_unit_test(a_value_regex_sees_the_secret_only),
	    cmocka_unit_test(a_path_means_nothing_for_what_is_no_file),
	    cmocka_unit_test(only_a_path_alone_leaves_files_out),
	    cmocka_unit_test(says_which_entry_allowed_it_and_why),
	    cmocka_unit_test(the_day_itself_still_counts_and_the_next_does_not),
	    cmocka_unit_test(refuses_what_it_does_not_understand),
	    cmocka_unit_test(refuses_a_file_with_a_nul_in_it),
	    cmocka_unit_test(refuses_a_key_given_twice),
	    cmocka_unit_test(refuses_a_regex_that_matches_everything),
	    cmocka_unit_test(refuses_a_day_that_is_none),
	    cmocka_unit_test(never_shows_what_was_put_in_the_wrong_place),
	    cmocka_unit_test(git_secrets_patterns_see_path_line_and_text),
	    cmocka_unit_test(a_path_with_a_newline_cannot_pass_for_another),
	    cmocka_unit_test(refuses_git_secrets_patterns_that_allow_all),
	    cmocka_unit_test(refuses_a_broken_git_secrets_pattern),
	    cmocka_unit_test(markers_count_only_where_they_are_believed),
	    cmocka_unit_test(tells_what_a_change_of_the_file_adds),
	    cmocka_unit_test(tells_added_fingerprints_whatever_their_sections),
	    cmocka_unit_test(a_longer_time_is_an_added_allowance),
	    cmocka_unit_test(tells_added_git_secrets_patterns),
	    cmocka_unit_test(what_is_written_can_be_read_again),
	    cmocka_unit_test(a_literal_glob_matches_its_path_only),
	    cmocka_unit_test(thousands_of_fingerprints_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

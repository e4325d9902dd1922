#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scan/encoded.h"
#include "scan/example_check.h"
#include "scan/prefilter_table.h"
#include "scan/regex.h"
#include "scan/ruleset.h"

#define REST "description = d\nseverity = low\nmatch = abcd\nnomatch = x\n"

static enum sek_code
add(struct sek_ruleset_draft *d, const char *text, struct sek_err *err)
{
	return sek_ruleset_add_file(d, sek_str(text), "f", err);
}

static struct sek_ruleset *
make(struct sek_ruleset_draft *d)
{
	struct sek_ruleset *r;
	struct sek_err err;

	if (sek_ruleset_make(d, &r, &err))
		fail_msg("%s", err.text);
	return r;
}

static struct sek_ruleset *
make_of(const char *text)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_err err;

	if (add(d, text, &err))
		fail_msg("%s", err.text);
	return make(d);
}

static void
assert_refused(const char *text, const char *why)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_err err = {0};

	if (add(d, text, &err) != SEK_ECONFIG)
		fail_msg("taken: %s", text);
	assert_string_equal(err.text, why);
	sek_ruleset_draft_free(d);
}

static void
reads_every_key_of_a_rule(void **state)
{
	struct sek_ruleset
	    *r = make_of("# c\n[my-rule-1]\n"
			 "description = Key of x = y\n"
			 "help = https://example.org/a?b=c\n"
			 "severity = critical\n"
			 "regex = abcd([0-9]{4})\n"
			 "entropy = 1.25\n"
			 "check = placeholder\n"
			 "role = key-id\nshow = edges\n"
			 "guessable = yes\ndefault = off\n"
			 "match = abcd{4:0-9}\nmatch = abcd0123\n"
			 "nomatch = abcd\n");
	const struct sek_rule *rule = r->rule;

	(void)state;
	assert_int_equal(r->rules, 1);
	assert_string_equal(rule->id, "my-rule-1");
	assert_string_equal(rule->description, "Key of x = y");
	assert_string_equal(rule->help, "https://example.org/a?b=c");
	assert_string_equal(rule->regex, "abcd([0-9]{4})");
	assert_true(rule->entropy == 1.25f);
	assert_ptr_equal(rule->check, sek_check_find("placeholder"));
	assert_string_equal(rule->check_name, "placeholder");
	assert_int_equal(rule->severity, SEK_CRITICAL);
	assert_int_equal(rule->role, SEK_ROLE_KEY_ID);
	assert_true(rule->edges && rule->guessable && rule->off);
	assert_string_equal(rule->match[1], "abcd0123");
	assert_null(rule->match[2]);
	assert_string_equal(rule->nomatch[0], "abcd");
	assert_true(rule->secret_group && rule->line);
	assert_int_equal(rule->ahead, 8);
	sek_ruleset_free(r);
}

static void
leaves_what_is_not_said_at_nothing(void **state)
{
	struct sek_ruleset *r = make_of("[r]\nregex = ab[^x]cd\n" REST);
	const struct sek_rule *rule = r->rule;

	(void)state;
	assert_null(rule->help);
	assert_null(rule->check);
	assert_null(rule->check_name);
	assert_true(rule->entropy == 0);
	assert_int_equal(rule->role, SEK_ROLE_NONE);
	assert_false(rule->edges || rule->guessable || rule->off);
	assert_false(rule->secret_group || rule->line);
	sek_ruleset_free(r);
}

static void
makes_a_struct_of_every_regex(void **state)
{
	struct sek_ruleset
	    *r = make_of("[r]\nregex = abcd\nregex = (efgh)i\n" REST
			 "[s]\nregex = .\n" REST);

	(void)state;
	assert_int_equal(r->rules, 3);
	assert_ptr_equal(r->rule[0].id, r->rule[1].id);
	assert_non_null(r->rule[0].match[0]);
	assert_null(r->rule[1].match[0]);
	assert_null(r->rule[1].nomatch[0]);
	assert_false(r->rule[0].secret_group);
	assert_true(r->rule[1].secret_group);
	assert_int_equal(r->literals, 2);
	assert_int_equal(r->literal[1].rule, 1);
	assert_int_equal(r->unfiltered_n, 1);
	assert_int_equal(r->unfiltered[0], 2);
	sek_ruleset_free(r);
}

static void
says_file_line_and_rule_of_an_error(void **state)
{
	(void)state;
	assert_refused("regex = a\n", "f:1: a key before any [rule-id]");
	assert_refused("[r]\nwhat\n",
	    "f:2: neither `[section]` nor `key = value` nor a comment");
	assert_refused("[r]\n\ncolour = red\n", "f:3: [r] unknown key");
	assert_refused("[r]\nregex =\n", "f:2: [r] regex: regex needs a value");
	assert_refused("[R]\n",
	    "f:1: a rule's id is made of a-z, 0-9 and -, 64 at most");
	assert_refused("[a]\nregex = abcd\n" REST "[a_b]\n",
	    "f:7: a rule's id is made of a-z, 0-9 and -, 64 at most");
	assert_refused("[r]\nregex = abcd\n" REST "[r]\n",
	    "f:7: [r] is in this file twice");
	assert_refused("[r]\nseverity = low\nseverity = low\n",
	    "f:3: [r] severity is given twice");
	assert_refused("[r]\nseverity = bad\n",
	    "f:2: [r] severity is low, medium, high or critical");
	assert_refused("[r]\ncheck = none-such\n",
	    "f:2: [r] check: there is no check of this name");
	assert_refused("[r]\nrole = king\n",
	    "f:2: [r] role is key-id or secret");
	assert_refused("[r]\nshow = all\n", "f:2: [r] show can only be edges");
	assert_refused("[r]\nguessable = 1\n",
	    "f:2: [r] guessable is yes or no");
	assert_refused("[r]\ndefault = 1\n", "f:2: [r] default is on or off");
	assert_refused("[r]\nhelp = http://x\n",
	    "f:2: [r] help: an https:// address is wanted");
	assert_refused("[r]\nhelp = https://x y\n",
	    "f:2: [r] help: an https:// address is wanted");
	assert_refused("[r]\ndescription = a\x1b[31m\n",
	    "f:2: [r] description: not plain UTF-8 text");
	assert_refused("[r]\ndescription = \xff\n",
	    "f:2: [r] description: not plain UTF-8 text");
	assert_refused("[r]\nmatch = {x}\n",
	    "f:2: [r] match: column 2: after `{` comes COUNT:CLASS}, "
	    "base64:TEXT}, crc32:TEXT} or `{`");
}

static void
refuses_numbers_that_are_none(void **state)
{
	static const char *const bad[] = {"x", "-1", "1.", ".5", "1e3", "8",
	    "0", "0.0", "nan", "1,5", "99999999999999999999999", NULL};

	(void)state;
	for (const char *const *b = bad; *b; b++) {
		sek_auto_free char *text = sek_printf("[r]\nentropy = %s\n",
		    *b);

		assert_refused(text,
		    "f:2: [r] entropy: a number above 0 and below 8");
	}
}

static void
wants_a_rule_to_be_complete(void **state)
{
	(void)state;
	assert_refused("[r]\n", "f:1: [r] no description");
	assert_refused("[r]\ndescription = d\nseverity = low\nmatch = a\n"
		       "nomatch = b\n[s]\n",
	    "f:1: [r] no regex");
	assert_refused("\n[r]\ndescription = d\nseverity = low\nregex = abc\n"
		       "nomatch = b\n",
	    "f:2: [r] no match");
	assert_refused("[r]\ndescription = d\nseverity = low\nregex = abc\n"
		       "match = b\n",
	    "f:1: [r] no nomatch");
	assert_refused("[r]\ndescription = d\nregex = abc\nmatch = b\n"
		       "nomatch = b\n",
	    "f:1: [r] no severity");
}

static void
refuses_regexes_that_make_no_rule(void **state)
{
	(void)state;
	assert_refused("[r]\nregex = (a)(b)\n",
	    "f:2: [r] regex: only one group may capture, the secret's: write "
	    "(?:...) for the others");
	assert_refused("[r]\nregex = a*\n",
	    "f:2: [r] regex: it matches empty text");
}

static void
puts_no_half_rule_into_the_draft(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_ruleset *r;
	struct sek_err err;

	(void)state;
	assert_int_equal(add(d, "[r]\nregex = abcd\nmatch = x\n", &err),
	    SEK_ECONFIG);
	r = make(d);
	assert_int_equal(r->rules, 0);
	sek_ruleset_free(r);
}

static void
lets_a_later_file_replace_a_rule(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_ruleset *r;
	struct sek_err err;

	(void)state;
	assert_int_equal(add(d,
			     "[r]\nregex = abcd\nregex = efgh\n" REST
			     "[s]\nregex = ijkl\n" REST,
			     &err),
	    SEK_OK);
	assert_int_equal(add(d, "[r]\nregex = mnop\n" REST, &err), SEK_OK);
	r = make(d);
	assert_int_equal(r->rules, 2);
	assert_string_equal(r->rule[0].regex, "mnop");
	assert_string_equal(r->rule[1].id, "s");
	sek_ruleset_free(r);
}

static void
takes_a_rule_out_and_in(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_ruleset *r;
	struct sek_err err;

	(void)state;
	assert_int_equal(add(d,
			     "[r]\nregex = abcd\n" REST
			     "[s]\nregex = efgh\ndefault = off\n" REST
			     "[t]\nregex = .\ndefault = off\n" REST,
			     &err),
	    SEK_OK);
	assert_int_equal(sek_ruleset_switch(d, "r", false, &err), SEK_OK);
	assert_int_equal(sek_ruleset_switch(d, "s", true, &err), SEK_OK);
	assert_int_equal(sek_ruleset_switch(d, "u", true, &err), SEK_ENOTFOUND);
	r = make(d);
	assert_int_equal(r->rules, 3);
	assert_true(r->rule[0].off && !r->rule[1].off && r->rule[2].off);
	assert_int_equal(r->literals, 1);
	assert_int_equal(r->literal[0].rule, 1);
	assert_int_equal(r->unfiltered_n, 0);
	sek_ruleset_free(r);
}

static void
turns_patterns_of_one_name_into_one_rule(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_ruleset *r;
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_ruleset_add_ere(d, "tok[0-9]{3}", "git", "c",
			     &err),
	    SEK_OK);
	assert_int_equal(sek_ruleset_add_ere(d, "(key)_(id)", "git", "c", &err),
	    SEK_OK);
	assert_int_equal(sek_ruleset_add_ere(d, "a(b", "git", "config", &err),
	    SEK_ECONFIG);
	assert_memory_equal(err.text, "config: [git] ", 14);
	r = make(d);
	assert_int_equal(r->rules, 2);
	assert_ptr_equal(r->rule[0].id, r->rule[1].id);
	assert_false(r->rule[1].secret_group);
	sek_ruleset_free(r);
}

static void
counts_every_regex_against_the_limit(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	sek_auto_buf text = {0};
	struct sek_err err;

	(void)state;
	for (int i = 0; i < 1366; i++)
		sek_buf_printf(&text,
		    "[r-%d]\nregex = abcd\nregex = abcd\nregex = abcd\n" REST,
		    i);
	assert_int_equal(add(d, text.p, &err), SEK_ECONFIG);
	assert_string_equal(err.text,
	    "f:10921: [r-1365] more than 4096 rules (each regex counts)");
	sek_ruleset_draft_free(d);
}

static void
refuses_a_file_of_more_than_four_mebibytes(void **state)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	size_t n = ((size_t)4 << 20) + 1;
	sek_auto_free char *text = sek_alloc(n);
	struct sek_err err;

	(void)state;
	memset(text, '\n', n);
	assert_int_equal(sek_ruleset_add_file(d, (struct sek_str){text, n - 1},
			     "f", &err),
	    SEK_OK);
	assert_int_equal(sek_ruleset_add_file(d, (struct sek_str){text, n}, "f",
			     &err),
	    SEK_ECONFIG);
	sek_ruleset_draft_free(d);
}

static void
assert_same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static void
assert_same_rule(const struct sek_rule *a, const struct sek_rule *b)
{
	assert_same_text(a->id, b->id);
	assert_same_text(a->description, b->description);
	assert_same_text(a->help, b->help);
	assert_same_text(a->regex, b->regex);
	assert_same_text(a->check_name, b->check_name);
	assert_ptr_equal(a->check, b->check);
	assert_true(a->entropy == b->entropy);
	assert_int_equal(a->severity, b->severity);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->edges, b->edges);
	assert_int_equal(a->guessable, b->guessable);
	assert_int_equal(a->off, b->off);
	assert_int_equal(a->secret_group, b->secret_group);
	assert_int_equal(a->line, b->line);
	assert_int_equal(a->back, b->back);
	assert_int_equal(a->ahead, b->ahead);
	for (size_t i = 0; a->match[i] || b->match[i]; i++)
		assert_same_text(a->match[i], b->match[i]);
	for (size_t i = 0; a->nomatch[i] || b->nomatch[i]; i++)
		assert_same_text(a->nomatch[i], b->nomatch[i]);
}

static void
assert_same_prefilter(const struct sek_prefilter *a,
    const struct sek_prefilter *b)
{
	assert_int_equal(a->literals, b->literals);
	assert_int_equal(a->checks, b->checks);
	assert_int_equal(a->hashes, b->hashes);
	assert_int_equal(a->rests, b->rests);
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->shift, b->shift);
	assert_int_equal(a->layout, b->layout);
	assert_memory_equal(a->low, b->low, sizeof(a->low));
	assert_memory_equal(a->high, b->high, sizeof(a->high));
	assert_memory_equal(a->byte, b->byte, sizeof(a->byte));
	assert_memory_equal(a->hash, b->hash, a->hashes * sizeof(*a->hash));
	assert_memory_equal(a->rest, b->rest, a->rests);
	for (size_t i = 0; i < a->checks; i++) {
		assert_int_equal(a->check[i].bits, b->check[i].bits);
		assert_int_equal(a->check[i].mask, b->check[i].mask);
		assert_int_equal(a->check[i].fold, b->check[i].fold);
		assert_int_equal(a->check[i].literal, b->check[i].literal);
		assert_int_equal(a->check[i].rest, b->check[i].rest);
		assert_int_equal(a->check[i].len, b->check[i].len);
		assert_int_equal(a->check[i].nocase, b->check[i].nocase);
		assert_int_equal(a->check[i].more, b->check[i].more);
	}
}

/* What the rule compiler printed is what the program would have made. */
static void
has_the_same_rules_built_in_as_made_at_run_time(void **state)
{
	const struct sek_ruleset *built = &sek_ruleset_builtin;
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(true);
	struct sek_ruleset *made;

	(void)state;
	sek_ruleset_decode(d);
	made = make(d);
	assert_true(built->rules > 10);
	assert_int_equal(built->rules, made->rules);
	assert_int_equal(built->literals, made->literals);
	assert_int_equal(built->encoded, made->encoded);
	assert_int_equal(built->literals, built->encoded + SEK_ENCODED);
	assert_int_equal(built->unfiltered_n, made->unfiltered_n);
	for (size_t i = 0; i < built->rules; i++)
		assert_same_rule(&built->rule[i], &made->rule[i]);
	for (size_t i = 0; i < built->literals; i++) {
		assert_int_equal(built->literal[i].rule, made->literal[i].rule);
		assert_int_equal(built->literal[i].before_min,
		    made->literal[i].before_min);
		assert_int_equal(built->literal[i].before_max,
		    made->literal[i].before_max);
	}
	for (size_t i = 0; i < built->unfiltered_n; i++)
		assert_int_equal(built->unfiltered[i], made->unfiltered[i]);
	assert_same_prefilter(built->prefilter, made->prefilter);
	sek_ruleset_free(made);
}

/* The program must start fast and stay quick on any content. */
static void
has_built_in_rules_with_literals_and_limits_only(void **state)
{
	const struct sek_ruleset *r = &sek_ruleset_builtin;

	(void)state;
	assert_int_equal(r->unfiltered_n, 0);
	for (size_t i = 0; i < r->rules; i++)
		if (r->rule[i].ahead == SEK_UNBOUNDED)
			fail_msg("%s: %s", r->rule[i].id, r->rule[i].regex);
	for (size_t i = 0; i < r->literals; i++)
		assert_true(r->literal[i].before_max < 4096);
}

static void
finds_what_the_built_in_examples_show(void **state)
{
	const struct sek_ruleset *r = &sek_ruleset_builtin;
	struct sek_program *program = sek_program_new(r);
	struct sek_matcher *m = sek_matcher_new(program);

	(void)state;
	for (size_t i = 0; i < r->rules; i++) {
		const char *const *lists[] = {
		    r->rule[i].nomatch, r->rule[i].match};

		for (size_t k = 0; k < 2 && !r->rule[i].off; k++)
			for (const char *const *e = lists[k]; *e; e++) {
				struct sek_err err = {0};
				bool holds;

				if (sek_example_holds(m, r, r->rule[i].id, *e,
					k == 1, &holds, &err) ||
				    !holds)
					fail_msg("%s: %s %s", r->rule[i].id, *e,
					    err.text);
			}
	}
	sek_matcher_free(m);
	sek_program_free(program);
}

static void
knows_an_example_that_does_not_hold(void **state)
{
	struct sek_ruleset *r = make_of("[r]\nregex = abc[0-4]{2}\n" REST);
	struct sek_program *program = sek_program_new(r);
	struct sek_matcher *m = sek_matcher_new(program);
	static const struct {
		const char *text;
		bool wanted, holds;
	} cases[] = {{"abc12", true, true}, {"abc12", false, false},
	    {"abc", true, false}, {"abc", false, true},
	    /* with some seeds only */
	    {"abc{2:0-9}", true, false}, {"abc{2:0-9}", false, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sek_err err;
		bool holds;

		assert_int_equal(sek_example_holds(m, r, "r", cases[i].text,
				     cases[i].wanted, &holds, &err),
		    SEK_OK);
		assert_int_equal(holds, cases[i].holds);
	}
	sek_matcher_free(m);
	sek_program_free(program);
	sek_ruleset_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_key_of_a_rule),
	    cmocka_unit_test(leaves_what_is_not_said_at_nothing),
	    cmocka_unit_test(makes_a_struct_of_every_regex),
	    cmocka_unit_test(says_file_line_and_rule_of_an_error),
	    cmocka_unit_test(refuses_numbers_that_are_none),
	    cmocka_unit_test(wants_a_rule_to_be_complete),
	    cmocka_unit_test(refuses_regexes_that_make_no_rule),
	    cmocka_unit_test(puts_no_half_rule_into_the_draft),
	    cmocka_unit_test(lets_a_later_file_replace_a_rule),
	    cmocka_unit_test(takes_a_rule_out_and_in),
	    cmocka_unit_test(turns_patterns_of_one_name_into_one_rule),
	    cmocka_unit_test(counts_every_regex_against_the_limit),
	    cmocka_unit_test(refuses_a_file_of_more_than_four_mebibytes),
	    cmocka_unit_test(has_the_same_rules_built_in_as_made_at_run_time),
	    cmocka_unit_test(has_built_in_rules_with_literals_and_limits_only),
	    cmocka_unit_test(finds_what_the_built_in_examples_show),
	    cmocka_unit_test(knows_an_example_that_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

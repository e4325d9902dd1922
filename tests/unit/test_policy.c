#include "fixture.h"

#include "scan/policy.h"

#define ENTRY "[allow]\\nrule = aws-access-key-id\\nreason = a test of lists\\n"

static enum sek_code
load(const struct sek_policy_options *o, struct sek_policy **p,
    struct sek_err *err)
{
	struct sek_repo *r = NULL;
	enum sek_code code;

	*p = NULL;
	assert_int_equal(sek_repo_open(&r, "r", err), SEK_OK);
	code = sek_policy_load(p, r, r->config, o, err);
	sek_repo_free(r);
	return code;
}

static void
assert_loads(const struct sek_policy_options *o)
{
	struct sek_policy *p;
	struct sek_err err = {0};

	if (load(o, &p, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_non_null(p->program);
	sek_policy_free(p);
}

static void
assert_refused(const struct sek_policy_options *o, const char *says)
{
	struct sek_policy *p;
	struct sek_err err = {0};

	assert_int_equal(load(o, &p, &err), SEK_ECONFIG);
	assert_null(p);
	if (!strstr(err.text, says))
		fail_msg("%s does not say %s", err.text, says);
}

/* Does it allow an access key id in a file? */
static bool
allows(const struct sek_policy_options *o)
{
	static const struct sek_rule rule = {.id = "aws-access-key-id"};
	char path[] = "x";
	struct sek_finding f = {.rule = &rule, .path = path};
	struct sek_allow_where w = {SEK_STR("s"), SEK_STR("s"), {NULL, 0}};
	struct sek_policy *p;
	struct sek_err err = {0};
	const char *why;
	bool yes;

	if (load(o, &p, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(sek_allow_finding(p->allow, &f, &w, false, &yes, &why,
			     &err),
	    SEK_OK);
	sek_policy_free(p);
	return yes;
}

static void
outside_a_repository_the_built_in_rules_hold(void **state)
{
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_WORK_TREE};
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_policy_load(&p, NULL, NULL, &o, &err), SEK_OK);
	assert_ptr_equal(p->rules, &sek_ruleset_builtin);
	assert_non_null(p->allow);
	sek_policy_free(p);
	sek_policy_free(NULL);
}

static void
the_list_is_read_from_where_it_is_believed(void **state)
{
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_WORK_TREE};
	struct sek_repo *r = NULL;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; printf '" ENTRY "' > .sekisho");
	assert_true(allows(&o));
	o.allow_from = SEK_ALLOW_INDEX;
	assert_false(allows(&o));
	sh("cd r; git add .; git commit -qm x; rm .sekisho");
	assert_true(allows(&o));
	o.allow_from = SEK_ALLOW_WORK_TREE;
	assert_false(allows(&o));
	o.allow_from = SEK_ALLOW_COMMIT;
	assert_int_equal(sek_repo_open(&r, "r", &err), SEK_OK);
	assert_int_equal(sek_repo_resolve(r, "HEAD", &o.allow_commit, &err),
	    SEK_OK);
	sek_repo_free(r);
	assert_true(allows(&o));
	sh("cd r; git rm -q --cached .sekisho; git commit -qm y");
	assert_true(allows(&o));
	o.allow_from = SEK_ALLOW_INDEX;
	assert_false(allows(&o));
	o.allow_from = SEK_ALLOW_NONE;
	assert_false(allows(&o));
}

static void
what_configuration_allows_holds_everywhere(void **state)
{
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_NONE};

	(void)state;
	sh("git init -q r; printf '" ENTRY "' > list;"
	   "git -C r config sekisho.allowFile ../list");
	assert_true(allows(&o));
	sh("mv list \"$HOME/mine\"; git -C r config sekisho.allowFile "
	   "'~/mine'");
	assert_true(allows(&o));
	sh("git -C r config sekisho.allowFile \"$HOME/mine\"");
	assert_true(allows(&o));
	sh("git -C r config --unset sekisho.allowFile;"
	   "git -C r config secrets.allowed '^x:0:s$'");
	assert_true(allows(&o));
}

static void
the_first_pass_allows_nothing_but_looks_at_configuration(void **state)
{
	struct sek_policy_options o = {
	    .allow_from = SEK_ALLOW_WORK_TREE,
	    .allow_nothing = true,
	};
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git init -q r; echo nonsense > r/.sekisho");
	assert_int_equal(load(&o, &p, &err), SEK_OK);
	assert_null(p->allow);
	sek_policy_free(p);
	sh("git -C r config secrets.allowed '('");
	assert_refused(&o, "secrets.allowed");
}

static void
what_does_not_parse_is_refused(void **state)
{
	static const struct {
		const char *make, *says;
	} cases[] = {
	    {"echo nonsense > r/.sekisho", ".sekisho:1"},
	    {"printf '[allow]\\nrule = none-such\\nreason = yes it is' "
	     "> r/.sekisho",
		".sekisho"},
	    {"printf 'a\\0b' > r/.sekisho", ".sekisho"},
	    {"printf 'ok\\na(\\n' > r/.gitallowed", ".gitallowed"},
	    {"echo '.*' > r/.gitallowed", ".gitallowed"},
	    {"git -C r config secrets.allowed '['", "secrets.allowed"},
	    {"git -C r config secrets.patterns '['", "secrets.patterns"},
	    {"git -C r config sekisho.rulesFile none", "none"},
	    {"echo '[x' > r/f; git -C r config sekisho.rulesFile f", "f:1"},
	    {"git -C r config sekisho.allowFile none", "none"},
	    {"echo '[x' > r/f; git -C r config sekisho.allowFile f", "f:1"},
	};
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_WORK_TREE};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sh("rm -rf r; git init -q r");
		assert_loads(&o);
		sh("%s", cases[i].make);
		assert_refused(&o, cases[i].says);
	}
}

static void
empty_lines_and_comments_of_gitallowed_are_none(void **state)
{
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_WORK_TREE};

	(void)state;
	sh("git init -q r; printf '# c\\n\\n   \\r\\n  # d\\n^x:\\r\\n' "
	   "> r/.gitallowed");
	assert_true(allows(&o));
	sh("git init -q r; printf '# x\\n' > r/.gitallowed");
	assert_false(allows(&o));
}

static void
a_list_that_is_no_plain_file_is_refused(void **state)
{
	static const char *const make[] = {
	    "ln -s .sekisho r/.sekisho",
	    "ln -s /dev/zero r/.sekisho",
	    "ln -s missing r/.sekisho",
	    "mkdir r/.sekisho",
	    "mkfifo r/.sekisho",
	};
	struct sek_policy_options o = {.allow_from = SEK_ALLOW_WORK_TREE};

	(void)state;
	for (size_t i = 0; i < sizeof(make) / sizeof(*make); i++) {
		sh("rm -rf r; git init -q r; %s", make[i]);
		assert_refused(&o, ".sekisho");
	}
}

static void
rules_of_ones_own_join_the_built_in_ones(void **state)
{
	static const char *const files[] = {"one.rules", NULL};
	struct sek_policy_options o = {.rule_files = files};
	struct sek_policy *p;
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; printf '[one]\\ndescription = d\\nseverity = low\\n"
	   "regex = one-[0-9]{4}\\nmatch = one-1234\\nnomatch = one\\n' > "
	   "one.rules; git -C r config secrets.patterns 'two[0-9]+'");
	if (load(&o, &p, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_ptr_not_equal(p->rules, &sek_ruleset_builtin);
	assert_true(p->rules->rules >= sek_ruleset_builtin.rules + 2);
	sek_policy_free(p);
}

static void
today_is_a_day(void **state)
{
	char day[11];

	(void)state;
	sek_policy_today(day);
	assert_true(sek_allow_is_date(sek_str(day)));
	assert_true(strcmp(day, "2026-01-01") > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(outside_a_repository_the_built_in_rules_hold),
	    fixture_test(the_list_is_read_from_where_it_is_believed),
	    fixture_test(what_configuration_allows_holds_everywhere),
	    fixture_test(
		the_first_pass_allows_nothing_but_looks_at_configuration),
	    fixture_test(what_does_not_parse_is_refused),
	    fixture_test(empty_lines_and_comments_of_gitallowed_are_none),
	    fixture_test(a_list_that_is_no_plain_file_is_refused),
	    fixture_test(rules_of_ones_own_join_the_built_in_ones),
	    fixture_test(today_is_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

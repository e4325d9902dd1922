#include "fixture.h"

#include "scan/compat_policy.h"

static unsigned missing_commands;

static void
missing(void *arg, const char *command)
{
	assert_ptr_equal(arg, &missing_commands);
	assert_non_null(command);
	missing_commands++;
}

static enum sek_code
load(struct sek_policy **out, struct sek_err *err)
{
	struct sek_config *config;
	enum sek_code r;

	assert_int_equal(sek_config_load(&config, NULL, err), SEK_OK);
	missing_commands = 0;
	r = sek_compat_policy_load(out, config, missing, &missing_commands,
	    err);
	sek_config_free(config);
	return r;
}

/* How many hits of a kind are in the text? */
static unsigned
count(const struct sek_policy *p, const char *text, enum sek_compat_kind kind)
{
	struct sek_matcher *m = sek_matcher_new(p->program);
	struct sek_hits hits = {0};
	unsigned n = 0;

	assert_int_equal(sek_matcher_run(m, sek_str(text), 0, strlen(text),
			     &hits, NULL),
	    SEK_OK);
	sek_vec_each (h, &hits)
		n += sek_compat_kind(&p->rules->rule[h->match.rule]) == kind;
	sek_vec_clear(&hits);
	sek_matcher_free(m);
	return n;
}

static enum sek_code
ask(const char *line, bool *yes, struct sek_err *err)
{
	struct sek_compat_allow *allow = NULL;
	struct sek_config *config;
	enum sek_code r;

	assert_int_equal(sek_config_load(&config, NULL, err), SEK_OK);
	r = sek_compat_allow_load(&allow, config, fixture_dir, err);
	if (r == SEK_OK)
		r = sek_compat_allow_ask(allow, sek_str(line), yes, err);
	sek_compat_allow_free(allow);
	sek_config_free(config);
	return r;
}

static bool
allows(const char *line)
{
	struct sek_err err;
	bool yes = false;

	if (ask(line, &yes, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return yes;
}

static void
knows_who_asked_for_a_rule(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global --add secrets.patterns mine\n"
	   "git config --global --add secrets.providers 'echo theirs'");
	assert_int_equal(load(&p, &err), SEK_OK);
	assert_int_equal(count(p, "mine theirs x", SEK_COMPAT_USER), 1);
	assert_int_equal(count(p, "mine theirs x", SEK_COMPAT_PROVIDER), 1);
	assert_int_equal(count(p, "mine theirs", SEK_COMPAT_BUILTIN), 0);
	sek_policy_free(p);
}

static void
private_keys_are_off_and_aws_rules_are_on(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	assert_int_equal(load(&p, &err), SEK_OK);
	for (size_t i = 0; i < p->rules->rules; i++) {
		const struct sek_rule *r = &p->rules->rule[i];

		if (strncmp(r->id, "aws-", 4) != 0)
			assert_true(r->off);
	}
	assert_true(p->rules->literals > 0);
	sek_policy_free(p);
}

static void
nothing_to_look_for_is_no_policy(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global secrets.builtin false\n"
	   "git config --global secrets.patterns ''\n"
	   "git config --global secrets.providers true");
	assert_int_equal(load(&p, &err), SEK_OK);
	assert_null(p);
}

static void
each_line_of_a_value_is_a_pattern(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global secrets.patterns 'one\n\ntwo'");
	assert_int_equal(load(&p, &err), SEK_OK);
	assert_int_equal(count(p, "one two\n\nx", SEK_COMPAT_USER), 2);
	sek_policy_free(p);
}

static void
a_bad_pattern_is_refused_by_its_number_and_not_shown(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global --add secrets.patterns fine\n"
	   "git config --global --add secrets.patterns 'hush(hush'");
	assert_int_equal(load(&p, &err), SEK_ECONFIG);
	assert_null(p);
	assert_non_null(strstr(err.text, "secrets-pattern-2"));
	assert_null(strstr(err.text, "hush"));
}

static void
a_bad_value_of_a_provider_is_refused_and_not_shown(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global secrets.providers 'echo a hush(hush'");
	assert_int_equal(load(&p, &err), SEK_ECONFIG);
	assert_non_null(strstr(err.text, "secrets.providers"));
	assert_null(strstr(err.text, "hush"));
}

static void
a_provider_that_is_missing_is_told_and_the_rest_counts(void **state)
{
	struct sek_policy *p;
	struct sek_err err;

	(void)state;
	sh("git config --global --add secrets.providers no-such-command\n"
	   "git config --global --add secrets.providers 'echo x'");
	assert_int_equal(load(&p, &err), SEK_OK);
	assert_int_equal(missing_commands, 1);
	assert_int_equal(count(p, "x", SEK_COMPAT_PROVIDER), 1);
	sek_policy_free(p);
}

static void
an_allowed_pattern_is_found_anywhere_in_the_line(void **state)
{
	(void)state;
	sh("git config --global secrets.allowed '^p/q:[0-9]+:.*ok'\n"
	   "printf '# all$\\n\\n  \\n end$\\r\\n' >.gitallowed");
	assert_true(allows("p/q:12:is ok"));
	assert_false(allows("x/p/q:12:is ok"));
	assert_true(allows("a:1:the end"));
	assert_false(allows("a:1:for all"));
	assert_false(allows("a:1: # all$"));
}

static void
what_allows_all_or_is_no_pattern_allows_nothing(void **state)
{
	static const char *const bad[] = {"", ".*", "a|", "(a", "\\1(a)"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct sek_err err;
		bool yes;

		sh("git config --global --replace-all secrets.allowed x\n"
		   "git config --global --add secrets.allowed '%s'",
		    bad[i]);
		assert_int_equal(ask("x", &yes, &err), SEK_ECONFIG);
		assert_non_null(strstr(err.text, "secrets.allowed"));
	}
}

static void
a_gitallowed_that_cannot_be_read_is_an_error(void **state)
{
	struct sek_err err;
	bool yes;

	(void)state;
	sh("mkdir .gitallowed");
	assert_int_not_equal(ask("x", &yes, &err), SEK_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(knows_who_asked_for_a_rule),
	    fixture_test(private_keys_are_off_and_aws_rules_are_on),
	    fixture_test(nothing_to_look_for_is_no_policy),
	    fixture_test(each_line_of_a_value_is_a_pattern),
	    fixture_test(a_bad_pattern_is_refused_by_its_number_and_not_shown),
	    fixture_test(a_bad_value_of_a_provider_is_refused_and_not_shown),
	    fixture_test(
		a_provider_that_is_missing_is_told_and_the_rest_counts),
	    fixture_test(an_allowed_pattern_is_found_anywhere_in_the_line),
	    fixture_test(what_allows_all_or_is_no_pattern_allows_nothing),
	    fixture_test(a_gitallowed_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

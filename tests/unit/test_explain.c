#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scan/explain.h"
#include "scan/ruleset.h"

static struct sek_finding
finding(const struct sek_rule *rule)
{
	return (struct sek_finding){
	    .rule = rule,
	    .place = SEK_PLACE_FILE,
	    .line = 3,
	    .column = 7,
	    .fingerprint = "0123456789abcdef01234567",
	};
}

static void
every_rule_has_steps_without_holes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sek_ruleset_builtin.rules; i++) {
		struct sek_finding f = finding(&sek_ruleset_builtin.rule[i]);
		sek_auto_buf b = {0};
		char redacted[] = "(40 characters)";

		f.redacted = redacted;
		sek_advice(&b, &f);
		assert_true(b.n > 40);
		assert_null(strchr(b.p, '%'));
		assert_int_equal(b.p[0], ' ');
		assert_int_equal(b.p[b.n - 1], '\n');
		if (!strncmp(f.rule->id, "aws-", 4))
			assert_null(strstr(b.p, "where it was issued"));
	}
}

static void
a_known_user_stands_in_the_commands(void **state)
{
	static const struct sek_rule rule = {
	    .id = "aws-access-key-id", .role = SEK_ROLE_KEY_ID};
	struct sek_finding f = finding(&rule);
	char lasting[] = "AKIA...2X", brief[] = "ASIA...2X";
	sek_auto_buf a = {0}, b = {0};

	(void)state;
	f.redacted = lasting;
	strcpy(f.facts.user, "bob");
	sek_advice(&a, &f);
	assert_non_null(strstr(a.p, "--user-name bob --status Inactive"));
	assert_null(strstr(a.p, "USER"));
	f.redacted = brief;
	sek_advice(&b, &f);
	assert_non_null(strstr(b.p, "Revoke sessions"));
}

static void
tells_rule_place_signals_and_how_to_allow(void **state)
{
	static const struct sek_rule rule = {.id = "some-token",
	    .description = "Some token",
	    .help = "https://example.org/x"};
	struct sek_finding f = finding(&rule);
	char path[] = "a\033b", redacted[] = "(20 characters)";
	sek_auto_buf b = {0};

	(void)state;
	f.path = path;
	f.redacted = redacted;
	f.facts.signals = SEK_SIGNAL_RANDOM | SEK_SIGNAL_EXPIRED;
	f.entropy = 4.25F;
	sek_explain(&b, &f);
	assert_null(strchr(b.p, '\033'));
	assert_non_null(strstr(b.p, "\"a\\033b\":3:7\n"));
	assert_non_null(strstr(b.p, "rule: some-token\n"));
	assert_non_null(strstr(b.p, "see: https://example.org/x\n"));
	assert_non_null(strstr(b.p, "(20 characters), 4.25 bits"));
	assert_non_null(strstr(b.p, "  random: "));
	assert_non_null(strstr(b.p, "  expired: "));
	assert_null(strstr(b.p, "  living: "));
	assert_non_null(strstr(b.p,
	    "sekisho allow 0123456789abcdef01234567 --reason"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_rule_has_steps_without_holes),
	    cmocka_unit_test(a_known_user_stands_in_the_commands),
	    cmocka_unit_test(tells_rule_place_signals_and_how_to_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "terminal.h"

#include "aws/mfa_code.h"

#define DEVICE "arn:aws:iam::123456789012:mfa/me"

/* Each look at the clock takes a second: an answer of a person takes one. */
static int64_t now_ticks;

static int64_t
ticks(const struct sek_env *env)
{
	(void)env;
	return now_ticks += 1000;
}

static struct world {
	struct sek_env env;
	struct sek_aws aws;
	struct sek_plan plan;
	struct sek_hop hop;
	struct sek_chain chain;
} w;

static int
enter(void **state)
{
	if (fixture_enter(state))
		return -1;
	now_ticks = 0;
	memset(&w, 0, sizeof(w));
	w.env = sek_env_system;
	w.env.ticks = ticks;
	w.aws.env = &w.env;
	w.aws.deadline = 60000;
	w.plan.profile = "work";
	w.hop.mfa_serial = DEVICE;
	w.chain.aws = &w.aws;
	w.chain.plan = &w.plan;
	w.chain.interactive = true;
	return 0;
}

static void
ask(struct report *r)
{
	sek_auto_secret *out = NULL;
	struct sek_err err = {0};

	r->code = sek_mfa_code(&out, &w.chain, &w.hop, &err);
	if (out)
		snprintf(r->text, sizeof(r->text), "%.*s",
		    (int)sek_secret_str(out).n, sek_secret_str(out).p);
	else
		snprintf(r->text, sizeof(r->text), "%s", err.text);
	r->n = (size_t)(w.aws.deadline - 60000);
}

static void
a_person_is_asked_for_the_devices_code(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, false);
	expect(&s, "MFA code of " DEVICE " for profile work: ");
	type(&s, "  012345 \n");
	r = next(&s);
	assert_int_equal(r.code, SEK_OK);
	assert_string_equal(r.text, "012345");
	assert_int_equal(r.n, 1000); /* given back to the deadline */
	stop(&s);
}

static void
what_is_no_code_is_asked_again(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, false);
	expect(&s, "work: ");
	type(&s, "12345\n");
	expect(&s, "That is no code of 6 digits. MFA code of ");
	expect(&s, "work: ");
	type(&s, "1234567\n");
	expect(&s, "That is no code of 6 digits. MFA code of ");
	expect(&s, "work: ");
	type(&s, "654321\n");
	r = next(&s);
	assert_int_equal(r.code, SEK_OK);
	assert_string_equal(r.text, "654321");
	stop(&s);
}

static void
three_times_at_most(void **state)
{
	static const char *const typed[] = {"12345a\n", "\n", "-12345\n"};
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, false);
	for (int i = 0; i < 3; i++) {
		expect(&s, "work: ");
		type(&s, typed[i]);
	}
	r = next(&s);
	assert_int_equal(r.code, SEK_EPARSE);
	assert_string_equal(r.text,
	    "MFA device " DEVICE ": no code of 6 digits was typed in 3 times");
	stop(&s);
}

static void
a_code_is_not_taken_twice(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	w.chain.state = fixture_dir;
	for (int i = 0; i < 2; i++) {
		start(&s, ask, false);
		expect(&s, "work: ");
		type(&s, "111222\n");
		r = next(&s);
		assert_int_equal(r.code, i ? SEK_EDENIED : SEK_OK);
		stop(&s);
	}
	assert_non_null(strstr(r.text, "was used already"));
	assert_null(strstr(r.text, "111222"));
}

#define NOBODY                                                                 \
	"needs a code of MFA device " DEVICE ", and there is no terminal to "  \
	"ask on: run `sekisho-vault get work` in a terminal first, or "        \
	"`sekisho-vault exec work -- COMMAND` there"

static void
without_a_person_it_is_said_what_to_run(void **state)
{
	struct report r = {0};

	(void)state;
	w.chain.interactive = false;
	ask(&r);
	assert_int_equal(r.code, SEK_ENOTFOUND);
	assert_string_equal(r.text, NOBODY);
}

static void
nor_is_one_asked_from_the_background(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, true);
	r = next(&s);
	assert_int_equal(r.code, SEK_ENOTFOUND);
	assert_string_equal(r.text, NOBODY);
	stop(&s);
}

static void
the_end_of_the_terminal_is_no_code(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, false);
	expect(&s, "work: ");
	type(&s, "\004");
	r = next(&s);
	assert_int_equal(r.code, SEK_ECANCEL);
	assert_non_null(strstr(r.text, "MFA device " DEVICE ": nothing was"));
	stop(&s);
}

static void
expect_of_process(const char *command, enum sek_code want, const char *text)
{
	struct report r = {0};

	w.chain.interactive = false;
	w.hop.mfa_process = command;
	ask(&r);
	if (r.code != want)
		fail_msg("%s: %s", command, r.text);
	if (!strstr(r.text, text))
		fail_msg("no \"%s\" in \"%s\"", text, r.text);
}

static void
a_process_is_asked_instead(void **state)
{
	(void)state;
	expect_of_process("echo 123456", SEK_OK, "123456");
	assert_int_equal(w.aws.deadline, 60000);
	expect_of_process("echo 12345", SEK_EPARSE,
	    "mfa_process: what it printed is no code of 6 digits");
	expect_of_process("echo 12345x", SEK_EPARSE, "no code of 6 digits");
	expect_of_process("echo 123456 7", SEK_EPARSE, "no code of 6 digits");
	expect_of_process("sh -c 'exit 5'", SEK_EIO, "status 5");
}

static void
nor_does_a_processs_code_go_twice(void **state)
{
	(void)state;
	w.chain.state = fixture_dir;
	expect_of_process("echo 123456", SEK_OK, "123456");
	expect_of_process("echo 123456", SEK_EDENIED, "was used already");
	w.hop.mfa_serial = "another";
	expect_of_process("echo 123456", SEK_OK, "123456");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, fixture_leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_person_is_asked_for_the_devices_code),
	    CASE(what_is_no_code_is_asked_again),
	    CASE(three_times_at_most),
	    CASE(a_code_is_not_taken_twice),
	    CASE(without_a_person_it_is_said_what_to_run),
	    CASE(nor_is_one_asked_from_the_background),
	    CASE(the_end_of_the_terminal_is_no_code),
	    CASE(a_process_is_asked_instead),
	    CASE(nor_does_a_processs_code_go_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

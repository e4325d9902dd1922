#include "terminal.h"

#include "vault/prompt.h"

static struct {
	bool hidden, background, own_handler;
	int seconds;
	const char *question;
} how;

static void
on_interrupt(int signal)
{
	(void)signal;
}

static void
ask(struct report *r)
{
	sek_auto_secret *typed = NULL;
	struct sek_err err = {0};
	struct sek_str s = {0};

	if (how.own_handler)
		(void)signal(SIGINT, on_interrupt);
	r->code = sek_prompt(&typed, how.question, how.hidden, how.seconds,
	    &err);
	if (!r->code)
		s = sek_secret_str(typed);
	r->n = s.n;
	if (r->code)
		snprintf(r->text, sizeof(r->text), "%s", err.text);
	else if (s.n > 0)
		memcpy(r->text, s.p, s.n < 255 ? s.n : 255);
}

static int
setup(void **state)
{
	(void)state;
	memset(&how, 0, sizeof(how));
	how.hidden = true;
	how.seconds = 100;
	how.question = "Word: ";
	return 0;
}

static void
a_hidden_line_is_read_and_not_shown(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	assert_false(echoes(&s));
	type(&s, "typo\025open sesame\r");
	r = next(&s);
	assert_int_equal(r.code, SEK_OK);
	assert_string_equal(r.text, "open sesame");
	expect(&s, "\n");
	assert_null(strstr(s.seen, "sesame"));
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
another_line_is_shown(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	how.hidden = false;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "123456\n");
	expect(&s, "123456");
	r = next(&s);
	assert_string_equal(r.text, "123456");
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
an_empty_line_is_a_line(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "\n");
	r = next(&s);
	assert_int_equal(r.code, SEK_OK);
	assert_int_equal(r.n, 0);
	stop(&s);
}

static void
dies_of_signals_with_the_terminal_put_back(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct session s;
		struct report r;

		start(&s, ask, how.background);
		expect(&s, "Word: ");
		assert_false(echoes(&s));
		if (i == 0)
			type(&s, "half\003");
		else
			kill(s.asker, signals[i]);
		r = next(&s);
		assert_int_equal(r.what, ENDED);
		assert_true(WIFSIGNALED(r.status));
		assert_int_equal(WTERMSIG(r.status), signals[i]);
		assert_true(echoes(&s));
		stop(&s);
	}
}

static void
a_program_that_catches_the_signal_is_told(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	how.own_handler = true;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "\003");
	r = next(&s);
	assert_int_equal(r.code, SEK_ECANCEL);
	assert_string_equal(r.text, "interrupted");
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
a_stopped_one_puts_the_terminal_back_and_asks_again(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, how.background);
	for (int i = 0; i < 2; i++) {
		expect(&s, "Word: ");
		assert_false(echoes(&s));
		type(&s, "half\032");
		assert_int_equal(next(&s).what, STOPPED);
		assert_true(echoes(&s));
		kill(s.asker, SIGCONT);
	}
	expect(&s, "Word: ");
	assert_false(echoes(&s));
	type(&s, "whole\n");
	r = next(&s);
	assert_string_equal(r.text, "whole");
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
gives_up_when_the_time_is_over(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	how.seconds = 1;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "half");
	r = next(&s);
	assert_int_equal(r.code, SEK_ECANCEL);
	assert_string_equal(r.text, "nothing was typed in time");
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
the_end_of_file_is_no_line(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "\004");
	r = next(&s);
	assert_int_equal(r.code, SEK_ECANCEL);
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
a_line_in_parts_is_one(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, "one\004two\n");
	r = next(&s);
	assert_string_equal(r.text, "onetwo");
	stop(&s);
}

static void
a_line_that_the_kernel_may_have_cut_is_refused(void **state)
{
	struct session s;
	struct report r;
	char keys[3001];

	(void)state;
	memset(keys, 'k', 3000);
	keys[3000] = '\0';
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, keys);
	type(&s, "\n");
	r = next(&s);
	assert_int_equal(r.code, SEK_OK);
	assert_int_equal(r.n, 3000);
	stop(&s);
	start(&s, ask, how.background);
	expect(&s, "Word: ");
	type(&s, keys);
	type(&s, keys);
	type(&s, "\n");
	r = next(&s);
	assert_int_equal(r.code, SEK_ETOOBIG);
	assert_int_equal(next(&s).what, ENDED);
	assert_true(echoes(&s));
	stop(&s);
}

static void
a_question_cannot_steer_the_terminal(void **state)
{
	struct session s;

	(void)state;
	how.question = "a\033[2Jb\rc\x7f: ";
	start(&s, ask, how.background);
	expect(&s, "a?[2Jb?c?: ");
	type(&s, "\n");
	assert_int_equal(next(&s).code, SEK_OK);
	stop(&s);
}

static void
does_not_ask_from_the_background(void **state)
{
	struct session s;
	struct report r;

	(void)state;
	how.background = true;
	start(&s, ask, how.background);
	r = next(&s);
	assert_int_equal(r.what, ASKED);
	assert_int_equal(r.code, SEK_ENOTFOUND);
	assert_non_null(strstr(r.text, "background"));
	r = next(&s);
	assert_true(WIFEXITED(r.status));
	stop(&s);
}

static void
without_a_terminal_it_cannot_ask(void **state)
{
	struct report r;
	pid_t child;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		setsid();
		if (sek_prompt_possible())
			_exit(1);
		r = (struct report){0};
		ask(&r);
		_exit(write(fds[1], &r, sizeof(r)) != sizeof(r));
	}
	assert_int_equal(read(fds[0], &r, sizeof(r)), sizeof(r));
	assert_int_equal(r.code, SEK_ENOTFOUND);
	assert_string_equal(r.text, "there is no terminal to ask on");
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
	    test(a_hidden_line_is_read_and_not_shown),
	    test(another_line_is_shown),
	    test(an_empty_line_is_a_line),
	    test(dies_of_signals_with_the_terminal_put_back),
	    test(a_program_that_catches_the_signal_is_told),
	    test(a_stopped_one_puts_the_terminal_back_and_asks_again),
	    test(gives_up_when_the_time_is_over),
	    test(the_end_of_file_is_no_line),
	    test(a_line_in_parts_is_one),
	    test(a_line_that_the_kernel_may_have_cut_is_refused),
	    test(a_question_cannot_steer_the_terminal),
	    test(does_not_ask_from_the_background),
	    test(without_a_terminal_it_cannot_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

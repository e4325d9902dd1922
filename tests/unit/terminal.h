#ifndef SEK_TESTS_UNIT_TERMINAL_H
#define SEK_TESTS_UNIT_TERMINAL_H

#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <termios.h>

#include "base/err.h"

/*
 * A session on a terminal of its own: a leader, which is what a shell is, and a
 * process that asks. Both tell the test what happens through a pipe.
 */
struct report {
	enum { ASKED, STOPPED, ENDED } what;
	enum sek_code code; /* ASKED */
	int status;         /* ENDED */
	char text[512];     /* what was typed, or the error */
	size_t n;           /* bytes typed */
};

struct session {
	int tty, reports;
	pid_t leader, asker;
	char seen[65536];
	size_t n;
};

/* What the process does on its terminal; it fills the report. */
typedef void terminal_fn(struct report *r);

FIXTURE_UNUSED static void
become_foreground(bool background)
{
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGTTOU);
	sigprocmask(SIG_BLOCK, &block, NULL);
	setpgid(0, 0);
	if (!background)
		tcsetpgrp(0, getpid());
	sigprocmask(SIG_UNBLOCK, &block, NULL);
}

FIXTURE_UNUSED static void
lead(int to, terminal_fn *run, bool background)
{
	struct report r = {.what = ENDED};
	pid_t asker = fork();

	if (asker == 0) {
		struct report asked = {.what = ASKED};

		become_foreground(background);
		run(&asked);
		_exit(write(to, &asked, sizeof(asked)) != sizeof(asked));
	}
	r.code = (enum sek_code)asker; /* the first report: who it is */
	if (write(to, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	r.code = SEK_OK;
	while (waitpid(asker, &r.status, WUNTRACED) == asker) {
		r.what = WIFSTOPPED(r.status) ? STOPPED : ENDED;
		if (write(to, &r, sizeof(r)) != sizeof(r) || r.what == ENDED)
			break;
	}
	(void)signal(SIGHUP, SIG_IGN);
	pause(); /* the terminal lives as long as its leader */
	_exit(0);
}

FIXTURE_UNUSED static struct report
next(struct session *s)
{
	struct report r = {0};

	assert_int_equal(read(s->reports, &r, sizeof(r)), sizeof(r));
	return r;
}

FIXTURE_UNUSED static void
start(struct session *s, terminal_fn *run, bool background)
{
	int fds[2];

	memset(s, 0, sizeof(*s));
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	s->leader = forkpty(&s->tty, NULL, NULL, NULL);
	assert_true(s->leader >= 0);
	if (s->leader == 0)
		lead(fds[1], run, background);
	close(fds[1]);
	s->reports = fds[0];
	s->asker = (pid_t)next(s).code;
}

FIXTURE_UNUSED static void
stop(struct session *s)
{
	kill(s->leader, SIGKILL);
	waitpid(s->leader, NULL, 0);
	close(s->tty);
	close(s->reports);
}

/* Waits until the terminal has shown the text, after what was seen before. */
FIXTURE_UNUSED static void
expect(struct session *s, const char *text)
{
	struct pollfd p = {.fd = s->tty, .events = POLLIN};
	char *at;

	while (s->seen[s->n] = '\0', !(at = strstr(s->seen, text))) {
		ssize_t n;

		if (poll(&p, 1, 60000) <= 0)
			fail_msg("'%s' has not '%s'", s->seen, text);
		n = read(s->tty, s->seen + s->n, sizeof(s->seen) - 1 - s->n);
		assert_true(n > 0);
		s->n += (size_t)n;
	}
	s->n -= (size_t)(at + strlen(text) - s->seen);
	memmove(s->seen, at + strlen(text), s->n + 1);
}

FIXTURE_UNUSED static void
type(struct session *s, const char *keys)
{
	assert_int_equal(write(s->tty, keys, strlen(keys)), strlen(keys));
}

FIXTURE_UNUSED static bool
echoes(struct session *s)
{
	struct termios t;

	assert_int_equal(tcgetattr(s->tty, &t), 0);
	return t.c_lflag & ECHO;
}

#endif

#include "vault/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/*
 * The terminal MUST NOT be left without echo: so every signal that would end or
 * stop the process by default is caught, the terminal put back, and the signal
 * sent again. The handler only notes it and wakes poll by an eventfd, whichever
 * thread it ran on.
 *
 * Typed lines are cut by the kernel at 4095 bytes without a word (termios(3),
 * canonical mode), so one that comes near is refused.
 */
#define LONGEST 4000
#define ROOM    4096

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define N_CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t received;
static volatile sig_atomic_t wake_fd;

struct prompt {
	int fd;
	int wake;
	bool hidden;
	const char *question;
	int64_t deadline; /* ms, monotonic */
	struct termios before;
	struct sigaction actions[N_CAUGHT], in, out;
};

static void
note(int signal)
{
	const uint64_t one = 1;
	int errnum = errno;

	received = signal;
	(void)!write((int)wake_fd, &one, sizeof(one));
	errno = errnum;
}

static int64_t
now_ms(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reading or setting a terminal from the background would stop the process;
 * with these two ignored, it fails. */
static void
catch_signals(struct prompt *p)
{
	struct sigaction action = {.sa_handler = note};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < N_CAUGHT; i++) {
		(void)sigaction(caught[i], NULL, &p->actions[i]);
		if (p->actions[i].sa_handler != SIG_IGN)
			(void)sigaction(caught[i], &action, NULL);
	}
	(void)sigaction(SIGTTIN, &ignore, &p->in);
	(void)sigaction(SIGTTOU, &ignore, &p->out);
}

static void
release_signals(const struct prompt *p)
{
	for (size_t i = 0; i < N_CAUGHT; i++)
		(void)sigaction(caught[i], &p->actions[i], NULL);
	(void)sigaction(SIGTTIN, &p->in, NULL);
	(void)sigaction(SIGTTOU, &p->out, NULL);
}

/* What is shown may come from a configuration file: it must not steer the
 * terminal. */
static void
show(const struct prompt *p)
{
	sek_auto_free char *text = sek_strdup(p->question);

	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	(void)!write(p->fd, text, strlen(text));
}

/* What was typed before the question is dropped: it was shown, or meant for
 * another program. */
static enum sek_code
begin(struct prompt *p, struct sek_err *err)
{
	struct termios t;

	if (tcgetpgrp(p->fd) != getpgrp())
		return sek_fail(err, SEK_ENOTFOUND,
		    "the terminal cannot be asked from the background");
	if (tcgetattr(p->fd, &p->before))
		return sek_fail(err, SEK_ENOTFOUND, "/dev/tty: is no terminal");
	t = p->before;
	t.c_lflag |= ICANON | ISIG;
	t.c_iflag |= ICRNL;
	t.c_lflag &= ~(tcflag_t)ECHONL;
	if (p->hidden)
		t.c_lflag &= ~(tcflag_t)ECHO;
	received = 0;
	catch_signals(p);
	if (tcsetattr(p->fd, TCSAFLUSH, &t)) {
		release_signals(p);
		return sek_fail_errno(err, "/dev/tty");
	}
	show(p);
	return SEK_OK;
}

static void
end(const struct prompt *p)
{
	/* TCSAFLUSH: half a line must not go on to the shell */
	(void)tcsetattr(p->fd, TCSAFLUSH, &p->before);
	release_signals(p);
}

/* 1: something to read; 0: the time is up; -1: a signal. */
static int
wait_for_line(const struct prompt *p)
{
	struct pollfd fds[] = {
	    {.fd = p->fd, .events = POLLIN}, {.fd = p->wake, .events = POLLIN}};

	for (;;) {
		int64_t left = p->deadline - now_ms();
		int n;

		if (received)
			return -1;
		if (left <= 0)
			return 0;
		n = poll(fds, 2, left < INT32_MAX ? (int)left : INT32_MAX);
		if (n > 0 && !fds[1].revents)
			return 1;
	}
}

/* A line, or a part of it that was sent off with the end-of-file key. */
static enum sek_code
read_line(struct sek_secret *line, const struct prompt *p, bool *done,
    struct sek_err *err)
{
	enum sek_code code;
	char *room = NULL;
	ssize_t n;

	code = sek_secret_room(&room, line, LONGEST - sek_secret_str(line).n,
	    err);
	if (code)
		return code;
	n = read(p->fd, room, LONGEST - sek_secret_str(line).n);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return SEK_OK;
	if (n <= 0)
		return sek_fail(err, SEK_ECANCEL,
		    "nothing was typed: the terminal is at its end");
	*done = room[n - 1] == '\n';
	sek_secret_filled(line, (size_t)n - *done);
	if (!*done && sek_secret_str(line).n >= LONGEST)
		return sek_fail(err, SEK_ETOOBIG,
		    "more than %d characters were typed in one line", LONGEST);
	return SEK_OK;
}

/* SEK_OK without *done: there was a signal. */
static enum sek_code
ask_once(struct sek_secret *line, struct prompt *p, bool *done,
    struct sek_err *err)
{
	enum sek_code code = begin(p, err);
	int ready = 1;

	if (code)
		return code;
	while (!code && !*done && (ready = wait_for_line(p)) > 0)
		code = read_line(line, p, done, err);
	if (!code && ready == 0)
		code = sek_fail(err, SEK_ECANCEL, "nothing was typed in time");
	if (p->hidden || !*done)
		(void)!write(p->fd, "\n", 1);
	end(p);
	return code;
}

/*
 * What the signal does by itself: it ends the process, or stops it until it is
 * continued, or calls what the program has for it.
 */
static bool
go_on_after(int signal, const struct prompt *p)
{
	uint64_t count;

	(void)!read(p->wake, &count, sizeof(count));
	(void)raise(signal);
	return signal == SIGTSTP;
}

static void
close_both(struct prompt *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->wake >= 0)
		close(p->wake);
}

enum sek_code
sek_prompt(struct sek_secret **out, const char *question, bool hidden,
    int seconds, struct sek_err *err)
{
	__attribute__((cleanup(close_both))) struct prompt p = {
	    .fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY),
	    .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	    .hidden = hidden,
	    .question = question,
	    .deadline = now_ms() + (int64_t)seconds * 1000,
	};
	sek_auto_secret *line = NULL;
	enum sek_code code = SEK_OK;
	bool done = false;

	if (p.fd < 0)
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no terminal to ask on");
	if (p.wake < 0)
		return sek_fail_errno(err, "eventfd");
	wake_fd = p.wake;
	while (!code && !done) {
		sek_secret_free(line);
		line = sek_secret_new(ROOM);
		code = ask_once(line, &p, &done, err);
		if (!code && !done && !go_on_after(received, &p))
			code = sek_fail(err, SEK_ECANCEL, "interrupted");
	}
	if (!code)
		*out = sek_steal(&line);
	return code;
}

bool
sek_prompt_possible(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	bool possible = fd >= 0 && tcgetpgrp(fd) == getpgrp();

	if (fd >= 0)
		close(fd);
	return possible;
}

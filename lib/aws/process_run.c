#include "aws/process_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

#define LOOK_MS  50 /* how often a running program is looked at */
#define END_MS   2  /* the same once it has closed its output */
#define GRACE_MS 500

struct child {
	struct sek_aws *aws;
	const char *what;
	pid_t pid; /* of the group, too; 0 once waited for */
	int out;   /* our end; -1 once at its end */
	size_t max;
	struct sek_secret *text;
	int status;
	bool stopped;
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Whether it has ended, which leaves it to be waited for. */
static bool
has_ended(const struct child *c)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_PID, (id_t)c->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) ||
	    info.si_pid == c->pid;
}

/* The group is ended before its leader is waited for: as long as that is not
 * done no other group can have its number. */
static void
clear(struct child *c)
{
	const struct sek_env *env = c->aws->env;

	close_fd(&c->out);
	sek_secret_free(c->text);
	if (c->pid == 0)
		return;
	(void)kill(-c->pid, SIGTERM);
	(void)kill(-c->pid, SIGCONT);
	for (int ms = 0; ms < GRACE_MS && !has_ended(c); ms += 10)
		env->sleep(env, 10);
	(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
#define auto_child __attribute__((cleanup(clear))) struct child

/* Both ends above 2: were a standard descriptor of ours closed, the child's
 * set-up would overwrite them. */
static bool
make_pipe(int fd[2])
{
	if (pipe2(fd, O_CLOEXEC))
		return false;
	for (int i = 0; i < 2; i++) {
		int high = fd[i];

		if (high <= 2)
			high = fcntl(fd[i], F_DUPFD_CLOEXEC, 3);
		if (high < 0)
			return false;
		if (high != fd[i])
			close(fd[i]);
		fd[i] = high;
	}
	return fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0;
}

/* 0, or an errno. */
static int
spawn(pid_t *pid, char *const *argv, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t standard;
	int failed;

	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	if ((failed = posix_spawn_file_actions_init(&actions)))
		return failed;
	if ((failed = posix_spawnattr_init(&attr))) {
		posix_spawn_file_actions_destroy(&actions);
		return failed;
	}
	if (!(failed = posix_spawn_file_actions_addopen(&actions, 0,
		  "/dev/null", O_RDONLY, 0)) &&
	    !(failed = posix_spawn_file_actions_adddup2(&actions, out, 1)) &&
	    !(failed = posix_spawnattr_setpgroup(&attr, 0)) &&
	    !(failed = posix_spawnattr_setsigdefault(&attr, &standard)) &&
	    !(failed = posix_spawnattr_setflags(&attr,
		  POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF)))
		failed = posix_spawnp(pid, argv[0], &actions, &attr, argv,
		    environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* A parent may have left SIGCHLD ignored: how a child ended is then not kept. */
static void
keep_statuses(void)
{
	struct sigaction now;

	if (!sigaction(SIGCHLD, NULL, &now) && now.sa_handler == SIG_IGN)
		(void)signal(SIGCHLD, SIG_DFL);
}

static enum sek_code
start(struct child *c, const struct sek_command_line *command,
    struct sek_err *err)
{
	int fd[2] = {-1, -1};
	bool made = make_pipe(fd);
	int failed;

	keep_statuses();
	failed = made ? spawn(&c->pid, command->argv, fd[1]) : errno;

	close_fd(&fd[1]);
	if (!failed) {
		c->out = fd[0];
		return SEK_OK;
	}
	close_fd(&fd[0]);
	c->pid = 0;
	errno = failed;
	return sek_fail_errno(err, "%s: cannot be run", c->what);
}

/* What is there to be read; the end of it closes c->out. */
static enum sek_code
take_output(struct child *c, struct sek_err *err)
{
	while (c->out >= 0) {
		size_t left = c->max + 1 - sek_secret_str(c->text).n;
		enum sek_code code;
		char *room = NULL;
		ssize_t n;

		if (left == 0)
			return sek_fail(err, SEK_ETOOBIG,
			    "%s: printed more than %zu bytes", c->what, c->max);
		if ((code = sek_secret_room(&room, c->text, left, err)))
			return code;
		n = read(c->out, room, left);
		if (n > 0)
			sek_secret_filled(c->text, (size_t)n);
		else if (n < 0 && errno == EAGAIN)
			return SEK_OK;
		else if (n == 0 || errno != EINTR)
			close_fd(&c->out);
	}
	return SEK_OK;
}

/* Has it ended, or stopped? */
static bool
look(struct child *c)
{
	int status = 0;
	pid_t pid = waitpid(c->pid, &status, WNOHANG | WUNTRACED);

	if (pid != c->pid)
		return false;
	c->stopped = WIFSTOPPED(status);
	if (c->stopped)
		return false;
	c->status = status;
	c->pid = 0;
	return true;
}

static enum sek_code
wait_for_end(struct child *c, struct sek_err *err)
{
	struct pollfd p = {.events = POLLIN};
	enum sek_code code;
	int64_t ms;

	for (;;) {
		/* looked first: what it printed before its end is then there */
		bool ended = look(c);

		if ((code = take_output(c, err)) || ended)
			return code;
		if (c->stopped)
			return sek_fail(err, SEK_ECANCEL,
			    "%s: wants the terminal, which it cannot have "
			    "here: run it by itself first",
			    c->what);
		if (sek_aws_left(&ms, c->aws, c->out < 0 ? END_MS : LOOK_MS,
			NULL))
			return sek_fail(err, SEK_ECANCEL,
			    "%s: did not end in time, and was ended; `timeout` "
			    "in [sekisho] allows for more",
			    c->what);
		p.fd = c->out;
		(void)poll(&p, 1, (int)ms);
	}
}

static enum sek_code
check_status(const struct child *c, struct sek_err *err)
{
	if (WIFSIGNALED(c->status))
		return sek_fail(err, SEK_EIO, "%s: was ended by signal %d",
		    c->what, WTERMSIG(c->status));
	if (WEXITSTATUS(c->status) != 0)
		return sek_fail(err, SEK_EIO,
		    "%s: failed with status %d; what it says of it is its own",
		    c->what, WEXITSTATUS(c->status));
	return SEK_OK;
}

enum sek_code
sek_process_run(struct sek_secret **out, struct sek_aws *aws,
    const struct sek_command_line *command, size_t max, const char *what,
    struct sek_err *err)
{
	auto_child c = {
	    .aws = aws,
	    .what = what,
	    .out = -1,
	    .max = max,
	    .text = sek_secret_new(max + 1),
	};
	enum sek_code code;

	if ((code = start(&c, command, err)) ||
	    (code = wait_for_end(&c, err)) || (code = check_status(&c, err)))
		return code;
	if (sek_secret_str(c.text).n > max)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: printed more than %zu bytes", what, max);
	*out = sek_steal(&c.text);
	return SEK_OK;
}

#include "repo/git.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/git_env.h"
#include "repo/git_note.h"

#define RECORD_MAX ((size_t)64 << 20)
#define READ_STEP  ((size_t)64 << 10)

struct sek_git {
	pid_t pid;            /* 0 once waited for */
	int in, out, err;     /* our ends; -1 once closed */
	bool asking;          /* more questions may follow: keep `in` open */
	struct sek_str input; /* not yet sent */
	char *p; /* output read but not handed out: p[start, end) */
	size_t start, end, cap;
	size_t note_n;
	char note[4096]; /* the first of stderr */
	char name[24];   /* the git command, for messages */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/*
 * Both ends of a channel to the child, both close-on-exec and above 2: were a
 * standard descriptor of ours closed, the child's set-up would overwrite them.
 */
static bool
make_channel(int fd[2], bool socket)
{
	int made = socket
	    ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)
	    : pipe2(fd, O_CLOEXEC);

	if (made < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		int high;

		if (fd[i] > 2)
			continue;
		high = fcntl(fd[i], F_DUPFD_CLOEXEC, 3);
		if (high < 0)
			return false;
		close(fd[i]);
		fd[i] = high;
	}
	return true;
}

/*
 * git -C dir -c ... argv. Command-line settings win over every file. A
 * commit-graph says of commits what parents and trees they have, and git does
 * not hold it against the commits: one that is wrong hides what they bring.
 */
static char **
make_argv(const char *dir, const char *const *argv, bool real)
{
	static const char *const quiet[] = {
	    "-c",
	    "core.fsmonitor=false",
	    "-c",
	    "core.hooksPath=/dev/null",
	    "-c",
	    "core.commitGraph=false",
	    NULL,
	};
	SEK_VEC(char *) v = {0};

	*sek_vec_push(&v) = sek_strdup("git");
	if (dir) {
		*sek_vec_push(&v) = sek_strdup("-C");
		*sek_vec_push(&v) = sek_strdup(dir);
	}
	for (size_t i = 0; !real && quiet[i]; i++)
		*sek_vec_push(&v) = sek_strdup(quiet[i]);
	for (; *argv; argv++)
		*sek_vec_push(&v) = sek_strdup(*argv);
	*sek_vec_push(&v) = NULL;
	return v.at;
}

/*
 * posix_spawn shares our memory until the exec, so its cost does not grow with
 * what this process has mapped.
 */
static int
spawn(pid_t *pid, const char *program, char **argv, char **env, const int io[3])
{
	posix_spawn_file_actions_t act;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	int code;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	code = posix_spawn_file_actions_init(&act);
	if (code)
		return code;
	code = posix_spawnattr_init(&attr);
	if (code) {
		posix_spawn_file_actions_destroy(&act);
		return code;
	}
	for (int i = 0; !code && i < 3; i++)
		code = posix_spawn_file_actions_adddup2(&act, io[i], i);
	if (!code)
		code = posix_spawnattr_setsigmask(&attr, &none);
	if (!code)
		code = posix_spawnattr_setsigdefault(&attr, &pipe);
	if (!code)
		code = posix_spawnattr_setflags(&attr,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!code)
		code = posix_spawn(pid, program, &act, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&act);
	return code;
}

static enum sek_code
start_with(struct sek_git *g, char **argv, char **env, struct sek_err *err)
{
	sek_auto_free char *program = NULL;
	int in[2] = {-1, -1}, out[2] = {-1, -1}, note[2] = {-1, -1};
	enum sek_code code;
	int failed = 0;

	code = sek_git_env_program(&program, err);
	if (code)
		return code;
	/* The input is a socket because send can be told not to signal. */
	if (!make_channel(in, true) || !make_channel(out, false) ||
	    !make_channel(note, false) ||
	    fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(note[0], F_SETFL, O_NONBLOCK) < 0)
		failed = errno;
	g->in = in[0];
	g->out = out[0];
	g->err = note[0];
	if (!failed)
		failed = spawn(&g->pid, program, argv, env,
		    (int[]){in[1], out[1], note[1]});
	close_fd(&in[1]);
	close_fd(&out[1]);
	close_fd(&note[1]);
	if (!failed)
		return SEK_OK;
	g->pid = 0;
	errno = failed;
	return sek_fail_errno(err, "%s", program);
}

static enum sek_code
start(struct sek_git **out, const char *dir, const char *const *argv,
    const char *const *env, bool real, struct sek_err *err)
{
	sek_auto_git *g = sek_alloc(sizeof(*g));
	sek_auto_git_strings child_env = NULL;
	sek_auto_git_strings child_argv = make_argv(dir, argv, real);
	enum sek_code code;

	*out = NULL;
	g->in = g->out = g->err = -1;
	snprintf(g->name, sizeof(g->name), "%s", argv[0]);
	code = sek_git_env_make(&child_env, env, err);
	if (!code)
		code = start_with(g, child_argv, child_env, err);
	if (!code)
		*out = sek_steal(&g);
	return code;
}

enum sek_code
sek_git_start(struct sek_git **out, const char *dir, const char *const *argv,
    struct sek_err *err)
{
	return start(out, dir, argv, NULL, false, err);
}

enum sek_code
sek_git_start_env(struct sek_git **out, const char *dir,
    const char *const *argv, const char *const *env, struct sek_err *err)
{
	return start(out, dir, argv, env, false, err);
}

enum sek_code
sek_git_start_real(struct sek_git **out, const char *dir,
    const char *const *argv, struct sek_err *err)
{
	return start(out, dir, argv, NULL, true, err);
}

void
sek_git_feed(struct sek_git *g, struct sek_str input)
{
	g->input = input;
	g->asking = false;
}

void
sek_git_ask(struct sek_git *g, struct sek_str question)
{
	g->input = question;
	g->asking = true;
	g->note_n = 0;
}

/* A child that takes no more input says why by its exit status. */
static void
send_some(struct sek_git *g)
{
	while (g->in >= 0 && g->input.n) {
		ssize_t n = send(g->in, g->input.p, g->input.n,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0) {
			g->input.n = 0;
			close_fd(&g->in);
			return;
		}
		g->input.p += n;
		g->input.n -= (size_t)n;
	}
	if (!g->asking)
		close_fd(&g->in);
}

/* Reads what is there of stderr; only the first part is kept. */
static void
read_note(struct sek_git *g)
{
	char rest[512];

	while (g->err >= 0) {
		size_t room = sizeof(g->note) - g->note_n;
		ssize_t n = read(g->err, room ? g->note + g->note_n : rest,
		    room ? room : sizeof(rest));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0)
			close_fd(&g->err);
		else if (room)
			g->note_n += (size_t)n;
	}
}

static enum sek_code
wait_ready(struct sek_git *g, struct sek_err *err)
{
	struct pollfd fd[3] = {
	    {.fd = g->out, .events = POLLIN},
	    {.fd = g->err, .events = POLLIN},
	    {.fd = g->input.n ? g->in : -1, .events = POLLOUT},
	};

	if (poll(fd, 3, -1) < 0 && errno != EINTR)
		return sek_fail_errno(err, "git %s: poll", g->name);
	if (fd[1].revents)
		read_note(g);
	return SEK_OK;
}

/* At least one byte of output into dst, or *got is 0 at the end. */
static enum sek_code
read_some(struct sek_git *g, char *dst, size_t room, size_t *got,
    struct sek_err *err)
{
	enum sek_code code;

	*got = 0;
	while (g->out >= 0) {
		ssize_t n;

		send_some(g);
		n = read(g->out, dst, room);
		if (n > 0) {
			*got = (size_t)n;
			return SEK_OK;
		}
		if (n == 0) {
			close_fd(&g->out);
			return SEK_OK;
		}
		if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return sek_fail_errno(err, "git %s: read", g->name);
		code = wait_ready(g, err);
		if (code)
			return code;
	}
	return SEK_OK;
}

/* More output behind p[end]; what was handed out before is given up. */
static enum sek_code
fill(struct sek_git *g, size_t *got, struct sek_err *err)
{
	enum sek_code code;

	if (g->start) {
		memmove(g->p, g->p + g->start, g->end - g->start);
		g->end -= g->start;
		g->start = 0;
	}
	if (g->cap - g->end < READ_STEP) {
		g->cap = g->cap ? 2 * g->cap : 2 * READ_STEP;
		g->p = sek_realloc(g->p, g->cap);
	}
	code = read_some(g, g->p + g->end, g->cap - g->end, got, err);
	g->end += *got;
	return code;
}

enum sek_code
sek_git_record(struct sek_git *g, char sep, struct sek_str *out,
    struct sek_err *err)
{
	size_t seen = 0, got;
	enum sek_code code;

	*out = (struct sek_str){NULL, 0};
	for (;;) {
		const char *at = g->p ? g->p + g->start : NULL;
		size_t n = g->end - g->start;
		const char *hit = n > seen ? memchr(at + seen, sep, n - seen)
					   : NULL;

		if (hit) {
			*out = (struct sek_str){at, (size_t)(hit - at)};
			g->start += out->n + 1;
			return SEK_OK;
		}
		if (n > RECORD_MAX)
			return sek_fail(err, SEK_ETOOBIG,
			    "git %s: a record of over %zu bytes", g->name,
			    RECORD_MAX);
		seen = n;
		code = fill(g, &got, err);
		if (code)
			return code;
		if (!got)
			break;
	}
	if (g->end > g->start)
		*out = (struct sek_str){g->p + g->start, g->end - g->start};
	g->start = g->end;
	return SEK_OK;
}

static enum sek_code
ended_early(struct sek_git *g, struct sek_err *err)
{
	return sek_fail(err, SEK_EIO, "git %s: its answer is cut short",
	    g->name);
}

/* Of what was read already, at most so many bytes. */
static struct sek_str
take(struct sek_git *g, uint64_t most)
{
	struct sek_str s = {g->p, g->end - g->start};

	if (s.n > most)
		s.n = (size_t)most;
	if (s.n)
		s.p += g->start;
	g->start += s.n;
	return s;
}

enum sek_code
sek_git_bytes(struct sek_git *g, size_t n, struct sek_buf *out,
    struct sek_err *err)
{
	char *room = sek_buf_room(out, n);
	struct sek_str first;
	size_t have, got;
	enum sek_code code;

	if (!room)
		return sek_fail(err, SEK_ETOOBIG,
		    "git %s: %zu bytes are more than the limit", g->name, n);
	first = take(g, n);
	have = first.n;
	if (have)
		memcpy(room, first.p, have);
	while (have < n) {
		code = read_some(g, room + have, n - have, &got, err);
		if (code)
			return code;
		if (!got)
			return ended_early(g, err);
		have += got;
	}
	out->n += n;
	return SEK_OK;
}

enum sek_code
sek_git_skip(struct sek_git *g, uint64_t n, struct sek_err *err)
{
	size_t got;
	enum sek_code code;

	for (;;) {
		n -= take(g, n).n;
		if (!n)
			return SEK_OK;
		code = fill(g, &got, err);
		if (code)
			return code;
		if (!got)
			return ended_early(g, err);
	}
}

char *
sek_git_complaint(struct sek_git *g)
{
	read_note(g);
	return sek_git_note_text((struct sek_str){g->note, g->note_n});
}

static enum sek_code
fail_status(struct sek_git *g, int status, struct sek_err *err)
{
	sek_auto_free char *said = sek_git_complaint(g);

	if (WIFSIGNALED(status))
		return sek_fail(err, SEK_EIO, "git %s: ended by signal %d",
		    g->name, WTERMSIG(status));
	if (!said)
		return sek_fail(err, SEK_EIO, "git %s: exit status %d", g->name,
		    WEXITSTATUS(status));
	return sek_fail(err, sek_git_note_code(said), "git %s: %s", g->name,
	    said);
}

static bool
reap(struct sek_git *g, int *status)
{
	pid_t pid;

	do {
		pid = waitpid(g->pid, status, 0);
	} while (pid < 0 && errno == EINTR);
	g->pid = 0;
	return pid > 0;
}

/* Both outputs to their end, so that no full pipe stops the child. */
static enum sek_code
drain(struct sek_git *g, struct sek_err *err)
{
	size_t got;
	enum sek_code code;

	g->asking = false;
	do {
		g->start = g->end = 0;
		code = fill(g, &got, err);
	} while (!code && got);
	while (!code && g->err >= 0) {
		send_some(g);
		code = wait_ready(g, err);
	}
	return code;
}

enum sek_code
sek_git_finish(struct sek_git **gp, int *status, struct sek_err *err)
{
	struct sek_git *g = *gp;
	enum sek_code code = drain(g, err);
	int how = 0;

	close_fd(&g->in);
	if (!code && !reap(g, &how))
		code = sek_fail(err, SEK_EIO,
		    "git %s: its exit status is lost (is SIGCHLD ignored?)",
		    g->name);
	if (!code && how) {
		enum sek_code failed = fail_status(g, how, err);

		code = status ? SEK_OK : failed;
	}
	if (status)
		*status = WIFEXITED(how) ? WEXITSTATUS(how)
					 : 128 + WTERMSIG(how);
	sek_git_kill(gp);
	return code;
}

void
sek_git_kill(struct sek_git **gp)
{
	struct sek_git *g = *gp;
	int status;

	if (!g)
		return;
	close_fd(&g->in);
	close_fd(&g->out);
	close_fd(&g->err);
	if (g->pid) {
		kill(g->pid, SIGTERM);
		reap(g, &status);
	}
	free(g->p);
	free(g);
	*gp = NULL;
}

enum sek_code
sek_git_output(const char *dir, const char *const *argv, struct sek_buf *out,
    int *status, struct sek_err *err)
{
	sek_auto_git *g = NULL;
	struct sek_str line;
	enum sek_code code;

	code = sek_git_start(&g, dir, argv, err);
	while (!code) {
		/* Nothing that git says holds a NUL here: one record. */
		code = sek_git_record(g, '\0', &line, err);
		if (code || !line.p)
			break;
		sek_buf_add_str(out, line);
	}
	if (!code)
		code = sek_git_finish(&g, status, err);
	if (!code)
		code = sek_buf_check(out, "git output", err);
	if (!code && out->n && out->p[out->n - 1] == '\n')
		out->p[--out->n] = '\0';
	return code;
}

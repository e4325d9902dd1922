#include "scan/hook_chain.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/git.h"
#include "scan/hook_script.h"

extern char **environ;

/* How much of a hook is looked at to know it; a manager's stub is less. */
#define STUB_MAX 512

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define auto_fd __attribute__((cleanup(close_fd))) int

/* git's own question, asked of the file that a link leads to. */
static bool
can_run(const char *path)
{
	return !access(path, X_OK);
}

/* The first bytes of a file, NUL-terminated; "" when it cannot be read. */
static void
read_head(const char *path, char head[STUB_MAX + 1])
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, head, STUB_MAX);

	head[n > 0 ? n : 0] = '\0';
}

/*
 * husky 9 (and 4) puts the same stub under every hook's name: a shell script
 * that sources one file beside it, which looks at "$0" to learn which hook it
 * is, and does nothing at all if it does not know the name. Under the name that
 * we gave it such a stub would be silently off.
 */
static bool
is_husky_stub(const char *head)
{
	struct sek_str rest = sek_str(head);

	if (!sek_str_starts(rest, "#!") || rest.n == STUB_MAX)
		return false;
	while (rest.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&rest, '\n'));

		if (!sek_str_starts(line, ". \""))
			continue;
		if (sek_str_ends(line, "}/h\"") ||
		    sek_str_ends(line, ")/h\"") ||
		    sek_str_ends(line, "\"$0\")/husky.sh\""))
			return true;
	}
	return false;
}

/* The hook's path before it was renamed; NULL when it never was. */
static char *
name_before(const char *path)
{
	size_t n = strlen(path), suffix = strlen(SEK_HOOK_CHAINED);

	if (n <= suffix || strcmp(path + n - suffix, SEK_HOOK_CHAINED) != 0)
		return NULL;
	return sek_strndup(path, n - suffix);
}

/* What is executed: file with args. */
struct command {
	const char *file;
	const char **args;
	char *before;
};

static void
command_clear(struct command *c)
{
	free(c->args);
	free(c->before);
}

#define auto_command __attribute__((cleanup(command_clear))) struct command

/*
 * lead: what stands before the hook's own arguments, NULL-terminated; the first
 * is argv[0], which is the file too.
 */
static void
command_fill(struct command *c, const char *const *lead, char *const *argv)
{
	size_t leading = 0, own = 0, n = 0;

	while (lead[leading])
		leading++;
	while (argv[own])
		own++;
	c->file = lead[0];
	c->args = sek_alloc_n(leading + own + 1, sizeof(*c->args));
	for (size_t i = 0; i < leading; i++)
		c->args[n++] = lead[i];
	for (size_t i = 0; i < own; i++)
		c->args[n++] = argv[i];
}

static void
command_make(struct command *c, const char *path, char *const *argv)
{
	char head[STUB_MAX + 1];

	c->before = name_before(path);
	if (c->before) {
		read_head(path, head);
		if (is_husky_stub(head)) {
			/* "$0" is the old name, the text comes from path */
			const char *lead[] = {"/bin/sh", "-c",
			    ". \"$0" SEK_HOOK_CHAINED "\"", c->before, NULL};

			command_fill(c, lead, argv);
			return;
		}
	}
	command_fill(c, (const char *[]){path, NULL}, argv);
}

/* As git does for a file without `#!`. */
static void
command_make_shell(struct command *c, const char *path, char *const *argv)
{
	command_clear(c);
	*c = (struct command){0};
	command_fill(c, (const char *[]){"/bin/sh", path, NULL}, argv);
}

/* exec's and spawn's argv type promises less than they keep. */
static char **
unconst(const char **args)
{
	union {
		const char **in;
		char **out;
	} u = {.in = args};

	return u.out;
}

/*
 * Input stands in memory that the child reads as a file: it may read all, some
 * or nothing of it, in any order with what it writes, and nobody waits.
 */
static enum sek_code
open_input(const struct sek_str *input, int *fd, struct sek_err *err)
{
	enum sek_code code;

	*fd = memfd_create("hook input", MFD_CLOEXEC);
	if (*fd < 0)
		return sek_fail_errno(err, "memory file for a hook's input");
	code = sek_fd_write(*fd, "a hook's input", input->p, input->n, err);
	if (code)
		return code;
	if (lseek(*fd, 0, SEEK_SET) < 0)
		return sek_fail_errno(err, "a hook's input");
	return SEK_OK;
}

/* SIGPIPE goes back to its default: a hook may rely on it, and ours may not. */
static int
spawn(const struct command *c, int input, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t pipes;
	int failed;

	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &pipes);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&actions, input, 0);
	failed = posix_spawn(pid, c->file, &actions, &attr, unconst(c->args),
	    environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return failed;
}

static enum sek_code
wait_for(pid_t pid, const char *path, int *status, struct sek_err *err)
{
	int how;

	while (waitpid(pid, &how, 0) < 0) {
		if (errno != EINTR)
			return sek_fail_errno(err, "%s: waiting for it", path);
	}
	*status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	return SEK_OK;
}

static enum sek_code
cannot_run(const char *path, int why, struct sek_err *err)
{
	errno = why;
	/* not its code: a hook that is there but does not start is no "absent" */
	(void)sek_fail_errno(err, "%s: hook cannot be run", path);
	if (err)
		err->code = SEK_EIO;
	return SEK_EIO;
}

enum sek_code
sek_hook_chain_run(const char *path, char *const *argv,
    const struct sek_str *input, int *status, struct sek_err *err)
{
	auto_command c = {0};
	auto_fd fd = -1;
	enum sek_code code;
	pid_t pid;
	int failed;

	*status = 0;
	if (!can_run(path))
		return SEK_OK;
	code = input ? open_input(input, &fd, err) : SEK_OK;
	if (code)
		return code;
	command_make(&c, path, argv);
	failed = spawn(&c, fd, &pid);
	if (failed == ENOEXEC) {
		command_make_shell(&c, path, argv);
		failed = spawn(&c, fd, &pid);
	}
	if (failed)
		return cannot_run(path, failed, err);
	return wait_for(pid, path, status, err);
}

enum sek_code
sek_hook_chain_exec(const char *path, char *const *argv, struct sek_err *err)
{
	auto_command c = {0};

	if (!can_run(path))
		return SEK_OK;
	command_make(&c, path, argv);
	signal(SIGPIPE, SIG_DFL); /* as in spawn */
	execv(c.file, unconst(c.args));
	if (errno == ENOEXEC) {
		command_make_shell(&c, path, argv);
		execv(c.file, unconst(c.args));
	}
	return cannot_run(path, errno, err);
}

/* The one line of a small file that git keeps a path in; NULL without one. */
static char *
read_line(const char *path)
{
	sek_auto_buf text = {.max = 64 << 10};
	struct sek_str line;

	if (sek_file_read(path, &text, NULL) || text.n == 0)
		return NULL;
	line = sek_buf_str(&text);
	while (line.n > 0 &&
	    (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line.n > 0 ? sek_strndup(line.p, line.n) : NULL;
}

/* A linked worktree's git directory names the common one in `commondir`. */
static char *
common_of(const char *git_dir)
{
	sek_auto_free char *file = sek_printf("%s/commondir", git_dir);
	sek_auto_free char *line = read_line(file);

	if (!line)
		return sek_strdup(git_dir);
	if (*line == '/')
		return sek_steal(&line);
	return sek_printf("%s/%s", git_dir, line);
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/*
 * In a main work tree git sets no GIT_DIR for its hooks, but runs them at its
 * top; only what is neither of these costs a child.
 */
static enum sek_code
find_common_dir(char **out, struct sek_err *err)
{
	static const char *const argv[] = {
	    "rev-parse", "--git-common-dir", NULL};
	const char *common = getenv("GIT_COMMON_DIR");
	const char *git_dir = getenv("GIT_DIR");
	sek_auto_buf text = {0};
	enum sek_code code;

	if (common && *common) {
		*out = sek_strdup(common);
		return SEK_OK;
	}
	if ((!git_dir || !*git_dir) && is_dir(".git"))
		git_dir = ".git";
	if (git_dir && is_dir(git_dir)) {
		*out = common_of(git_dir);
		return SEK_OK;
	}
	code = sek_git_output(NULL, argv, &text, NULL, err);
	if (!code)
		*out = sek_buf_take(&text);
	return code;
}

enum sek_code
sek_hook_chain_repository(const char *name, char **out, struct sek_err *err)
{
	sek_auto_free char *common = NULL;
	sek_auto_free char *hook = NULL;
	enum sek_code code = find_common_dir(&common, err);

	if (code)
		return code;
	hook = sek_printf("%s/hooks/%s", common, name);
	if (sek_hook_script_is_ours(hook))
		*out = sek_printf("%s%s", hook, SEK_HOOK_CHAINED);
	else
		*out = sek_steal(&hook);
	return SEK_OK;
}

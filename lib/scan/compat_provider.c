#include "scan/compat_provider.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/vec.h"

#define OUTPUT_MAX      ((size_t)4 << 20)
#define CREDENTIALS_MAX ((size_t)4 << 20)

extern char **environ;

/* NULL-ended; text is cut up in place. */
struct words SEK_VEC_BODY(char *);

static void
split(struct words *words, char *text)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " \t\n", &save); w;
	     w = strtok_r(NULL, " \t\n", &save))
		*sek_vec_push(words) = w;
	*sek_vec_push(words) = NULL;
}

static bool
is_ours(const struct words *w)
{
	return w->n >= 4 && w->n <= 5 && !strcmp(w->at[0], "git") &&
	    !strcmp(w->at[1], "secrets") && !strcmp(w->at[2], "--aws-provider");
}

static int
spawn(char *const *argv, int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int failed;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	failed = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static void
add_without_cr(struct sek_buf *out, struct sek_str text)
{
	while (text.p) {
		sek_buf_add_str(out, sek_str_cut(&text, '\r'));
	}
}

static enum sek_code
run_child(char *const *argv, struct sek_buf *out, char **missing,
    struct sek_err *err)
{
	sek_auto_buf said = {.max = OUTPUT_MAX};
	enum sek_code r = SEK_OK;
	int ends[2], failed;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return sek_fail_errno(err, "provider: pipe");
	failed = spawn(argv, ends[1], &pid);
	close(ends[1]);
	if (failed)
		*missing = sek_strdup(argv[0]);
	else
		r = sek_fd_read(ends[0], "provider", &said, err);
	close(ends[0]);
	while (!failed && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (r == SEK_OK)
		add_without_cr(out, sek_buf_str(&said));
	if (said.p)
		explicit_bzero(said.p, said.n);
	return r;
}

enum sek_code
sek_compat_provider_run(const char *command, struct sek_buf *out,
    char **missing, struct sek_err *err)
{
	sek_auto_free char *text = sek_strdup(command);
	struct words words = {0};
	enum sek_code r = SEK_OK;

	*missing = NULL;
	split(&words, text);
	if (is_ours(&words))
		r = sek_compat_provider_aws(words.at[3], out, err);
	else if (words.n > 1)
		r = run_child(words.at, out, missing, err);
	sek_vec_clear(&words);
	return r;
}

/* What stands between the first and the second `=`. */
static void
add_value(struct sek_buf *out, struct sek_str line)
{
	struct sek_str value;

	(void)sek_str_cut(&line, '=');
	value = line.p ? sek_str_cut(&line, '=') : (struct sek_str){"", 0};
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == ' ' || c == '"')
			continue;
		if (c && strchr("].|$(){}?+*^\\", c))
			sek_buf_add_c(out, '\\');
		sek_buf_add_c(out, c);
	}
	sek_buf_add_c(out, '\n');
}

static bool
holds(struct sek_str line, const char *word)
{
	return line.n && memmem(line.p, line.n, word, strlen(word));
}

enum sek_code
sek_compat_provider_aws(const char *file, struct sek_buf *out,
    struct sek_err *err)
{
	sek_auto_buf text = {.max = CREDENTIALS_MAX};
	sek_auto_free char *path = NULL;
	const char *home = getenv("HOME");
	struct sek_str rest;
	struct stat st;
	enum sek_code r;

	if (file && *file)
		path = sek_strdup(file);
	else
		path = sek_printf("%s/.aws/credentials", home ? home : "");
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return SEK_OK;
	r = sek_file_read(path, &text, err);
	if (r != SEK_OK)
		return r;
	for (rest = sek_buf_str(&text); rest.p;) {
		struct sek_str line = sek_str_cut(&rest, '\n');

		if (holds(line, "aws_access_key_id") ||
		    holds(line, "aws_secret_access_key"))
			add_value(out, line);
	}
	if (text.p)
		explicit_bzero(text.p, text.n);
	return sek_buf_check(out, path, err);
}

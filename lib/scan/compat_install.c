#include "scan/compat_install.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/git.h"

#define HOOK_MAX ((size_t)1 << 20)

/* The two lines of `git rev-parse --git-dir --git-path hooks`. */
static enum sek_code
ask_git(const char *dir, char **git_dir, char **hooks, struct sek_err *err)
{
	/* The directory that was named is meant, not what GIT_DIR says. */
	static const char *const argv[] = {
	    "--git-dir=.git",
	    "rev-parse",
	    "--git-dir",
	    "--git-path",
	    "hooks",
	    NULL,
	};
	sek_auto_git *g = NULL;
	struct sek_str line;
	sek_auto_free char *first = NULL;
	enum sek_code r = sek_git_start_real(&g, dir, dir ? argv : argv + 1,
	    err);

	if (r == SEK_OK)
		r = sek_git_record(g, '\n', &line, err);
	if (r == SEK_OK && line.p)
		first = sek_strndup(line.p, line.n);
	if (r == SEK_OK)
		r = sek_git_record(g, '\n', &line, err);
	if (r == SEK_OK && line.p)
		*hooks = sek_strndup(line.p, line.n);
	if (r == SEK_OK)
		r = sek_git_finish(&g, NULL, err);
	if (r == SEK_OK && (!first || !*hooks))
		r = sek_fail(err, SEK_EPARSE, "git rev-parse: no answer");
	*git_dir = sek_steal(&first);
	return r;
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Do both lead to the same place, there or not? */
static bool
same_place(const char *a, const char *b)
{
	sek_auto_free char *ra = realpath(a, NULL);
	sek_auto_free char *rb = realpath(b, NULL);

	return ra && rb ? !strcmp(ra, rb) : !strcmp(a, b);
}

static char *
from(const char *dir, const char *path)
{
	if (!dir || *path == '/')
		return sek_strdup(path);
	return sek_printf("%s/%s", dir, path);
}

static enum sek_code
wants_git_path(const char *dir, bool *yes, struct sek_err *err)
{
	struct sek_config *config = NULL;
	enum sek_code r = sek_config_load(&config, dir, err);

	if (r == SEK_OK)
		r = sek_config_bool(config, "secrets.hookspath", true, yes,
		    err);
	sek_config_free(config);
	return r;
}

static enum sek_code
add_repository(struct sek_buf *out, const char *dir, struct sek_err *err)
{
	sek_auto_free char *git_dir = NULL;
	sek_auto_free char *git_path = NULL;
	sek_auto_free char *plain_parent = NULL;
	sek_auto_free char *plain = NULL;
	sek_auto_free char *asked = NULL;
	bool by_git = true;
	enum sek_code r = ask_git(dir, &git_dir, &git_path, err);

	if (r == SEK_OK)
		r = wants_git_path(dir, &by_git, err);
	if (r != SEK_OK)
		return r;
	plain_parent = from(dir, git_dir);
	plain = sek_printf("%s/hooks", plain_parent);
	asked = from(dir, git_path);
	/* A new git directory may have no hooks directory yet. */
	if (!by_git || same_place(plain, asked) ||
	    (!is_there(plain) && !is_there(asked) &&
		!strcmp(git_path, "hooks")))
		sek_buf_add_s(out, plain);
	else
		sek_buf_add_s(out, asked);
	return SEK_OK;
}

enum sek_code
sek_compat_install_dir(struct sek_buf *out, const char *dir,
    struct sek_err *err)
{
	sek_auto_free char *dot_git = NULL;

	if (!dir || !*dir)
		return add_repository(out, NULL, err);
	dot_git = sek_printf("%s/.git", dir);
	if (!is_there(dot_git)) {
		sek_buf_printf(out, "%s/hooks", dir);
		return SEK_OK;
	}
	return add_repository(out, dir, err);
}

static enum sek_code
is_foreign(const char *path, const char *text, bool *yes, struct sek_err *err)
{
	sek_auto_buf old = {.max = HOOK_MAX};
	enum sek_code r = sek_file_read(path, &old, err);

	*yes = r == SEK_ETOOBIG || !sek_str_is(sek_buf_str(&old), text);
	return r == SEK_ETOOBIG ? SEK_OK : r;
}

/* PATH.old, or PATH.old2 and so on where that is taken. */
static enum sek_code
keep(const char *path, char **kept, struct sek_err *err)
{
	*kept = sek_printf("%s.old", path);
	for (unsigned n = 2; is_there(*kept); n++) {
		free(*kept);
		*kept = sek_printf("%s.old%u", path, n);
	}
	if (rename(path, *kept) < 0)
		return sek_fail_errno(err, "%s", path);
	return SEK_OK;
}

static enum sek_code
install_one(const char *dir, const char *hook, const char *command, bool force,
    sek_compat_installed_fn *installed, struct sek_err *err)
{
	sek_auto_free char *below = sek_printf("%s/%s.d", dir, hook);
	sek_auto_free char *path = is_directory(below)
	    ? sek_printf("%s/git-secrets", below)
	    : sek_printf("%s/%s", dir, hook);
	sek_auto_free char *kept = NULL;
	sek_auto_buf text = {0};
	bool foreign = false;
	enum sek_code r = SEK_OK;

	sek_buf_printf(&text,
	    "#!/usr/bin/env bash\ngit secrets --%s -- \"$@\"\n", command);
	if (is_there(path) && !force)
		return sek_fail(err, SEK_ECONFIG,
		    "%s already exists. Use -f to force", path);
	if (access(path, F_OK) == 0)
		r = is_foreign(path, text.p, &foreign, err);
	if (r == SEK_OK && foreign)
		r = keep(path, &kept, err);
	if (r == SEK_OK)
		r = sek_file_replace(path, text.p, text.n, 0755, err);
	if (r == SEK_OK)
		installed(hook, path, kept);
	return r;
}

enum sek_code
sek_compat_install(const char *hooks_dir, bool force,
    sek_compat_installed_fn *installed, struct sek_err *err)
{
	static const struct {
		const char *hook, *command;
	} hooks[] = {
	    {"commit-msg", "commit_msg_hook"},
	    {"pre-commit", "pre_commit_hook"},
	    {"prepare-commit-msg", "prepare_commit_msg_hook"},
	};
	enum sek_code r = sek_dir_make(hooks_dir, 0777, err);

	for (size_t i = 0; r == SEK_OK && i < sizeof(hooks) / sizeof(*hooks);
	     i++)
		r = install_one(hooks_dir, hooks[i].hook, hooks[i].command,
		    force, installed, err);
	return r;
}

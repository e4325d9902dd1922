#include "vault/state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/state_file.h"

static bool
is_ours_alone(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	bool ours;

	if (fd < 0)
		return false;
	ours = !fstat(fd, &st) && st.st_uid == geteuid() &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH));
	close(fd);
	return ours;
}

/* Takes path. NULL if it cannot be had or is not ours alone. */
static char *
make(char *path)
{
	sek_auto_free char *mine = path;

	if (sek_dir_make(mine, 0700, NULL) || !is_ours_alone(mine))
		return NULL;
	return sek_steal(&mine);
}

static char *
runtime_dir(const struct sek_env *env)
{
	const char *base = env->get(env, "XDG_RUNTIME_DIR");

	/* sudo and su may leave another user's in place */
	if (!base || base[0] != '/' || !is_ours_alone(base))
		return NULL;
	return make(sek_printf("%s/sekisho", base));
}

/*
 * The base, or where it is to be made, is ours: with sudo, HOME may still be
 * the caller's, who could not use what root makes there.
 */
static bool
belongs_to_us(const char *base)
{
	sek_auto_free char *above = sek_strdup(base);
	char *slash = strrchr(above, '/');
	struct stat st;

	if (!stat(base, &st))
		return st.st_uid == geteuid();
	if (!slash || slash == above)
		return false;
	*slash = '\0';
	return !stat(above, &st) && st.st_uid == geteuid() &&
	    !(st.st_mode & S_IWOTH);
}

static char *
cache_dir(const struct sek_env *env)
{
	sek_auto_free char *base = NULL;

	if (sek_env_dir(&base, env, "XDG_CACHE_HOME", ".cache", NULL) ||
	    !belongs_to_us(base))
		return NULL;
	return make(sek_printf("%s/sekisho/state", base));
}

enum sek_code
sek_state_dir(char **out, const struct sek_env *env, struct sek_err *err)
{
	char *dir = runtime_dir(env);

	if (!dir)
		dir = cache_dir(env);
	if (!dir)
		return sek_fail(err, SEK_ENOTFOUND,
		    "no directory for locks: neither XDG_RUNTIME_DIR nor "
		    "~/.cache/sekisho/state is this user's, and no other's to "
		    "write");
	*out = dir;
	return SEK_OK;
}

char *
sek_state_path(const char *dir, const char *name, const char *suffix)
{
	return sek_printf("%s/%s.%s", dir, name, suffix);
}

enum sek_code
sek_state_read(const char *path, struct sek_buf *b, struct sek_err *err)
{
	int fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	enum sek_code code;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	if (fstat(fd, &st))
		code = sek_fail_errno(err, "%s", path);
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		code = sek_fail(err, SEK_EDENIED,
		    "%s: not a regular file of this user's", path);
	else
		code = sek_fd_read(fd, path, b, err);
	close(fd);
	return code;
}

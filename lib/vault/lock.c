#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "vault/state.h"
#include "vault/state_file.h"

/*
 * The file is never removed: one that was, while another process waits for it,
 * would leave two locks of one name.
 */
struct sek_lock {
	int fd;
};

/* ms. With jitter, or fifty that wait come all at once again and again. */
#define PAUSE_LEAST  5
#define PAUSE_SPREAD 21

static int64_t
pause_for(const struct sek_env *env, int64_t left)
{
	unsigned char random = 0;
	int64_t ms;

	if (env->random(env, &random, 1, NULL))
		random = 10;
	ms = PAUSE_LEAST + random % PAUSE_SPREAD;
	return ms < left ? ms : left;
}

static enum sek_code
open_file(int *out, const char *path, struct sek_err *err)
{
	int fd = open(path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		close(fd);
		return sek_fail(err, SEK_EIO,
		    "%s: not a regular file of this user's", path);
	}
	*out = fd;
	return SEK_OK;
}

static enum sek_code
wait_for(int fd, const char *path, const struct sek_env *env, int64_t deadline,
    struct sek_err *err)
{
	int64_t began = env->ticks(env), now;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			(void)sek_fail_errno(err, "%s", path);
			if (err)
				err->code = SEK_EIO;
			return SEK_EIO;
		}
		now = env->ticks(env);
		if (now >= deadline)
			return sek_fail(err, SEK_ECANCEL,
			    "%s: another process still held it after %lld ms",
			    path, (long long)(now - began));
		env->sleep(env, pause_for(env, deadline - now));
	}
	return SEK_OK;
}

enum sek_code
sek_lock_take(struct sek_lock **out, const char *dir, const char *name,
    const struct sek_env *env, int64_t deadline, struct sek_err *err)
{
	sek_auto_free char *path = sek_state_path(dir, name, "lock");
	enum sek_code code;
	int fd = -1;

	if ((code = open_file(&fd, path, err)))
		return code;
	if ((code = wait_for(fd, path, env, deadline, err))) {
		close(fd);
		return code;
	}
	*out = sek_alloc(sizeof(**out));
	(*out)->fd = fd;
	return SEK_OK;
}

void
sek_lock_drop(struct sek_lock *l)
{
	if (!l)
		return;
	/* Not by close alone: a child between fork and exec has the file, too. */
	(void)flock(l->fd, LOCK_UN);
	close(l->fd);
	sek_free_ptr(&l);
}

void
sek_lock_drop_ptr(struct sek_lock **l)
{
	sek_lock_drop(*l);
	*l = NULL;
}

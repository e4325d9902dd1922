#include "aws/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define PIPE_MS 3000

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Until its end, or until out is full. */
static enum sek_code
read_all(struct sek_secret *out, size_t max, int fd, const struct sek_env *env,
    const char *path, struct sek_err *err)
{
	int64_t deadline = env->ticks(env) + PIPE_MS;
	enum sek_code code = SEK_OK;
	ssize_t n = 1;

	while (n != 0 && sek_secret_str(out).n < max) {
		size_t left = max - sek_secret_str(out).n;
		char *room = NULL;

		if ((code = sek_secret_room(&room, out, left, err)) ||
		    (code = sek_fd_await(fd, path, deadline - env->ticks(env),
			 err)))
			return code;
		n = read(fd, room, left);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return sek_fail_errno(err, "%s", path);
		sek_secret_filled(out, n > 0 ? (size_t)n : 0);
	}
	return SEK_OK;
}

enum sek_code
sek_secret_file_read(struct sek_secret **out, const struct sek_env *env,
    const char *path, size_t max, struct sek_err *err)
{
	__attribute__((cleanup(close_fd))) int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	sek_auto_secret *made = sek_secret_new(max + 1);
	enum sek_code code;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	if ((code = read_all(made, max + 1, fd, env, path, err)))
		return code;
	if (sek_secret_str(made).n > max)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: no token is larger than %zu bytes", path, max);
	*out = sek_steal(&made);
	return SEK_OK;
}

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define CHUNK ((size_t)64 << 10)

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define auto_fd __attribute__((cleanup(close_fd))) int

/* Someone who shares our terminal or pipe may have made it non-blocking. */
static bool
worth_a_retry(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	if (errno == EINTR)
		return true;
	return errno == EAGAIN && (poll(&p, 1, -1) >= 0 || errno == EINTR);
}

static ssize_t
read_some(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && worth_a_retry(fd, POLLIN));
	return got;
}

/*
 * How much to ask for: what the file says it has and one byte more, to meet its
 * end without growing; the size may lie (/proc says 0), so it is only a hint.
 */
static size_t
size_hint(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return CHUNK;
	return (size_t)st.st_size + 1;
}

enum sek_code
sek_fd_read(int fd, const char *name, struct sek_buf *b, struct sek_err *err)
{
	size_t max = b->max ? b->max : SEK_BUF_MAX;
	/* A buffer that was used before has room: no need to ask for a size. */
	size_t want = b->cap > b->n + CHUNK ? CHUNK : size_hint(fd);
	char beyond;

	for (;;) {
		size_t left = b->n < max ? max - b->n : 0;
		char *to = &beyond;
		ssize_t got;

		if (left > 0)
			to = sek_buf_room(b, want < left ? want : left);
		if (!to)
			return sek_buf_check(b, name, err);
		/* growth leaves more room than was asked for */
		if (left > 0 && b->cap - b->n - 1 < left)
			left = b->cap - b->n - 1;
		got = read_some(fd, to, left ? left : 1);
		if (got < 0)
			return sek_fail_errno(err, "%s", name);
		if (got == 0)
			return sek_buf_check(b, name, err);
		if (left == 0) {
			b->toobig = true;
			return sek_buf_check(b, name, err);
		}
		b->n += (size_t)got;
		b->p[b->n] = '\0';
		want = want > (size_t)got ? want - (size_t)got : CHUNK;
	}
}

enum sek_code
sek_file_read(const char *path, struct sek_buf *b, struct sek_err *err)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	return sek_fd_read(fd, path, b, err);
}

enum sek_code
sek_fd_await(int fd, const char *name, int64_t ms, struct sek_err *err)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n = poll(&p, 1, ms <= 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms);

	if (n < 0 && errno != EINTR)
		return sek_fail_errno(err, "%s", name);
	if (n == 0)
		return sek_fail(err, SEK_EIO,
		    "%s: a pipe whose writer does not come to an end", name);
	return SEK_OK;
}

enum sek_code
sek_fd_write(int fd, const char *name, const void *p, size_t n,
    struct sek_err *err)
{
	const char *from = p;

	while (n > 0) {
		ssize_t put = write(fd, from, n);

		if (put < 0 && worth_a_retry(fd, POLLOUT))
			continue;
		if (put < 0)
			return sek_fail_errno(err, "%s", name);
		from += put;
		n -= (size_t)put;
	}
	return SEK_OK;
}

/* "dir/" of "dir/file", "" of "file": what stands before a name beside it. */
static char *
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return sek_strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
}

static enum sek_code
fill(int fd, const char *path, const void *p, size_t n, mode_t mode,
    struct sek_err *err)
{
	enum sek_code code = sek_fd_write(fd, path, p, n, err);

	if (code)
		return code;
	if (fchmod(fd, mode) || fsync(fd))
		return sek_fail_errno(err, "%s", path);
	return SEK_OK;
}

enum sek_code
sek_file_replace(const char *path, const void *p, size_t n, mode_t mode,
    struct sek_err *err)
{
	sek_auto_free char *dir = dir_of(path);
	sek_auto_free char *temp = sek_printf("%s.sekisho-XXXXXX", dir);
	auto_fd dir_fd = open(*dir ? dir : ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd fd = mkostemp(temp, O_CLOEXEC); /* is O_EXCL, mode 0600 */
	enum sek_code code;

	if (fd < 0)
		return sek_fail_errno(err, "%s: no new file beside it", path);
	code = fill(fd, path, p, n, mode, err);
	if (!code && rename(temp, path))
		code = sek_fail_errno(err, "%s", path);
	if (code) {
		unlink(temp);
		return code;
	}
	/*
	 * The new file is in place and whole; if its directory cannot be synced
	 * a power cut may bring the old one back, which is no error of ours.
	 */
	if (dir_fd >= 0)
		(void)fsync(dir_fd);
	return SEK_OK;
}

static bool
make_one(const char *path, mode_t mode)
{
	struct stat st;
	int errnum;

	if (!mkdir(path, mode))
		return true;
	errnum = errno;
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return true;
	errno = errnum == EEXIST ? ENOTDIR : errnum;
	return false;
}

enum sek_code
sek_dir_make(const char *path, mode_t mode, struct sek_err *err)
{
	sek_auto_free char *part = sek_strdup(path);

	for (char *p = part; *p; p++) {
		if (*p != '/' || p == part || p[-1] == '/')
			continue;
		*p = '\0';
		if (!make_one(part, mode))
			return sek_fail_errno(err, "%s", part);
		*p = '/';
	}
	if (!make_one(part, mode))
		return sek_fail_errno(err, "%s", path);
	return SEK_OK;
}

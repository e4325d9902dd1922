#include "vault/keyring_file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/file.h"

#define OPEN   (O_CLOEXEC | O_NOFOLLOW)
#define TEMP   ".new-"
#define DAY    ((int64_t)24 * 3600)
#define LISTED ((size_t)4 << 20) /* bytes of names */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define auto_fd __attribute__((cleanup(close_fd))) int

void
sek_store_clear(struct sek_store *s)
{
	close_fd(&s->fd);
	s->fd = -1;
	sek_free_ptr(&s->path);
}

static enum sek_code
check_dir(int fd, const char *path, struct sek_err *err)
{
	struct stat st;

	/* ENOTDIR is what open(2) says of a link, too */
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return sek_fail(err, SEK_EDENIED,
		    "%s: is no directory, or a symbolic link, which is not "
		    "followed",
		    path);
	if (fd < 0 || fstat(fd, &st))
		return sek_fail_errno(err, "%s", path);
	if (st.st_uid != geteuid())
		return sek_fail(err, SEK_EDENIED, "%s: belongs to another user",
		    path);
	if (st.st_mode & 0077)
		return sek_fail(err, SEK_EDENIED,
		    "%s: is open to other users: chmod 700 it", path);
	return SEK_OK;
}

static enum sek_code
open_dir(struct sek_store *s, struct sek_err *err)
{
	int fd = open(s->path, O_RDONLY | OPEN | O_NONBLOCK | O_DIRECTORY);
	enum sek_code code = check_dir(fd, s->path, err);

	if (code)
		close_fd(&fd);
	else
		s->fd = fd;
	return code;
}

enum sek_code
sek_store_enter(struct sek_store *s, bool make, struct sek_err *err)
{
	enum sek_code code;

	if (s->fd >= 0)
		return SEK_OK;
	code = open_dir(s, err);
	if (code != SEK_ENOTFOUND || !make)
		return code;
	code = sek_dir_make(s->path, 0700, err);
	return code ? code : open_dir(s, err);
}

/* Does not wait for the writer of a FIFO. */
static int
open_file(int dir, const char *path)
{
	return openat(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | OPEN);
}

static enum sek_code
check_file(int fd, const char *path, bool outside, struct sek_err *err)
{
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return sek_fail(err, SEK_EDENIED,
		    "%s: is a symbolic link, which is not followed", path);
	if (fd < 0 || fstat(fd, &st))
		return sek_fail_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return sek_fail(err, SEK_EDENIED, "%s: is no regular file",
		    path);
	if (st.st_uid != geteuid() && !(outside && st.st_uid == 0))
		return sek_fail(err, SEK_EDENIED, "%s: belongs to another user",
		    path);
	/* an ACL's mask is shown as the group's bits */
	if (st.st_mode & (outside ? 0027 : 0077))
		return sek_fail(err, SEK_EDENIED,
		    "%s: is open to other users: chmod 600 it", path);
	return SEK_OK;
}

/* The error of a call that knew the name in the directory alone. */
static enum sek_code
with_path(const struct sek_store *s, enum sek_code code, struct sek_err *err)
{
	return code
	    ? sek_fail(err, code, "%s/%s", s->path, err ? err->text : "")
	    : SEK_OK;
}

enum sek_code
sek_store_read(struct sek_buf *out, const struct sek_store *s, const char *name,
    struct sek_err *err)
{
	auto_fd fd = open_file(s->fd, name);
	enum sek_code code = check_file(fd, name, false, err);

	if (!code)
		code = sek_fd_read(fd, name, out, err);
	return with_path(s, code, err);
}

enum sek_code
sek_store_read_key(struct sek_secret **out, int dir, const char *path,
    size_t max, bool outside, struct sek_err *err)
{
	sek_auto_secret *key = sek_secret_new(max + 1);
	auto_fd fd = open_file(dir, path);
	enum sek_code code;
	char *room = NULL;
	ssize_t n;

	if ((code = check_file(fd, path, outside, err)) ||
	    (code = sek_secret_room(&room, key, max + 1, err)))
		return code;
	/* a regular file of this size comes in one piece */
	do
		n = read(fd, room, max + 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return sek_fail_errno(err, "%s", path);
	sek_secret_filled(key, (size_t)n);
	if ((size_t)n > max)
		return sek_fail(err, SEK_ETOOBIG, "%s: larger than %zu bytes",
		    path, max);
	*out = sek_steal(&key);
	return SEK_OK;
}

/* A new file under a name of its own, closed to others from the start. */
static enum sek_code
write_temp(const struct sek_store *s, const char *temp, struct sek_str bytes,
    struct sek_err *err)
{
	auto_fd fd = openat(s->fd, temp, O_WRONLY | O_CREAT | O_EXCL | OPEN,
	    0600);
	enum sek_code code;

	if (fd < 0)
		return sek_fail_errno(err, "%s", temp);
	if ((code = sek_fd_write(fd, temp, bytes.p, bytes.n, err)))
		return code;
	if (fchmod(fd, 0600) || fsync(fd))
		return sek_fail_errno(err, "%s", temp);
	return SEK_OK;
}

static enum sek_code
put_in_place(const struct sek_store *s, const char *temp, const char *name,
    bool *made, struct sek_err *err)
{
	if (!made)
		return renameat(s->fd, temp, s->fd, name)
		    ? sek_fail_errno(err, "%s", name)
		    : SEK_OK;
	*made = !linkat(s->fd, temp, s->fd, name, 0);
	if (!*made && errno != EEXIST)
		return sek_fail_errno(err, "%s", name);
	(void)unlinkat(s->fd, temp, 0);
	return SEK_OK;
}

enum sek_code
sek_store_write(const struct sek_store *s, const char *name,
    struct sek_str bytes, bool *made, struct sek_err *err)
{
	unsigned char random[8];
	sek_auto_buf temp = {0};
	enum sek_code code = s->env->random(s->env, random, sizeof(random),
	    err);

	if (code)
		return code;
	sek_buf_add_s(&temp, TEMP);
	sek_hex(&temp, random, sizeof(random));
	code = write_temp(s, temp.p, bytes, err);
	if (!code)
		code = put_in_place(s, temp.p, name, made, err);
	if (code) {
		(void)unlinkat(s->fd, temp.p, 0);
		return with_path(s, code, err);
	}
	(void)fsync(s->fd); /* if not, a power cut brings back the old one */
	return SEK_OK;
}

enum sek_code
sek_store_remove(const struct sek_store *s, const char *name,
    struct sek_err *err)
{
	if (unlinkat(s->fd, name, 0))
		return sek_fail_errno(err, "%s/%s", s->path, name);
	if (fsync(s->fd))
		return sek_fail_errno(err, "%s", s->path);
	return SEK_OK;
}

void
sek_store_tidy(const struct sek_store *s, const char *name)
{
	(void)unlinkat(s->fd, name, 0);
}

static void
remove_if_old(const struct sek_store *s, const char *name)
{
	struct stat st;

	if (!fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_mtime < s->env->now(s->env) - DAY)
		sek_store_tidy(s, name);
}

static void
close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

enum sek_code
sek_store_list(struct sek_buf *out, const struct sek_store *s,
    const char *prefix, struct sek_err *err)
{
	int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(close_dir))) DIR *dir = fd < 0 ? NULL
							      : fdopendir(fd);
	const struct dirent *e;

	if (!dir) {
		close_fd(&fd);
		return sek_fail_errno(err, "%s", s->path);
	}
	out->max = LISTED;
	while (errno = 0, (e = readdir(dir))) {
		struct sek_str name = sek_str(e->d_name);

		if (sek_str_starts(name, TEMP))
			remove_if_old(s, e->d_name);
		else if (sek_str_starts(name, prefix))
			sek_buf_add(out, name.p, name.n + 1);
	}
	if (errno)
		return sek_fail_errno(err, "%s", s->path);
	return sek_buf_check(out, s->path, err);
}

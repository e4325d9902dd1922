#include "scan/clean_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/vec.h"

#define TEMPORARY "new-"
#define KEY       "clean.key"

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/*
 * With sudo, HOME may still be the caller's: nothing is made there that they
 * could not use.
 */
static bool
may_make(const char *path)
{
	sek_auto_free char *at = sek_strdup(path);
	struct stat st;

	while (stat(at, &st)) {
		char *slash = strrchr(at, '/');

		if (errno != ENOENT || slash == at)
			return false;
		if (!slash)
			return !stat(".", &st) && is_ours(&st);
		*slash = '\0';
	}
	return is_ours(&st);
}

static int
open_dir(const char *path, struct sek_err *err)
{
	struct stat st;
	enum sek_code r = SEK_OK;
	int fd;

	if (!may_make(path)) {
		sek_fail(err, SEK_EDENIED,
		    "%s: not this user's, or others can write it", path);
		return -1;
	}
	r = sek_dir_make(path, 0700, err);
	if (r)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && !fstat(fd, &st) && is_ours(&st))
		return fd;
	sek_fail(err, SEK_EDENIED,
	    "%s: not this user's, or others can write it", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

int
sek_clean_dir(const char *dir, const struct sek_env *env, struct sek_err *err)
{
	sek_auto_free char *base = NULL, *path = NULL;

	if (*dir)
		return open_dir(dir, err);
	if (sek_env_dir(&base, env, "XDG_CACHE_HOME", ".cache", err))
		return -1;
	path = sek_printf("%s/sekisho/clean", base);
	return open_dir(path, err);
}

int
sek_clean_open_file(int dir, const char *name)
{
	int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && is_ours(&st))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* A new file, to be renamed or linked; its name is in `name`. */
static int
make_temporary(int dir, char name[64])
{
	static unsigned counter;
	int fd = -1;

	for (int tries = 0; fd < 0 && tries < 100; tries++) {
		snprintf(name, 64, TEMPORARY "%ld-%u", (long)getpid(),
		    __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED));
		fd = openat(dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

static enum sek_code
write_temporary(int dir, char name[64], const void *p, size_t n,
    struct sek_err *err)
{
	enum sek_code r;
	int fd = make_temporary(dir, name);

	if (fd < 0)
		return sek_fail_errno(err, "no new file in the clean-set");
	r = sek_fd_write(fd, name, p, n, err);
	if (close(fd) && !r)
		r = sek_fail_errno(err, "%s", name);
	if (r)
		unlinkat(dir, name, 0);
	return r;
}

enum sek_code
sek_clean_write_file(int dir, const char *name, const void *p, size_t n,
    struct sek_err *err)
{
	char temporary[64];
	enum sek_code r = write_temporary(dir, temporary, p, n, err);

	if (!r && renameat(dir, temporary, dir, name)) {
		r = sek_fail_errno(err, "%s", name);
		unlinkat(dir, temporary, 0);
	}
	return r;
}

/* Of two who make the first key at once, one is first. */
static void
make_key(int dir, const struct sek_env *env)
{
	unsigned char key[SEK_HMAC_KEY];
	char temporary[64];

	if (env->random(env, key, sizeof(key), NULL) ||
	    write_temporary(dir, temporary, key, sizeof(key), NULL))
		return;
	/* Where it is there already, that one is read. */
	(void)!linkat(dir, temporary, dir, KEY, 0);
	unlinkat(dir, temporary, 0);
	explicit_bzero(key, sizeof(key));
}

static enum sek_code
read_key(unsigned char out[SEK_HMAC_KEY], int dir, struct sek_err *err)
{
	int fd = sek_clean_open_file(dir, KEY);
	struct stat st;
	bool good;

	if (fd < 0)
		return sek_fail_errno(err, KEY);
	good = !fstat(fd, &st) && !(st.st_mode & (S_IRWXG | S_IRWXO)) &&
	    st.st_size == SEK_HMAC_KEY &&
	    read(fd, out, SEK_HMAC_KEY) == SEK_HMAC_KEY;
	close(fd);
	return good ? SEK_OK
		    : sek_fail(err, SEK_EDENIED,
			  KEY ": not a key that only this user can read");
}

enum sek_code
sek_clean_key(unsigned char out[SEK_HMAC_KEY], const struct sek_env *env,
    struct sek_err *err)
{
	sek_auto_free char *base = NULL, *path = NULL;
	enum sek_code r = sek_env_dir(&base, env, "XDG_STATE_HOME",
	    ".local/state", err);
	int dir;

	if (r)
		return r;
	path = sek_printf("%s/sekisho", base);
	dir = open_dir(path, err);
	if (dir < 0)
		return SEK_EDENIED;
	r = read_key(out, dir, err);
	if (r == SEK_ENOTFOUND) {
		make_key(dir, env);
		r = read_key(out, dir, err);
	}
	close(dir);
	return r;
}

struct entry {
	char *name;
	uint64_t size;
	struct timespec changed;
};

static int
by_age(const void *pa, const void *pb)
{
	const struct timespec *a = &((const struct entry *)pa)->changed;
	const struct timespec *b = &((const struct entry *)pb)->changed;

	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* Files whose names are ids, and what a killed writer left: nothing else. */
static bool
is_record(const char *name)
{
	return !strncmp(name, TEMPORARY, strlen(TEMPORARY)) ||
	    (strlen(name) == 64 &&
		strspn(name, "0123456789abcdef") == strlen(name));
}

void
sek_clean_trim(int dir, uint64_t max)
{
	SEK_VEC(struct entry) all = {0};
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again < 0 ? NULL : fdopendir(again);
	const struct dirent *d;
	uint64_t sum = 0;

	while (list && (d = readdir(list))) {
		struct stat st;

		if (!is_record(d->d_name) ||
		    fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		sum += (uint64_t)st.st_size;
		*sek_vec_push(&all) = (struct entry){
		    sek_strdup(d->d_name), (uint64_t)st.st_size, st.st_mtim};
	}
	if (list)
		closedir(list);
	if (all.n)
		qsort(all.at, all.n, sizeof(*all.at), by_age);
	sek_vec_each (e, &all) {
		if (sum > max && !unlinkat(dir, e->name, 0))
			sum -= e->size;
		free(e->name);
	}
	sek_vec_clear(&all);
}

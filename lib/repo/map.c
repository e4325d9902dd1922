#include "repo/map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sek_code
map_fd(struct sek_str *out, int fd, const char *path, struct sek_err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return sek_fail_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return sek_fail(err, SEK_EIO, "%s: not a regular file", path);
	*out = (struct sek_str){"", 0};
	if (!st.st_size)
		return SEK_OK;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return sek_fail_errno(err, "%s", path);
	*out = (struct sek_str){p, (size_t)st.st_size};
	return SEK_OK;
}

enum sek_code
sek_map_open(struct sek_str *out, const char *path, struct sek_err *err)
{
	/* O_NONBLOCK: a FIFO of that name cannot hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum sek_code r;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	r = map_fd(out, fd, path, err);
	close(fd);
	return r;
}

void
sek_map_close(struct sek_str *map)
{
	/* munmap takes no pointer to const, but changes nothing there. */
	if (map->n)
		munmap((void *)(uintptr_t)map->p, map->n);
	*map = (struct sek_str){NULL, 0};
}

#include "base/secret.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/*
 * Against: a reader of swap, core dumps, freed memory or a child's memory. Not
 * against: code that runs in this process, or a debugger allowed to attach.
 *
 * - The bytes MUST lie in pages of their own: malloc keeps what it frees, and
 *   its neighbours' overruns would read them.
 * - They MUST NOT be grown by realloc or mremap-and-forget: each old place is
 *   wiped before it is given back.
 * - That a page cannot be locked (RLIMIT_MEMLOCK is small in containers) MUST
 *   NOT keep credentials from being served; so locking is best effort.
 */
struct sek_secret {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
};

struct sek_secret *
sek_secret_new(size_t max)
{
	struct sek_secret *s = sek_alloc(sizeof(*s));

	s->max = max;
	return s;
}

static void
drop_pages(char *p, size_t cap)
{
	if (!p)
		return;
	explicit_bzero(p, cap);
	munmap(p, cap);
}

void
sek_secret_free(struct sek_secret *s)
{
	if (!s)
		return;
	drop_pages(s->p, s->cap);
	sek_free_ptr(&s);
}

void
sek_secret_free_ptr(struct sek_secret **s)
{
	sek_secret_free(*s);
	*s = NULL;
}

static char *
new_pages(size_t cap)
{
	char *p = mmap(NULL, cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	(void)mlock(p, cap);
	(void)madvise(p, cap, MADV_DONTDUMP);
	(void)madvise(p, cap, MADV_WIPEONFORK);
	return p;
}

static enum sek_code
grow(struct sek_secret *s, size_t need, struct sek_err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t cap = s->cap ? s->cap : page;
	char *p;

	while (cap < need && cap <= SIZE_MAX / 2)
		cap *= 2;
	p = cap >= need ? new_pages(cap) : NULL;
	if (!p)
		return sek_fail(err, SEK_EIO,
		    "no memory for a secret of %zu bytes", need);
	if (s->n > 0)
		memcpy(p, s->p, s->n);
	drop_pages(s->p, s->cap);
	s->p = p;
	s->cap = cap;
	return SEK_OK;
}

enum sek_code
sek_secret_room(char **room, struct sek_secret *s, size_t n,
    struct sek_err *err)
{
	enum sek_code code;

	if (n > s->max - s->n)
		return sek_fail(err, SEK_ETOOBIG,
		    "a secret larger than %zu bytes", s->max);
	if (s->n + n > s->cap && (code = grow(s, s->n + n, err)))
		return code;
	*room = s->p ? s->p + s->n : NULL; /* NULL: none was asked for */
	return SEK_OK;
}

void
sek_secret_filled(struct sek_secret *s, size_t n)
{
	s->n += n;
	if (s->cap > s->n)
		explicit_bzero(s->p + s->n, s->cap - s->n);
}

enum sek_code
sek_secret_add(struct sek_secret *s, const void *p, size_t n,
    struct sek_err *err)
{
	enum sek_code code;
	char *room = NULL;

	if (n == 0)
		return SEK_OK;
	if ((code = sek_secret_room(&room, s, n, err)))
		return code;
	memcpy(room, p, n);
	s->n += n;
	return SEK_OK;
}

struct sek_str
sek_secret_str(const struct sek_secret *s)
{
	return (struct sek_str){s->p, s->n};
}

enum sek_code
sek_secret_write(const struct sek_secret *s, int fd, struct sek_err *err)
{
	return sek_fd_write(fd, "output", s->p, s->n, err);
}

void
sek_secret_harden_process(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#include "repo/map.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/*
 * Every mapping, for the handler, which takes no lock: a node stays in the list
 * for good and is used again, and `to` is 0 while nobody uses it.
 */
struct mapping {
	struct mapping *next;
	_Atomic uintptr_t from, to;
	atomic_bool failed;
	bool taken;
};

static struct mapping *_Atomic mappings;
static atomic_bool any_failed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction before;
static uintptr_t page;

/* Not in POSIX's list of what a handler may call, but on Linux mmap is nothing
 * but its system call. */
static bool
put_zeros(uintptr_t at)
{
	void *start = (void *)(at & ~(page - 1));

	return mmap(start, page, PROT_READ,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) != MAP_FAILED;
}

/* The flag comes first: whoever can read the zeros can see it. */
static void
on_bus(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	struct mapping *m = atomic_load(&mappings);
	int saved = errno;
	bool mended = false;

	(void)context;
	while (m && (at < atomic_load(&m->from) || at >= atomic_load(&m->to)))
		m = m->next;
	if (m && info->si_code > 0) {
		atomic_store(&m->failed, true);
		atomic_store(&any_failed, true);
		mended = put_zeros(at);
	}
	if (!mended) {
		sigaction(sig, &before, NULL);
		if (info->si_code <= 0) /* sent, so it would not come again */
			raise(sig);
	}
	errno = saved;
}

/* Each time: who took the signal since would have our readers end. The lock is
 * held. */
static void
install(void)
{
	struct sigaction sa = {
	    .sa_sigaction = on_bus,
	    .sa_flags = SA_SIGINFO,
	};
	struct sigaction now;

	page = (uintptr_t)sysconf(_SC_PAGESIZE);
	if (sigaction(SIGBUS, NULL, &now) < 0 ||
	    ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_bus))
		return;
	before = now;
	sigaction(SIGBUS, &sa, NULL);
}

static void
enter(struct sek_str map)
{
	struct mapping *m;

	pthread_mutex_lock(&lock);
	install();
	for (m = atomic_load(&mappings); m && m->taken; m = m->next)
		;
	if (!m) {
		m = sek_alloc(sizeof(*m));
		m->next = atomic_load(&mappings);
		atomic_store(&mappings, m);
	}
	m->taken = true;
	atomic_store(&m->failed, false);
	atomic_store(&m->from, (uintptr_t)map.p);
	atomic_store(&m->to,
	    ((uintptr_t)map.p + map.n + page - 1) & ~(page - 1));
	pthread_mutex_unlock(&lock);
}

/* The lock is held. */
static struct mapping *
find(const struct sek_str *map)
{
	struct mapping *m = atomic_load(&mappings);

	while (m && (!m->taken || m->from != (uintptr_t)map->p))
		m = m->next;
	return m;
}

static void
leave(const struct sek_str *map)
{
	struct mapping *m;

	pthread_mutex_lock(&lock);
	m = find(map);
	if (m) {
		atomic_store(&m->to, 0);
		m->taken = false;
	}
	pthread_mutex_unlock(&lock);
}

bool
sek_map_failed(const struct sek_str *map)
{
	const struct mapping *m;
	bool failed;

	if (!atomic_load_explicit(&any_failed, memory_order_acquire))
		return false;
	pthread_mutex_lock(&lock);
	m = find(map);
	failed = m && m->failed;
	pthread_mutex_unlock(&lock);
	return failed;
}

static enum sek_code
map_fd(struct sek_str *out, struct sek_file_id *id, int fd, const char *path,
    struct sek_err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return sek_fail_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return sek_fail(err, SEK_EIO, "%s: not a regular file", path);
	sek_file_id_take(id, &st);
	*out = (struct sek_str){"", 0};
	if (!st.st_size)
		return SEK_OK;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return sek_fail_errno(err, "%s", path);
	*out = (struct sek_str){p, (size_t)st.st_size};
	enter(*out);
	return SEK_OK;
}

enum sek_code
sek_map_open_id(struct sek_str *out, struct sek_file_id *id, const char *path,
    struct sek_err *err)
{
	/* O_NONBLOCK: a FIFO of that name cannot hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum sek_code r;

	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	r = map_fd(out, id, fd, path, err);
	close(fd);
	return r;
}

enum sek_code
sek_map_open(struct sek_str *out, const char *path, struct sek_err *err)
{
	struct sek_file_id id;

	return sek_map_open_id(out, &id, path, err);
}

void
sek_map_close(struct sek_str *map)
{
	/* munmap takes no pointer to const, but changes nothing there. */
	if (map->n) {
		leave(map);
		munmap((void *)(uintptr_t)map->p, map->n);
	}
	*map = (struct sek_str){NULL, 0};
}

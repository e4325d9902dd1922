#include "base/wipe_alloc.h"

#include <stdlib.h>
#include <string.h>

/* Before each block: its size, so that all of it can be wiped. */
struct head {
	_Alignas(max_align_t) size_t n;
};

static struct head *
head_of(void *p)
{
	return (struct head *)p - 1;
}

void *
sek_wipe_malloc(size_t n)
{
	struct head *h;
	size_t total;

	if (__builtin_add_overflow(n, sizeof(*h), &total))
		return NULL;
	h = malloc(total);
	if (!h)
		return NULL;
	h->n = n;
	return h + 1;
}

void *
sek_wipe_calloc(size_t count, size_t size)
{
	size_t n;
	void *p;

	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	p = sek_wipe_malloc(n);
	if (p)
		memset(p, 0, n);
	return p;
}

void
sek_wipe_free(void *p)
{
	struct head *h;

	if (!p)
		return;
	h = head_of(p);
	explicit_bzero(p, h->n);
	free(h);
}

/* Never the C library's: it moves a block and leaves the old one as it is. */
void *
sek_wipe_realloc(void *p, size_t n)
{
	struct head *h = p ? head_of(p) : NULL;
	void *moved;

	if (h && n <= h->n && n >= h->n / 2) {
		explicit_bzero((char *)p + n, h->n - n);
		h->n = n;
		return p;
	}
	moved = sek_wipe_malloc(n);
	if (!moved)
		return NULL;
	if (h)
		memcpy(moved, p, n < h->n ? n : h->n);
	sek_wipe_free(p);
	return moved;
}

char *
sek_wipe_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = sek_wipe_malloc(n);

	if (copy)
		memcpy(copy, s, n);
	return copy;
}

/* Deeper than a parser goes; the linker's own frames need 3 KB. */
#define STACK ((size_t)32 << 10)

__attribute__((noinline)) void
sek_wipe_stack(void)
{
	char below[STACK];

	explicit_bzero(below, sizeof(below));
}

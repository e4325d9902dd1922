#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*oom_handler)(size_t wanted);

void
sek_set_oom_handler(void (*handler)(size_t wanted))
{
	oom_handler = handler;
}

static _Noreturn void
out_of_memory(size_t wanted)
{
	if (oom_handler)
		oom_handler(wanted);
	abort();
}

void *
sek_alloc(size_t n)
{
	return sek_alloc_n(1, n);
}

void *
sek_alloc_n(size_t count, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory(SIZE_MAX);
	p = calloc(1, total ? total : 1);
	if (!p)
		out_of_memory(total);
	return p;
}

void *
sek_realloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		out_of_memory(n);
	return p;
}

char *
sek_strdup(const char *s)
{
	return s ? sek_strndup(s, strlen(s)) : NULL;
}

char *
sek_strndup(const char *s, size_t n)
{
	size_t size;
	char *copy;

	if (__builtin_add_overflow(n, 1, &size))
		out_of_memory(SIZE_MAX);
	copy = sek_realloc(NULL, size);
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
sek_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory(0);
	return s;
}

/* Copied bytewise: *pp is some other pointer type than void *. */
void
sek_free_ptr(void *pp)
{
	void *p;

	memcpy(&p, pp, sizeof(p));
	free(p);
	memset(pp, 0, sizeof(p));
}

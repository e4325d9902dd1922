#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* One less than all, so that the NUL after it can be counted. */
static size_t
limit(const struct sek_buf *b)
{
	size_t max = b->max ? b->max : SEK_BUF_MAX;

	return max < SIZE_MAX ? max : SIZE_MAX - 1;
}

void
sek_buf_clear(struct sek_buf *b)
{
	free(b->p);
	*b = (struct sek_buf){.max = b->max};
}

void
sek_buf_reset(struct sek_buf *b)
{
	b->n = 0;
	b->toobig = false;
	if (b->p)
		b->p[0] = '\0';
}

/* Half as much again, or what is needed, but never past the limit. */
static bool
grow(struct sek_buf *b, size_t need)
{
	size_t top = limit(b) + 1;
	size_t cap = b->cap > top - b->cap / 2 ? top : b->cap + b->cap / 2;
	char *p;

	if (cap < 64)
		cap = 64;
	if (cap > top)
		cap = top;
	if (cap < need)
		cap = need;
	p = realloc(b->p, cap);
	if (!p)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

char *
sek_buf_room(struct sek_buf *b, size_t n)
{
	if (b->toobig)
		return NULL;
	b->toobig = b->n > limit(b) || n > limit(b) - b->n;
	b->starved = !b->toobig && b->n + n >= b->cap && !grow(b, b->n + n + 1);
	b->toobig = b->toobig || b->starved;
	if (b->toobig)
		return NULL;
	b->p[b->n] = '\0';
	b->p[b->n + n] = '\0';
	return b->p + b->n;
}

void
sek_buf_add(struct sek_buf *b, const void *p, size_t n)
{
	char *to = sek_buf_room(b, n);

	if (!to || n == 0)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void
sek_buf_add_str(struct sek_buf *b, struct sek_str s)
{
	sek_buf_add(b, s.p, s.n);
}

void
sek_buf_add_s(struct sek_buf *b, const char *s)
{
	sek_buf_add(b, s, strlen(s));
}

void
sek_buf_add_c(struct sek_buf *b, char c)
{
	sek_buf_add(b, &c, 1);
}

void
sek_buf_printf(struct sek_buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->toobig = true;
		return;
	}
	to = sek_buf_room(b, (size_t)n);
	if (!to)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

struct sek_str
sek_buf_str(const struct sek_buf *b)
{
	return (struct sek_str){b->p, b->n};
}

char *
sek_buf_take(struct sek_buf *b)
{
	char *p = b->p;

	if (p)
		p[b->n] = '\0';
	else
		p = sek_strndup("", 0);
	*b = (struct sek_buf){.max = b->max};
	return p;
}

enum sek_code
sek_buf_check(const struct sek_buf *b, const char *what, struct sek_err *err)
{
	if (!b->toobig)
		return SEK_OK;
	if (b->starved)
		return sek_fail(err, SEK_ETOOBIG, "%s: not enough memory",
		    what);
	return sek_fail(err, SEK_ETOOBIG, "%s: larger than %zu bytes", what,
	    limit(b));
}

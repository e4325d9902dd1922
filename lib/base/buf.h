#ifndef SEK_BASE_BUF_H
#define SEK_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Owned, growable bytes with a limit. p[n] is always NUL once something was
 * added. What would pass the limit is not added: `toobig` is set, the content
 * stays, and every later add does nothing, so that a chain of adds is checked
 * once, with sek_buf_check. Zero-initialised means empty with the default limit
 * SEK_BUF_MAX. Not for secrets of our own: see secret.h.
 */
struct sek_buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max; /* 0: SEK_BUF_MAX */
	bool toobig;
	bool starved; /* with toobig: it was memory that was short */
};

#define SEK_BUF_MAX  ((size_t)64 << 20)
#define sek_auto_buf __attribute__((cleanup(sek_buf_clear))) struct sek_buf

void sek_buf_clear(struct sek_buf *b); /* frees; keeps max */
void sek_buf_reset(struct sek_buf *b); /* empties; keeps the memory */
void sek_buf_add(struct sek_buf *b, const void *p, size_t n);
void sek_buf_add_str(struct sek_buf *b, struct sek_str s);
void sek_buf_add_s(struct sek_buf *b, const char *s);
void sek_buf_add_c(struct sek_buf *b, char c);
void sek_buf_printf(struct sek_buf *b, const char *fmt, ...) SEK_PRINTF(2, 3);

/*
 * Room for n more bytes at p + n, to be filled by the caller who then raises n
 * (and, having filled less than asked for, sets p[n] = 0 again).
 * NULL (and toobig) past the limit or when memory is short: unlike sek_alloc
 * this does not abort, because n may come from outside.
 */
char *sek_buf_room(struct sek_buf *b, size_t n);

struct sek_str sek_buf_str(const struct sek_buf *b); /* until the next change */
char *sek_buf_take(struct sek_buf *b); /* NUL-terminated, to free */

/* SEK_ETOOBIG, saying "WHAT: larger than N bytes", or that there was not enough
 * memory, if anything was left out. */
enum sek_code sek_buf_check(const struct sek_buf *b, const char *what,
    struct sek_err *err) SEK_CHECKED;

#endif

#ifndef SEK_BASE_ALLOC_H
#define SEK_BASE_ALLOC_H

#include <stddef.h>

/*
 * Allocation that does not fail: on exhaustion one handler is called, which an
 * embedding program may replace and which must not return (default: abort).
 * Sizes that come from outside never get here unchecked: they go through a
 * struct sek_buf, which has a limit.
 */

void *sek_alloc(size_t n);                    /* zeroed */
void *sek_alloc_n(size_t count, size_t size); /* zeroed, overflow-checked */
void *sek_realloc(void *p, size_t n);
char *sek_strdup(const char *s);            /* NULL for NULL */
char *sek_strndup(const char *s, size_t n); /* NUL-terminated */
char *sek_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void sek_set_oom_handler(void (*handler)(size_t wanted));

/* Clean-up by attribute: `sek_auto_free char *s = ...;` */
void sek_free_ptr(void *pp);
#define sek_auto_free __attribute__((cleanup(sek_free_ptr)))

/* Hands a pointer on: the variable becomes NULL, its clean-up does nothing. */
#define sek_steal(pp)                                                          \
	({                                                                     \
		__typeof__(*(pp)) sek_stolen_ = *(pp);                         \
		*(pp) = NULL;                                                  \
		sek_stolen_;                                                   \
	})

#endif

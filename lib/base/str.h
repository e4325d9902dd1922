#ifndef SEK_BASE_STR_H
#define SEK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes, passed by value. Blobs and paths are not C strings. */
struct sek_str {
	const char *p;
	size_t n;
};

#define SEK_STR(literal) ((struct sek_str){(literal), sizeof(literal) - 1})

static inline struct sek_str
sek_str(const char *s)
{
	return (struct sek_str){s, s ? strlen(s) : 0};
}

bool sek_str_eq(struct sek_str a, struct sek_str b);
bool sek_str_is(struct sek_str a, const char *b);
bool sek_str_starts(struct sek_str s, const char *prefix);
bool sek_str_ends(struct sek_str s, const char *suffix);
int sek_str_cmp(struct sek_str a, struct sek_str b); /* bytewise order */
struct sek_str sek_str_trim(struct sek_str s);       /* blanks, tabs, CR, LF */

/*
 * Cuts the bytes before the first sep off *rest and returns them; *rest is left
 * after sep, or with p == NULL when there was none. Loop while rest.p != NULL.
 */
struct sek_str sek_str_cut(struct sek_str *rest, char sep);

/* Decimal digits only: no sign, no blanks; false on overflow or all else. */
bool sek_str_to_u64(struct sek_str s, uint64_t *out);

#endif

#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/*
 * *at is a pointer to some other type than void, so it is read and written
 * bytewise: an optimiser that sees both sides must not take them for strangers.
 */
void
sek_vec_grow(void **at, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap : 8, bytes;
	char *p;

	memcpy(&p, at, sizeof(p));
	if (n >= *cap) {
		/* too much for a size_t is too much for the machine */
		if (__builtin_add_overflow(*cap, more, cap) ||
		    __builtin_mul_overflow(*cap, size, &bytes))
			bytes = SIZE_MAX;
		p = sek_realloc(p, bytes);
		memcpy(at, &p, sizeof(p));
	}
	memset(p + n * size, 0, size);
}

void
sek_vec_free(void **at)
{
	sek_free_ptr(at);
}

#ifndef SEK_BASE_VEC_H
#define SEK_BASE_VEC_H

#include <stddef.h>

/*
 * A growable array of one type. `SEK_VEC(struct x) v = {0};` or, where the type
 * is passed around, `struct xs SEK_VEC_BODY(struct x);`. Elements are moved by
 * growth: pointers into it live until the next push.
 */
#define SEK_VEC_BODY(type)                                                     \
	{                                                                      \
		type *at;                                                      \
		size_t n, cap;                                                 \
	}
#define SEK_VEC(type) struct SEK_VEC_BODY(type)

/* A new zeroed element at the end: `*sek_vec_push(&v) = x;` */
#define sek_vec_push(v)                                                        \
	(sek_vec_grow((void **)&(v)->at, (v)->n, &(v)->cap, sizeof(*(v)->at)), \
	    &(v)->at[(v)->n++])
#define sek_vec_clear(v)                                                       \
	(sek_vec_free((void **)&(v)->at), (void)((v)->n = (v)->cap = 0))
#define sek_vec_each(e, v)                                                     \
	for (__typeof__((v)->at + 0) e = (v)->at; e && e < (v)->at + (v)->n;   \
	     e++)

/* Makes room for one more than n and zeroes that one. */
void sek_vec_grow(void **at, size_t n, size_t *cap, size_t size);
void sek_vec_free(void **at);

#endif

#ifndef SEK_BASE_WIPE_ALLOC_H
#define SEK_BASE_WIPE_ALLOC_H

#include <stddef.h>

/*
 * What malloc and its fellows are, for libraries that let their caller allocate:
 * memory is wiped before it is given back, also by a realloc that moves or
 * shrinks. NULL, not the handler of alloc.h, when there is none: each library
 * has an error of its own for that. Blocks are these functions' own: they MUST
 * NOT meet free().
 */
void *sek_wipe_malloc(size_t n);
void *sek_wipe_calloc(size_t count, size_t size);
void *sek_wipe_realloc(void *p, size_t n);
void sek_wipe_free(void *p);
char *sek_wipe_strdup(const char *s);

/*
 * Wipes what the calls before it left on this thread's stack: a library that was
 * given secrets has them in vector registers, and the run-time linker spills
 * these when it looks up the next function that the library calls for the first
 * time (-z now of the program does not bind its libraries).
 */
void sek_wipe_stack(void);

#endif

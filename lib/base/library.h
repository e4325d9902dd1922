#ifndef SEK_BASE_LIBRARY_H
#define SEK_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A shared library that is loaded when it is first needed, not at every start:
 * with all that some bring along, that takes longer than most of our runs. What
 * is needed of it is one list, from which come a struct of functions and their
 * names:
 *
 *	#define FUNCTIONS(X) X(one_new) X(one_free)
 *	static struct { FUNCTIONS(SEK_LIBRARY_FIELD) } lib;
 *	static const char *const names[] = {FUNCTIONS(SEK_LIBRARY_NAME)};
 *	static struct sek_library one = SEK_LIBRARY("libone.so.1", names, &lib);
 */
#define SEK_LIBRARY_FIELD(name) __typeof__(&(name)) name;
#define SEK_LIBRARY_NAME(name)  #name,
#define SEK_LIBRARY(file, names, lib)                                          \
	{                                                                      \
		(file), (names), sizeof(names) / sizeof((names)[0]), (lib), 0  \
	}

struct sek_library {
	const char *file;
	const char *const *names;
	size_t n;
	void *functions; /* n pointers, in the order of names */
	_Atomic int state;
};

/* Loads it, the first time. False: it, or one of the functions, is not to be
 * had, now and later. Any thread. Once loaded it stays. */
bool sek_library_ready(struct sek_library *l);

#endif

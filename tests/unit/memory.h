#ifndef SEK_TESTS_UNIT_MEMORY_H
#define SEK_TESTS_UNIT_MEMORY_H

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Looks for copies of a secret in all memory of this process that can be
 * written. A needle is made at run time, so that none is in the program; it and
 * the window that is looked through are not counted.
 */
#define NEEDLE 24

#define MEMORY_IS_SANITIZED 0
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef MEMORY_IS_SANITIZED
#define MEMORY_IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef MEMORY_IS_SANITIZED
#define MEMORY_IS_SANITIZED 1
#endif

static char memory_window[1 << 16];

/* Different for each seed, and for each process. */
__attribute__((unused)) static void
memory_needle(char needle[NEEDLE], unsigned seed)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				      "opqrstuvwxyz0123456789+-";

	seed += (unsigned)getpid() << 8;
	for (size_t i = 0; i < NEEDLE; i++) {
		seed = seed * 1103515245 + 12345;
		needle[i] = letters[(seed >> 16) % 64];
	}
}

static size_t
memory_copies_between(int mem, const char *needle, uintptr_t from, uintptr_t to)
{
	uintptr_t own = (uintptr_t)memory_window;
	size_t found = 0;

	while (to - from >= NEEDLE) {
		size_t want = to - from < sizeof(memory_window)
		    ? to - from
		    : sizeof(memory_window);
		ssize_t n = pread(mem, memory_window, want, (off_t)from);

		if (n < NEEDLE)
			break; /* a page that cannot be read, such as vvar */
		for (size_t i = 0; i + NEEDLE <= (size_t)n; i++)
			found += !memcmp(memory_window + i, needle, NEEDLE) &&
			    from + i != (uintptr_t)needle &&
			    from + i - own >= sizeof(memory_window);
		from += (size_t)n - NEEDLE + 1;
	}
	return found;
}

__attribute__((unused)) static size_t
memory_copies(const char *needle)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uintptr_t from, to;
	char line[512], mode[5];
	size_t found = 0;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to,
			mode) == 3 &&
		    mode[1] == 'w')
			found += memory_copies_between(mem, needle, from, to);
	fclose(maps);
	close(mem);
	return found;
}

/* From least to most copies. The shadow memory of sanitizers is too large to be
 * searched: with them the case runs, and this looks at nothing. */
__attribute__((unused)) static void
memory_expect(const char *needle, size_t least, size_t most)
{
#if !MEMORY_IS_SANITIZED
	size_t n = memory_copies(needle);

	if (n < least || n > most)
		fail_msg("%zu copies, not %zu to %zu", n, least, most);
#else
	(void)needle;
	(void)least;
	(void)most;
#endif
}

#endif

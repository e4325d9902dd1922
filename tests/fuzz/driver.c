/*
 * Lets a fuzz target run without libFuzzer, as an ordinary test and on other
 * processors: over the files given, then over inputs of its own making, always
 * the same ones. Usage: TARGET [FILE...]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MADE    3000
#define LONGEST 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* xorshift64* (Marsaglia 2003; Vigna 2016) */
static uint64_t
next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

/* Text more than bytes: what parsers get past their first check with. */
static size_t
make(uint64_t *state, uint8_t *out)
{
	static const char likely[] = "\n\n\n\t  ==[](){}|*+?\\^$.:/-_#0129azAZ";
	size_t n = next(state) % LONGEST;

	for (size_t i = 0; i < n; i++) {
		uint64_t r = next(state) >> 16;

		out[i] = r % 4
		    ? (uint8_t)likely[(r >> 8) % (sizeof(likely) - 1)]
		    : (uint8_t)(r >> 8);
	}
	return n;
}

static int
run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		perror(path);
		return 1;
	}
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	return LLVMFuzzerTestOneInput(data, n);
}

int
main(int argc, char **argv)
{
	static uint8_t data[LONGEST];
	uint64_t state = 0x5eed;
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	for (int i = 0; i < MADE; i++)
		failed |= LLVMFuzzerTestOneInput(data, make(&state, data));
	printf("%d files, %d made inputs\n", argc - 1, MADE);
	return failed;
}

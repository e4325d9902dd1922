/*
 * GB/s of one core for the whole matcher with the built-in rules (prefilter,
 * regex, entropy, checks), beside the floor of reading every byte once. Each
 * file counts as one content. Usage: bench_match FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "scan/match.h"

#define ROUNDS 7
#define TOTAL  ((size_t)4 << 30)

static volatile uint64_t sink;

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
floor_once(struct sek_str text)
{
	double start = cpu_seconds();
	uint64_t sum = 0, word;

	for (size_t i = 0; i + sizeof(word) <= text.n; i += sizeof(word)) {
		memcpy(&word, text.p + i, sizeof(word));
		sum ^= word;
	}
	sink = sum;
	return cpu_seconds() - start;
}

static double
match_once(struct sek_matcher *m, struct sek_str text, const size_t *end,
    size_t files, size_t *found)
{
	struct sek_hits hits = {0};
	double start = cpu_seconds();
	size_t at = 0;

	*found = 0;
	for (size_t i = 0; i < files; at = end[i++]) {
		struct sek_str one = {text.p + at, end[i] - at};

		hits.n = 0;
		if (sek_matcher_run(m, one, 0, one.n, &hits, NULL) != SEK_OK)
			fprintf(stderr,
			    "bench_match: a content is undecided\n");
		*found += hits.n;
	}
	sek_vec_clear(&hits);
	return cpu_seconds() - start;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	sek_auto_buf text = {.max = TOTAL};
	size_t *end = calloc((size_t)argc + 1, sizeof(*end)), files = 0, found;
	struct sek_program *program = sek_program_new(&sek_ruleset_builtin);
	struct sek_matcher *m = sek_matcher_new(program);
	double floor[ROUNDS], match[ROUNDS], gb;
	struct sek_err err;

	for (int i = 1; i < argc && end; i++) {
		if (sek_file_read(argv[i], &text, &err) == SEK_OK)
			end[files++] = text.n;
		else
			fprintf(stderr, "bench_match: %s\n", err.text);
	}
	if (!text.n) {
		fputs("usage: bench_match FILE...\n", stderr);
		return 2;
	}
	for (int i = 0; i < ROUNDS; i++) {
		floor[i] = floor_once(sek_buf_str(&text));
		match[i] = match_once(m, sek_buf_str(&text), end, files,
		    &found);
	}
	qsort(floor, ROUNDS, sizeof(*floor), by_value);
	qsort(match, ROUNDS, sizeof(*match), by_value);
	gb = (double)text.n / 1e9;
	printf(
	    "  matcher, %zu files, %.0f MB, %s: %.2f GB/s of CPU time; floor "
	    "(reading each byte) %.1f GB/s; %zu hits\n",
	    files, gb * 1000, sek_prefilter_cpu(), gb / match[ROUNDS / 2],
	    gb / floor[ROUNDS / 2], found);
	sek_matcher_free(m);
	sek_program_free(program);
	free(end);
	return 0;
}

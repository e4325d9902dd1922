#include <stdint.h>
#include <stdio.h>

#include "sekisho/commands.h"
#include "sekisho/output.h"
#include "sekisho/report_file.h"

struct options {
	const char *format, *output;
	bool verbose;
};

#define OPT(field) offsetof(struct options, field)

static const char *const formats[] = {"text", "jsonl", "sarif", NULL};

static const struct cli_opt opts[] = {
    {0, "format", CLI_CHOICE, OPT(format), "FORMAT", formats,
	"How findings are written", false},
    {'o', "output", CLI_FILE, OPT(output), "FILE", NULL,
	"Write findings to FILE instead of standard output", false},
    {'v', "verbose", CLI_FLAG, OPT(verbose), NULL, NULL, "Say what was scanned",
	false},
    {0},
};

static int
show(struct sek_merge *m, const struct options *o)
{
	struct output out = {
	    .format = o->format,
	    .file = o->output,
	    .verbose = o->verbose,
	    .rules = sek_merge_rules(m),
	};
	size_t n = sek_merge_count(m);

	for (size_t i = 0; i < n; i++) {
		struct sek_merged *merged = sek_merge_at(m, i);

		out.repository = merged->repository;
		if (!out.repository && n > 1)
			out.repository = "(unnamed)";
		out.after = i + 1 < n;
		out.broken = merged->broken;
		out.status = merged->status;
		output_add(&out, &merged->outcome);
	}
	return output_end(&out);
}

static int
run(const void *opts_, int argc, char **argv)
{
	struct sek_merge *m = sek_merge_new();
	int status;

	if (!argc)
		report_file_add(m, NULL);
	for (int i = 0; i < argc; i++)
		report_file_add(m, argv[i]);
	sek_merge_end(m);
	status = show(m, opts_);
	sek_merge_free(m);
	return status;
}

const struct cli_cmd cmd_report = {
    .name = "report",
    .summary = "Put the reports of several scans together",
    .details = "A FILE is what sekisho scan --format jsonl wrote, of a part of "
	       "a history or of repositories; none, or -, is standard input. "
	       "A secret is told once for each repository, with all its "
	       "places. A report that breaks off, or a part that is missing, "
	       "is told, and makes the exit status 3.",
    .operand = {"[FILE...]", CLI_FILE, NULL, 0, SIZE_MAX},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};

#include "sekisho/explain_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/redact.h"
#include "cli/cli.h"
#include "scan/explain.h"
#include "sekisho/report_file.h"

/* A report may have been made with --show-secrets. */
static void
hide(char **path, const struct sek_finding *f)
{
	sek_auto_buf out = {0};
	const char *at = *path, *next;

	if (!at || !f->secret || !*f->secret || !strstr(at, f->secret))
		return;
	while ((next = strstr(at, f->secret))) {
		sek_buf_add(&out, at, (size_t)(next - at));
		sek_buf_add_s(&out, f->redacted);
		at = next + strlen(f->secret);
	}
	sek_buf_add_s(&out, at);
	explicit_bzero(*path, strlen(*path));
	free(*path);
	*path = sek_buf_take(&out);
}

static void
explain(struct sek_buf *out, struct sek_finding *f)
{
	hide(&f->path, f);
	hide(&f->pair_path, f);
	for (size_t i = 0; i < f->more_n; i++)
		hide(&f->more[i].path, f);
	sek_explain(out, f);
}

static struct sek_finding *
find(struct sek_merged *in, const char *fingerprint)
{
	sek_vec_each (f, &in->outcome.founds)
		if (!strcmp(f->finding.fingerprint, fingerprint))
			return &f->finding;
	return NULL;
}

/* The first repository's is explained, of others only that they hold it. */
static bool
explain_all(struct sek_merge *m, const char *fingerprint, struct sek_buf *out)
{
	bool found = false, others = false;

	for (size_t i = 0; i < sek_merge_count(m); i++) {
		struct sek_merged *in = sek_merge_at(m, i);
		struct sek_finding *f = find(in, fingerprint);

		if (!f)
			continue;
		if (found && !others)
			sek_buf_add_s(out, "\nAlso in\n");
		others = found;
		if (in->repository) {
			sek_buf_add_s(out, found ? "  " : "repository ");
			sek_quote(out, sek_str(in->repository));
			sek_buf_add_c(out, '\n');
		}
		if (!found)
			explain(out, f);
		found = true;
	}
	return found;
}

static int
not_found(struct sek_merge *m, const char *fingerprint, const char *path)
{
	bool whole = true;

	for (size_t i = 0; i < sek_merge_count(m); i++) {
		const struct sek_merged *in = sek_merge_at(m, i);

		whole = whole && !in->broken && !in->outcome.counts.unread;
		sek_vec_each (line, &in->outcome.unread)
			fprintf(stderr, "sekisho: %s\n", *line);
	}
	fprintf(stderr, "sekisho: %s: nothing with the fingerprint %s %s\n",
	    path, fingerprint,
	    whole ? "is in this report; see sekisho scan --format jsonl"
		  : "is in what could be read");
	return whole ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}

int
explain_report(const char *fingerprint, const char *path)
{
	struct sek_merge *m = sek_merge_new();
	sek_auto_buf text = {0};
	struct sek_err err;
	int status = CLI_EXIT_OK;

	report_file_add(m, path);
	sek_merge_end(m);
	if (!explain_all(m, fingerprint, &text))
		status = not_found(m, fingerprint, path);
	else if (sek_fd_write(STDOUT_FILENO, "standard output", text.p, text.n,
		     &err) != SEK_OK)
		status = cli_fail(&err);
	sek_merge_free(m);
	return status;
}

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/redact.h"
#include "scan/explain.h"
#include "sekisho/commands.h"
#include "sekisho/explain_report.h"
#include "sekisho/scan_repos.h"
#include "sekisho/scan_what.h"

struct options {
	struct scan_what what;
	const char *from;
};

#define OPT(field) offsetof(struct options, field)

static const struct cli_opt opts[] = {
    SCAN_WHAT_OPTS(OPT(what)),
    {0, "from", CLI_FILE, OPT(from), "FILE", NULL,
	"Look in a report that scan --format jsonl wrote", false},
    {0},
};

/* Where it is looked for, and whether that could be looked at whole. */
struct search {
	struct scan scan;
	const char *fingerprint;
	bool partly;
};

static enum sek_code
check_usage(const struct options *o, int argc, char **argv, struct sek_err *err)
{
	const struct scan_what *w = &o->what;
	bool scans = w->staged || w->history || w->range || argc > 1;

	if (!sek_allow_is_fingerprint(sek_str(argv[0])))
		return sek_fail(err, SEK_ECONFIG,
		    "FINGERPRINT is 24 hex digits: what a finding's line ends "
		    "with");
	if (o->from && (scans || w->rules.n))
		return sek_fail(err, SEK_ECONFIG,
		    "--from makes no scan: nothing that a scan takes goes with "
		    "it");
	return SEK_OK;
}

static int
not_found(const struct search *s)
{
	fprintf(stderr,
	    "sekisho: nothing with the fingerprint %s %s; it may be in another "
	    "place: see --staged, --range, --history\n",
	    s->fingerprint,
	    s->partly ? "is in what could be read" : "is found there");
	return s->partly ? CLI_EXIT_FAILED : CLI_EXIT_USAGE;
}

/* repository: NULL, or which of several. */
static bool
show(struct search *s, const struct sek_outcome *out, const char *repository,
    struct sek_buf *text)
{
	s->partly = s->partly || out->counts.unread || out->interrupted;
	sek_vec_each (f, &out->founds) {
		if (strcmp(f->finding.fingerprint, s->fingerprint) != 0)
			continue;
		if (repository) {
			sek_buf_add_s(text, "repository ");
			sek_quote(text, sek_str(repository));
			sek_buf_add_c(text, '\n');
		}
		sek_explain(text, &f->finding);
		return true;
	}
	return false;
}

static enum sek_code
search_here(struct search *s, struct sek_buf *text, struct sek_err *err)
{
	sek_auto_repo *repo = NULL;
	struct sek_config *config = NULL;
	struct sek_outcome out = {0};
	enum sek_code r = scan_open(&s->scan, &repo, &config, err);

	if (r == SEK_OK)
		r = scan_run(&s->scan, &out, err);
	if (r == SEK_OK)
		show(s, &out, NULL, text);
	sek_outcome_clear(&out);
	sek_config_free(config);
	return r;
}

/* The first one that holds it. What goes wrong in another one is told. */
static bool
search_one(struct search *s, const char *path, struct sek_buf *text)
{
	sek_auto_repo *repo = NULL;
	struct sek_outcome out = {0};
	struct sek_err err;
	enum sek_code r = scan_repos_open(&repo, path, &err);
	bool end;

	s->scan.run.repo = repo;
	if (r == SEK_OK) {
		s->scan.run.config = repo->config;
		r = scan_run(&s->scan, &out, &err);
	}
	if (r != SEK_OK)
		sek_outcome_unread(&out, sek_str(path), "%s", err.text);
	sek_vec_each (line, &out.unread)
		fprintf(stderr, "sekisho: not read: %s\n", *line);
	end = show(s, &out, path, text) || out.interrupted;
	sek_outcome_clear(&out);
	return end;
}

static enum sek_code
search_each(struct search *s, struct sek_buf *text, struct sek_err *err)
{
	const struct scan_what *w = s->scan.what;
	struct scan_repos repos = {0};
	enum sek_code r = scan_repos_list(&repos, &w->repos, w->repos_from,
	    err);

	for (size_t i = 0; r == SEK_OK && i < repos.n; i++)
		if (search_one(s, repos.at[i], text))
			break;
	scan_repos_clear(&repos);
	return r;
}

static enum sek_code
search(struct search *s, struct sek_buf *text, struct sek_err *err)
{
	const struct scan_what *w = s->scan.what;
	enum sek_code r;

	if (w->repos.n || w->repos_from)
		r = search_each(s, text, err);
	else
		r = search_here(s, text, err);
	if (r == SEK_OK && text->n)
		r = sek_fd_write(STDOUT_FILENO, "standard output", text->p,
		    text->n, err);
	return r;
}

static int
run(const void *opts_, int argc, char **argv)
{
	const struct options *o = opts_;
	struct search s = {
	    /* What is allowed can be explained, too. */
	    .scan.run.policy.allow_nothing = true,
	    .fingerprint = argv[0],
	};
	sek_auto_buf text = {0};
	struct sek_err err;
	enum sek_code r = scan_begin(&s.scan, &o->what,
	    (const char *const *)argv + 1, (size_t)argc - 1, &err);
	int status = CLI_EXIT_OK;

	if (r == SEK_OK)
		r = check_usage(o, argc, argv, &err);
	if (r == SEK_OK && !o->from)
		r = search(&s, &text, &err);
	if (r != SEK_OK)
		status = cli_fail(&err);
	else if (o->from)
		status = explain_report(argv[0], o->from);
	else if (!text.n)
		status = not_found(&s);
	scan_clear(&s.scan);
	return status;
}

const struct cli_cmd cmd_explain = {
    .name = "explain",
    .summary = "Tell why a finding is one, and what to do about it",
    .details = "FINGERPRINT is what stands in brackets behind a finding. It is "
	       "looked for where `scan` with the same options finds it, "
	       "whether or not it is allowed; with --from in a report (- is "
	       "standard input), and then nothing is scanned. Status 2 if it "
	       "is not there.",
    .operand = {"FINGERPRINT [PATH...] [REVISION...] [-- PATH...]", CLI_FILE,
	NULL, 1, SIZE_MAX},
    .dashes = true,
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};

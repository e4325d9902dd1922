#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/attribute.h"
#include "scan/explain.h"
#include "scan/guard.h"
#include "scan/places.h"
#include "scan/source.h"
#include "sekisho/commands.h"
#include "sekisho/explain_report.h"
#include "sekisho/progress.h"

struct options {
	bool staged, history;
	const char *range, *from;
	struct cli_list rules;
};

#define OPT(field) offsetof(struct options, field)

static const struct cli_opt opts[] = {
    {0, "staged", CLI_FLAG, OPT(staged), NULL, NULL,
	"Look in what the next commit would hold", false},
    {0, "range", CLI_STRING, OPT(range), "A..B", NULL,
	"Look in what the commits of a range bring", false},
    {0, "history", CLI_FLAG, OPT(history), NULL, NULL,
	"Look in all that the repository has ever held", false},
    {0, "rules", CLI_LIST, OPT(rules), "FILE", NULL,
	"Rules of your own, see sekisho-rules(5)", false},
    {0, "from", CLI_FILE, OPT(from), "FILE", NULL,
	"Look in a report that scan --format jsonl wrote", false},
    {0},
};

struct search {
	const struct options *o;
	struct sek_run run;
	const char **paths; /* NULL-terminated */
};

static enum sek_code
feed_tree(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct search *s = arg;

	return sek_source_tree(e, s->run.repo, s->paths, err);
}

static enum sek_code
feed_history(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct search *s = arg;
	const struct sek_shard whole = {0};
	enum sek_code r = sek_source_objects(e, s->run.repo, NULL, &whole, err);

	if (r == SEK_OK)
		sek_source_reflogs(e, s->run.repo);
	return r;
}

static enum sek_code
scan(struct search *s, struct sek_outcome *out, struct sek_err *err)
{
	enum sek_code r;

	if (s->o->staged)
		return sek_guard_staged(&s->run, false, NULL, out, err);
	if (s->o->range)
		return sek_guard_range(&s->run, s->o->range, false, out, err);
	if (!s->o->history)
		return sek_run(&s->run, feed_tree, s, out, err);
	s->run.use = SEK_ODB_FEW;
	r = sek_run(&s->run, feed_history, s, out, err);
	if (r == SEK_OK && !out->interrupted) {
		sek_attribute(s->run.repo, out, NULL);
		sek_places_tell(s->run.repo, out, NULL);
	}
	return r;
}

static enum sek_code
check_usage(const struct options *o, int argc, char **argv, struct sek_err *err)
{
	int modes = o->staged + o->history + (o->range != NULL) +
	    (o->from != NULL);

	if (!sek_allow_is_fingerprint(sek_str(argv[0])))
		return sek_fail(err, SEK_ECONFIG,
		    "FINGERPRINT is 24 hex digits: what a finding's line ends "
		    "with");
	if (modes > 1 || (modes && argc > 1))
		return sek_fail(err, SEK_ECONFIG,
		    "--staged, --range, --history, --from and PATH exclude "
		    "each other");
	if (o->from && o->rules.n)
		return sek_fail(err, SEK_ECONFIG,
		    "--rules goes with a scan, and --from makes none");
	return SEK_OK;
}

static int
not_found(const struct sek_outcome *out, const char *fingerprint)
{
	bool rest = out->counts.unread || out->interrupted;

	fprintf(stderr,
	    "sekisho: nothing with the fingerprint %s %s; it may be in another "
	    "place: see --staged, --range, --history\n",
	    fingerprint, rest ? "is in what could be read" : "is found there");
	return rest ? CLI_EXIT_FAILED : CLI_EXIT_USAGE;
}

static int
show(const struct sek_outcome *out, const char *fingerprint)
{
	struct sek_err err;

	sek_vec_each (f, &out->founds) {
		sek_auto_buf text = {0};

		if (strcmp(f->finding.fingerprint, fingerprint) != 0)
			continue;
		sek_explain(&text, &f->finding);
		if (sek_fd_write(STDOUT_FILENO, "standard output", text.p,
			text.n, &err) != SEK_OK)
			return cli_fail(&err);
		return CLI_EXIT_OK;
	}
	return not_found(out, fingerprint);
}

static enum sek_code
search(struct search *s, struct sek_outcome *out, struct sek_repo **repo,
    struct sek_config **config, struct sek_err *err)
{
	bool files = !s->o->staged && !s->o->history && !s->o->range;
	enum sek_code r = sek_repo_open(repo, NULL, err);

	s->run.repo = *repo;
	s->run.config = *repo ? (*repo)->config : NULL;
	if (r == SEK_ENOTFOUND && files) {
		r = sek_config_load(config, NULL, err);
		s->run.config = *config;
	}
	if (r != SEK_OK)
		return r;
	progress_start(&s->run);
	r = scan(s, out, err);
	progress_end();
	return r;
}

static int
run(const void *opts_, int argc, char **argv)
{
	const struct options *o = opts_;
	const char **rules = sek_alloc_n(o->rules.n + 1, sizeof(*rules));
	struct search s = {
	    .o = o,
	    .run.threads = 1,
	    /* What is allowed can be explained, too. */
	    .run.policy = {.rule_files = rules, .allow_nothing = true},
	    .paths = sek_alloc_n((size_t)argc, sizeof(*s.paths)),
	};
	struct sek_outcome out = {0};
	sek_auto_repo *repo = NULL;
	struct sek_config *config = NULL;
	struct sek_err err;
	enum sek_code r = check_usage(o, argc, argv, &err);
	int status;

	for (size_t i = 0; i < o->rules.n; i++)
		rules[i] = o->rules.at[i];
	for (int i = 1; i < argc; i++)
		s.paths[i - 1] = argv[i];
	if (r == SEK_OK && !o->from)
		r = search(&s, &out, &repo, &config, &err);
	if (r != SEK_OK)
		status = cli_fail(&err);
	else if (o->from)
		status = explain_report(argv[0], o->from);
	else
		status = show(&out, argv[0]);
	sek_outcome_clear(&out);
	sek_config_free(config);
	free(s.paths);
	free(rules);
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
    .operand = {"FINGERPRINT [PATH...]", CLI_FILE, NULL, 1, SIZE_MAX},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};

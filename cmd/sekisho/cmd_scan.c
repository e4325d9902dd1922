#include <stdint.h>

#include "sekisho/commands.h"
#include "sekisho/output.h"
#include "sekisho/scan_repos.h"
#include "sekisho/scan_shard.h"
#include "sekisho/scan_what.h"

struct options {
	struct scan_what what;
	const char *shard;
	const char *format, *output;
	bool show_secrets, strict, verbose;
	const char *cache;
	bool no_cache;
};

#define OPT(field) offsetof(struct options, field)

static const char *const formats[] = {"text", "jsonl", "sarif", NULL};

static const struct cli_opt opts[] = {
    SCAN_WHAT_OPTS(OPT(what)),
    {0, "format", CLI_CHOICE, OPT(format), "FORMAT", formats,
	"How findings are written", false},
    {'o', "output", CLI_FILE, OPT(output), "FILE", NULL,
	"Write findings to FILE instead of standard output", false},
    {0, "show-secrets", CLI_FLAG, OPT(show_secrets), NULL, NULL,
	"Print what was found instead of hiding it", false},
    {0, "strict", CLI_FLAG, OPT(strict), NULL, NULL,
	"Fail also on content that is elsewhere: LFS, submodules", false},
    {'v', "verbose", CLI_FLAG, OPT(verbose), NULL, NULL,
	"Say what was scanned, allowed and left out", false},
    {0, "shard", CLI_STRING, OPT(shard), "K/N", NULL,
	"With --history: one part of N, for as many machines; auto: this one",
	false},
    {0, "cache", CLI_FILE, OPT(cache), "DIR", NULL,
	"With --history: remember there what is clean, not in ~/.cache", false},
    {0, "no-cache", CLI_FLAG, OPT(no_cache), NULL, NULL,
	"With --history: read everything, remember nothing", false},
    {0},
};

static enum sek_code
check_usage(const struct options *o, struct sek_err *err)
{
	if (o->shard && !o->what.history)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard goes with --history");
	if ((o->cache || o->no_cache) && !o->what.history)
		return sek_fail(err, SEK_ECONFIG,
		    "--%scache goes with --history", o->no_cache ? "no-" : "");
	if (o->cache && (o->no_cache || !*o->cache))
		return sek_fail(err, SEK_ECONFIG,
		    "--cache names a directory, and --no-cache none");
	return SEK_OK;
}

static int
run_here(struct scan *s, struct output *show)
{
	sek_auto_repo *repo = NULL;
	struct sek_config *config = NULL;
	struct sek_outcome out = {0};
	struct sek_err err;
	enum sek_code r = scan_open(s, &repo, &config, &err);
	int status;

	if (r == SEK_OK)
		r = scan_run(s, &out, &err);
	show->base = repo ? repo->work_tree : NULL;
	status = r == SEK_OK ? output_report(show, &out) : cli_fail(&err);
	sek_outcome_clear(&out);
	sek_config_free(config);
	return status;
}

/* What goes wrong in one repository is told of it, and stops no other. */
static bool
run_one(const struct scan *like, struct output *show, const char *path,
    bool last)
{
	struct scan s = *like;
	sek_auto_repo *repo = NULL;
	struct sek_outcome out = {0};
	struct sek_err err;
	enum sek_code r = scan_repos_open(&repo, path, &err);
	bool go_on;

	s.run.repo = repo;
	if (r == SEK_OK) {
		s.run.config = repo->config;
		r = scan_run(&s, &out, &err);
	}
	if (r != SEK_OK)
		sek_outcome_unread(&out, sek_str(path), "%s", err.text);
	go_on = !out.interrupted;
	show->base = repo ? repo->work_tree : NULL;
	show->repository = path;
	show->after = go_on && !last;
	output_add(show, &out);
	sek_outcome_clear(&out);
	return go_on;
}

static int
run_each(const struct scan *s, struct output *show)
{
	struct scan_repos repos = {0};
	struct sek_err err;
	int status = 0;

	if (scan_repos_list(&repos, &s->what->repos, s->what->repos_from,
		&err)) {
		scan_repos_clear(&repos);
		return cli_fail(&err);
	}
	for (size_t i = 0; i < repos.n; i++)
		if (!run_one(s, show, repos.at[i], i + 1 == repos.n))
			break;
	status = output_end(show);
	scan_repos_clear(&repos);
	return status;
}

static int
run(const void *opts_, int argc, char **argv)
{
	const struct options *o = opts_;
	struct scan s = {
	    .run.policy =
		{
		    .inline_allow = true,
		    .keep_secrets = o->show_secrets,
		},
	};
	struct output show = {
	    .format = o->format,
	    .file = o->output,
	    .verbose = o->verbose,
	    .strict = o->strict,
	};
	struct sek_err err;
	enum sek_code r = scan_begin(&s, &o->what, (const char *const *)argv,
	    (size_t)argc, &err);
	int status;

	if (r == SEK_OK)
		r = check_usage(o, &err);
	if (r == SEK_OK && o->shard)
		r = scan_shard_parse(&s.shard, o->shard, &sek_env_system, &err);
	show.shard = s.shard;
	if (o->what.history && !o->no_cache && s.shard.of < 2)
		s.run.cache = o->cache ? o->cache : "";
	if (r != SEK_OK)
		status = cli_fail(&err);
	else if (o->what.repos.n || o->what.repos_from)
		status = run_each(&s, &show);
	else
		status = run_here(&s, &show);
	scan_clear(&s);
	return status;
}

const struct cli_cmd cmd_scan = {
    .name = "scan",
    .summary = "Look for secrets in files, changes or a whole history",
    .details = "Without a PATH the work tree is scanned: what git tracks, and "
	       "what it does not ignore. A PATH is a file or a directory; - is "
	       "standard input. With --history, operands are revisions, as git "
	       "understands them, and what follows after -- are paths: only "
	       "what these reach, only what stands there.",
    .operand = {"[PATH...] [REVISION...] [-- PATH...]", CLI_FILE, NULL, 0,
	SIZE_MAX},
    .dashes = true,
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};

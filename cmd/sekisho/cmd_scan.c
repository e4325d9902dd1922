#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/attribute.h"
#include "scan/guard.h"
#include "scan/places.h"
#include "scan/ranks.h"
#include "scan/source.h"
#include "sekisho/commands.h"
#include "sekisho/output.h"
#include "sekisho/progress.h"
#include "sekisho/scan_repos.h"
#include "sekisho/scan_shard.h"

struct options {
	bool staged, history, whole, reachable;
	const char *range, *since, *shard;
	const char *format, *output;
	struct cli_list rules, repos;
	const char *repos_from;
	bool show_secrets, strict, verbose;
	const char *cache;
	bool no_cache;
};

#define OPT(field) offsetof(struct options, field)

static const char *const formats[] = {"text", "jsonl", "sarif", NULL};

static const struct cli_opt opts[] = {
    {0, "staged", CLI_FLAG, OPT(staged), NULL, NULL,
	"What the next commit would hold, from the index", false},
    {0, "range", CLI_STRING, OPT(range), "A..B", NULL,
	"What the commits of a range bring: messages, files, names", false},
    {0, "history", CLI_FLAG, OPT(history), NULL, NULL,
	"Every object that the repository has ever held", false},
    {0, "reachable", CLI_FLAG, OPT(reachable), NULL, NULL,
	"With --history: only what branches, tags and other refs reach", false},
    {0, "whole", CLI_FLAG, OPT(whole), NULL, NULL,
	"With --staged or --range: old lines of changed files, too", false},
    {0, "format", CLI_CHOICE, OPT(format), "FORMAT", formats,
	"How findings are written", false},
    {'o', "output", CLI_FILE, OPT(output), "FILE", NULL,
	"Write findings to FILE instead of standard output", false},
    {0, "rules", CLI_LIST, OPT(rules), "FILE", NULL,
	"Rules of your own, see sekisho-rules(5)", false},
    {0, "show-secrets", CLI_FLAG, OPT(show_secrets), NULL, NULL,
	"Print what was found instead of hiding it", false},
    {0, "strict", CLI_FLAG, OPT(strict), NULL, NULL,
	"Fail also on content that is elsewhere: LFS, submodules", false},
    {'v', "verbose", CLI_FLAG, OPT(verbose), NULL, NULL,
	"Say what was scanned, allowed and left out", false},
    {0, "since", CLI_STRING, OPT(since), "DATE", NULL,
	"With --history: only what commits since then bring", false},
    {0, "shard", CLI_STRING, OPT(shard), "K/N", NULL,
	"With --history: one part of N, for as many machines; auto: this one",
	false},
    {0, "repo", CLI_LIST, OPT(repos), "DIR", NULL,
	"With --history: of this repository; of several, one report", false},
    {0, "repos-from", CLI_FILE, OPT(repos_from), "FILE", NULL,
	"With --history: the same of those that FILE names, or - for input",
	false},
    {0, "cache", CLI_FILE, OPT(cache), "DIR", NULL,
	"With --history: remember there what is clean, not in ~/.cache", false},
    {0, "no-cache", CLI_FLAG, OPT(no_cache), NULL, NULL,
	"With --history: read everything, remember nothing", false},
    {0},
};

struct scan {
	const struct options *o;
	struct sek_run run;
	const char **operands; /* files, or revisions; NULL-terminated */
	const char **paths;    /* of a history, after `--`; NULL-terminated */
	struct sek_selection selection;
	struct sek_shard shard;
};

static enum sek_code
feed_tree(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct scan *s = arg;

	return sek_source_tree(e, s->run.repo, s->operands, err);
}

static enum sek_code
feed_stdin(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_STDIN,
	    .path = sek_strdup("-"),
	    .bytes = {.max = SEK_CONTENT_MAX},
	};
	enum sek_code r;

	(void)arg;
	r = sek_fd_read(STDIN_FILENO, "standard input", &job.bytes, err);
	if (r == SEK_OK)
		sek_engine_add(e, &job);
	else
		sek_job_clear(&job);
	return r;
}

/* Is anything selected? */
static bool
is_part(const struct scan *s)
{
	return s->o->reachable || s->o->since || *s->operands || *s->paths;
}

static enum sek_code
feed_history(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct scan *s = arg;
	enum sek_code r = sek_source_objects(e, s->run.repo,
	    is_part(s) ? &s->selection : NULL, &s->shard, err);

	if (r == SEK_OK && !is_part(s) && sek_shard_is_first(&s->shard))
		sek_source_reflogs(e, s->run.repo);
	return r;
}

static enum sek_code
read_selection(struct scan *s, struct sek_err *err)
{
	struct sek_repo *repo = s->run.repo;
	enum sek_code r = sek_select_revisions(&s->selection, repo, s->operands,
	    err);

	s->selection.reflogs = !s->o->reachable;
	if (r == SEK_OK && s->o->since)
		r = sek_select_since(&s->selection, repo, s->o->since, err);
	for (const char **path = s->paths; r == SEK_OK && *path; path++)
		r = sek_select_path(&s->selection, repo, *path, err);
	return r;
}

static enum sek_code
scan_history(struct scan *s, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_watch watch;
	enum sek_code r = read_selection(s, err);

	if (r != SEK_OK)
		return r;
	if (!s->o->no_cache && s->shard.of < 2)
		s->run.cache = s->o->cache ? s->o->cache : "";
	s->run.use = SEK_ODB_FEW; /* for what our own reader cannot read */
	s->run.policy.allow_from = SEK_ALLOW_WORK_TREE;
	if (!s->run.repo->work_tree &&
	    sek_repo_resolve(s->run.repo, "HEAD", &s->run.policy.allow_commit,
		NULL) == SEK_OK)
		s->run.policy.allow_from = SEK_ALLOW_COMMIT;
	r = sek_run(&s->run, feed_history, s, out, err);
	if (r != SEK_OK)
		return r;
	progress_watch(&watch, &out->founds);
	if (!out->interrupted)
		sek_attribute(s->run.repo, out, &watch);
	sek_places_tell(s->run.repo, out, &watch);
	if (!out->interrupted && s->shard.of)
		sek_ranks_tell(s->run.repo, out);
	return r;
}

static bool
reads_stdin(const struct scan *s)
{
	return *s->operands && !s->operands[1] && !strcmp(*s->operands, "-");
}

static enum sek_code
scan_files(struct scan *s, struct sek_outcome *out, struct sek_err *err)
{
	s->run.policy.allow_from = SEK_ALLOW_WORK_TREE;
	if (reads_stdin(s)) {
		s->run.threads = 1;
		return sek_run(&s->run, feed_stdin, s, out, err);
	}
	return sek_run(&s->run, feed_tree, s, out, err);
}

static const char *
only_of_history(const struct options *o)
{
	return o->since     ? "--since"
	    : o->shard      ? "--shard"
	    : o->repos.n    ? "--repo"
	    : o->repos_from ? "--repos-from"
			    : NULL;
}

static enum sek_code
check_usage(const struct options *o, int argc, struct sek_err *err)
{
	int modes = o->staged + o->history + (o->range != NULL);

	if (modes > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "--staged, --range and --history exclude each other");
	if (modes && argc && !o->history)
		return sek_fail(err, SEK_ECONFIG,
		    "a PATH goes with a scan of files only");
	if (only_of_history(o) && !o->history)
		return sek_fail(err, SEK_ECONFIG, "%s goes with --history",
		    only_of_history(o));
	if (o->whole && !o->staged && !o->range)
		return sek_fail(err, SEK_ECONFIG,
		    "--whole goes with --staged or --range");
	if (o->reachable && !o->history)
		return sek_fail(err, SEK_ECONFIG,
		    "--reachable goes with --history");
	if ((o->cache || o->no_cache) && !o->history)
		return sek_fail(err, SEK_ECONFIG,
		    "--%scache goes with --history", o->no_cache ? "no-" : "");
	if (o->cache && (o->no_cache || !*o->cache))
		return sek_fail(err, SEK_ECONFIG,
		    "--cache names a directory, and --no-cache none");
	return SEK_OK;
}

/* Files outside any repository can be scanned; all else needs one. */
static enum sek_code
open_repo(struct scan *s, struct sek_repo **repo, struct sek_config **config,
    struct sek_err *err)
{
	bool files = !s->o->staged && !s->o->history && !s->o->range;
	enum sek_code r = sek_repo_open(repo, NULL, err);

	s->run.repo = *repo;
	if (r == SEK_OK)
		s->run.config = (*repo)->config;
	if (r != SEK_ENOTFOUND || !files)
		return r;
	r = sek_config_load(config, NULL, err);
	s->run.config = *config;
	return r;
}

static enum sek_code
scan(struct scan *s, struct sek_outcome *out, struct sek_err *err)
{
	if (s->o->staged)
		return sek_guard_staged(&s->run, s->o->whole, NULL, out, err);
	if (s->o->range)
		return sek_guard_range(&s->run, s->o->range, s->o->whole, out,
		    err);
	if (s->o->history)
		return scan_history(s, out, err);
	return scan_files(s, out, err);
}

static unsigned
cores(void)
{
	cpu_set_t ours; /* a job may be given less than the machine has */
	long n = sched_getaffinity(0, sizeof(ours), &ours)
	    ? sysconf(_SC_NPROCESSORS_ONLN)
	    : CPU_COUNT(&ours);

	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static const char **
terminated(const char *const *at, size_t n)
{
	const char **list = sek_alloc_n(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = at[i];
	return list;
}

/* Of a history what stands after `--` is paths, of files all of it. */
static void
split_operands(struct scan *s, const char *const *argv, size_t n)
{
	size_t at = 0, after;

	while (at < n && strcmp(argv[at], "--") != 0)
		at++;
	after = at < n ? at + 1 : n;
	s->operands = terminated(argv, at);
	s->paths = terminated(argv + after, n - after);
	if (s->o->history || after == n)
		return;
	s->operands = sek_realloc(s->operands, (n + 1) * sizeof(*s->operands));
	for (size_t i = after; i <= n; i++)
		s->operands[at + i - after] = i < n ? argv[i] : NULL;
}

static enum sek_code
start(struct scan *s, struct sek_outcome *out, struct sek_err *err)
{
	enum sek_code r;

	/* One who waits for input has found nothing: ^C just ends it. */
	if (!reads_stdin(s))
		progress_start(&s->run);
	r = scan(s, out, err);
	progress_end();
	sek_selection_clear(&s->selection);
	return r;
}

static int
run_here(struct scan *s, struct output *show)
{
	sek_auto_repo *repo = NULL;
	struct sek_config *config = NULL;
	struct sek_outcome out = {0};
	struct sek_err err;
	enum sek_code r = open_repo(s, &repo, &config, &err);
	int status;

	if (r == SEK_OK)
		r = start(s, &out, &err);
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
		r = start(&s, &out, &err);
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

	if (scan_repos_list(&repos, &s->o->repos, s->o->repos_from, &err)) {
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
	const char **rules = terminated(o->rules.at, o->rules.n);
	struct scan s = {
	    .o = o,
	    .run.threads = cores(),
	    .run.policy =
		{
		    .rule_files = rules,
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
	enum sek_code r = check_usage(o, argc, &err);
	int status;

	split_operands(&s, (const char *const *)argv, (size_t)argc);
	if (r == SEK_OK && o->shard)
		r = scan_shard_parse(&s.shard, o->shard, &sek_env_system, &err);
	show.shard = s.shard;
	if (r != SEK_OK)
		status = cli_fail(&err);
	else if (o->repos.n || o->repos_from)
		status = run_each(&s, &show);
	else
		status = run_here(&s, &show);
	free(s.operands);
	free(s.paths);
	free(rules);
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

#include "sekisho/scan_what.h"

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/attribute.h"
#include "scan/guard.h"
#include "scan/places.h"
#include "scan/ranks.h"
#include "scan/source.h"
#include "sekisho/progress.h"

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
	return s->what->reachable || s->what->since || *s->operands ||
	    *s->paths;
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

	s->selection.reflogs = !s->what->reachable;
	if (r == SEK_OK && s->what->since)
		r = sek_select_since(&s->selection, repo, s->what->since, err);
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
	s->run.attributed = true;
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

static enum sek_code
scan(struct scan *s, struct sek_outcome *out, struct sek_err *err)
{
	if (s->what->staged)
		return sek_guard_staged(&s->run, s->what->whole, NULL, out,
		    err);
	if (s->what->range)
		return sek_guard_range(&s->run, s->what->range, s->what->whole,
		    out, err);
	if (s->what->history)
		return scan_history(s, out, err);
	return scan_files(s, out, err);
}

/* Files outside any repository can be scanned; all else needs one. */
enum sek_code
scan_open(struct scan *s, struct sek_repo **repo, struct sek_config **config,
    struct sek_err *err)
{
	bool files = !s->what->staged && !s->what->history && !s->what->range;
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
	if (s->what->history || after == n)
		return;
	s->operands = sek_realloc(s->operands, (n + 1) * sizeof(*s->operands));
	for (size_t i = after; i <= n; i++)
		s->operands[at + i - after] = i < n ? argv[i] : NULL;
}

static const char *
only_of_history(const struct scan_what *w)
{
	return w->since     ? "--since"
	    : w->reachable  ? "--reachable"
	    : w->repos.n    ? "--repo"
	    : w->repos_from ? "--repos-from"
			    : NULL;
}

static enum sek_code
check_usage(const struct scan_what *w, size_t operands, struct sek_err *err)
{
	int modes = w->staged + w->history + (w->range != NULL);

	if (modes > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "--staged, --range and --history exclude each other");
	if (modes && operands && !w->history)
		return sek_fail(err, SEK_ECONFIG,
		    "a PATH goes with a scan of files only");
	if (only_of_history(w) && !w->history)
		return sek_fail(err, SEK_ECONFIG, "%s goes with --history",
		    only_of_history(w));
	if (w->whole && !w->staged && !w->range)
		return sek_fail(err, SEK_ECONFIG,
		    "--whole goes with --staged or --range");
	return SEK_OK;
}

enum sek_code
scan_begin(struct scan *s, const struct scan_what *what,
    const char *const *argv, size_t n, struct sek_err *err)
{
	s->what = what;
	s->run.threads = cores();
	s->rules = terminated(what->rules.at, what->rules.n);
	s->run.policy.rule_files = s->rules;
	split_operands(s, argv, n);
	return check_usage(what, n, err);
}

void
scan_clear(struct scan *s)
{
	free(s->operands);
	free(s->paths);
	free(s->rules);
}

enum sek_code
scan_run(struct scan *s, struct sek_outcome *out, struct sek_err *err)
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

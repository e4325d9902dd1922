#include "sekisho/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/redact.h"

#define REPORT_MAX ((size_t)1 << 30)

static enum sek_format
format_of(const struct output *o)
{
	if (!o->format || !strcmp(o->format, "text"))
		return SEK_TEXT;
	return strcmp(o->format, "sarif") ? SEK_JSONL : SEK_SARIF;
}

static bool
wants_colour(const struct output *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !o->file && isatty(STDOUT_FILENO) && !(no && *no) &&
	    !(term && !strcmp(term, "dumb"));
}

/* Devices, pipes and links stay what they are: only a file is replaced. */
static enum sek_code
write_file(const char *path, const struct sek_buf *text, struct sek_err *err)
{
	enum sek_code r;
	struct stat st;
	int fd;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return sek_file_replace(path, text->p, text->n, 0600, err);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return sek_fail_errno(err, "%s", path);
	r = sek_fd_write(fd, path, text->p, text->n, err);
	if (close(fd) && r == SEK_OK)
		r = sek_fail_errno(err, "%s", path);
	return r;
}

static enum sek_code
write_report(const struct output *o, const struct sek_buf *text,
    struct sek_err *err)
{
	enum sek_code r = sek_buf_check(text, "report", err);

	if (r != SEK_OK)
		return r;
	if (o->file)
		return write_file(o->file, text, err);
	return sek_fd_write(STDOUT_FILENO, "standard output", text->p, text->n,
	    err);
}

static void
list(const char *what, const struct sek_lines *lines, uint64_t count)
{
	sek_vec_each (line, lines)
		fprintf(stderr, "%s: %s\n", what, *line);
	if (count > lines->n)
		fprintf(stderr, "%s: %llu more\n", what,
		    (unsigned long long)(count - lines->n));
}

static void
expired(void *arg, const struct sek_allow_entry *e)
{
	(void)arg;
	fprintf(stderr, "sekisho: %s:%zu: expired on %s, no longer allows\n",
	    e->name, e->line, e->until);
}

/* Text of standard error stands below the name of its repository. */
static void
begin_rest(const struct output *o)
{
	sek_auto_buf line = {0};

	if (!o->repository)
		return;
	sek_quote(&line, sek_str(o->repository));
	fprintf(stderr, "sekisho: in %s:\n", line.p);
}

/* To standard error, whatever the format: what was not read always. */
static void
say_rest(const struct output *o, const struct sek_outcome *outcome,
    const char *const *unread)
{
	const struct sek_report_options as_text = {.verbose = o->verbose};
	bool elsewhere = (o->verbose || o->strict) && outcome->elsewhere.n;
	bool allowed = o->verbose && outcome->allowed.n;
	sek_auto_buf text = {.max = REPORT_MAX};

	fflush(stdout);
	sek_report_end(&text, &as_text, &outcome->counts, unread);
	if (text.n || elsewhere || allowed)
		begin_rest(o);
	if (outcome->policy && outcome->policy->allow)
		sek_allow_expired(outcome->policy->allow, expired, NULL);
	if (elsewhere)
		list("elsewhere", &outcome->elsewhere,
		    outcome->counts.elsewhere);
	if (o->verbose)
		list("note", &outcome->notes, outcome->notes.n);
	if (allowed)
		list("allowed", &outcome->allowed, outcome->counts.allowed);
	if (text.n)
		fputs(text.p, stderr);
	if (outcome->interrupted)
		fputs("sekisho: interrupted: this is what was found so far\n",
		    stderr);
}

static int
status_of(bool ended, bool found, bool failed)
{
	if (ended)
		return CLI_EXIT_FAILED;
	if (found)
		return CLI_EXIT_FOUND;
	return failed ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

/* Of this outcome alone; what it is joins what others were. */
static int
judge(struct output *o, const struct sek_outcome *outcome)
{
	bool ended = outcome->interrupted || outcome->counts.dropped ||
	    o->broken;
	bool found = outcome->founds.n || o->status == CLI_EXIT_FOUND;
	bool failed = outcome->counts.unread || o->status > CLI_EXIT_FOUND ||
	    (o->strict && outcome->counts.elsewhere);

	o->ended = o->ended || ended;
	o->found = o->found || found;
	o->failed = o->failed || failed;
	return status_of(ended, found, failed);
}

static void
add_counts(struct sek_counts *to, const struct sek_counts *c)
{
	struct sek_outcome sum = {.counts = *to}, one = {.counts = *c};

	sek_outcome_merge(&sum, &one);
	*to = sum.counts;
}

/* Text for people has no end: what it would say goes to standard error. */
static void
make_report(const struct sek_report_options *ro,
    const struct sek_outcome *outcome, const char *const *unread,
    struct sek_buf *text)
{
	sek_report_begin(text, ro);
	if (ro->format == SEK_TEXT && ro->repository && outcome->founds.n) {
		sek_buf_add_s(text, "repository ");
		sek_quote(text, sek_str(ro->repository));
		sek_buf_add_c(text, '\n');
	}
	sek_vec_each (f, &outcome->founds)
		sek_report_finding(text, ro, &f->finding);
	if (ro->format != SEK_TEXT)
		sek_report_end(text, ro, &outcome->counts, unread);
}

void
output_add(struct output *o, const struct sek_outcome *outcome)
{
	const struct sek_policy *policy = outcome->policy;
	const struct sek_report_options ro = {
	    .format = format_of(o),
	    .colour = wants_colour(o),
	    .rules = o->rules || !policy ? o->rules : policy->rules,
	    .version = SEK_VERSION,
	    .base = o->base,
	    .repository = o->repository,
	    .before = o->outcomes > 0,
	    .after = o->after,
	    .status = judge(o, outcome),
	    .interrupted = outcome->interrupted || o->broken,
	    .shard = o->shard,
	    .split = outcome->split,
	};
	SEK_VEC(const char *) unread = {0};

	sek_vec_each (line, &outcome->unread)
		*sek_vec_push(&unread) = *line;
	*sek_vec_push(&unread) = NULL;
	o->text.max = REPORT_MAX;
	make_report(&ro, outcome, unread.at, &o->text);
	say_rest(o, outcome, unread.at);
	sek_vec_clear(&unread);
	add_counts(&o->total, &outcome->counts);
	o->outcomes++;
}

static void
say_total(const struct output *o)
{
	const struct sek_report_options as_text = {.format = SEK_TEXT};
	sek_auto_buf text = {0};

	sek_report_total(&text, &as_text, &o->total, o->outcomes);
	fprintf(stderr, "sekisho: in %llu repositories:\n%s",
	    (unsigned long long)o->outcomes, text.p);
}

int
output_end(struct output *o)
{
	struct sek_report_options ro = {
	    .format = format_of(o),
	    .status = status_of(o->ended, o->found, o->failed),
	};
	struct sek_err err;
	enum sek_code r;

	if (ro.format == SEK_JSONL && o->repository)
		sek_report_total(&o->text, &ro, &o->total, o->outcomes);
	r = write_report(o, &o->text, &err);
	if (o->repository && o->verbose)
		say_total(o);
	sek_buf_clear(&o->text);
	return r == SEK_OK ? ro.status : cli_fail(&err);
}

int
output_report(struct output *o, const struct sek_outcome *outcome)
{
	output_add(o, outcome);
	return output_end(o);
}

#include "sekisho/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

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

static enum sek_code
write_report(const struct output *o, const struct sek_buf *text,
    struct sek_err *err)
{
	enum sek_code r = sek_buf_check(text, "report", err);

	if (r != SEK_OK)
		return r;
	if (o->file)
		return sek_file_replace(o->file, text->p, text->n, 0600, err);
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

/* To standard error, whatever the format: what was not read always. */
static void
say_rest(const struct output *o, const struct sek_outcome *outcome,
    const char *const *unread)
{
	const struct sek_report_options as_text = {.verbose = o->verbose};
	sek_auto_buf text = {.max = REPORT_MAX};

	fflush(stdout);
	if (outcome->policy->allow)
		sek_allow_expired(outcome->policy->allow, expired, NULL);
	if (o->verbose || o->strict)
		list("elsewhere", &outcome->elsewhere,
		    outcome->counts.elsewhere);
	if (o->verbose)
		list("allowed", &outcome->allowed, outcome->counts.allowed);
	sek_report_end(&text, &as_text, &outcome->counts, unread);
	if (text.n)
		fputs(text.p, stderr);
	if (outcome->interrupted)
		fputs("sekisho: interrupted: this is what was found so far\n",
		    stderr);
}

static int
status_of(const struct output *o, const struct sek_outcome *outcome)
{
	if (outcome->interrupted)
		return CLI_EXIT_FAILED;
	if (outcome->founds.n)
		return CLI_EXIT_FOUND;
	if (outcome->counts.unread)
		return CLI_EXIT_FAILED;
	if (o->strict && outcome->counts.elsewhere)
		return CLI_EXIT_FAILED;
	return CLI_EXIT_OK;
}

/* Text for people has no end: what it would say goes to standard error. */
static void
make_report(const struct sek_report_options *ro,
    const struct sek_outcome *outcome, const char *const *unread,
    struct sek_buf *text)
{
	sek_report_begin(text, ro);
	sek_vec_each (f, &outcome->founds)
		sek_report_finding(text, ro, &f->finding);
	if (ro->format != SEK_TEXT)
		sek_report_end(text, ro, &outcome->counts, unread);
}

int
output_report(const struct output *o, const struct sek_outcome *outcome)
{
	const struct sek_report_options ro = {
	    .format = format_of(o),
	    .colour = wants_colour(o),
	    .rules = outcome->policy->rules,
	    .version = SEK_VERSION,
	    .base = o->base,
	    .status = status_of(o, outcome),
	    .interrupted = outcome->interrupted,
	    .shard = o->shard,
	    .split = outcome->split,
	};
	sek_auto_buf text = {.max = REPORT_MAX};
	SEK_VEC(const char *) unread = {0};
	struct sek_err err;
	enum sek_code r;

	sek_vec_each (line, &outcome->unread)
		*sek_vec_push(&unread) = *line;
	*sek_vec_push(&unread) = NULL;
	make_report(&ro, outcome, unread.at, &text);
	r = write_report(o, &text, &err);
	say_rest(o, outcome, unread.at);
	sek_vec_clear(&unread);
	return r == SEK_OK ? status_of(o, outcome) : cli_fail(&err);
}

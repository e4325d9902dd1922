#include "scan/inside.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/archive.h"
#include "scan/scanner.h"

struct sek_inside {
	struct sek_scanner *scanner; /* of members */
};

/* An archive on its way. */
struct unpacking {
	struct sek_scanner *scanner;
	struct sek_job job; /* of each member in turn */
	struct sek_within within;
	const char *shown, *encoding;
	bool in_text;
	char *encrypted; /* the first that was met; owned */
	size_t more;     /* of these */
	struct sek_outcome *out;
};

void
sek_inside_free(struct sek_inside *in)
{
	if (!in)
		return;
	sek_scanner_free(in->scanner);
	free(in);
}

static char *
join(const char *a, const char *between, const char *b)
{
	if (!a || !b)
		return a || b ? sek_strdup(a ? a : b) : NULL;
	return sek_printf("%s%s%s", a, between, b);
}

char *
sek_inside_encoding(const struct sek_job *job, const char *names)
{
	return join(job->within ? job->within->encoding : NULL, ", ", names);
}

static void
scan(struct unpacking *u, struct sek_str text)
{
	struct sek_err err;

	u->within.binary = sek_is_binary(text);
	if (sek_scanner_run(u->scanner, &u->job, text, u->out, &err) != SEK_OK)
		sek_outcome_unread(u->out, sek_str(u->within.shown), "%s",
		    err.text);
}

/* A name is text that holds what it holds; it is told in the archive itself. */
static void
scan_name(struct unpacking *u, const char *name)
{
	sek_auto_free char *encoding = join(u->encoding, ", ", "member name");

	u->within.shown = u->shown;
	u->within.inner = u->within.outer ? u->within.outer->inner : NULL;
	u->within.encoding = encoding;
	scan(u, sek_str(name));
}

/* The start of a long name, or its end: that says more. */
static char *
shown_name(struct unpacking *u, const char *name)
{
	sek_auto_free char *hidden = sek_scanner_hide(u->scanner, name);
	size_t n = strlen(hidden);

	if (n <= SEK_INSIDE_NAME)
		return sek_strdup(hidden);
	return sek_printf("...%s", hidden + n - SEK_INSIDE_NAME);
}

/*
 * What nobody can read is listed and no failure for ever, since test data is
 * damaged on purpose. In base64 it is no archive at all.
 */
static void
tell_damage(struct unpacking *u, const char *shown, const char *why)
{
	if (!u->in_text)
		sek_outcome_elsewhere(u->out, sek_str(shown), "%s", why);
}

static void
tell_encrypted(struct unpacking *u)
{
	if (!u->encrypted)
		return;
	if (u->more)
		sek_outcome_unread(u->out, sek_str(u->encrypted),
		    "encrypted, with %zu more members: not looked at", u->more);
	else
		sek_outcome_unread(u->out, sek_str(u->encrypted),
		    "encrypted: not looked at");
	free(u->encrypted);
}

static void
on_member(void *arg, const struct sek_packed *m)
{
	struct unpacking *u = arg;
	bool named = *m->name;
	const char *outer = u->within.outer ? u->within.outer->inner : NULL;
	sek_auto_free char *name = named ? shown_name(u, m->name) : NULL;
	sek_auto_free char *shown = join(u->shown, "!", name);
	sek_auto_free char *inner = join(outer, "!", name);
	sek_auto_free char *encoding = join(u->encoding, ", ",
	    named ? NULL : m->filter);

	if (named)
		scan_name(u, m->name);
	u->within.shown = shown;
	u->within.inner = inner;
	u->within.encoding = encoding;
	u->within.as_bytes = m->as_bytes;
	if (!m->encrypted)
		scan(u, m->bytes);
	else if (!u->encrypted)
		u->encrypted = sek_steal(&shown);
	else
		u->more++;
	if (m->encrypted)
		return;
	if (m->unread)
		sek_outcome_unread(u->out, sek_str(shown), "%s", m->unread);
	if (m->damaged)
		tell_damage(u, shown, "damaged: not all of it can be unpacked");
}

static void
unpack(struct unpacking *u, struct sek_str content)
{
	struct sek_err err;
	enum sek_code r = sek_archive_read(content, u->within.budget, on_member,
	    u, &err);

	tell_encrypted(u);
	if (r == SEK_EPARSE)
		tell_damage(u, u->shown, err.text);
	else if (r != SEK_OK && (r != SEK_EIO || !u->in_text))
		sek_outcome_unread(u->out, sek_str(u->shown), "%s", err.text);
}

/* An archive can hold itself: what is in it is being read. */
static bool
is_open(const struct sek_within *within, struct sek_str content)
{
	for (; within; within = within->outer)
		if (within->depth && sek_str_eq(within->archive, content))
			return true;
	return false;
}

void
sek_inside_run(struct sek_inside **in, const struct sek_policy *policy,
    const struct sek_job *job, const char *shown, const char *encoding,
    struct sek_str content, struct sek_outcome *out)
{
	struct sek_archive_budget budget;
	struct unpacking u = {
	    .job = *job,
	    .shown = job->within ? job->within->shown : shown,
	    .in_text = encoding != NULL,
	    .out = out,
	};
	sek_auto_free char *names = NULL;
	const struct sek_within *outer = job->within;

	if (!sek_archive_begins(content) || (outer && outer->as_bytes) ||
	    is_open(outer, content))
		return;
	names = sek_inside_encoding(job, encoding);
	u.encoding = names;
	u.within.outer = outer;
	u.within.archive = content;
	if (outer)
		u.within.hidden = outer->hidden;
	else if (strcmp(shown, job->path) != 0)
		u.within.hidden = shown;
	u.within.depth = outer ? outer->depth + 1 : 1;
	u.within.budget = outer ? outer->budget : &budget;
	if (u.within.depth > SEK_INSIDE_DEPTH) {
		sek_outcome_unread(out, sek_str(u.shown),
		    "archives in archives, more than %d", SEK_INSIDE_DEPTH);
		return;
	}
	if (!outer)
		sek_archive_budget(&budget, content.n);
	if (!*in) {
		*in = sek_alloc(sizeof(**in));
		(*in)->scanner = sek_scanner_new(policy);
	}
	u.scanner = (*in)->scanner;
	u.job.within = &u.within;
	unpack(&u, content);
}

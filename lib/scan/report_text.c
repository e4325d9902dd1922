#include <inttypes.h>

#include "base/redact.h"
#include "scan/report_parts.h"

#define BOLD  "\x1b[1m"
#define DIM   "\x1b[2m"
#define PLAIN "\x1b[0m"

#define REFS 3 /* that are named */

static void
add_colour(struct sek_buf *out, const struct sek_report_options *o,
    const char *colour)
{
	if (o->colour)
		sek_buf_add_s(out, colour);
}

static const char *
severity_colour(enum sek_severity s)
{
	static const char *const colour[] = {
	    [SEK_LOW] = "\x1b[36m",
	    [SEK_MEDIUM] = "\x1b[33m",
	    [SEK_HIGH] = "\x1b[31m",
	    [SEK_CRITICAL] = "\x1b[1;31m",
	};

	return colour[s];
}

/* GNU's error format: editors look for FILE:LINE:COLUMN: or FILE: */
static void
add_place(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f)
{
	sek_auto_buf path = {0};

	sek_report_path(&path, f);
	add_colour(out, o, BOLD);
	sek_quote(out, sek_buf_str(&path));
	add_colour(out, o, PLAIN);
	if (f->line)
		sek_buf_printf(out, ":%" PRIu64 ":%" PRIu64, f->line,
		    f->column);
	sek_buf_add_s(out, ": ");
}

static void
add_secret(struct sek_buf *out, const struct sek_finding *f)
{
	if (f->secret)
		sek_quote(out, sek_str(f->secret));
	else
		sek_buf_add_s(out, f->redacted);
}

/* RFC 3339 without its seconds: with them vim takes the line for FILE:LINE:. */
static void
add_time(struct sek_buf *out, const char *what, const char *time)
{
	if (strlen(time) == sizeof("YYYY-MM-DDThh:mm:ssZ") - 1)
		sek_buf_printf(out, "    %s %.10s %.5s UTC\n", what, time,
		    time + 11);
	else if (*time)
		sek_buf_printf(out, "    %s %s\n", what, time);
}

static void
add_fact(struct sek_buf *out, const char *what, const char *value)
{
	if (*value)
		sek_buf_printf(out, "    %s %s\n", what, value);
}

static void
add_facts(struct sek_buf *out, const struct sek_facts *facts)
{
	bool expired = facts->signals & SEK_SIGNAL_EXPIRED;

	add_fact(out, "account", facts->account);
	if (facts->canary)
		sek_buf_add_s(out,
		    "    a canary: do not use it, that "
		    "raises an alarm\n");
	add_fact(out, "user", facts->user);
	add_fact(out, "role", facts->role);
	add_fact(out, "region", facts->region);
	add_time(out, "issued", facts->issued);
	add_time(out, expired ? "expired" : "expires", facts->expires);
}

static void
add_author(struct sek_buf *out, const struct sek_finding *f)
{
	sek_buf_add_s(out, "    by ");
	sek_quote(out, sek_str(f->author));
	sek_buf_printf(out, "%s%.10s\n", *f->date ? ", " : "", f->date);
}

static void
add_head(struct sek_buf *out, const struct sek_finding *f)
{
	if (f->in_head == SEK_HELD_YES)
		sek_buf_printf(out, "    still in HEAD, line %" PRIu64 "\n",
		    f->head_line);
	else if (f->in_head == SEK_HELD_NO)
		sek_buf_add_s(out, "    no longer in HEAD\n");
}

/* The first few of the refs that lead there. */
static void
add_reached(struct sek_buf *out, const struct sek_finding *f)
{
	const struct sek_ref_list *refs = f->refs;
	size_t n = refs && refs->n < REFS ? refs->n : REFS;

	if (f->reached == SEK_REACHED_NOT)
		sek_buf_add_s(out, "    unreachable: no ref leads to it\n");
	else if (f->reached == SEK_REACHED_BY_REFLOGS)
		sek_buf_add_s(out,
		    "    unreachable but for reflogs: no ref leads to it\n");
	if (!refs)
		return;
	sek_buf_add_s(out, "    in ");
	for (size_t i = 0; i < n; i++) {
		sek_buf_add_s(out, i ? ", " : "");
		sek_quote(out, sek_str(refs->name[i]));
	}
	if (refs->count > n)
		sek_buf_printf(out, " and %" PRIu64 " more", refs->count - n);
	sek_buf_add_c(out, '\n');
}

static void
add_spread(struct sek_buf *out, const struct sek_finding *f)
{
	if (!f->blobs && !f->commits)
		return;
	sek_buf_add_s(out, "    held by ");
	if (f->blobs)
		sek_buf_printf(out, "%" PRIu64 " %s%s", f->blobs,
		    f->blobs == 1 ? "blob" : "blobs", f->commits ? " in " : "");
	if (f->commits)
		sek_buf_printf(out, "%" PRIu64 " %s", f->commits,
		    f->commits == 1 ? "commit" : "commits");
	sek_buf_add_c(out, '\n');
}

/* Lines that an editor can jump to, as that of the finding itself. */
static void
add_more(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f)
{
	for (size_t i = 0; i < f->more_n; i++) {
		const struct sek_finding *m = &f->more[i];
		char hex[SEK_OID_HEX];
		struct sek_oid about;

		add_place(out, o, m);
		sek_buf_add_s(out, "the same");
		if (!sek_oid_is_none(&m->commit))
			sek_buf_printf(out, ", in commit %.12s",
			    sek_oid_hex(&m->commit, hex));
		if (sek_finding_note(m, &about))
			sek_buf_printf(out, ", a note on %.12s",
			    sek_oid_hex(&about, hex));
		if (m->reached == SEK_REACHED_NOT ||
		    m->reached == SEK_REACHED_BY_REFLOGS)
			sek_buf_add_s(out, ", unreachable");
		if (m->in_head == SEK_HELD_YES)
			sek_buf_printf(out, ", still in HEAD, line %" PRIu64,
			    m->head_line);
		sek_buf_add_c(out, '\n');
	}
}

static void
add_pair(struct sek_buf *out, const struct sek_finding *f)
{
	if (!f->pair)
		return;
	sek_buf_printf(out, "    belongs to %s", f->pair);
	if (f->pair_path) {
		sek_buf_add_s(out, " in ");
		sek_quote(out, sek_str(f->pair_path));
	}
	if (f->pair_line && (f->pair_path || f->pair_line != f->line))
		sek_buf_printf(out, ", line %" PRIu64, f->pair_line);
	sek_buf_add_c(out, '\n');
}

static void
add_details(struct sek_buf *out, const struct sek_finding *f)
{
	char hex[SEK_OID_HEX];
	struct sek_oid about;

	if (!sek_oid_is_none(&f->commit))
		sek_buf_printf(out, "    commit %s\n",
		    sek_oid_hex(&f->commit, hex));
	if (sek_finding_note(f, &about))
		sek_buf_printf(out, "    a note on %s\n",
		    sek_oid_hex(&about, hex));
	if (f->author)
		add_author(out, f);
	add_head(out, f);
	add_reached(out, f);
	add_spread(out, f);
	add_pair(out, f);
	add_facts(out, &f->facts);
	if (f->facts.confidence != SEK_CONF_HIGH)
		sek_buf_printf(out, "    confidence %s\n",
		    sek_confidence_name(f->facts.confidence));
}

void
sek_text_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f)
{
	add_place(out, o, f);
	add_colour(out, o, severity_colour(f->severity));
	sek_buf_add_s(out, sek_severity_name(f->severity));
	add_colour(out, o, PLAIN);
	sek_buf_printf(out, " %s ", f->rule->id);
	if (f->place == SEK_PLACE_FILE_NAME)
		sek_buf_add_s(out, "in the file name, ");
	else if (f->place == SEK_PLACE_REF_NAME)
		sek_buf_add_s(out, "in the name of a ref, ");
	if (f->encoding)
		sek_buf_printf(out, "(in %s) ", f->encoding);
	sek_buf_printf(out, "%s: ", f->rule->description);
	add_secret(out, f);
	add_colour(out, o, DIM);
	sek_buf_printf(out, " [%s]", f->fingerprint);
	add_colour(out, o, PLAIN);
	sek_buf_add_c(out, '\n');
	add_details(out, f);
	add_more(out, o, f);
}

static void
add_count(struct sek_buf *out, uint64_t n, const char *one, const char *many)
{
	sek_buf_printf(out, ", %" PRIu64 " %s", n, n == 1 ? one : many);
}

void
sek_text_counts(struct sek_buf *out, const struct sek_counts *c)
{
	sek_buf_printf(out, "scanned %" PRIu64 " %s", c->blobs,
	    c->blobs == 1 ? "blob" : "blobs");
	add_count(out, c->bytes, "byte", "bytes");
	add_count(out, c->commits, "commit", "commits");
	add_count(out, c->tags, "tag", "tags");
	add_count(out, c->messages, "message", "messages");
	add_count(out, c->names, "name", "names");
	if (c->known)
		add_count(out, c->known, "object known from before",
		    "objects known from before");
	sek_buf_printf(out,
	    "; not read %" PRIu64 ", elsewhere %" PRIu64 ", left out %" PRIu64
	    ", allowed %" PRIu64 "\n",
	    c->unread, c->elsewhere, c->left_out, c->allowed);
}

/* Whoever made the line quoted the paths in it; one that was forgotten must not
 * reach the terminal as it is. */
static void
add_line(struct sek_buf *out, const char *line)
{
	sek_buf_add_s(out, "not read: ");
	for (; *line; line++) {
		bool control = (unsigned char)*line < 0x20 || *line == 0x7f;

		sek_buf_add_c(out, control ? '?' : *line);
	}
	sek_buf_add_c(out, '\n');
}

void
sek_text_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread)
{
	uint64_t told = 0;

	for (; unread[told]; told++)
		add_line(out, unread[told]);
	if (told < counts->unread)
		sek_buf_printf(out, "not read: %" PRIu64 " more\n",
		    counts->unread - told);
	if (o->verbose)
		sek_text_counts(out, counts);
}

#include "scan/report_read.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/redact.h"
#include "base/rfc3339.h"
#include "repo/holders.h"

#define PLACES_MAX 1000000 /* of one finding */

/* An object under way; the first error is kept. */
struct reader {
	json_t *object;
	struct sek_err *err;
	enum sek_code code;
};

static void bad(struct reader *r, const char *fmt, ...) SEK_PRINTF(2, 3);

static void
bad(struct reader *r, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	if (r->code)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	r->code = sek_fail(r->err, SEK_EPARSE, "%s", why);
}

static json_t *
get(struct reader *r, const char *key, json_type type, bool must)
{
	json_t *v = json_object_get(r->object, key);

	if (!v && must)
		bad(r, "`%s` is missing", key);
	if (v && json_typeof(v) != type) {
		bad(r, "`%s` is of another type", key);
		return NULL;
	}
	return v;
}

static bool
get_bool(struct reader *r, const char *key)
{
	json_t *v = json_object_get(r->object, key);

	if (v && !json_is_boolean(v))
		bad(r, "`%s` is of another type", key);
	return json_is_true(v);
}

static uint64_t
get_number(struct reader *r, const char *key, bool must)
{
	json_t *v = get(r, key, JSON_INTEGER, must);

	if (v && json_integer_value(v) < 0)
		bad(r, "`%s` is negative", key);
	return v ? (uint64_t)json_integer_value(v) : 0;
}

static float
get_entropy(struct reader *r)
{
	json_t *v = get(r, "entropy", JSON_REAL, false);
	double bits = v ? json_real_value(v) : 0;

	if (!(bits >= 0 && bits <= 8))
		bad(r, "`entropy` is not 0 to 8 bits");
	return (float)bits;
}

/* Borrowed; jansson lets neither NUL nor what is not UTF-8 through. */
static const char *
get_text(struct reader *r, const char *key, bool must)
{
	json_t *v = get(r, key, JSON_STRING, must);

	return v ? json_string_value(v) : NULL;
}

/* Text that reports show as it is: on one line, and without what steers a
 * terminal. Quotes and backslashes are text. */
static const char *
get_plain(struct reader *r, const char *key, bool must)
{
	const char *text = get_text(r, key, must);

	if (text && (!*text || !sek_is_line(sek_str(text)))) {
		bad(r, "`%s` is empty, or no text on one line", key);
		return NULL;
	}
	return text;
}

/* What KEY_base64 says, or KEY; to free. */
static char *
get_bytes(struct reader *r, const char *key, bool must)
{
	sek_auto_free char *exact_key = sek_printf("%s_base64", key);
	const char *text = get_text(r, key, must);
	const char *exact = get_text(r, exact_key, false);
	sek_auto_buf bytes = {0};

	if (!exact)
		return sek_strdup(text);
	if (!sek_unbase64(sek_str(exact), &bytes) ||
	    (bytes.n && memchr(bytes.p, '\0', bytes.n))) {
		bad(r, "`%s` is not base64, or holds a NUL", exact_key);
		return sek_strdup(text);
	}
	return bytes.n ? sek_buf_take(&bytes) : sek_strdup("");
}

static void
get_oid(struct reader *r, const char *key, struct sek_oid *out)
{
	const char *hex = get_text(r, key, false);

	if (hex && !sek_oid_parse(out, sek_str(hex)))
		bad(r, "`%s` is not an object id", key);
}

/* Into out, of size bytes: at most so long. */
static void
get_name(struct reader *r, const char *key, char *out, size_t size)
{
	const char *text = get_plain(r, key, false);

	if (text && strlen(text) >= size)
		bad(r, "`%s` is too long", key);
	else if (text)
		memcpy(out, text, strlen(text) + 1);
}

/* The same: just so long. */
static void
get_short(struct reader *r, const char *key, char *out, size_t size)
{
	const char *text = get_plain(r, key, false);

	if (text && strlen(text) != size - 1)
		bad(r, "`%s` has another length", key);
	else if (text)
		memcpy(out, text, size);
}

static void
get_date(struct reader *r, const char *key, char out[21])
{
	int64_t time;

	get_short(r, key, out, 21);
	if (*out && !sek_rfc3339_read(sek_str(out), &time))
		bad(r, "`%s` is not a time", key);
}

static void
get_enum(struct reader *r, const char *key, int *out, int n,
    const char *(*name)(int))
{
	const char *text = get_text(r, key, true);

	for (int i = 0; text && i < n; i++)
		if (!strcmp(text, name(i))) {
			*out = i;
			return;
		}
	bad(r, "`%s` is none of those that are known", key);
}

static const char *
place_name(int i)
{
	return sek_place_name((enum sek_place)i);
}

static const char *
severity_name(int i)
{
	return sek_severity_name((enum sek_severity)i);
}

static const char *
confidence_name(int i)
{
	return sek_confidence_name((enum sek_confidence)i);
}

static void
get_span(struct reader *r, struct sek_finding *f)
{
	f->line = get_number(r, "line", false);
	f->column = get_number(r, "column", f->line);
	f->end_line = get_number(r, "end_line", f->line);
	f->end_column = get_number(r, "end_column", f->line);
	f->char_column = get_number(r, "char_column", false);
	f->end_char_column = get_number(r, "end_char_column", f->char_column);
	f->start = get_number(r, "start", true);
	f->end = get_number(r, "end", true);
	if (f->end < f->start || f->end_line < f->line)
		bad(r, "it ends before it starts");
}

/* Names as reports show them. */
static void
get_refs(struct reader *r, struct sek_finding *f, struct sek_report_line *out)
{
	json_t *all = get(r, "refs", JSON_ARRAY, false), *name;
	size_t n = all ? json_array_size(all) : 0, i;
	struct sek_ref_list *l;

	if (!all || r->code)
		return;
	if (n > SEK_REFS_KEPT) {
		bad(r, "`refs` holds more than %d names", SEK_REFS_KEPT);
		return;
	}
	l = sek_alloc(sizeof(*l));
	*sek_vec_push(&out->ref_lists) = l;
	l->name = sek_alloc_n(n + 1, sizeof(*l->name));
	l->count = get_number(r, "ref_count", true);
	json_array_foreach(all, i, name)
	{
		const char *text = json_string_value(name);

		if (!text || !sek_is_line(sek_str(text))) {
			bad(r, "`refs` holds what is no name");
			return;
		}
		l->name[l->n++] = *sek_vec_push(&out->ref_names) =
		    sek_strdup(text);
	}
	f->refs = l;
}

static const char *
reached_name(int i)
{
	const char *name = sek_reached_name((enum sek_reached)i);

	return name ? name : "";
}

static void
get_reached(struct reader *r, struct sek_finding *f,
    struct sek_report_line *out)
{
	int reached = SEK_REACHED_UNKNOWN;

	if (json_object_get(r->object, "reached"))
		get_enum(r, "reached", &reached, SEK_REACHED_BY_REFS + 1,
		    reached_name);
	f->reached = (enum sek_reached)reached;
	get_refs(r, f, out);
}

static void
get_place(struct reader *r, struct sek_finding *f, struct sek_report_line *out)
{
	json_t *in_head = json_object_get(r->object, "in_head");
	const char *author = get_text(r, "author", false);
	int place = 0;

	get_enum(r, "place", &place, SEK_PLACE_STDIN + 1, place_name);
	f->place = (enum sek_place)place;
	f->path = get_bytes(r, "path", true);
	f->shown = true;
	get_span(r, f);
	get_oid(r, "commit", &f->commit);
	get_oid(r, "blob", &f->blob);
	f->author = sek_strdup(author);
	f->encoding = sek_strdup(get_plain(r, "encoding", false));
	get_date(r, "date", f->date);
	if (get_bool(r, "in_head"))
		f->in_head = SEK_HELD_YES;
	else if (in_head)
		f->in_head = SEK_HELD_NO;
	f->head_line = get_number(r, "head_line", false);
	f->rank = get_number(r, "rank", false);
	get_reached(r, f, out);
}

static void
get_more(struct reader *r, struct sek_finding *f, struct sek_report_line *out)
{
	json_t *all = get(r, "more", JSON_ARRAY, false), *o;
	size_t n = all ? json_array_size(all) : 0, i;

	if (!n || r->code)
		return;
	if (n > PLACES_MAX) {
		bad(r, "`more` holds more than %d places", PLACES_MAX);
		return;
	}
	f->more = sek_alloc_n(n, sizeof(*f->more));
	f->more_n = n;
	json_array_foreach(all, i, o)
	{
		struct reader inner = {.object = o, .err = r->err};

		if (!json_is_object(o))
			bad(&inner, "`more` holds what is no object");
		else
			get_place(&inner, &f->more[i], out);
		r->code = r->code ? r->code : inner.code;
	}
}

static bool
is_rule_id(const char *id)
{
	return id && *id &&
	    !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static void
get_rule(struct reader *r, struct sek_report_line *out)
{
	const char *id = get_text(r, "rule", true);
	const char *description = get_plain(r, "description", true);
	int severity = 0;

	if (id && !is_rule_id(id))
		bad(r, "`rule` is not the id of a rule");
	get_enum(r, "severity", &severity, SEK_CRITICAL + 1, severity_name);
	out->rule.id = sek_strdup(id);
	out->rule.description = sek_strdup(description);
	out->rule.severity = (enum sek_severity)severity;
}

/* Those of a later version are passed over. */
static void
get_signals(struct reader *r, struct sek_facts *facts)
{
	json_t *all = get(r, "signals", JSON_ARRAY, false), *name;
	size_t i;

	json_array_foreach(all, i, name)
	{
		if (!json_is_string(name))
			bad(r, "`signals` holds what is no text");
		for (unsigned k = 0; json_is_string(name) && k < SEK_SIGNALS;
		     k++)
			if (!strcmp(json_string_value(name),
				sek_signal_name(k)))
				facts->signals |= UINT32_C(1) << k;
	}
}

static void
get_facts(struct reader *r, struct sek_facts *facts)
{
	int confidence = 0;

	get_enum(r, "confidence", &confidence, SEK_CONF_HIGH + 1,
	    confidence_name);
	facts->confidence = (enum sek_confidence)confidence;
	get_short(r, "account", facts->account, sizeof(facts->account));
	get_name(r, "user", facts->user, sizeof(facts->user));
	get_name(r, "role", facts->role, sizeof(facts->role));
	get_name(r, "region", facts->region, sizeof(facts->region));
	get_date(r, "issued", facts->issued);
	get_date(r, "expires", facts->expires);
	facts->canary = get_bool(r, "canary");
	get_signals(r, facts);
}

static void
get_finding(struct reader *r, struct sek_report_line *out)
{
	struct sek_finding *f = &out->finding;

	get_rule(r, out);
	f->rule = &out->rule;
	f->severity = out->rule.severity;
	get_place(r, f, out);
	get(r, "fingerprint", JSON_STRING, true);
	get_short(r, "fingerprint", f->fingerprint, sizeof(f->fingerprint));
	if (f->fingerprint[strspn(f->fingerprint, "0123456789abcdef")])
		bad(r, "`fingerprint` is not one");
	f->redacted = sek_strdup(get_plain(r, "redacted", true));
	f->secret = get_bytes(r, "secret", false);
	f->pair = sek_strdup(get_plain(r, "pair", false));
	f->pair_path = get_bytes(r, "pair_path", false);
	f->pair_line = get_number(r, "pair_line", false);
	f->entropy = get_entropy(r);
	get_facts(r, &f->facts);
	f->blobs = get_number(r, "blobs", false);
	f->commits = get_number(r, "commits", false);
	get_more(r, f, out);
}

static void
get_counts(struct reader *r, struct sek_counts *c)
{
	c->blobs = get_number(r, "blobs", true);
	c->bytes = get_number(r, "bytes", true);
	c->commits = get_number(r, "commits", true);
	c->tags = get_number(r, "tags", true);
	c->messages = get_number(r, "messages", true);
	c->names = get_number(r, "names", true);
	c->elsewhere = get_number(r, "elsewhere", true);
	c->left_out = get_number(r, "left_out", true);
	c->allowed = get_number(r, "allowed", true);
	c->dropped = get_number(r, "dropped", false);
	c->known = get_number(r, "known", false);
	c->unread = get_number(r, "unread_count", true);
}

static void
get_status(struct reader *r, struct sek_report_line *out)
{
	uint64_t status = get_number(r, "status", true);

	if (status > 255)
		bad(r, "`status` is no exit status");
	out->status = (int)(status & 0xff);
}

static void
get_shard(struct reader *r, struct sek_report_line *out)
{
	struct reader in = {
	    .object = get(r, "shard", JSON_OBJECT, false),
	    .err = r->err,
	    .code = r->code,
	};
	uint64_t number, of;
	const char *split;

	if (!in.object)
		return;
	number = get_number(&in, "number", true);
	of = get_number(&in, "of", true);
	split = get_plain(&in, "split", false);
	if (!number || number > of || of > UINT32_MAX)
		bad(&in, "`shard` is none");
	if (split && strlen(split) >= sizeof(out->split))
		bad(&in, "`split` has another length");
	r->code = in.code;
	if (in.code)
		return;
	out->shard = (struct sek_shard){(uint32_t)number - 1, (uint32_t)of};
	if (split)
		memcpy(out->split, split, strlen(split) + 1);
}

static void
get_summary(struct reader *r, struct sek_report_line *out)
{
	json_t *lines = get(r, "unread", JSON_ARRAY, true), *line;
	size_t i;

	get_counts(r, &out->counts);
	get_status(r, out);
	out->interrupted = get_bool(r, "interrupted");
	get_shard(r, out);
	if (!lines || r->code)
		return;
	if (json_array_size(lines) > out->counts.unread)
		bad(r, "`unread` holds more lines than `unread_count`");
	json_array_foreach(lines, i, line)
	{
		if (json_is_string(line))
			*sek_vec_push(&out->unread) =
			    sek_strdup(json_string_value(line));
		else
			bad(r, "`unread` holds what is no text");
	}
}

static void
get_any(struct reader *r, struct sek_report_line *out)
{
	json_t *summary = get(r, "summary", JSON_OBJECT, false);
	json_t *total = get(r, "total", JSON_OBJECT, false);

	if (summary || total)
		r->object = summary ? summary : total;
	out->repository = get_bytes(r, "repository", false);
	if (out->repository && !*out->repository)
		bad(r, "`repository` is empty");
	if (summary) {
		out->kind = SEK_LINE_SUMMARY;
		get_summary(r, out);
	} else if (total) {
		out->kind = SEK_LINE_TOTAL;
		out->repositories = get_number(r, "repositories", true);
		get_status(r, out);
	} else {
		get_finding(r, out);
	}
}

enum sek_code
sek_report_read(struct sek_report_line *out, struct sek_str line,
    struct sek_err *err)
{
	struct reader r = {.err = err};
	json_error_t why;
	json_t *object;

	*out = (struct sek_report_line){0};
	if (line.n > SEK_REPORT_LINE_MAX)
		return sek_fail(err, SEK_EPARSE,
		    "a line of more than %zu bytes", SEK_REPORT_LINE_MAX);
	json_set_alloc_funcs(sek_alloc, free);
	object = json_loadb(line.p ? line.p : "", line.n,
	    JSON_REJECT_DUPLICATES, &why);
	if (!object)
		return sek_fail(err, SEK_EPARSE,
		    "not a line of JSON (at byte %d)", why.position);
	r.object = object;
	if (json_is_object(object))
		get_any(&r, out);
	else
		bad(&r, "not an object");
	json_decref(object);
	if (r.code)
		sek_report_line_clear(out);
	return r.code;
}

static void
free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

void
sek_report_line_clear(struct sek_report_line *l)
{
	sek_finding_clear(&l->finding);
	free_text(l->rule.id);
	free_text(l->rule.description);
	free(l->repository);
	sek_vec_each (line, &l->unread)
		free(*line);
	sek_vec_clear(&l->unread);
	sek_vec_each (list, &l->ref_lists) {
		free((*list)->name);
		free(*list);
	}
	sek_vec_clear(&l->ref_lists);
	sek_vec_each (name, &l->ref_names)
		free(*name);
	sek_vec_clear(&l->ref_names);
	*l = (struct sek_report_line){0};
}

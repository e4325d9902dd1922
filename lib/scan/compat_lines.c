#include "scan/compat_lines.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/redact.h"
#include "scan/engine.h"
#include "scan/pair.h"

/* The shortest access key id that AWS gives out. A provider's shorter value is
 * a word of the user's. */
#define KEY_MIN 16

/* One content with findings, and all that is matched in it. */
struct content {
	const struct sek_compat_view *view;
	struct sek_buf *out;
	struct sek_odb *odb; /* opened when first needed */
	struct sek_matcher *matcher;
	const struct sek_found *of; /* whose content it is; NULL: none yet */
	struct sek_buf read;
	struct sek_str bytes;
	struct sek_hits hits, in_path;
	bool binary;
	size_t header;          /* end of a commit's header */
	SEK_VEC(size_t) starts; /* of the lines to be told */
	struct sek_buf prefix;  /* "PATH:", raw, for allowed patterns */
	struct sek_buf shown;   /* the same, for people */
};

void
sek_compat_texts_clear(struct sek_compat_texts *v)
{
	sek_vec_each (t, v) {
		free(t->path);
		sek_buf_clear(&t->bytes);
	}
	sek_vec_clear(v);
}

void
sek_compat_quote(struct sek_buf *out, struct sek_str path, bool high)
{
	static const char from[] = "\a\b\t\n\v\f\r\"\\";
	static const char to[] = "abtnvfr\"\\";
	sek_auto_buf quoted = {0};
	bool needed = false;

	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		const char *at = c ? strchr(from, c) : NULL;

		if (at)
			sek_buf_printf(&quoted, "\\%c", to[at - from]);
		else if (c < ' ' || c == 0x7f || (high && c > 0x7f))
			sek_buf_printf(&quoted, "\\%03o", c);
		else
			sek_buf_add_c(&quoted, (char)c);
	}
	needed = quoted.n != path.n;
	if (needed)
		sek_buf_add_c(out, '"');
	sek_buf_add_str(out, sek_buf_str(&quoted));
	if (needed)
		sek_buf_add_c(out, '"');
}

static const struct sek_rule *
rule_of(const struct content *c, const struct sek_hit *h)
{
	return &c->view->policy->rules->rule[h->match.rule];
}

static struct sek_str
slice(struct sek_str s, size_t from, size_t to)
{
	return (struct sek_str){s.p + from, to - from};
}

static bool
is_name(const struct sek_finding *f)
{
	return f->place == SEK_PLACE_FILE_NAME ||
	    f->place == SEK_PLACE_REF_NAME;
}

/* Is it a credential, not a word that the user looks for? */
static bool
is_credential(const struct content *c, const struct sek_hit *h)
{
	return sek_compat_kind(rule_of(c, h)) != SEK_COMPAT_USER;
}

static bool
is_hidden(const struct content *c, const struct sek_hit *h)
{
	enum sek_compat_redact redact = c->view->redact;
	enum sek_compat_kind kind = sek_compat_kind(rule_of(c, h));

	if (kind == SEK_COMPAT_USER || redact == SEK_COMPAT_REDACT_NONE)
		return false;
	return kind == SEK_COMPAT_BUILTIN || redact == SEK_COMPAT_REDACT_ALL ||
	    h->match.secret_end - h->match.secret >= KEY_MIN;
}

/* text[from, to) with what must not be shown replaced. */
static void
add_redacted(struct content *c, const struct sek_hits *hits,
    struct sek_str text, size_t from, size_t to, struct sek_buf *out)
{
	size_t at = from;

	sek_vec_each (h, hits) {
		size_t start = h->match.secret, end = h->match.secret_end;
		bool edges = rule_of(c, h)->edges;

		if (h->match.start >= to)
			break;
		if (end <= at || start >= to || !is_hidden(c, h))
			continue;
		if (start >= at) {
			sek_buf_add_str(out, slice(text, at, start));
			sek_redact(out, slice(text, start, end),
			    edges ? SEK_SHOW_EDGES : SEK_SHOW_NOTHING);
		}
		at = end > to ? to : end;
	}
	sek_buf_add_str(out, slice(text, at, to));
}

static enum sek_code
match(struct content *c, struct sek_str text, struct sek_hits *hits,
    struct sek_err *err)
{
	enum sek_code r;

	hits->n = 0;
	r = sek_matcher_run(c->matcher, text, 0, text.n, hits, err);
	if (hits->n)
		sek_pair_bare(c->view->policy->rules, text, hits);
	/* It reached a limit in the first pass, too, which said so. */
	return r == SEK_ETOOBIG ? SEK_OK : r;
}

static const struct sek_compat_text *
kept_text(const struct content *c, const char *path)
{
	for (size_t i = 0; c->view->texts && i < c->view->texts->n; i++)
		if (!strcmp(c->view->texts->at[i].path, path))
			return &c->view->texts->at[i];
	return NULL;
}

static enum sek_code
read_object(struct content *c, const struct sek_oid *oid, struct sek_err *err)
{
	enum sek_type type;
	enum sek_code r = SEK_OK;

	if (!c->odb)
		r = sek_odb_open(&c->odb, c->view->repo, SEK_ODB_FEW, err);
	if (r == SEK_OK)
		r = sek_odb_read(c->odb, oid, &c->read, &type, err);
	return r;
}

static enum sek_code
read_content(struct content *c, const struct sek_finding *f,
    struct sek_err *err)
{
	const struct sek_compat_text *text = kept_text(c, f->path);
	enum sek_code r = SEK_OK;

	sek_buf_reset(&c->read);
	c->read.max = SEK_CONTENT_MAX;
	if (is_name(f))
		sek_buf_add_s(&c->read, f->path);
	else if (!sek_oid_is_none(&f->blob))
		r = read_object(c, &f->blob, err);
	else if (text)
		sek_buf_add_str(&c->read, sek_buf_str(&text->bytes));
	else
		r = sek_file_read(f->path, &c->read, err);
	c->bytes = sek_buf_str(&c->read);
	return r;
}

static bool
same_content(const struct sek_finding *a, const struct sek_finding *b)
{
	return a->place == b->place && sek_oid_eq(&a->blob, &b->blob) &&
	    !strcmp(a->path, b->path);
}

static size_t
header_end(const struct sek_finding *f, struct sek_str s)
{
	const char *end;

	if (f->place != SEK_PLACE_MESSAGE || sek_oid_is_none(&f->blob) || !s.n)
		return 0;
	end = memmem(s.p, s.n, "\n\n", 2);
	return end ? (size_t)(end - s.p) + 2 : s.n;
}

static enum sek_code
open_content(struct content *c, const struct sek_found *found,
    struct sek_err *err)
{
	const struct sek_finding *f = &found->finding;
	enum sek_code r;

	if (c->of && same_content(&c->of->finding, f))
		return SEK_OK;
	c->of = found;
	r = read_content(c, f, err);
	if (r == SEK_OK)
		r = match(c, c->bytes, &c->hits, err);
	if (r == SEK_OK)
		r = match(c, sek_str(f->path), &c->in_path, err);
	c->binary = sek_is_binary(c->bytes);
	c->header = header_end(f, c->bytes);
	return r;
}

static size_t
line_start(struct sek_str s, size_t at)
{
	const char *nl = at ? memrchr(s.p, '\n', at) : NULL;

	return nl ? (size_t)(nl - s.p) + 1 : 0;
}

static size_t
line_end(struct sek_str s, size_t at)
{
	const char *nl = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

	return nl ? (size_t)(nl - s.p) : s.n;
}

static bool
same_secret(const struct content *c, const struct sek_hit *h,
    const struct sek_finding *f)
{
	struct sek_str a = slice(c->bytes, h->match.secret,
	    h->match.secret_end);
	struct sek_str b = slice(c->bytes, f->start, f->end);

	return rule_of(c, h) == f->rule && sek_str_eq(a, b);
}

static void
add_start(struct content *c, size_t at)
{
	*sek_vec_push(&c->starts) = line_start(c->bytes, at);
}

static void
want(struct content *c, const struct sek_finding *f)
{
	if (f->end > c->bytes.n) /* the file is another one now */
		return;
	add_start(c, f->start);
	if (!c->view->history)
		return;
	sek_vec_each (h, &c->hits)
		if (same_secret(c, h, f))
			add_start(c, h->match.secret);
}

static int
by_offset(const void *pa, const void *pb)
{
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;

	return (a > b) - (a < b);
}

/* Of bare objects only their ids are known. */
static bool
has_no_path(const struct content *c, const struct sek_finding *f)
{
	char hex[SEK_OID_HEX];

	return c->view->history && f->place == SEK_PLACE_FILE &&
	    sek_oid_is_none(&f->commit) &&
	    sek_str_starts(sek_str(f->path), "blob ") &&
	    !strncmp(f->path + 5, sek_oid_hex(&f->blob, hex), 12) &&
	    strlen(f->path) == 17;
}

static void
set_prefix(struct content *c, const struct sek_finding *f)
{
	const struct sek_compat_view *v = c->view;
	bool blob = has_no_path(c, f);
	struct sek_str path = sek_str(f->path);
	sek_auto_buf shown = {0};
	char hex[SEK_OID_HEX];

	sek_buf_reset(&c->prefix);
	sek_buf_reset(&c->shown);
	if (blob) /* `git show` takes the id alone */
		sek_buf_printf(&c->prefix, "%s:", sek_oid_hex(&f->blob, hex));
	else if (!sek_oid_is_none(&f->commit))
		sek_buf_printf(&c->prefix, "%s:", sek_oid_hex(&f->commit, hex));
	sek_buf_add_str(&c->shown, sek_buf_str(&c->prefix));
	if (blob)
		return;
	if (f->place == SEK_PLACE_MESSAGE && !sek_oid_is_none(&f->blob))
		path = SEK_STR("(message)");
	else
		add_redacted(c, &c->in_path, path, 0, path.n, &shown);
	if (v->quote || memchr(path.p, '\n', path.n)) {
		sek_compat_quote(&c->prefix, path, v->quote_high);
		sek_compat_quote(&c->shown,
		    shown.n ? sek_buf_str(&shown) : path, v->quote_high);
	} else {
		sek_buf_add_str(&c->prefix, path);
		sek_buf_add_str(&c->shown,
		    shown.n ? sek_buf_str(&shown) : path);
	}
	sek_buf_add_c(&c->prefix, ':');
	sek_buf_add_c(&c->shown, ':');
}

/* The first credential that stands on the line. */
static const struct sek_hit *
credential_on(const struct content *c, size_t from, size_t to)
{
	sek_vec_each (h, &c->hits) {
		if (h->match.start >= to)
			break;
		if (h->match.secret_end > from && h->match.secret < to &&
		    is_credential(c, h))
			return h;
	}
	return NULL;
}

static enum sek_code
is_allowed(struct content *c, size_t number, struct sek_str text, bool *yes,
    struct sek_err *err)
{
	sek_auto_buf line = {.max = text.n + SEK_BUF_MAX};
	enum sek_code r;

	sek_buf_add_str(&line, sek_buf_str(&c->prefix));
	sek_buf_printf(&line, "%zu:", number);
	sek_buf_add_str(&line, text);
	r = sek_buf_check(&line, "a line for allowed patterns", err);
	if (r == SEK_OK)
		r = sek_compat_allow_ask(c->view->allow, sek_buf_str(&line),
		    yes, err);
	if (line.p)
		explicit_bzero(line.p, line.n);
	return r;
}

static void
tell_line(struct content *c, size_t number, size_t from, size_t to,
    const struct sek_hit *credential)
{
	sek_buf_add_str(c->out, sek_buf_str(&c->shown));
	if (is_name(&c->of->finding)) {
		sek_buf_add_s(c->out, "0:(in the name)\n");
		return;
	}
	sek_buf_printf(c->out, "%zu:", number);
	if (c->binary) {
		sek_buf_add_s(c->out, "binary content: ");
		sek_redact(c->out,
		    slice(c->bytes, credential->match.secret,
			credential->match.secret_end),
		    rule_of(c, credential)->edges ? SEK_SHOW_EDGES
						  : SEK_SHOW_NOTHING);
	} else {
		add_redacted(c, &c->hits, c->bytes, from, to, c->out);
	}
	sek_buf_add_c(c->out, '\n');
}

static size_t
count_lines(struct sek_str s, size_t from, size_t to)
{
	size_t n = 0;

	while (from < to) {
		from = line_end(s, from) + 1;
		n += from <= to;
	}
	return n;
}

/* The lines of one content, in order, each once. */
static enum sek_code
tell_content(struct content *c, struct sek_err *err)
{
	size_t number = 1, at = c->header, last = SIZE_MAX;

	if (!c->starts.n)
		return SEK_OK;
	qsort(c->starts.at, c->starts.n, sizeof(*c->starts.at), by_offset);
	for (size_t i = 0; i < c->starts.n; i++) {
		size_t from = c->starts.at[i], to = line_end(c->bytes, from);
		const struct sek_hit *credential;
		bool yes;
		enum sek_code r;

		if (from == last)
			continue;
		last = from;
		credential = credential_on(c, from, to);
		if (!credential &&
		    (c->binary || from < c->header || is_name(&c->of->finding)))
			continue;
		if (from >= at) {
			number += count_lines(c->bytes, at, from);
			at = from;
		}
		r = is_allowed(c, from < c->header ? 0 : number,
		    slice(c->bytes, from, to), &yes, err);
		if (r != SEK_OK)
			return r;
		if (!yes)
			tell_line(c, from < c->header ? 0 : number, from, to,
			    credential);
	}
	return SEK_OK;
}

/* Its line is not one of the content, or not to be read there. */
static bool
stands_apart(const struct content *c, const struct sek_finding *f)
{
	return f->inside || (c->binary && f->encoding);
}

static enum sek_code
tell_apart(struct content *c, const struct sek_finding *f, struct sek_err *err)
{
	bool yes;
	enum sek_code r;

	if (sek_compat_kind(f->rule) == SEK_COMPAT_USER &&
	    (!f->inside || f->inside_binary))
		return SEK_OK;
	if (f->inner) { /* the way goes on behind the path */
		c->prefix.n--;
		c->shown.n--;
		sek_buf_printf(&c->prefix, "!%s:", f->inner);
		sek_buf_add_c(&c->shown, '!');
		sek_compat_quote(&c->shown, sek_str(f->inner), true);
		sek_buf_add_c(&c->shown, ':');
	}
	r = is_allowed(c, f->line, sek_str(f->redacted), &yes, err);
	if (r == SEK_OK && !yes)
		sek_buf_printf(c->out, "%.*s%llu:%s: %s\n", (int)c->shown.n,
		    c->shown.p, (unsigned long long)f->line,
		    f->encoding ? f->encoding : "in an archive", f->redacted);
	return r;
}

static bool
same_group(const struct sek_finding *a, const struct sek_finding *b)
{
	return same_content(a, b) && sek_oid_eq(&a->commit, &b->commit);
}

static void
clear(struct content *c)
{
	sek_odb_close(c->odb);
	sek_matcher_free(c->matcher);
	if (c->read.p)
		explicit_bzero(c->read.p, c->read.n);
	sek_buf_clear(&c->read);
	sek_buf_clear(&c->prefix);
	sek_buf_clear(&c->shown);
	sek_vec_clear(&c->hits);
	sek_vec_clear(&c->in_path);
	sek_vec_clear(&c->starts);
}

enum sek_code
sek_compat_lines(struct sek_buf *out, const struct sek_compat_view *view,
    const struct sek_founds *founds, struct sek_err *err)
{
	struct content c = {.view = view, .out = out};
	enum sek_code r = SEK_OK;
	size_t i = 0;

	c.matcher = sek_matcher_new(view->policy->program);
	while (r == SEK_OK && i < founds->n) {
		const struct sek_finding *first = &founds->at[i].finding;

		r = open_content(&c, &founds->at[i], err);
		if (r != SEK_OK)
			break;
		c.of = &founds->at[i];
		set_prefix(&c, first);
		if (stands_apart(&c, first)) {
			r = tell_apart(&c, first, err);
			i++;
			continue;
		}
		for (c.starts.n = 0; i < founds->n &&
		     same_group(first, &founds->at[i].finding) &&
		     !stands_apart(&c, &founds->at[i].finding);
		     i++)
			want(&c, &founds->at[i].finding);
		r = tell_content(&c, err);
	}
	clear(&c);
	return r == SEK_OK ? sek_buf_check(out, "output", err) : r;
}

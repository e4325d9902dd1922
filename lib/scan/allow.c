#include "scan/allow.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/redact.h"
#include "scan/allow_list.h"
#include "scan/ere.h"

struct sek_allow *
sek_allow_new(void)
{
	return sek_alloc(sizeof(struct sek_allow));
}

static void
clear_entry(struct sek_allow_entry *e)
{
	sek_free_ptr(&e->name);
	sek_free_ptr(&e->what);
	sek_free_ptr(&e->reason);
	sek_free_ptr(&e->until);
}

void
sek_allowance_clear(struct allowance *e)
{
	clear_entry(&e->entry);
	free(e->why);
	free(e->rule);
	free(e->path_text);
	free(e->value_text);
	sek_pattern_free(e->path);
	sek_pattern_free(e->value);
	sek_vec_clear(&e->prints);
}

void
sek_allow_free(struct sek_allow *a)
{
	if (!a)
		return;
	sek_vec_each (e, &a->list)
		sek_allowance_clear(e);
	sek_vec_each (l, &a->line) {
		clear_entry(&l->entry);
		free(l->why);
		free(l->ere);
		sek_pattern_free(l->pattern);
	}
	sek_vec_clear(&a->list);
	sek_vec_clear(&a->print);
	sek_vec_clear(&a->line);
	free(a);
}

enum sek_code
sek_allow_all_match(const struct sek_pattern *p, bool *yes, struct sek_err *err)
{
	enum sek_code r = sek_pattern_matches(p, SEK_STR(""), yes, err);

	/* `^$` matches the first, but nothing that is ever asked about. */
	if (r == SEK_OK && *yes)
		r = sek_pattern_matches(p, SEK_STR("\x01"), yes, err);
	return r;
}

enum sek_code
sek_allow_add_ere(struct sek_allow *a, const char *ere, const char *name,
    struct sek_err *err)
{
	sek_auto_buf regex = {0};
	struct line_pattern l = {0};
	struct sek_err why = {0};
	bool all = false;
	enum sek_code r;

	r = sek_ere_translate(ere, false, &regex, &why);
	if (r == SEK_OK)
		r = sek_pattern_new(&l.pattern, regex.n ? regex.p : "", &why);
	if (r == SEK_OK)
		r = sek_allow_all_match(l.pattern, &all, &why);
	if (r == SEK_OK && all)
		r = sek_fail(&why, SEK_ECONFIG,
		    "it matches every line and so would allow everything");
	if (r != SEK_OK) {
		sek_pattern_free(l.pattern);
		return sek_fail(err, SEK_ECONFIG, "%s: allowed pattern: %s",
		    name, why.text);
	}
	l.entry.name = sek_strdup(name);
	l.entry.what = sek_strdup("a git-secrets pattern");
	l.why = sek_printf("allowed by %s", name);
	l.ere = sek_strdup(ere);
	*sek_vec_push(&a->line) = l;
	return SEK_OK;
}

static int
by_hex(const void *pa, const void *pb)
{
	const struct print *a = pa, *b = pb;
	int c = memcmp(a->hex.text, b->hex.text, sizeof(a->hex.text));

	return c ? c : (a->owner > b->owner) - (a->owner < b->owner);
}

void
sek_allow_index(struct sek_allow *a)
{
	a->print.n = 0;
	for (size_t i = 0; i < a->list.n; i++) {
		sek_vec_each (hex, &a->list.at[i].prints)
			*sek_vec_push(&a->print) = (struct print){*hex, i};
	}
	if (a->print.n > 1)
		qsort(a->print.at, a->print.n, sizeof(*a->print.at), by_hex);
}

/* The first one that is not before hex. */
static size_t
find_print(const struct sek_allow *a, const char *hex)
{
	size_t from = 0, to = a->print.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strcmp(a->print.at[mid].hex.text, hex) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

enum sek_code
sek_allow_path(const struct sek_allow *a, struct sek_str path, bool *yes,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	*yes = false;
	for (size_t i = 0; i < a->list.n; i++) {
		const struct allowance *e = &a->list.at[i];

		if (e->expired || !e->path || e->rule || e->value ||
		    e->prints.n)
			continue;
		r = sek_pattern_matches(e->path, path, yes, err);
		if (r != SEK_OK || *yes)
			break;
	}
	*yes = *yes && r == SEK_OK;
	return r;
}

/* Do its criteria hold, fingerprints aside? */
static enum sek_code
holds(const struct allowance *e, const struct sek_finding *f,
    const struct sek_allow_where *w, bool *yes, struct sek_err *err)
{
	bool has_path = f->place == SEK_PLACE_FILE ||
	    f->place == SEK_PLACE_FILE_NAME;
	enum sek_code r = SEK_OK;

	*yes = false;
	if (e->expired || (e->path && !has_path))
		return SEK_OK;
	if (e->rule && strcmp(e->rule, f->rule->id))
		return SEK_OK;
	*yes = true;
	if (e->path)
		r = sek_pattern_matches(e->path, sek_str(f->path), yes, err);
	if (r == SEK_OK && *yes && e->value)
		r = sek_pattern_matches(e->value, w->secret, yes, err);
	return r;
}

static enum sek_code
by_entries(const struct sek_allow *a, const struct sek_finding *f,
    const struct sek_allow_where *w, const char **why, struct sek_err *err)
{
	enum sek_code r;
	bool yes;

	for (size_t i = find_print(a, f->fingerprint);
	     i < a->print.n && !strcmp(a->print.at[i].hex.text, f->fingerprint);
	     i++) {
		const struct allowance *e = &a->list.at[a->print.at[i].owner];

		r = holds(e, f, w, &yes, err);
		if (r != SEK_OK)
			return r;
		if (yes)
			*why = e->why;
	}
	for (size_t i = 0; i < a->list.n && !*why; i++) {
		const struct allowance *e = &a->list.at[i];

		if (e->prints.n)
			continue;
		r = holds(e, f, w, &yes, err);
		if (r != SEK_OK)
			return r;
		if (yes)
			*why = e->why;
	}
	return SEK_OK;
}

/*
 * As git-secrets does, on PATH:LINE:TEXT. The path is quoted, so that one with
 * a newline in it cannot pass for another one and its line.
 */
static enum sek_code
by_lines(const struct sek_allow *a, const struct sek_finding *f,
    const struct sek_allow_where *w, const char **why, struct sek_err *err)
{
	sek_auto_buf text = {.max = w->line.n + SEK_BUF_MAX};
	enum sek_code r = SEK_OK;
	bool yes = false;

	if (!a->line.n)
		return SEK_OK;
	sek_quote(&text, sek_str(f->path));
	sek_buf_printf(&text, ":%llu:", (unsigned long long)f->line);
	sek_buf_add_str(&text, w->line);
	r = sek_buf_check(&text, "a line for allowed patterns", err);
	if (r != SEK_OK)
		return r;
	for (size_t i = 0; r == SEK_OK && !*why && i < a->line.n; i++) {
		const struct line_pattern *l = &a->line.at[i];

		r = sek_pattern_matches(l->pattern, sek_buf_str(&text), &yes,
		    err);
		if (r == SEK_OK && yes)
			*why = l->why;
	}
	explicit_bzero(text.p, text.n);
	return r;
}

enum sek_code
sek_allow_finding(const struct sek_allow *a, const struct sek_finding *f,
    const struct sek_allow_where *w, bool inline_too, bool *yes,
    const char **why, struct sek_err *err)
{
	enum sek_code r;

	*yes = false;
	*why = NULL;
	if (inline_too)
		*why = sek_allow_marker(w->line, w->before, f->rule->id);
	r = *why ? SEK_OK : by_entries(a, f, w, why, err);
	if (r == SEK_OK && !*why)
		r = by_lines(a, f, w, why, err);
	if (r != SEK_OK)
		*why = NULL;
	*yes = *why != NULL;
	return r;
}

void
sek_allow_expired(const struct sek_allow *a, sek_allow_fn *fn, void *arg)
{
	for (size_t i = 0; i < a->list.n; i++) {
		if (a->list.at[i].expired)
			fn(arg, &a->list.at[i].entry);
	}
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Fingerprints aside, does o allow all that e allows, in the same words? */
static bool
covers(const struct allowance *o, const struct allowance *e)
{
	if (o->expired || !same_text(o->rule, e->rule) ||
	    !same_text(o->path_text, e->path_text) ||
	    !same_text(o->value_text, e->value_text))
		return false;
	return !o->entry.until ||
	    (e->entry.until && strcmp(e->entry.until, o->entry.until) <= 0);
}

static bool
covers_print(const struct sek_allow *a, const struct allowance *e,
    const char *hex)
{
	for (size_t i = find_print(a, hex);
	     i < a->print.n && !strcmp(a->print.at[i].hex.text, hex); i++) {
		if (covers(&a->list.at[a->print.at[i].owner], e))
			return true;
	}
	return false;
}

static bool
has_equal(const struct sek_allow *a, const struct allowance *e)
{
	for (size_t i = 0; i < e->prints.n; i++) {
		if (!covers_print(a, e, e->prints.at[i].text))
			return false;
	}
	if (e->prints.n)
		return true;
	for (size_t i = 0; i < a->list.n; i++) {
		if (!a->list.at[i].prints.n && covers(&a->list.at[i], e))
			return true;
	}
	return false;
}

static bool
has_line(const struct sek_allow *a, const char *ere)
{
	for (size_t i = 0; i < a->line.n; i++) {
		if (!strcmp(a->line.at[i].ere, ere))
			return true;
	}
	return false;
}

void
sek_allow_added(const struct sek_allow *a, const struct sek_allow *b,
    sek_allow_fn *fn, void *arg)
{
	static const struct sek_allow empty;

	a = a ? a : &empty;
	for (size_t i = 0; i < b->list.n; i++) {
		const struct allowance *e = &b->list.at[i];

		if (!e->expired && !has_equal(a, e))
			fn(arg, &e->entry);
	}
	for (size_t i = 0; i < b->line.n; i++) {
		if (!has_line(a, b->line.at[i].ere))
			fn(arg, &b->line.at[i].entry);
	}
}

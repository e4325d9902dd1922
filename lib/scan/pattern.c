#include "scan/pattern.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "scan/pcre.h"

struct sek_pattern {
	struct sek_pcre *code;
};

enum sek_code
sek_pattern_new(struct sek_pattern **out, const char *regex,
    struct sek_err *err)
{
	struct sek_pcre *compiled;
	enum sek_code code = sek_pcre_compile(&compiled, regex, SEK_PCRE_SEARCH,
	    err);

	*out = NULL;
	if (code)
		return code;
	*out = sek_alloc(sizeof(**out));
	(*out)->code = compiled;
	return SEK_OK;
}

void
sek_pattern_free(struct sek_pattern *p)
{
	if (!p)
		return;
	sek_pcre_free(p->code);
	free(p);
}

enum sek_code
sek_pattern_matches(const struct sek_pattern *p, struct sek_str text, bool *yes,
    struct sek_err *err)
{
	struct sek_pcre_room *room = sek_pcre_room_new();
	struct sek_pcre_text t = {.text = text, .last = text.n};
	struct sek_pcre_match unused;
	enum sek_pcre_result result = sek_pcre_run(p->code, room, &t, &unused);

	if (result == SEK_PCRE_LIMIT)
		result = sek_pcre_run_slow(p->code, room, &t, &unused);
	sek_pcre_room_free(room);
	*yes = result == SEK_PCRE_YES;
	if (result == SEK_PCRE_LIMIT)
		return sek_fail(err, SEK_ETOOBIG,
		    "a pattern needs too much work on this text");
	return SEK_OK;
}

/* Globs become regexes. */

struct glob {
	struct sek_str in;
	size_t at;
	struct sek_buf *out;
	struct sek_err *err;
};

static enum sek_code
broken(const struct glob *g, const char *why)
{
	return sek_fail(g->err, SEK_ECONFIG, "column %zu: %s", g->at + 1, why);
}

static void
add_literal(struct glob *g, char c)
{
	/* \xHH has no second meaning, in a class or outside. */
	sek_buf_printf(g->out, "\\x%02x", (unsigned)(unsigned char)c);
}

/* One character of a class, a backslash before it taken away. */
static bool
take_member(struct glob *g, char *c)
{
	if (g->at < g->in.n && g->in.p[g->at] == '\\')
		g->at++;
	if (g->at >= g->in.n)
		return false;
	*c = g->in.p[g->at++];
	return true;
}

static enum sek_code
add_named_class(struct glob *g)
{
	static const char *const names[] = {"alnum", "alpha", "blank", "cntrl",
	    "digit", "graph", "lower", "print", "punct", "space", "upper",
	    "xdigit", NULL};
	struct sek_str rest = {g->in.p + g->at + 2, g->in.n - g->at - 2};
	struct sek_str name = sek_str_cut(&rest, ':');

	for (const char *const *n = names; *n; n++)
		if (sek_str_is(name, *n) && rest.p &&
		    sek_str_starts(rest, "]")) {
			sek_buf_printf(g->out, "[:%s:]", *n);
			g->at += name.n + 4;
			return SEK_OK;
		}
	return broken(g, "there is no such class of characters");
}

static bool
ahead(const struct glob *g, const char *s)
{
	struct sek_str rest = {g->in.p + g->at, g->in.n - g->at};

	return sek_str_starts(rest, s);
}

static enum sek_code
add_range(struct glob *g)
{
	char lo, hi;

	if (!take_member(g, &lo))
		return broken(g, "`]` is missing");
	hi = lo;
	if (ahead(g, "-") && !ahead(g, "-]")) {
		g->at++;
		if (!take_member(g, &hi) ||
		    (unsigned char)hi < (unsigned char)lo)
			return broken(g, "this is no range");
	}
	add_literal(g, lo);
	sek_buf_add_c(g->out, '-');
	add_literal(g, hi);
	return SEK_OK;
}

/* [...], from the bracket on. It never stands for a slash. */
static enum sek_code
add_class(struct glob *g)
{
	enum sek_code code = SEK_OK;
	size_t first;

	g->at++;
	sek_buf_add_s(g->out, "(?!/)[");
	if (ahead(g, "!") || ahead(g, "^")) {
		sek_buf_add_c(g->out, '^');
		g->at++;
	}
	/* A `]` that stands first is one of the characters. */
	for (first = g->at; !code && (g->at == first || !ahead(g, "]"));)
		code = ahead(g, "[:") ? add_named_class(g) : add_range(g);
	if (code)
		return code;
	g->at++;
	sek_buf_add_c(g->out, ']');
	return SEK_OK;
}

/* Stars: `**` that is a whole part stands for any number of parts. */
static void
add_stars(struct glob *g)
{
	bool starts = g->at == 0 || g->in.p[g->at - 1] == '/';
	size_t n = 0;

	while (ahead(g, "*")) {
		g->at++;
		n++;
	}
	if (n != 2 || !starts) {
		sek_buf_add_s(g->out, "[^/]*");
	} else if (ahead(g, "/")) {
		g->at++;
		sek_buf_add_s(g->out, "(?:[^/]+/)*");
	} else if (g->at == g->in.n) {
		sek_buf_add_s(g->out, "[\\x00-\\xff]+");
	} else {
		sek_buf_add_s(g->out, "[^/]*");
	}
}

static enum sek_code
add_next(struct glob *g)
{
	char c = g->in.p[g->at];

	switch (c) {
	case '*':
		add_stars(g);
		return SEK_OK;
	case '?':
		sek_buf_add_s(g->out, "[^/]");
		g->at++;
		return SEK_OK;
	case '[':
		return add_class(g);
	case '\\':
		if (++g->at == g->in.n)
			return broken(g, "nothing follows the backslash");
		c = g->in.p[g->at];
		break;
	default:
		break;
	}
	add_literal(g, c);
	g->at++;
	return SEK_OK;
}

enum sek_code
sek_pattern_new_glob(struct sek_pattern **out, const char *glob,
    struct sek_err *err)
{
	sek_auto_buf regex = {0};
	struct glob g = {.in = sek_str(glob), .out = &regex, .err = err};
	bool below = sek_str_ends(g.in, "/");
	enum sek_code code = SEK_OK;

	*out = NULL;
	if (below)
		g.in.n--;
	/* \A and \z: a path may hold newlines. */
	sek_buf_add_s(&regex, "\\A");
	if (!memchr(g.in.p, '/', g.in.n))
		sek_buf_add_s(&regex, "(?:[^/]+/)*");
	else if (sek_str_starts(g.in, "/")) {
		g.in.p++;
		g.in.n--;
	}
	if (g.in.n == 0)
		return sek_fail(err, SEK_ECONFIG, "an empty glob");
	while (!code && g.at < g.in.n)
		code = add_next(&g);
	if (code)
		return code;
	sek_buf_add_s(&regex, below ? "/" : "(?:/|\\z)");
	code = sek_buf_check(&regex, "glob", err);
	return code ? code : sek_pattern_new(out, regex.p, err);
}

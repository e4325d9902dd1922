#include "vault/setup.h"

#include "base/alloc.h"

struct edit {
	struct sek_secret *out;
	const struct sek_setup_pair *pairs;
	size_t n;
	bool *done; /* of pairs */
	struct sek_err *err;
};

static enum sek_code
put(struct edit *e, struct sek_str s)
{
	return sek_secret_add(e->out, s.p, s.n, e->err);
}

static enum sek_code
put_pair(struct edit *e, size_t i)
{
	const struct sek_str parts[] = {
	    e->pairs[i].key, SEK_STR(" = "), e->pairs[i].value, SEK_STR("\n")};
	enum sek_code code = SEK_OK;

	for (size_t k = 0; k < 4 && !code; k++)
		code = put(e, parts[k]);
	e->done[i] = true;
	return code;
}

static enum sek_code
put_rest(struct edit *e)
{
	enum sek_code code = SEK_OK;

	for (size_t i = 0; i < e->n && !code; i++)
		if (!e->done[i])
			code = put_pair(e, i);
	return code;
}

static bool
same_key(struct sek_str a, struct sek_str b)
{
	return a.n == b.n && !strncasecmp(a.p, b.p, a.n);
}

/* The pair that a line sets; n: none. */
static size_t
pair_of(const struct edit *e, struct sek_str line)
{
	struct sek_str key = sek_str_trim(sek_str_cut(&line, '='));
	size_t i = 0;

	while (i < e->n && !(line.p && same_key(key, e->pairs[i].key)))
		i++;
	return i;
}

/* "[profile x]" whatever blanks are in it. */
static bool
is_header(struct sek_str line, const char *header)
{
	struct sek_str want = sek_str(header);
	size_t i = 0;

	for (size_t k = 0; k < line.n; k++) {
		if (line.p[k] == ' ' || line.p[k] == '\t')
			continue;
		while (i < want.n && want.p[i] == ' ')
			i++;
		if (i == want.n || line.p[k] != want.p[i])
			return i == want.n &&
			    (line.p[k] == '#' || line.p[k] == ';');
		i++;
	}
	return i == want.n;
}

struct place {
	bool inside;  /* the section */
	bool found;   /* it, before */
	bool dropped; /* the property above: its indented lines go, too */
};

/* Blank lines at the end of a section stay behind what is added to it. */
static enum sek_code
take_line(struct edit *e, struct place *at, struct sek_str line,
    struct sek_str *blank, const char *header)
{
	struct sek_str text = sek_str_trim(line);
	enum sek_code code = SEK_OK;
	size_t i;

	if (text.n == 0 && at->inside) {
		if (blank->n == 0)
			*blank = line;
		else
			blank->n = (size_t)(line.p + line.n - blank->p);
		return SEK_OK;
	}
	if (*line.p == '[' && at->inside)
		code = put_rest(e);
	if (!code && blank->n)
		code = put(e, *blank);
	*blank = (struct sek_str){NULL, 0};
	if (code)
		return code;
	if (line.n > 0 && *line.p == '[') {
		at->inside = is_header(text, header);
		at->found |= at->inside;
		at->dropped = false;
		return put(e, line);
	}
	if (line.n > 0 && (*line.p == ' ' || *line.p == '\t'))
		return at->dropped ? SEK_OK : put(e, line);
	i = at->inside && text.n && *text.p != '#' && *text.p != ';'
	    ? pair_of(e, text)
	    : e->n;
	at->dropped = i < e->n;
	if (!at->dropped)
		return put(e, line);
	return e->done[i] ? SEK_OK : put_pair(e, i);
}

bool
sek_setup_is_name(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.%@_:+");

	return n > 0 && !name[n];
}

static enum sek_code
check_pairs(const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	for (size_t i = 0; i < n; i++) {
		sek_auto_free char *key = sek_strndup(pairs[i].key.p,
		    pairs[i].key.n);

		if (!sek_setup_is_name(key))
			return sek_fail(err, SEK_ECONFIG,
			    "%s: a key has letters, digits and -/.%%@_:+ only",
			    key);
		if (memchr(pairs[i].value.p, '\n', pairs[i].value.n))
			return sek_fail(err, SEK_ECONFIG,
			    "%s: its value is one line", key);
	}
	return SEK_OK;
}

static enum sek_code
end_text(struct edit *e, const struct place *at, struct sek_str text,
    struct sek_str blank, const char *header)
{
	bool unended = text.n && text.p[text.n - 1] != '\n';
	enum sek_code code = SEK_OK;

	if (unended && !blank.n)
		code = put(e, SEK_STR("\n"));
	if (!code && at->inside)
		code = put_rest(e);
	if (!code && blank.n)
		code = put(e, blank);
	if (code || at->found)
		return code;
	if ((text.n && (code = put(e, SEK_STR("\n")))) ||
	    (code = put(e, sek_str(header))) || (code = put(e, SEK_STR("\n"))))
		return code;
	return put_rest(e);
}

enum sek_code
sek_setup_edit(struct sek_secret *out, struct sek_str text, const char *header,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	sek_auto_free bool *done = sek_alloc_n(n + 1, sizeof(*done));
	struct edit e = {out, pairs, n, done, err};
	struct place at = {0};
	struct sek_str rest = text, blank = {NULL, 0};
	enum sek_code code = check_pairs(pairs, n, err);

	while (!code && rest.n > 0) {
		const char *eol = memchr(rest.p, '\n', rest.n);
		size_t len = eol ? (size_t)(eol - rest.p) + 1 : rest.n;

		code = take_line(&e, &at, (struct sek_str){rest.p, len}, &blank,
		    header);
		rest.p += len;
		rest.n -= len;
	}
	return code ? code : end_text(&e, &at, text, blank, header);
}

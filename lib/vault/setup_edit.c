#include "vault/setup.h"

#include "base/alloc.h"

/* Lines are told apart as profile_parse.c does. */
struct edit {
	struct sek_secret *out;
	size_t begin; /* of the first line in out, behind a byte order mark */
	const char *header;
	const struct sek_setup_pair *pairs;
	size_t n;
	bool *done; /* of pairs */
	const char *eol;
	struct sek_str
	    held;     /* comments and blanks: the section's last lines? */
	bool inside;  /* the section */
	bool found;   /* it, before */
	bool dropped; /* the key above: its indented lines go, too */
	struct sek_err *err;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct sek_str
trim(struct sek_str s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

static const char *
eol_of(struct sek_str line)
{
	if (sek_str_ends(line, "\r\n"))
		return "\r\n";
	return sek_str_ends(line, "\n") ? "\n" : "";
}

static struct sek_str
without_eol(struct sek_str line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return trim(line);
}

/* The next line, with its end. */
static struct sek_str
cut_line(struct sek_str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct sek_str line = {
	    rest->p, end ? (size_t)(end - rest->p) + 1 : rest->n};

	rest->p += line.n;
	rest->n -= line.n;
	return line;
}

/* "[profile x]" in its two words, of which the second may be empty; without a
 * comment. false: this is none. */
static bool
split_header(struct sek_str *kind, struct sek_str *name, struct sek_str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '#' && text.p[n] != ';')
		n++;
	text = trim((struct sek_str){text.p, n});
	if (text.n < 2 || *text.p != '[' || text.p[text.n - 1] != ']')
		return false;
	text = trim((struct sek_str){text.p + 1, text.n - 2});
	for (n = 0; n < text.n && !is_blank(text.p[n]);)
		n++;
	*kind = (struct sek_str){text.p, n};
	*name = trim((struct sek_str){text.p + n, text.n - n});
	return true;
}

static bool
same_header(struct sek_str text, const char *header)
{
	struct sek_str kind, name, want_kind, want_name;

	return split_header(&kind, &name, text) &&
	    split_header(&want_kind, &want_name, sek_str(header)) &&
	    sek_str_eq(kind, want_kind) && sek_str_eq(name, want_name);
}

static enum sek_code
put(struct edit *e, struct sek_str s)
{
	return s.n ? sek_secret_add(e->out, s.p, s.n, e->err) : SEK_OK;
}

/* The text's last line may have no end. */
static enum sek_code
start_line(struct edit *e)
{
	struct sek_str so_far = sek_secret_str(e->out);

	if (so_far.n <= e->begin || sek_str_ends(so_far, "\n"))
		return SEK_OK;
	return put(e, sek_str(e->eol));
}

static enum sek_code
put_pair(struct edit *e, size_t i, const char *eol)
{
	const struct sek_str parts[] = {
	    e->pairs[i].key, SEK_STR(" = "), e->pairs[i].value, sek_str(eol)};
	enum sek_code code = start_line(e);

	for (size_t k = 0; k < sizeof(parts) / sizeof(*parts) && !code; k++)
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
			code = put_pair(e, i, e->eol);
	return code;
}

static enum sek_code
put_held(struct edit *e)
{
	struct sek_str held = e->held;

	e->held = (struct sek_str){NULL, 0};
	return put(e, held);
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
	struct sek_str key = trim(sek_str_cut(&line, '='));
	size_t i = 0;

	while (i < e->n && !(line.p && same_key(key, e->pairs[i].key)))
		i++;
	return i;
}

static enum sek_code
take_header(struct edit *e, struct sek_str line, struct sek_str text)
{
	enum sek_code code = e->inside ? put_rest(e) : SEK_OK;

	if (code || (code = put_held(e)))
		return code;
	e->inside = same_header(text, e->header);
	e->found |= e->inside;
	e->dropped = false;
	return put(e, line);
}

/* What is new goes before the comments and blanks at a section's end: these
 * often belong to the next one. */
static enum sek_code
take_line(struct edit *e, struct sek_str line)
{
	struct sek_str text = without_eol(line);
	enum sek_code code;
	size_t i;

	if (text.n == 0 || *text.p == '#' || *text.p == ';') {
		if (!e->held.n)
			e->held.p = line.p;
		e->held.n += line.n;
		return SEK_OK;
	}
	if (*line.p == '[')
		return take_header(e, line, text);
	if ((code = put_held(e)))
		return code;
	if (is_blank(*line.p))
		return e->dropped ? SEK_OK : put(e, line);
	i = e->inside ? pair_of(e, text) : e->n;
	e->dropped = i < e->n;
	if (!e->dropped)
		return put(e, line);
	return e->done[i] ? SEK_OK : put_pair(e, i, eol_of(line));
}

static enum sek_code
end_text(struct edit *e)
{
	enum sek_code code = e->inside ? put_rest(e) : SEK_OK;

	if (code || (code = put_held(e)) || e->found ||
	    (code = start_line(e)) ||
	    (sek_secret_str(e->out).n > e->begin &&
		(code = put(e, sek_str(e->eol)))) ||
	    (code = put(e, sek_str(e->header))) ||
	    (code = put(e, sek_str(e->eol))))
		return code;
	return put_rest(e);
}

static bool
is_key(struct sek_str s)
{
	static const char other[] = "_-/.%@:+";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char letter = c | 0x20;

		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') &&
		    !memchr(other, c, sizeof(other) - 1))
			return false;
	}
	return s.n > 0;
}

bool
sek_setup_is_name(const char *name)
{
	return is_key(sek_str(name));
}

/* NULL: it is read as it is written. */
static const char *
why_not(struct sek_str value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\n' || c == '\r' || c == '\0')
			return "a value is one line of text";
		if ((c == '#' || c == ';') &&
		    (i == 0 || is_blank(value.p[i - 1])))
			return "a value ends where `#` or `;` follows a blank";
	}
	return NULL;
}

static enum sek_code
check_pairs(const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct sek_str key = pairs[i].key;
		const char *why = why_not(pairs[i].value);

		if (!is_key(key))
			return sek_fail(err, SEK_ECONFIG,
			    "a key has letters, digits and _-/.%%@:+ only");
		for (size_t k = 0; k < i && !why; k++)
			if (same_key(key, pairs[k].key))
				why = "set twice";
		if (why)
			return sek_fail(err, SEK_ECONFIG, "%.*s: %s",
			    (int)(key.n < 100 ? key.n : 100), key.p, why);
	}
	return SEK_OK;
}

/* Where there is a [profile default], nobody reads [default]. */
static const char *
choose_header(struct sek_str text, const char *header)
{
	static const char other[] = "[profile default]";

	if (!same_header(SEK_STR("[default]"), header))
		return header;
	while (text.n > 0) {
		struct sek_str line = cut_line(&text);

		if (*line.p == '[' && same_header(without_eol(line), other))
			return other;
	}
	return header;
}

enum sek_code
sek_setup_edit(struct sek_secret *out, struct sek_str text, const char *header,
    const struct sek_setup_pair *pairs, size_t n, struct sek_err *err)
{
	sek_auto_free bool *done = sek_alloc_n(n + 1, sizeof(*done));
	struct edit e = {
	    .out = out, .pairs = pairs, .n = n, .done = done, .err = err};
	struct sek_str rest = text, mark = {text.p, 0};
	enum sek_code code = check_pairs(pairs, n, err);

	if (sek_str_starts(text, "\xef\xbb\xbf"))
		mark.n = 3;
	rest.p += mark.n;
	rest.n -= mark.n;
	if (code || (code = put(&e, mark)))
		return code;
	e.begin = sek_secret_str(out).n;
	e.header = choose_header(rest, header);
	e.eol = "\n";
	for (bool first = true; !code && rest.n > 0; first = false) {
		struct sek_str line = cut_line(&rest);

		if (first && *eol_of(line))
			e.eol = eol_of(line);
		code = take_line(&e, line);
	}
	return code ? code : end_text(&e);
}

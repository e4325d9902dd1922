#include "scan/ruleset.h"

#include "base/enc.h"

/*
 * The templates of examples. The random characters need no quality: they must
 * only be the same for the same seed, everywhere.
 */
#define RUN_MAX   65536
#define DEPTH_MAX 4

struct expander {
	struct sek_str in;
	size_t at;
	uint64_t state;
	unsigned depth; /* of templates in each other */
	struct sek_err *err;
};

/* splitmix64 */
static uint64_t
next_random(struct expander *e)
{
	uint64_t z = e->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool
ahead(const struct expander *e, const char *s)
{
	struct sek_str rest = {e->in.p + e->at, e->in.n - e->at};

	return sek_str_starts(rest, s);
}

static enum sek_code
broken(const struct expander *e, const char *why)
{
	return sek_fail(e->err, SEK_ECONFIG, "column %zu: %s", e->at + 1, why);
}

/* One character of a class, a backslash before it taken away. */
static bool
take_member(struct expander *e, unsigned char *c)
{
	if (ahead(e, "\\"))
		e->at++;
	if (e->at >= e->in.n)
		return false;
	*c = (unsigned char)e->in.p[e->at++];
	return true;
}

static enum sek_code
take_class(struct expander *e, unsigned char *set, size_t *n)
{
	bool has[256] = {false};

	while (!ahead(e, "}")) {
		unsigned char lo, hi;

		if (!take_member(e, &lo))
			return broken(e, "`}` is missing");
		hi = lo;
		if (ahead(e, "-") && !ahead(e, "-}")) {
			e->at++;
			if (!take_member(e, &hi) || hi < lo)
				return broken(e, "this is no range");
		}
		for (unsigned c = lo; c <= hi; c++)
			has[c] = true;
	}
	*n = 0;
	for (unsigned c = 0; c < 256; c++)
		if (has[c])
			set[(*n)++] = (unsigned char)c;
	return *n ? SEK_OK : broken(e, "the class is empty");
}

/* {COUNT:CLASS}, from the count on. */
static enum sek_code
expand_run(struct expander *e, struct sek_buf *out)
{
	unsigned char set[256];
	enum sek_code code;
	size_t n, count = 0;

	for (; e->at < e->in.n && e->in.p[e->at] >= '0' &&
	     e->in.p[e->at] <= '9' && count <= RUN_MAX;
	     e->at++)
		count = count * 10 + (size_t)(e->in.p[e->at] - '0');
	if (!ahead(e, ":") || count == 0 || count > RUN_MAX)
		return broken(e,
		    "after `{` comes COUNT:CLASS}, base64:TEXT}, crc32:TEXT} "
		    "or `{`");
	e->at++;
	code = take_class(e, set, &n);
	if (code)
		return code;
	e->at++;
	while (count-- > 0)
		sek_buf_add_c(out, (char)set[next_random(e) % n]);
	return SEK_OK;
}

static enum sek_code expand_text(struct expander *e, struct sek_buf *out);

typedef void wrap_fn(struct sek_buf *out, struct sek_str text);

static void
wrap_base64(struct sek_buf *out, struct sek_str text)
{
	if (text.n)
		sek_base64(out, text.p, text.n);
}

static void
wrap_crc32(struct sek_buf *out, struct sek_str text)
{
	char sum[SEK_CRC32_BASE62];

	sek_crc32_base62(sum, text);
	sek_buf_add(out, text.p, text.n);
	sek_buf_add(out, sum, sizeof(sum));
}

/* {base64:TEXT} and {crc32:TEXT}, from the text on. */
static enum sek_code
expand_wrapped(struct expander *e, wrap_fn *wrap, struct sek_buf *out)
{
	sek_auto_buf text = {.max = SEK_BUF_MAX / 2};
	enum sek_code code;

	if (e->depth == DEPTH_MAX)
		return broken(e, "templates within templates too often");
	e->depth++;
	code = expand_text(e, &text);
	e->depth--;
	if (code)
		return code;
	if (!ahead(e, "}"))
		return broken(e, "`}` is missing");
	e->at++;
	wrap(out, sek_buf_str(&text));
	return sek_buf_check(&text, "example", e->err);
}

static enum sek_code
expand_brace(struct expander *e, struct sek_buf *out)
{
	static const struct {
		const char *name;
		wrap_fn *wrap;
	} wraps[] = {{"base64:", wrap_base64}, {"crc32:", wrap_crc32}};

	e->at++;
	if (ahead(e, "{")) {
		sek_buf_add_c(out, '{');
		e->at++;
		return SEK_OK;
	}
	for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
		if (ahead(e, wraps[i].name)) {
			e->at += strlen(wraps[i].name);
			return expand_wrapped(e, wraps[i].wrap, out);
		}
	}
	return expand_run(e, out);
}

/* An unknown escape stays as it is, so that Windows paths may be shown. */
static void
expand_escape(struct expander *e, struct sek_buf *out)
{
	static const char names[] = "nt\\}", values[] = "\n\t\\}";
	const char *name = NULL;

	if (e->at + 1 < e->in.n)
		name = memchr(names, e->in.p[e->at + 1], sizeof(names) - 1);
	sek_buf_add_c(out, name ? values[name - names] : '\\');
	e->at += name ? 2 : 1;
}

/* To the end, or within a template to the `}` that is not escaped. */
static enum sek_code
expand_text(struct expander *e, struct sek_buf *out)
{
	enum sek_code code;

	while (e->at < e->in.n && !(e->depth && ahead(e, "}"))) {
		if (ahead(e, "\\")) {
			expand_escape(e, out);
		} else if (ahead(e, "{")) {
			code = expand_brace(e, out);
			if (code)
				return code;
		} else {
			sek_buf_add_c(out, e->in.p[e->at++]);
		}
	}
	return SEK_OK;
}

enum sek_code
sek_example_expand(const char *text, uint64_t seed, struct sek_buf *out,
    struct sek_err *err)
{
	struct expander e = {.in = sek_str(text), .state = seed, .err = err};
	enum sek_code code = expand_text(&e, out);

	return code ? code : sek_buf_check(out, "example", err);
}

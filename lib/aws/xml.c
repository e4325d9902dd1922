#include "aws/xml.h"

#include <expat.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/wipe_alloc.h"

#define DEPTH_MAX 32
#define LONGEST   4096
/* Between namespace and name in what expat hands over; in neither of them. */
#define SEPARATOR '\n'

struct reader {
	XML_Parser parser;
	const struct sek_xml_want *want;
	size_t n_want;
	struct sek_secret **got;
	size_t max; /* of one text: the document's length */
	struct sek_buf path;
	/* Of each open element: where its name starts in path, and where its
	 * text goes, NULL if nobody wants it. */
	size_t start[DEPTH_MAX];
	struct sek_secret *into[DEPTH_MAX];
	size_t depth;
	enum sek_code code;
	struct sek_err err;
};

/* Some handlers are called once more after it: all look at code first. */
static void
stop(struct reader *r, enum sek_code code)
{
	if (!r->code)
		r->code = code;
	XML_StopParser(r->parser, XML_FALSE);
}

static struct sek_secret *
wanted(struct reader *r)
{
	for (size_t i = 0; i < r->n_want; i++)
		if (!r->got[i] && r->depth > 1 &&
		    sek_str_is(sek_buf_str(&r->path), r->want[i].path)) {
			r->got[i] = sek_secret_new(r->max);
			return r->got[i];
		}
	return NULL;
}

static void XMLCALL
start_element(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	const char *local = strrchr(name, SEPARATOR);
	struct reader *r = arg;

	(void)attributes;
	if (r->code)
		return;
	if (r->depth == DEPTH_MAX) {
		stop(r, SEK_ETOOBIG);
		return;
	}
	r->start[r->depth] = r->path.n;
	if (r->path.n > 0)
		sek_buf_add_c(&r->path, '/');
	if (r->depth > 0)
		sek_buf_add_s(&r->path, local ? local + 1 : name);
	if (r->path.toobig) {
		stop(r, SEK_ETOOBIG);
		return;
	}
	r->depth++;
	r->into[r->depth - 1] = wanted(r);
}

static void XMLCALL
end_element(void *arg, const XML_Char *name)
{
	struct reader *r = arg;

	(void)name;
	if (!r->code)
		r->path.n = r->start[--r->depth];
}

static void XMLCALL
text(void *arg, const XML_Char *p, int n)
{
	struct reader *r = arg;
	enum sek_code code;

	if (r->code || r->depth == 0 || !r->into[r->depth - 1])
		return;
	code = sek_secret_add(r->into[r->depth - 1], p, (size_t)n, &r->err);
	if (code)
		stop(r, code);
}

static void XMLCALL
refuse_doctype(void *arg, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int has_internal_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal_subset;
	stop(arg, SEK_EPARSE);
}

static enum sek_code
parse(struct reader *r, struct sek_str doc, const char *what,
    struct sek_err *err)
{
	unsigned long line;

	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, start_element, end_element);
	XML_SetCharacterDataHandler(r->parser, text);
	XML_SetStartDoctypeDeclHandler(r->parser, refuse_doctype);
	if (XML_Parse(r->parser, doc.p, (int)doc.n, 1) == XML_STATUS_OK)
		return SEK_OK;
	line = XML_GetCurrentLineNumber(r->parser);
	if (r->code == SEK_ETOOBIG)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: nested too deep (line %lu)", what, line);
	if (r->code == SEK_EIO)
		return sek_fail(err, SEK_EIO, "%s: %s", what, r->err.text);
	return sek_fail(err, SEK_EPARSE, "%s: not XML (line %lu)", what, line);
}

static void
hand_over(struct reader *r, enum sek_code code)
{
	for (size_t i = 0; i < r->n_want; i++) {
		if (code || !r->got[i]) {
			sek_secret_free(r->got[i]);
			continue;
		}
		sek_secret_free(*r->want[i].out);
		*r->want[i].out = r->got[i];
	}
}

enum sek_code
sek_xml_read(struct sek_str doc, const char *what,
    const struct sek_xml_want *want, size_t n_want, struct sek_err *err)
{
	static const XML_Memory_Handling_Suite memory = {
	    sek_wipe_malloc, sek_wipe_realloc, sek_wipe_free};
	static const char separator[] = {SEPARATOR, '\0'};
	sek_auto_free struct sek_secret **got = sek_alloc_n(n_want,
	    sizeof(struct sek_secret *));
	struct reader r = {
	    .want = want,
	    .n_want = n_want,
	    .got = got,
	    .max = doc.n,
	    .path.max = LONGEST,
	};
	enum sek_code code;

	if (doc.n > SEK_XML_MAX)
		return sek_fail(err, SEK_ETOOBIG, "%s: larger than %zu bytes",
		    what, SEK_XML_MAX);
	/* expat would read UTF-16 too, whatever it is told. */
	if (!sek_utf8_valid(doc) || (doc.n > 0 && memchr(doc.p, '\0', doc.n)))
		return sek_fail(err, SEK_EPARSE, "%s: not XML in UTF-8", what);
	r.parser = XML_ParserCreate_MM("UTF-8", &memory, separator);
	if (!r.parser)
		return sek_fail(err, SEK_EIO, "%s: no memory to read it", what);
	code = parse(&r, doc, what, err);
	hand_over(&r, code);
	XML_ParserFree(r.parser);
	sek_wipe_stack();
	sek_buf_clear(&r.path);
	return code;
}

#include "aws/json.h"

#include <jansson.h>
#include <pthread.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/wipe_alloc.h"

struct sek_json {
	json_t *root;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
wipe_memory(void)
{
	json_set_alloc_funcs(sek_wipe_malloc, sek_wipe_free);
}

enum sek_code
sek_json_read(struct sek_json **out, struct sek_str text, const char *what,
    struct sek_err *err)
{
	/* Numbers are read as double: no integer is too large then. */
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY |
	    JSON_DECODE_INT_AS_REAL;
	json_error_t error;
	json_t *root;
	int line, column;

	if (text.n > SEK_JSON_MAX)
		return sek_fail(err, SEK_ETOOBIG, "%s: larger than %zu bytes",
		    what, SEK_JSON_MAX);
	pthread_once(&once, wipe_memory);
	root = json_loadb(text.n ? text.p : "", text.n, flags, &error);
	line = error.line;
	column = error.column;
	/* jansson quotes the word that it stumbled over, there and before that
	 * on the stack, at a depth that follows the nesting. */
	explicit_bzero(&error, sizeof(error));
	sek_wipe_stack();
	if (!root)
		return sek_fail(err, SEK_EPARSE,
		    "%s: not JSON (line %d, column %d)", what, line, column);
	*out = sek_alloc(sizeof(**out));
	(*out)->root = root;
	return SEK_OK;
}

void
sek_json_free(struct sek_json *j)
{
	if (!j)
		return;
	json_decref(j->root);
	sek_free_ptr(&j);
}

void
sek_json_free_ptr(struct sek_json **j)
{
	sek_json_free(*j);
	*j = NULL;
}

static const json_t *
inner(const struct sek_json_value *v)
{
	return (const json_t *)v;
}

static const struct sek_json_value *
outer(const json_t *j)
{
	return (const struct sek_json_value *)j;
}

const struct sek_json_value *
sek_json_root(const struct sek_json *j)
{
	return outer(j->root);
}

const struct sek_json_value *
sek_json_at(const struct sek_json_value *v, const char *name)
{
	return outer(json_object_get(inner(v), name));
}

struct sek_str
sek_json_str(const struct sek_json_value *v)
{
	return (struct sek_str){
	    json_string_value(inner(v)), json_string_length(inner(v))};
}

bool
sek_json_number(const struct sek_json_value *v, double *out)
{
	if (!json_is_number(inner(v)))
		return false;
	*out = json_number_value(inner(v));
	return true;
}

bool
sek_json_is_object(const struct sek_json_value *v)
{
	return json_is_object(inner(v));
}

enum sek_code
sek_json_each(const struct sek_json_value *v,
    enum sek_code (*fn)(void *arg, struct sek_str name,
	const struct sek_json_value *value, struct sek_err *err),
    void *arg, struct sek_err *err)
{
	/* Not const for jansson: through an iterator one can set a value. */
	json_t *object = (json_t *)(uintptr_t)v;
	enum sek_code code = SEK_OK;

	for (void *at = json_object_iter(object); at && !code;
	     at = json_object_iter_next(object, at))
		code = fn(arg, sek_str(json_object_iter_key(at)),
		    outer(json_object_iter_value(at)), err);
	return code;
}

static void
quote_one(struct sek_buf *out, const char *p, size_t n)
{
	if (n == 0)
		sek_buf_add_s(out, "\\ufffd");
	else if (*p == '"' || *p == '\\')
		sek_buf_printf(out, "\\%c", *p);
	else if ((unsigned char)*p < ' ')
		sek_buf_printf(out, "\\u%04x", (unsigned)*p);
	else
		sek_buf_add(out, p, n);
}

void
sek_json_quote(struct sek_buf *out, struct sek_str text)
{
	sek_buf_add_c(out, '"');
	while (text.n > 0) {
		uint32_t point;
		size_t n = sek_utf8_next(text, &point);

		quote_one(out, text.p, n);
		n += n == 0;
		text.p += n;
		text.n -= n;
	}
	sek_buf_add_c(out, '"');
}

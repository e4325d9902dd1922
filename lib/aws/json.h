#ifndef SEK_AWS_JSON_H
#define SEK_AWS_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

/*
 * JSON (RFC 8259) by jansson, whose memory is wiped when it is given back. A
 * value lives as long as its document. Text that is not quoted in errors: it
 * may hold secrets.
 */
struct sek_json;       /* a document */
struct sek_json_value; /* borrowed from it */

/*
 * Any one value. Deeper than jansson's limit (2048), a repeated name, a NUL in
 * a string, or bytes after the end: SEK_EPARSE "WHAT: not JSON (line L, column
 * C)". SEK_ETOOBIG: values take up to a hundred times their text in memory.
 */
#define SEK_JSON_MAX ((size_t)1 << 20)
enum sek_code sek_json_read(struct sek_json **out, struct sek_str text,
    const char *what, struct sek_err *err) SEK_CHECKED;
void sek_json_free(struct sek_json *j); /* NULL is legal */
void sek_json_free_ptr(struct sek_json **j);
#define sek_auto_json                                                          \
	__attribute__((cleanup(sek_json_free_ptr))) struct sek_json

const struct sek_json_value *sek_json_root(const struct sek_json *j);
/* NULL: v is no object (or NULL), or has no such name. */
const struct sek_json_value *
sek_json_at(const struct sek_json_value *v, const char *name);
/* p == NULL: v is no string (or NULL). NUL-terminated. */
struct sek_str sek_json_str(const struct sek_json_value *v);
bool sek_json_number(const struct sek_json_value *v, double *out);
bool sek_json_is_object(const struct sek_json_value *v);
/* The names of an object in its order; an error of fn ends it. */
enum sek_code sek_json_each(const struct sek_json_value *v,
    enum sek_code (*fn)(void *arg, struct sek_str name,
	const struct sek_json_value *value, struct sek_err *err),
    void *arg, struct sek_err *err) SEK_CHECKED;

/* A JSON string with its quotes, appended; bytes that are not UTF-8 become
 * U+FFFD. */
struct sek_buf;
void sek_json_quote(struct sek_buf *out, struct sek_str text);

#endif

#ifndef SEK_BASE_INI_H
#define SEK_BASE_INI_H

#include "base/err.h"
#include "base/str.h"

/*
 * Line tokenizer for `[section]` and `key = value` files (rules, .sekisho; the
 * AWS config reader uses it with its own dialect). A value is raw to the end of
 * its line, blanks around it trimmed: nothing is unescaped, so that a regex
 * stands as it is. A line whose first non-blank is `#` or `;` is a comment; a
 * comment never follows a value. CRLF line ends and a UTF-8 BOM are accepted;
 * NUL bytes are not.
 */
enum sek_ini_kind { SEK_INI_END, SEK_INI_SECTION, SEK_INI_PAIR };

struct sek_ini {
	struct sek_str rest;    /* set to the whole text by the caller */
	const char *name;       /* of the file, for errors; borrowed */
	size_t line;            /* 1-based, of the token just returned */
	struct sek_str section; /* borrowed from the text */
	struct sek_str key;
	struct sek_str value;
	size_t value_column; /* 1-based, where the value starts */
};

/* The next token. SEK_ECONFIG with "NAME:LINE: why" on a broken line. */
enum sek_code sek_ini_next(struct sek_ini *ini, enum sek_ini_kind *kind,
    struct sek_err *err) SEK_CHECKED;

#endif

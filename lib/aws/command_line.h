#ifndef SEK_AWS_COMMAND_LINE_H
#define SEK_AWS_COMMAND_LINE_H

#include <stddef.h>

#include "base/err.h"

/*
 * A command line in words, as a POSIX shell would split it (Shell Command
 * Language, 2.2 "Quoting"), and as botocore does: nothing is expanded, and what
 * is an operator or a comment to a shell is a character like others.
 */
#define SEK_COMMAND_LINE_MAX ((size_t)8192)

struct sek_command_line {
	char **argv; /* NULL-ended, at least one word */
	size_t n;
	char *text; /* the words' own; wiped, for people put passwords there */
	size_t size;
};

/* SEK_ECONFIG: no word, an empty first one, a quote that is not closed, a
 * backslash at the end, too long. Nothing of the line is quoted. */
enum sek_code sek_command_line_split(struct sek_command_line *out,
    const char *line, struct sek_err *err) SEK_CHECKED;
void sek_command_line_clear(struct sek_command_line *c);
#define sek_auto_command_line                                                  \
	__attribute__((cleanup(sek_command_line_clear))) struct sek_command_line

#endif

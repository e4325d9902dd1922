#include "aws/command_line.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

struct splitter {
	const char *at;
	char *to;
};

void
sek_command_line_clear(struct sek_command_line *c)
{
	if (c->text)
		explicit_bzero(c->text, c->size);
	sek_free_ptr(&c->text);
	sek_free_ptr(&c->argv);
	*c = (struct sek_command_line){0};
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands between quotes of this kind; false: they are not closed. */
static bool
take_quoted(struct splitter *s, char quote)
{
	for (s->at++; *s->at && *s->at != quote; s->at++) {
		if (quote == '"' && *s->at == '\\') {
			if (s->at[1] == '\n') {
				s->at++;
				continue;
			}
			if (s->at[1] && strchr("\"\\$`", s->at[1]))
				s->at++;
		}
		*s->to++ = *s->at;
	}
	return *s->at++ == quote;
}

static bool
take_escaped(struct splitter *s)
{
	if (!*++s->at)
		return false;
	if (*s->at != '\n')
		*s->to++ = *s->at;
	s->at++;
	return true;
}

/* NULL, or what is wrong. */
static const char *
take_word(struct splitter *s)
{
	while (*s->at && !is_blank(*s->at)) {
		if (*s->at == '\\') {
			if (!take_escaped(s))
				return "a backslash at its end";
		} else if (*s->at == '"' || *s->at == '\'') {
			if (!take_quoted(s, *s->at))
				return "a quote that is not closed";
		} else {
			*s->to++ = *s->at++;
		}
	}
	*s->to++ = '\0';
	return NULL;
}

enum sek_code
sek_command_line_split(struct sek_command_line *out, const char *line,
    struct sek_err *err)
{
	/* A word is never longer than what it was written as, and the blank
	 * after it makes room for its NUL. */
	sek_auto_command_line c = {.size = strlen(line) + 1};
	struct splitter s = {.at = line};
	const char *wrong = NULL;

	if (c.size > SEK_COMMAND_LINE_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "the command is longer than %zu bytes",
		    SEK_COMMAND_LINE_MAX - 1);
	c.text = s.to = sek_alloc(c.size);
	c.argv = sek_alloc_n(c.size / 2 + 2, sizeof(*c.argv));
	while (!wrong) {
		while (is_blank(*s.at))
			s.at++;
		if (!*s.at)
			break;
		c.argv[c.n++] = s.to;
		wrong = take_word(&s);
	}
	if (wrong)
		return sek_fail(err, SEK_ECONFIG, "the command has %s", wrong);
	if (c.n == 0 || !*c.argv[0])
		return sek_fail(err, SEK_ECONFIG, "the command is empty");
	*out = (struct sek_command_line){
	    .argv = sek_steal(&c.argv),
	    .n = c.n,
	    .text = sek_steal(&c.text),
	    .size = c.size,
	};
	return SEK_OK;
}

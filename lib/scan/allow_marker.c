#include "scan/allow.h"

#include <ctype.h>

#define REASON_MIN 3

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The rest of s after its first `what`; p NULL: it is not there. */
static struct sek_str
after(struct sek_str s, struct sek_str what)
{
	const char *at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;

	if (!at)
		return (struct sek_str){NULL, 0};
	at += what.n;
	return (struct sek_str){at, (size_t)(s.p + s.n - at)};
}

static struct sek_str
skip_blanks(struct sek_str s)
{
	while (s.n && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

static struct sek_str
cut_word(struct sek_str *rest)
{
	struct sek_str word = {rest->p, 0};

	while (word.n < rest->n && !is_blank(word.p[word.n]))
		word.n++;
	rest->p += word.n;
	rest->n -= word.n;
	return word;
}

/* Letters and digits, any byte of a character beyond ASCII being one: what ends
 * a comment, or only draws a line, is no reason. */
static bool
says_something(struct sek_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		n += isalnum(c) || c >= 0xc0;
	}
	return n >= REASON_MIN;
}

/* `RULE reason`, where the reason ends before the next marker on the line. */
static bool
names(struct sek_str s, const char *rule)
{
	struct sek_str next, word;

	if (!s.n || !is_blank(*s.p))
		return false;
	s = skip_blanks(s);
	word = cut_word(&s);
	next = after(s, SEK_STR("sekisho:allow"));
	if (next.p)
		s.n -= next.n + sizeof("sekisho:allow") - 1;
	return sek_str_is(word, rule) && says_something(s);
}

static bool
has_ours(struct sek_str line, const char *rule)
{
	while ((line = after(line, SEK_STR("sekisho:allow"))).p) {
		if (names(line, rule))
			return true;
	}
	return false;
}

/* A marker behind code speaks of its own line only; one on the line above must
 * have it for itself, but for what opens a comment. */
static bool
is_comment(struct sek_str line)
{
	struct sek_str rest = after(line, SEK_STR("sekisho:allow"));

	if (!rest.p)
		return false;
	line.n -= rest.n + sizeof("sekisho:allow") - 1;
	for (const char *p = line.p; p < line.p + line.n; p++) {
		if (isalnum((unsigned char)*p) || (unsigned char)*p >= 0x80)
			return false;
	}
	return true;
}

/* detect-secrets writes `pragma: allowlist secret`, once `whitelist`. */
static bool
has_pragma(struct sek_str line, struct sek_str what)
{
	while ((line = after(line, SEK_STR("pragma:"))).p) {
		struct sek_str s = skip_blanks(line);

		if (!sek_str_starts(s, "allowlist") &&
		    !sek_str_starts(s, "whitelist"))
			continue;
		s.p += sizeof("allowlist") - 1;
		s.n -= sizeof("allowlist") - 1;
		if (sek_str_starts(s, what.p))
			return true;
	}
	return false;
}

const char *
sek_allow_marker(struct sek_str line, struct sek_str before, const char *rule)
{
	if (has_ours(line, rule))
		return "allowed by sekisho:allow on the line";
	if (is_comment(before) && has_ours(before, rule))
		return "allowed by sekisho:allow on the line above";
	if (after(line, SEK_STR("gitleaks:allow")).p)
		return "allowed by gitleaks:allow on the line";
	if (has_pragma(line, SEK_STR(" secret")))
		return "allowed by pragma: allowlist secret on the line";
	if (has_pragma(before, SEK_STR(" nextline secret")))
		return "allowed by pragma: allowlist nextline secret above";
	return NULL;
}

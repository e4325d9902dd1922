#include "base/enc.h"
#include "scan/check_all.h"

/*
 * `user:password` or a password alone, in base64: headers (RFC 7617), docker's
 * and npm's settings. It is text, and the password is none of those that tests
 * and manuals use.
 */
#define TEXT_MAX 4096
#define WORD_MAX 8 /* letters of a password that is one word */

static bool
is_text(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7f || (c < ' ' && !strchr("\t\n\r", c)) || !c)
			return false;
	}
	return sek_utf8_valid(s);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
has_nocase(struct sek_str s, const char *word)
{
	size_t n = strlen(word), i, k;

	for (i = 0; i + n <= s.n; i++) {
		for (k = 0; k < n && lower(s.p[i + k]) == word[k]; k++)
			;
		if (k == n)
			return true;
	}
	return false;
}

static bool
is_one_word(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (lower(s.p[i]) < 'a' || lower(s.p[i]) > 'z')
			return false;
	return s.n <= WORD_MAX;
}

/* A long text may hold these words by chance, or be a key in JSON. */
static bool
is_made_up(struct sek_str password)
{
	static const char *const words[] = {
	    "pass", "secret", "pwd", "token", "sesame"};

	if (is_one_word(password) || sek_is_placeholder(password))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (password.n <= 24 && has_nocase(password, words[i]))
			return true;
	return false;
}

bool
sek_check_basic_auth(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str raw = {content.p + m->secret, m->secret_end - m->secret};
	sek_auto_buf plain = {.max = TEXT_MAX};
	const char *colon;
	struct sek_str s;

	if (sek_is_placeholder(raw) || !sek_unbase64(raw, &plain))
		return false;
	s = sek_buf_str(&plain);
	if (!s.n || !is_text(s))
		return false;
	colon = memchr(s.p, ':', s.n);
	if (colon) {
		s.n -= (size_t)(colon + 1 - s.p);
		s.p = colon + 1;
	}
	if (is_made_up(s))
		return false;
	facts->signals |= SEK_SIGNAL_DECODED;
	return true;
}

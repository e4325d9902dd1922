#include "scan/check.h"

#include <math.h>

#include "scan/check_all.h"
#include "scan/check_shape.h"

#define PART      12 /* characters; by chance never twice */
#define PARTS_MAX 100

static const struct {
	const char *name;
	sek_check_fn *check;
} checks[] = {
    {"aws-bedrock", sek_check_aws_bedrock},
    {"aws-ecr", sek_check_aws_ecr},
    {"aws-eks", sek_check_aws_eks},
    {"aws-key-id", sek_check_aws_key_id},
    {"aws-presigned", sek_check_aws_presigned},
    {"aws-secret", sek_check_aws_secret},
    {"aws-service", sek_check_aws_service},
    {"aws-ses", sek_check_aws_ses},
    {"aws-token", sek_check_aws_token},
    {"basic-auth", sek_check_basic_auth},
    {"crc32-base62", sek_check_crc32_base62},
    {"pem", sek_check_pem},
    {"pem-encrypted", sek_check_pem_encrypted},
    {"pgp", sek_check_pgp},
    {"placeholder", sek_check_placeholder},
    {"putty", sek_check_putty},
};

sek_check_fn *
sek_check_find(const char *name)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!strcmp(checks[i].name, name))
			return checks[i].check;
	return NULL;
}

const char *
sek_check_name(size_t i)
{
	return i < sizeof(checks) / sizeof(checks[0]) ? checks[i].name : NULL;
}

double
sek_entropy(struct sek_str s)
{
	size_t count[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < s.n; i++)
		count[(unsigned char)s.p[i]]++;
	for (size_t i = 0; i < 256; i++) {
		double share = (double)count[i] / (double)s.n;

		if (count[i])
			bits -= share * log2(share);
	}
	return bits;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
same_nocase(const char *text, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(text[i]) != word[i])
			return false;
	return true;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* WORD, word or Word: what a person types; random text is seldom so tidy, which
 * is asked of short words. */
static bool
is_tidy(const char *text, size_t n)
{
	for (size_t i = 2; i < n; i++)
		if (is_upper(text[i]) != is_upper(text[1]))
			return false;
	return is_upper(text[0]) || !is_upper(text[1]);
}

/*
 * Words that stand in made-up values. The shorter a word and the longer the
 * text, the likelier it stands there by chance, so in long texts short ones
 * count only at the very start or end: together they take less than 1 in 10,000
 * random values.
 */
static const char *const words[] = {"example", "placeholder", "changeme",
    "change_me", "change-me", "redacted", "replaceme", "replace_with",
    "replace-with", "your_", "your-", "dummy", "sample", "foobar", "qwerty",
    "asdfgh", "zxcvb", "accesskey", "secretkey", "secretaccess", "invalid",
    "insert", "notreal", "notasecret", "nosecret", "bogus", "hunter2",
    "deadbeef", "cafebabe", "lorem", "dontuse", "test", "fake", "mock", "demo",
    "your", "here"};
/* How long a text may be where a word of n letters (7: or more) counts. */
static const size_t longest[] = {0, 0, 0, 0, 24, 256, 256, SIZE_MAX};

static bool
is_word_at(struct sek_str s, size_t i, const char *word, size_t n)
{
	return same_nocase(s.p + i, word, n) && (n >= 7 || is_tidy(s.p + i, n));
}

static bool
has_word(struct sek_str s)
{
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t n = strlen(words[w]), step = 1;

		if (n > s.n)
			continue;
		if (s.n > longest[n < 7 ? n : 7] && s.n > n)
			step = s.n - n; /* the start and the end */
		for (size_t i = 0; i + n <= s.n; i += step)
			if (is_word_at(s, i, words[w], n))
				return true;
	}
	return false;
}

static bool
follows(char a, char b)
{
	if ((a == '9' && b == '0') || (a == 'Z' && b == '2'))
		return true; /* as in 67890, and in base32's order */
	return lower(b) == lower(a) + 1;
}

static bool
runs_on(struct sek_str s, size_t apart, size_t enough, bool up)
{
	size_t steps = 0;

	for (size_t i = apart; i < s.n; i++) {
		char a = s.p[i - apart], b = s.p[i];

		steps = (up ? follows(a, b) : follows(b, a)) ? steps + 1 : 0;
		if (steps >= enough)
			return true;
	}
	return false;
}

/* abcdef, 654321, and two such in turns: a1B2c3D4. Up or down: among digits,
 * steps of both kinds are no rarity. */
static bool
has_sequence(struct sek_str s)
{
	return runs_on(s, 1, 5, true) || runs_on(s, 1, 5, false) ||
	    runs_on(s, 2, 6, true) || runs_on(s, 2, 6, false);
}

/* Most of it is what stood `period` before: TESTTESTTEST, 0f0f0f0f. */
static bool
is_periodic(struct sek_str s)
{
	for (size_t period = 1; period <= s.n / 2 && period <= 64; period++) {
		size_t same = 0;

		for (size_t i = period; i < s.n; i++)
			same += s.p[i] == s.p[i - period];
		if (10 * same >= 8 * (s.n - period))
			return true;
	}
	return false;
}

/* A part with a letter in it stands there twice, as when keys are pressed. */
static bool
repeats_a_part(struct sek_str s)
{
	for (size_t apart = PART; apart + PART <= s.n; apart++) {
		size_t same = 0;
		bool letter = false;

		for (size_t i = apart; i < s.n; i++) {
			if (s.p[i] != s.p[i - apart]) {
				same = 0;
				letter = false;
				continue;
			}
			letter |= lower(s.p[i]) >= 'a' && lower(s.p[i]) <= 'z';
			if (++same >= PART && letter)
				return true;
		}
	}
	return false;
}

bool
sek_is_placeholder(struct sek_str s)
{
	static const char *const marks[] = {
	    "${", "{{", "$(", "<", ">", "...", "***", "%(", "\xe2\x80\xa6"};
	struct sek_shape shape;

	if (s.n < 4)
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(s.p, s.n, marks[i], strlen(marks[i])))
			return true;
	sek_shape_of(s, &shape);
	if (shape.run >= (s.n > 256 ? 8u : 5u))
		return true;
	if (s.n >= 12 && shape.distinct <= 5)
		return true;
	if (s.n <= PARTS_MAX && repeats_a_part(s))
		return true;
	return has_word(s) || (s.n <= 256 && has_sequence(s)) || is_periodic(s);
}

bool
sek_check_placeholder(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str s = {content.p + m->secret, m->secret_end - m->secret};

	(void)facts;
	return !sek_is_placeholder(s);
}

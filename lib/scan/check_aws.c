#include <stdio.h>

#include "base/enc.h"
#include "scan/check_account.h"
#include "scan/check_all.h"
#include "scan/check_aws.h"
#include "scan/check_shape.h"

#define ID_LEN     20
#define SECRET_LEN 40
#define ARN_FAR    ((size_t)1024) /* bytes between key id and ARN */

/* A-Z2-7 of RFC 4648, or -1. */
static int
base32_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool
sek_aws_is_key_id(struct sek_str s)
{
	static const char *const prefixes[] = {"AKIA", "ASIA", "ABIA", "ACCA"};
	bool known = false;

	if (s.n != ID_LEN)
		return false;
	for (size_t i = 0; i < 4; i++)
		known |= !memcmp(s.p, prefixes[i], 4);
	for (size_t i = 4; i < ID_LEN; i++)
		if (base32_digit(s.p[i]) < 0)
			return false;
	return known;
}

/*
 * Account = bits 1 to 40 of what follows the prefix; it is there only when bit
 * 0 is set, in ids made since about 2019 (Be'ery 2023; WithSecure).
 */
enum sek_aws_account
sek_aws_account_of(struct sek_str id, char account[13])
{
	uint64_t bits = 0, number;

	account[0] = '\0';
	for (size_t i = 4; i < 13; i++)
		bits = bits << 5 | (uint64_t)base32_digit(id.p[i]);
	bits <<= 3; /* nine digits are 45 bits; the number stands in 48 */
	if (!(bits >> 47 & 1))
		return SEK_AWS_NO_ACCOUNT;
	number = (bits & 0x7fffffffff80) >> 7;
	if (number > 999999999999)
		return SEK_AWS_BAD_ACCOUNT;
	snprintf(account, 13, "%012llu", (unsigned long long)number);
	return SEK_AWS_ACCOUNT;
}

static bool
is_upper_line(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	return s.n >= ID_LEN;
}

/*
 * A line of a protein sequence: it has none of B J O U X Z, and the line before
 * or after it is of capitals only, too.
 */
static bool
is_sequence_line(struct sek_str content, const struct sek_match *m)
{
	const char *end = content.p + content.n, *p = content.p + m->secret;
	const char *before = p, *after = content.p + m->secret_end;

	for (const char *c = p; c < after; c++)
		if (strchr("BJOUXZ234567", *c))
			return false;
	if (before > content.p && before[-1] == '\n')
		for (before--; before > content.p && p - before < 128 &&
		     before[-1] != '\n';)
			before--;
	if (p > before &&
	    is_upper_line((struct sek_str){before, (size_t)(p - 1 - before)}))
		return true;
	if (after == end || *after != '\n')
		return false;
	for (p = ++after; p < end && *p != '\n' && p - after < 128;)
		p++;
	return is_upper_line((struct sek_str){after, (size_t)(p - after)});
}

/* One character, or %XX of it, at p. Its length, or 0. */
static size_t
skip_char(const char *p, const char *end, char c)
{
	char hex[4];

	if (p < end && *p == c)
		return 1;
	snprintf(hex, sizeof(hex), "%%%02X", (unsigned)c);
	return end - p >= 3 && !memcmp(p, hex, 3) ? 3 : 0;
}

/*
 * In a signature's scope (ID/20240131/region/...) or a presigned URL of the old
 * kind (AWSAccessKeyId=ID&...Signature=) the id is public by design; such URLs
 * have a rule of their own.
 */
static bool
is_in_signature(struct sek_str content, const struct sek_match *m)
{
	const char *end = content.p + content.n;
	const char *p = content.p + m->secret_end;
	size_t n = skip_char(p, end, '/'), left;

	if (n && end - p >= (ptrdiff_t)n + 9) {
		size_t i = 0;

		while (i < 8 && p[n + i] >= '0' && p[n + i] <= '9')
			i++;
		if (i == 8 && skip_char(p + n + 8, end, '/'))
			return true;
	}
	if (!sek_str_starts((struct sek_str){p, (size_t)(end - p)}, "&") &&
	    !sek_str_starts((struct sek_str){p, (size_t)(end - p)}, "\\u0026"))
		return false;
	left = (size_t)(end - p) < 512 ? (size_t)(end - p) : 512;
	end = memchr(p, '\n', left) ? memchr(p, '\n', left) : p + left;
	return memmem(p, (size_t)(end - p), "Signature=", 10) != NULL;
}

/* What follows `arn:aws:...::ACCOUNT:KIND/` in s, for the account of the key. */
static struct sek_str
find_arn(struct sek_str s, const char *account, const char *kind)
{
	char what[40];
	const char *p;

	snprintf(what, sizeof(what), "::%s:%s/", account, kind);
	p = memmem(s.p, s.n, what, strlen(what));
	if (!p)
		return (struct sek_str){NULL, 0};
	p += strlen(what);
	return (struct sek_str){p, (size_t)(s.p + s.n - p)};
}

/*
 * Whose key it is, where the answer that brought it stands around it: STS and
 * IAM name role or user in an ARN. A user may have a path: its last part counts.
 */
static void
read_principal(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	size_t from = m->secret > ARN_FAR ? m->secret - ARN_FAR : 0;
	size_t to = content.n - m->secret_end > ARN_FAR
	    ? m->secret_end + ARN_FAR
	    : content.n;
	struct sek_str s = {content.p + from, to - from}, arn;

	arn = find_arn(s, facts->account, "assumed-role");
	if (arn.p)
		sek_aws_read_name(arn, facts->role);
	arn = find_arn(s, facts->account, "user");
	while (arn.p) { /* /division/team/name */
		struct sek_str rest = arn;
		size_t n;

		sek_aws_read_name(arn, facts->user);
		n = strlen(facts->user);
		arn.p = n && n < rest.n && rest.p[n] == '/' ? rest.p + n + 1
							    : NULL;
		arn.n = rest.n - n - 1;
	}
}

bool
sek_check_aws_key_id(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str id = {content.p + m->secret, m->secret_end - m->secret};
	struct sek_str rest;
	sek_auto_buf plain = {.max = 64};
	struct sek_shape shape;

	if (id.n != ID_LEN) { /* as base64, perhaps with a line end */
		if (!sek_unbase64(id, &plain))
			return false;
		id = sek_str_trim(sek_buf_str(&plain));
	}
	if (!sek_aws_is_key_id(id))
		return false;
	rest = (struct sek_str){id.p + 4, id.n - 4};
	sek_shape_of(rest, &shape);
	/* All letters and most pairs as in words: ASIA PACIFIC NORTHEAST. */
	if (!shape.digit && shape.common >= 10)
		return false;
	if (sek_is_placeholder(rest) || sek_entropy(rest) < 2.5 ||
	    memmem(id.p, id.n, "FODNN7", 6)) /* AWS's example, varied */
		return false;
	if (!plain.n &&
	    (is_sequence_line(content, m) || is_in_signature(content, m)))
		return false;
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_RANDOM |
	    (plain.n ? SEK_SIGNAL_DECODED : 0);
	switch (sek_aws_account_of(id, facts->account)) {
	case SEK_AWS_ACCOUNT:
		sek_aws_say_account(facts);
		read_principal(content, m, facts);
		return !sek_aws_is_example_account(facts->account);
	case SEK_AWS_NO_ACCOUNT:
		facts->signals |= SEK_SIGNAL_NO_ACCOUNT;
		break;
	case SEK_AWS_BAD_ACCOUNT:
		facts->signals |= SEK_SIGNAL_BAD_ACCOUNT;
		break;
	}
	return true;
}

/* The ways that + and / are escaped in URLs, JSON, XML and source strings. */
static const struct {
	const char *text;
	char c;
} escapes[] = {
    {"\\\\/", '/'},
    {"\\/", '/'},
    {"%2f", '/'},
    {"%2b", '+'},
    {"\\u002f", '/'},
    {"\\u002b", '+'},
    {"\\\\u002f", '/'},
    {"\\\\u002b", '+'},
    {"\\x2f", '/'},
    {"\\x2b", '+'},
    {"&#x2f;", '/'},
    {"&#x2b;", '+'},
    {"&#47;", '/'},
    {"&#43;", '+'},
    {"%252f", '/'},
    {"%252b", '+'},
    {"%3d", '='},
    {"%253d", '='},
    {"\\u003d", '='},
    {"\\x3d", '='},
    {"&#61;", '='},
    {"&#x3d;", '='},
};

size_t
sek_aws_base64_char(struct sek_str s, char *c)
{
	if (!s.n)
		return 0;
	*c = s.p[0];
	if ((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
	    (*c >= '0' && *c <= '9') || *c == '+' || *c == '/' || *c == '=')
		return 1;
	if (*c != '\\' && *c != '%' && *c != '&')
		return 0;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		size_t n = strlen(escapes[i].text), j = 0;

		while (j < n && j < s.n &&
		    (s.p[j] | (s.p[j] >= 'A' && s.p[j] <= 'Z' ? 32 : 0)) ==
			escapes[i].text[j])
			j++;
		if (j == n) {
			*c = escapes[i].c;
			return n;
		}
	}
	return 0;
}

bool
sek_aws_unescape(struct sek_str s, struct sek_buf *out)
{
	while (s.n) {
		char c;
		size_t n = sek_aws_base64_char(s, &c);

		if (!n)
			return false;
		sek_buf_add_c(out, c);
		s.p += n;
		s.n -= n;
	}
	return !out->toobig;
}

static bool
is_printable(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 || s.p[i] > 0x7e) && s.p[i] != '\n')
			return false;
	return true;
}

bool
sek_aws_is_secret(struct sek_str s)
{
	sek_auto_buf text = {.max = SECRET_LEN};
	struct sek_shape shape;

	if (s.n != SECRET_LEN)
		return false;
	sek_shape_of(s, &shape);
	for (size_t i = 0; i < s.n; i++) {
		char c;

		if (sek_aws_base64_char((struct sek_str){s.p + i, 1}, &c) !=
			1 ||
		    c == '=')
			return false;
	}
	/* A sum, or one with a mistake in it; other people's tokens. */
	if (!shape.upper || !shape.lower || shape.hex >= 28)
		return false;
	if (sek_shape_is_words(&shape) || sek_entropy(s) < 4.0 ||
	    shape.changes < 11)
		return false;
	/* The beginnings of AWS's two examples, whatever became of the end; and
	 * of the key of MinIO's public server, which stands in many manuals. */
	if (sek_str_starts(s, "wJalrXUtnFEMI") ||
	    sek_str_starts(s, "je7MtGbClwBF") ||
	    sek_str_starts(s, "zuf+tfteSlsw"))
		return false;
	/* Thirty bytes that are all text: something else, encoded. */
	if (sek_unbase64(s, &text) && is_printable(sek_buf_str(&text)))
		return false;
	return !sek_is_placeholder(s);
}

/* SOPS writes ENC[AES256_GCM,data:...,iv:...: that is under a key already. */
static bool
is_encrypted(struct sek_str content, size_t at)
{
	static const char mark[] = "ENC[AES256_GCM,data:";
	size_t n = sizeof(mark) - 1;

	return at >= n && !memcmp(content.p + at - n, mark, n);
}

bool
sek_check_aws_secret(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str raw = {content.p + m->secret, m->secret_end - m->secret};
	sek_auto_buf plain = {.max = 512}, inner = {.max = 512};
	struct sek_str s;

	if (is_encrypted(content, m->secret) || !sek_aws_unescape(raw, &plain))
		return false;
	s = sek_buf_str(&plain);
	if (s.n > SECRET_LEN) { /* a Kubernetes secret: base64 of it */
		if (!sek_unbase64(s, &inner))
			return false;
		s = sek_str_trim(sek_buf_str(&inner));
		facts->signals |= SEK_SIGNAL_DECODED;
	}
	facts->signals |= SEK_SIGNAL_RANDOM;
	return sek_aws_is_secret(s);
}

#include <stdio.h>
#include <time.h>

#include "base/enc.h"
#include "scan/check_all.h"
#include "scan/check_aws.h"
#include "scan/check_shape.h"

#define TOKEN_MAX ((size_t)32 << 10) /* rules match less than 16 KiB */
#define TOKEN_MIN 100  /* characters of a session token; most have 300 */
#define URL_BACK  2048 /* bytes of a query before the key id */
#define EKS_LIFE  900  /* seconds that EKS takes a token for */

static struct sek_str
secret_of(struct sek_str content, const struct sek_match *m)
{
	return (struct sek_str){
	    content.p + m->secret, m->secret_end - m->secret};
}

static const char *
find(struct sek_str s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what));
}

/* What follows `name` in s; p NULL if name is not there. */
static struct sek_str
after(struct sek_str s, const char *name)
{
	const char *p = find(s, name);

	if (!p)
		return (struct sek_str){NULL, 0};
	p += strlen(name);
	return (struct sek_str){p, (size_t)(s.p + s.n - p)};
}

/* The number that s starts with; 0 if it starts with none. */
static uint64_t
number(struct sek_str s)
{
	size_t n = 0;
	uint64_t value = 0;

	while (n < s.n && n < 12 && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (!n || !sek_str_to_u64((struct sek_str){s.p, n}, &value))
		return 0;
	return value;
}

/* The 12 digits that s starts with. */
static bool
read_account(struct sek_str s, struct sek_facts *facts)
{
	if (s.n < 12)
		return false;
	for (size_t i = 0; i < 12; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	memcpy(facts->account, s.p, 12);
	facts->account[12] = '\0';
	return true;
}

static void
set_expires(struct sek_facts *facts, time_t at)
{
	struct tm tm;

	if (at <= 0 || at > 253402300799 || !gmtime_r(&at, &tm))
		return;
	strftime(facts->expires, sizeof(facts->expires), "%Y-%m-%dT%H:%M:%SZ",
	    &tm);
}

/* 20240131T235959Z as seconds, or 0. */
static time_t
parse_date(struct sek_str s)
{
	struct tm tm = {0};
	char text[17] = "";

	if (s.n < 16)
		return 0;
	memcpy(text, s.p, 16);
	if (!strptime(text, "%Y%m%dT%H%M%SZ", &tm))
		return 0;
	return timegm(&tm);
}

/* Fills the account; false if the id is an example. */
static bool
read_key_id(struct sek_str id, struct sek_facts *facts)
{
	if (sek_is_placeholder(id))
		return false;
	return sek_aws_account_of(id, facts->account) != SEK_AWS_ACCOUNT ||
	    !sek_aws_is_example_account(facts->account);
}

/*
 * Account and expiry out of a presigned query. life: 0 to go by what the query
 * says. False if the id in it is an example.
 */
static bool
read_query(struct sek_str query, uint64_t life, struct sek_facts *facts)
{
	struct sek_str id = after(query, "X-Amz-Credential=");
	time_t date = parse_date(after(query, "X-Amz-Date="));
	uint64_t seconds = number(after(query, "X-Amz-Expires="));

	if (id.n >= 20) {
		id.n = 20;
		if (sek_aws_is_key_id(id)) {
			if (!read_key_id(id, facts))
				return false;
		}
	}
	if (date > 0 && (life || seconds))
		set_expires(facts, date + (time_t)(life ? life : seconds));
	return true;
}

/* The match and what stands before it in the same URL: the parts of a query may
 * have any order. */
static struct sek_str
url_of(struct sek_str content, const struct sek_match *m)
{
	size_t start = m->start;

	while (start > 0 && m->start - start < URL_BACK &&
	    !strchr(" \t\n\r\"'<>`", content.p[start - 1]))
		start--;
	return (struct sek_str){content.p + start, m->end - start};
}

bool
sek_check_aws_presigned(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str url = url_of(content, m);
	struct sek_str old = after(url, "AWSAccessKeyId=");

	facts->confidence = SEK_CONF_MEDIUM;
	if (sek_is_placeholder(secret_of(content, m)))
		return false;
	if (!old.p)
		return read_query(url, 0, facts);
	if (old.n < 20)
		return false;
	old.n = 20;
	if (!sek_aws_is_key_id(old) || !read_key_id(old, facts))
		return false;
	set_expires(facts, (time_t)number(after(url, "Expires=")));
	return true;
}

static bool
starts_as_token(struct sek_str s)
{
	static const char *const starts[] = {"IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdz",
	    "FQoGZXIvYXdz", "FQoDYXdz", "AQoDYXdz"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (sek_str_starts(s, starts[i]))
			return true;
	return false;
}

/* In a presigned URL the token is public by design. */
static bool
is_in_url(struct sek_str content, const struct sek_match *m)
{
	static const char name[] = "ecurity-Token=",
			  escaped[] = "urity-Token%3D";
	size_t n = sizeof(name) - 1;

	return m->secret >= n &&
	    (!memcmp(content.p + m->secret - n, name, n) ||
		!memcmp(content.p + m->secret - n, escaped, n));
}

bool
sek_check_aws_token(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf plain = {.max = TOKEN_MAX};
	struct sek_shape shape;
	struct sek_str s;

	if (is_in_url(content, m))
		return false;
	/* The regex takes any % and backslash: an escape of another kind, as
	 * of a line end, ends the token. */
	(void)sek_aws_unescape(secret_of(content, m), &plain);
	if (plain.n < TOKEN_MIN)
		return false;
	s = sek_buf_str(&plain);
	sek_shape_of(s, &shape);
	if (!shape.upper || !shape.lower || !shape.digit ||
	    sek_is_placeholder(s) || sek_entropy(s) < 4.7)
		return false;
	/* 27 % is what random letters have; words have 80. */
	if (shape.pairs && 100 * shape.common / shape.pairs >= 50)
		return false;
	facts->confidence = starts_as_token(s) ? SEK_CONF_HIGH
					       : SEK_CONF_MEDIUM;
	/* A JSON web token, or anything else in JSON. */
	return !sek_str_starts(s, "eyJ");
}

bool
sek_check_aws_bedrock(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	static const char short_term[] = "bedrock-api-key-";
	struct sek_str s = secret_of(content, m), text;
	sek_auto_buf plain = {.max = TOKEN_MAX};
	bool brief = sek_str_starts(s, short_term);
	size_t prefix = brief ? sizeof(short_term) - 1 : 4;

	if (s.n <= prefix || sek_is_placeholder(s))
		return false;
	s.p += prefix;
	s.n -= prefix;
	if (!sek_unbase64(s, &plain))
		return false;
	text = sek_buf_str(&plain);
	facts->confidence = SEK_CONF_HIGH;
	if (brief)
		return find(text, "X-Amz-") && read_query(text, 0, facts);
	if (!sek_str_starts(text, "BedrockAPIKey"))
		return false;
	if (!read_account(after(text, "-at-"), facts))
		facts->confidence = SEK_CONF_MEDIUM;
	else if (sek_aws_is_example_account(facts->account))
		return false;
	return find(text, ":") != NULL;
}

bool
sek_check_aws_ecr(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf plain = {.max = TOKEN_MAX}, json = {.max = TOKEN_MAX};
	struct sek_str token = secret_of(content, m);

	if (sek_str_starts(token, "QVdTO")) {
		if (!sek_unbase64(token, &plain))
			return false;
		token = after(sek_buf_str(&plain), "AWS:");
	}
	if (!token.p || !sek_unbase64(token, &json))
		return false;
	if (!find(sek_buf_str(&json), "\"datakey\""))
		return false;
	facts->confidence = SEK_CONF_HIGH;
	set_expires(facts,
	    (time_t)number(after(sek_buf_str(&json), "\"expiration\":")));
	return true;
}

bool
sek_check_aws_eks(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str s = after(secret_of(content, m), "k8s-aws-v1.");
	sek_auto_buf plain = {.max = TOKEN_MAX};

	if (!s.p || !sek_unbase64(s, &plain))
		return false;
	facts->confidence = SEK_CONF_HIGH;
	return find(sek_buf_str(&plain), "X-Amz-Signature=") &&
	    read_query(sek_buf_str(&plain), EKS_LIFE, facts);
}

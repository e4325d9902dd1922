#include "base/enc.h"
#include "scan/check_account.h"
#include "scan/check_all.h"
#include "scan/check_aws.h"
#include "scan/check_session.h"
#include "scan/check_shape.h"
#include "scan/check_time.h"

#define TOKEN_MAX    ((size_t)32 << 10) /* rules match less than 16 KiB */
#define TOKEN_MIN    100  /* characters of a session token; most have 300 */
#define URL_BACK     2048 /* bytes of a query before the key id */
#define REGISTRY_FAR 300  /* bytes between a token and its registry */
#define EKS_LIFE     900  /* seconds that EKS takes a token for */

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

static struct sek_str
after_last(struct sek_str s, const char *name)
{
	struct sek_str last = {NULL, 0};

	for (s = after(s, name); s.p; s = after(s, name))
		last = s;
	return last;
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

/* Fills the account; false if the id is an example. */
static bool
read_key_id(struct sek_str id, struct sek_facts *facts)
{
	if (sek_is_placeholder(id))
		return false;
	if (sek_aws_account_of(id, facts->account) != SEK_AWS_ACCOUNT)
		return true;
	sek_aws_say_account(facts);
	return !sek_aws_is_example_account(facts->account);
}

/* Past a slash, as it is or escaped once or twice; p NULL: there is none. */
static struct sek_str
after_slash(struct sek_str s)
{
	static const char *const slashes[] = {
	    "/", "%2F", "%2f", "%252F", "%252f"};

	for (size_t i = 0; i < sizeof(slashes) / sizeof(slashes[0]); i++) {
		size_t n = strlen(slashes[i]);

		if (sek_str_starts(s, slashes[i]))
			return (struct sek_str){s.p + n, s.n - n};
	}
	return (struct sek_str){NULL, 0};
}

/* The region of a signature's scope: /20240131/us-east-1/s3/aws4_request */
static void
read_scope(struct sek_str s, struct sek_facts *facts)
{
	s = after_slash(s);
	if (!s.p || s.n < 8)
		return;
	s = after_slash((struct sek_str){s.p + 8, s.n - 8});
	if (s.p)
		sek_aws_read_region(s, facts->region);
}

/*
 * What a presigned query says. life: 0 to go by what the query says. False if
 * the id in it is an example.
 */
static bool
read_query(struct sek_str query, uint64_t life, struct sek_facts *facts)
{
	struct sek_str id = after(query, "X-Amz-Credential="), scope;
	uint64_t date = sek_check_basic_time(after(query, "X-Amz-Date="));
	uint64_t seconds = number(after(query, "X-Amz-Expires="));

	if (id.n >= 20) {
		scope = (struct sek_str){id.p + 20, id.n - 20};
		id.n = 20;
		if (sek_aws_is_key_id(id)) {
			if (!read_key_id(id, facts))
				return false;
			read_scope(scope, facts);
		}
	}
	sek_check_set_time(facts->issued, date);
	if (date && (life || seconds))
		sek_check_set_time(facts->expires,
		    date + (life ? life : seconds));
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

	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_PUBLIC;
	if (sek_is_placeholder(secret_of(content, m)))
		return false;
	if (!old.p)
		return read_query(url, 0, facts);
	if (old.n < 20)
		return false;
	old.n = 20;
	if (!sek_aws_is_key_id(old) || !read_key_id(old, facts))
		return false;
	sek_check_set_time(facts->expires, number(after(url, "Expires=")));
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
	sek_auto_buf plain = {.max = TOKEN_MAX}, bytes = {.max = TOKEN_MAX};
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
	facts->signals |= SEK_SIGNAL_RANDOM |
	    (starts_as_token(s) ? SEK_SIGNAL_SHAPE : SEK_SIGNAL_UNSURE);
	if (sek_unbase64(s, &bytes) &&
	    sek_session_read(sek_buf_str(&bytes), facts)) {
		facts->signals |= SEK_SIGNAL_DECODED;
		sek_aws_say_account(facts);
	}
	/* A JSON web token, or anything else in JSON. */
	return !sek_str_starts(s, "eyJ");
}

/* USER-at-ACCOUNT:SECRET. False: it is an example, or something else. */
static bool
read_service_user(struct sek_str text, struct sek_facts *facts)
{
	const char *end = find(text, ":");
	struct sek_str name = text, account;

	if (!end)
		return false;
	name.n = (size_t)(end - text.p);
	account = after_last(name, "-at-");
	if (!account.p || !sek_aws_read_account(account, facts->account)) {
		facts->signals |= SEK_SIGNAL_UNSURE;
		return true;
	}
	name.n = (size_t)(account.p - 4 - text.p);
	sek_aws_read_name(name, facts->user);
	sek_aws_say_account(facts);
	return !sek_aws_is_example_account(facts->account);
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
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_DECODED;
	if (brief)
		return find(text, "X-Amz-") && read_query(text, 0, facts);
	return sek_str_starts(text, "BedrockAPIKey") &&
	    read_service_user(text, facts);
}

/*
 * Where the token is used: ACCOUNT.dkr.ecr.REGION.amazonaws.com, nearest before
 * it in a docker configuration, after it in a command.
 */
static void
read_registry(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	static const char mark[] = ".dkr.ecr.";
	size_t far = REGISTRY_FAR, from = m->start > far ? m->start - far : 0;
	size_t to = content.n - m->end > far ? m->end + far : content.n;
	struct sek_str back = {content.p + from, m->start - from};
	struct sek_str ahead = {content.p + m->end, to - m->end};
	struct sek_str region = after_last(back, mark);
	struct sek_str where = region.p ? back : ahead;
	size_t before = sizeof(mark) - 1 + 12;

	if (!region.p)
		region = after(ahead, mark);
	if (!region.p || (size_t)(region.p - where.p) < before ||
	    !sek_aws_read_account((struct sek_str){region.p - before, 12},
		facts->account))
		return;
	sek_aws_say_account(facts);
	sek_aws_read_region(region, facts->region);
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
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_DECODED;
	sek_check_set_time(facts->expires,
	    number(after(sek_buf_str(&json), "\"expiration\":")));
	read_registry(content, m, facts);
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
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_DECODED;
	return find(sek_buf_str(&plain), "X-Amz-Signature=") &&
	    read_query(sek_buf_str(&plain), EKS_LIFE, facts);
}

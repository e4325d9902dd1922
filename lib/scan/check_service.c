#include "base/enc.h"
#include "scan/check_account.h"
#include "scan/check_all.h"
#include "scan/check_aws.h"
#include "scan/check_shape.h"

/* Passwords of single services: 44 characters of base64. */
#define PASSWORD 44

/* Unescapes and decodes the password; false if it does not look random. */
static bool
decode(struct sek_str content, const struct sek_match *m, struct sek_buf *bytes)
{
	struct sek_str raw = {content.p + m->secret, m->secret_end - m->secret};
	sek_auto_buf plain = {.max = 512};
	struct sek_shape shape;
	struct sek_str s;

	if (!sek_aws_unescape(raw, &plain) || plain.n != PASSWORD)
		return false;
	s = sek_buf_str(&plain);
	sek_shape_of(s, &shape);
	if (!shape.upper || !shape.lower || sek_shape_is_words(&shape) ||
	    sek_entropy(s) < 4.0 || sek_is_placeholder(s))
		return false;
	return sek_unbase64(s, bytes);
}

/* The user name of SES is a key id, which the match may start with. */
static void
read_user_id(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str id = {content.p + m->start, 20};

	if (m->secret - m->start < id.n || !sek_aws_is_key_id(id) ||
	    sek_aws_account_of(id, facts->account) != SEK_AWS_ACCOUNT)
		return;
	sek_aws_say_account(facts);
}

static bool
is_in_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || (c && strchr("+.@_-", c));
}

/* The name that ends at `at`. */
static void
read_name_before(struct sek_str content, size_t at, struct sek_facts *facts)
{
	size_t n = 0;

	while (n < at && n < SEK_IAM_NAME_SIZE &&
	    is_in_name(content.p[at - n - 1]))
		n++;
	sek_aws_read_name((struct sek_str){content.p + at - n, n}, facts->user);
}

/*
 * A version byte and an HMAC-SHA256: 33 bytes, so no padding. The byte is 4
 * since 2019, before it was 2.
 */
bool
sek_check_aws_ses(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf bytes = {.max = PASSWORD};

	if (!decode(content, m, &bytes) || bytes.n != 33)
		return false;
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_RANDOM;
	if (bytes.p[0] == 2)
		facts->signals |= SEK_SIGNAL_UNSURE;
	read_user_id(content, m, facts);
	return bytes.p[0] == 4 || bytes.p[0] == 2;
}

/* Says what stands before the value that it is a digest? SHA-256 in base64 has
 * the same 44 characters. */
static bool
is_called_digest(struct sek_str content, size_t at)
{
	static const char *const names[] = {
	    "integrity", "sha256", "sha-256", "digest", "checksum", "h1:"};
	size_t n = at < 24 ? at : 24;
	struct sek_str before = {content.p + at - n, n};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memmem(before.p, before.n, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The match starts at the user name's `-at-` and the 12 digits after it. */
bool
sek_check_aws_service(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf bytes = {.max = PASSWORD};

	if (!decode(content, m, &bytes) || bytes.n != 32 ||
	    m->secret - m->start < 16 || is_called_digest(content, m->secret))
		return false;
	facts->signals |= SEK_SIGNAL_SHAPE | SEK_SIGNAL_RANDOM;
	if (!sek_aws_read_account((struct sek_str){content.p + m->start + 4,
				      12},
		facts->account))
		return false;
	sek_aws_say_account(facts);
	read_name_before(content, m->start, facts);
	return !sek_aws_is_example_account(facts->account);
}

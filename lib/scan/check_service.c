#include "base/enc.h"
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
	facts->confidence = bytes.p[0] == 4 ? SEK_CONF_HIGH : SEK_CONF_MEDIUM;
	return bytes.p[0] == 4 || bytes.p[0] == 2;
}

/* The match starts at the user name's `-at-` and the 12 digits after it. */
bool
sek_check_aws_service(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf bytes = {.max = PASSWORD};

	if (!decode(content, m, &bytes) || bytes.n != 32 ||
	    m->secret - m->start < 16)
		return false;
	memcpy(facts->account, content.p + m->start + 4, 12);
	facts->account[12] = '\0';
	facts->confidence = SEK_CONF_HIGH;
	return !sek_aws_is_example_account(facts->account);
}

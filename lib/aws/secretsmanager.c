#include "aws/secretsmanager.h"

#include "aws/call_json.h"
#include "base/alloc.h"
#include "base/buf.h"

/* RFC 4648, section 4; -1: no digit of base64. */
static int
digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One group of four: n bytes, or 0 if it is none. `=` stands at its end. */
static size_t
decode_group(unsigned char bytes[3], const char *group)
{
	size_t n = group[3] != '=' ? 3 : group[2] != '=' ? 2 : 1;
	unsigned bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i <= n ? digit(group[i]) : 0;

		if (d < 0 || (i > n && group[i] != '='))
			return 0;
		bits = bits << 6 | (unsigned)d;
	}
	bytes[0] = (unsigned char)(bits >> 16);
	bytes[1] = (unsigned char)(bits >> 8);
	bytes[2] = (unsigned char)bits;
	return n;
}

/* From locked memory into locked memory: sek_unbase64 fills another kind. */
static enum sek_code
decode(struct sek_secret *out, struct sek_str in, const char *what,
    struct sek_err *err)
{
	unsigned char bytes[3];
	enum sek_code code = SEK_OK;

	for (size_t i = 0; !code && i < in.n; i += 4) {
		size_t n = in.n - i >= 4 ? decode_group(bytes, in.p + i) : 0;

		if (n == 0 || (n < 3 && i + 4 < in.n))
			code = sek_fail(err, SEK_EPARSE,
			    "%s: the binary secret is no base64", what);
		else
			code = sek_secret_add(out, bytes, n, err);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return code;
}

static enum sek_code
take_value(struct sek_secret **out, const struct sek_json *answer,
    const char *what, struct sek_err *err)
{
	const struct sek_json_value *root = sek_json_root(answer);
	struct sek_str text = sek_json_str(sek_json_at(root, "SecretString"));
	struct sek_str binary = sek_json_str(sek_json_at(root, "SecretBinary"));
	sek_auto_secret *made = sek_secret_new(text.p ? text.n : binary.n);
	enum sek_code code;

	if (!text.p && !binary.p)
		return sek_fail(err, SEK_EPARSE, "%s: the answer has no value",
		    what);
	code = text.p ? sek_secret_add(made, text.p, text.n, err)
		      : decode(made, binary, what, err);
	if (!code)
		*out = sek_steal(&made);
	return code;
}

static void
add_field(struct sek_buf *body, const char *name, const char *value)
{
	if (!value)
		return;
	sek_buf_add_c(body, body->n ? ',' : '{');
	sek_json_quote(body, sek_str(name));
	sek_buf_add_c(body, ':');
	sek_json_quote(body, sek_str(value));
}

enum sek_code
sek_secretsmanager_get(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *reader, struct sek_secret **out,
    struct sek_err *err)
{
	sek_auto_free char *what = sek_printf("GetSecretValue %.160s",
	    hop->name);
	sek_auto_buf body = {0};
	sek_auto_json *answer = NULL;
	enum sek_code code;

	add_field(&body, "SecretId", hop->name);
	add_field(&body, "VersionId", hop->version_id);
	add_field(&body, "VersionStage", hop->version_stage);
	sek_buf_add_c(&body, '}');
	if ((code = sek_buf_check(&body, what, err)) ||
	    (code = sek_call_json(&answer, aws, hop,
		 &(struct sek_call){
		     .service = "secretsmanager",
		     .what = what,
		     .target = "secretsmanager.GetSecretValue",
		     .body = sek_buf_str(&body),
		     .creds = reader,
		 },
		 err)))
		return code;
	return take_value(out, answer, what, err);
}

#include "aws/metadata_creds.h"

#include "aws/call_error.h"
#include "aws/json.h"
#include "base/rfc3339.h"

/* False: it is there and no text. null counts as not there: some tools write it
 * for what they do not have. */
static bool
take_text(struct sek_str *out, const struct sek_json_value *root,
    const char *name)
{
	const struct sek_json_value *v = sek_json_at(root, name);
	double number;

	*out = sek_json_str(v);
	return out->p ||
	    !(sek_json_is_object(v) || sek_json_number(v, &number));
}

static enum sek_code
refuse(const struct sek_json_value *root, const struct sek_secret *sent,
    const char *what, struct sek_err *err)
{
	struct sek_call_error said;

	sek_call_error_set(&said, sek_json_str(sek_json_at(root, "Code")),
	    sek_json_str(sek_json_at(root, "Message")), sent);
	return sek_fail(err, SEK_EDENIED, "%s: %s%s%s", what,
	    *said.code ? said.code : "no Code of success",
	    *said.message ? ": " : "", said.message);
}

static enum sek_code
check_head(const struct sek_json_value *root, enum sek_metadata_form form,
    const struct sek_secret *sent, const char *what, struct sek_err *err)
{
	const struct sek_json_value *code = sek_json_at(root, "Code");
	double version;

	if (!sek_json_is_object(root))
		return sek_fail(err, SEK_EPARSE,
		    "%s: the answer is no JSON object", what);
	if (form == SEK_METADATA_SERVICE)
		return !code || sek_str_is(sek_json_str(code), "Success")
		    ? SEK_OK
		    : refuse(root, sent, what, err);
	if (!sek_json_number(sek_json_at(root, "Version"), &version) ||
	    version < 1 || version > 1)
		return sek_fail(err, SEK_EPARSE,
		    "%s: its Version is not the number 1", what);
	return SEK_OK;
}

/* 0 where there is none, which a service's answer must have. */
static enum sek_code
take_end(int64_t *expires, const struct sek_json_value *root,
    enum sek_metadata_form form, struct sek_err *err)
{
	struct sek_str text;
	bool is_text = take_text(&text, root, "Expiration");

	*expires = 0;
	if (is_text && text.n == 0 && form == SEK_METADATA_PROCESS)
		return SEK_OK;
	if (!is_text || !sek_rfc3339_read(text, expires) || *expires <= 0)
		return sek_fail(err, SEK_EPARSE,
		    "its Expiration is missing, or no time");
	return SEK_OK;
}

static enum sek_code
take_creds(struct sek_creds *out, const struct sek_json_value *root,
    enum sek_metadata_form form, struct sek_err *err)
{
	bool service = form == SEK_METADATA_SERVICE;
	struct sek_str id = sek_json_str(sek_json_at(root, "AccessKeyId"));
	struct sek_str secret = sek_json_str(sek_json_at(root,
	    "SecretAccessKey"));
	struct sek_str token, account;
	sek_auto_creds made = {0};
	enum sek_code code;
	int64_t expires;

	if (!take_text(&token, root, service ? "Token" : "SessionToken") ||
	    (service && token.n == 0))
		return sek_fail(err, SEK_EPARSE,
		    "the session token is missing, or no text");
	if (!take_text(&account, root, "AccountId"))
		return sek_fail(err, SEK_EPARSE, "its AccountId is no text");
	if ((code = take_end(&expires, root, form, err)) ||
	    (code = sek_creds_set(&made, id, secret, token, expires, err)) ||
	    (account.n > 0 &&
		(code = sek_creds_set_account(&made, account, err))))
		return code;
	sek_creds_move(out, &made);
	return SEK_OK;
}

enum sek_code
sek_metadata_creds_read(struct sek_creds *out, struct sek_str text,
    enum sek_metadata_form form, const struct sek_secret *sent,
    const char *what, struct sek_err *err)
{
	const struct sek_json_value *root;
	sek_auto_json *doc = NULL;
	struct sek_err why = {0};
	enum sek_code code;

	if ((code = sek_json_read(&doc, text, what, err)))
		return code;
	root = sek_json_root(doc);
	if ((code = check_head(root, form, sent, what, err)))
		return code;
	if ((code = take_creds(out, root, form, &why)))
		return sek_fail(err, code, "%s: %s", what, why.text);
	return SEK_OK;
}

#include "aws/sts_answer.h"

#include "aws/xml.h"
#include "base/alloc.h"
#include "base/rfc3339.h"

#define ARN_MAX 2048

/* What the answers have, in locked memory; NULL: it is not there. */
enum field { ID, SECRET, TOKEN, EXPIRES, ROLE, ACCOUNT, ARN, FIELDS };

struct answer {
	struct sek_secret *field[FIELDS];
};

static void
clear_answer(struct answer *a)
{
	for (size_t i = 0; i < FIELDS; i++)
		sek_secret_free(a->field[i]);
}
#define auto_answer __attribute__((cleanup(clear_answer))) struct answer

static struct sek_str
text(const struct answer *a, enum field field)
{
	return a->field[field] ? sek_secret_str(a->field[field])
			       : (struct sek_str){NULL, 0};
}

static enum sek_code
read_answer(struct answer *out, const struct sek_secret *body,
    const char *action, const char *what, struct sek_err *err)
{
	static const char *const names[FIELDS] = {
	    [ID] = "Credentials/AccessKeyId",
	    [SECRET] = "Credentials/SecretAccessKey",
	    [TOKEN] = "Credentials/SessionToken",
	    [EXPIRES] = "Credentials/Expiration",
	    [ROLE] = "AssumedRoleUser/Arn",
	    [ACCOUNT] = "Account",
	    [ARN] = "Arn",
	};
	struct sek_xml_want want[FIELDS];
	char *path[FIELDS];
	enum sek_code code;

	for (size_t i = 0; i < FIELDS; i++) {
		path[i] = sek_printf("%sResult/%s", action, names[i]);
		want[i] = (struct sek_xml_want){path[i], &out->field[i]};
	}
	code = sek_xml_read(sek_secret_str(body), what, want, FIELDS, err);
	for (size_t i = 0; i < FIELDS; i++)
		sek_free_ptr(&path[i]);
	return code;
}

/* The account is the fifth part of "arn:aws:sts::123456789012:...". */
static struct sek_str
account_of(struct sek_str arn)
{
	struct sek_str part = {NULL, 0};

	for (int i = 0; i < 5 && arn.p; i++)
		part = sek_str_cut(&arn, ':');
	return arn.p ? part : (struct sek_str){NULL, 0};
}

/* To be shown to people. */
static bool
is_arn(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n <= ARN_MAX && sek_str_starts(s, "arn:");
}

static enum sek_code
take_creds(struct sek_creds *out, const struct answer *a,
    const struct sek_aws *aws, struct sek_err *err)
{
	struct sek_str account = account_of(text(a, ROLE));
	sek_auto_creds made = {0};
	enum sek_code code;
	int64_t expires;

	if (!sek_rfc3339_read(text(a, EXPIRES), &expires))
		return sek_fail(err, SEK_EPARSE,
		    "the answer does not say when the credentials expire");
	if (text(a, TOKEN).n == 0)
		return sek_fail(err, SEK_EPARSE,
		    "the answer has no session token");
	if ((code = sek_creds_set(&made, text(a, ID), text(a, SECRET),
		 text(a, TOKEN), expires - aws->clock_offset, err)))
		return code;
	if (account.n > 0 &&
	    (code = sek_creds_set_account(&made, account, err)))
		return code;
	sek_creds_move(out, &made);
	return SEK_OK;
}

enum sek_code
sek_sts_get_creds(struct sek_creds *out, struct sek_aws *aws,
    const struct sek_call *call, const char *action, struct sek_err *err)
{
	sek_auto_secret *body = NULL;
	auto_answer a = {{NULL}};
	struct sek_err why = {0};
	enum sek_code code;

	if ((code = sek_call(&body, aws, call, err)) ||
	    (code = read_answer(&a, body, action, call->what, err)))
		return code;
	code = take_creds(out, &a, aws, &why);
	if (code)
		return sek_fail(err, code, "%s: %s", call->what, why.text);
	return SEK_OK;
}

enum sek_code
sek_sts_get_identity(char account[13], char **arn, struct sek_aws *aws,
    const struct sek_call *call, struct sek_err *err)
{
	sek_auto_secret *body = NULL;
	auto_answer a = {{NULL}};
	sek_auto_creds whose = {0};
	enum sek_code code;

	if ((code = sek_call(&body, aws, call, err)) ||
	    (code = read_answer(&a, body, "GetCallerIdentity", call->what,
		 err)))
		return code;
	if (!is_arn(text(&a, ARN)) ||
	    sek_creds_set_account(&whose, text(&a, ACCOUNT), NULL))
		return sek_fail(err, SEK_EPARSE,
		    "%s: the answer has no account or no ARN", call->what);
	memcpy(account, whose.account, sizeof(whose.account));
	if (arn)
		*arn = sek_strndup(text(&a, ARN).p, text(&a, ARN).n);
	return SEK_OK;
}

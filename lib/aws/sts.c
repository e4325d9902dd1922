#include "aws/sts.h"

#include "aws/sts_answer.h"
#include "aws/sts_form.h"
#include "base/alloc.h"

static void
add_code(struct sek_form *form, const struct sek_hop *hop, struct sek_str code)
{
	if (code.n == 0)
		return;
	sek_form_add_s(form, "SerialNumber", hop->mfa_serial);
	sek_form_add(form, "TokenCode", code);
}

enum sek_code
sek_sts_assume_role(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_str mfa, struct sek_creds *out,
    struct sek_err *err)
{
	sek_auto_free char *what = sek_printf("AssumeRole %.160s",
	    hop->role_arn);
	sek_auto_form form;

	sek_form_start(&form, "AssumeRole");
	sek_form_add_role(&form, hop, aws->env);
	sek_form_add_s(&form, "ExternalId", hop->external_id);
	sek_form_add_s(&form, "SourceIdentity", hop->source_identity);
	sek_form_add_tags(&form, hop);
	add_code(&form, hop, mfa);
	if (form.code)
		return sek_fail(err, form.code, "%s: %s", what, form.err.text);
	return sek_sts_get_creds(out, aws,
	    &(struct sek_call){
		.service = "sts",
		.reach = &hop->reach,
		.what = what,
		.body = sek_secret_str(form.body),
		.creds = source,
		.once = mfa.n > 0,
	    },
	    "AssumeRole", err);
}

enum sek_code
sek_sts_session_token(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_str mfa, struct sek_creds *out,
    struct sek_err *err)
{
	static const char action[] = "GetSessionToken";
	sek_auto_form form;
	enum sek_code code;

	sek_form_start(&form, action);
	sek_form_add_n(&form, "DurationSeconds", hop->duration);
	add_code(&form, hop, mfa);
	if (form.code)
		return sek_fail(err, form.code, "%s: %s", action,
		    form.err.text);
	code = sek_sts_get_creds(out, aws,
	    &(struct sek_call){
		.service = "sts",
		.reach = &hop->reach,
		.what = action,
		.body = sek_secret_str(form.body),
		.creds = source,
		.once = mfa.n > 0,
	    },
	    action, err);
	/* The same identity's, so the same account's. */
	if (!code)
		memcpy(out->account, source->account, sizeof(out->account));
	return code;
}

enum sek_code
sek_sts_caller_identity(struct sek_aws *aws, const struct sek_reach *reach,
    const struct sek_creds *creds, char account[13], char **arn,
    struct sek_err *err)
{
	static const char action[] = "GetCallerIdentity";
	sek_auto_form form;

	sek_form_start(&form, action);
	if (form.code)
		return sek_fail(err, form.code, "%s: %s", action,
		    form.err.text);
	return sek_sts_get_identity(account, arn, aws,
	    &(struct sek_call){
		.service = "sts",
		.reach = reach,
		.what = action,
		.body = sek_secret_str(form.body),
		.creds = creds,
	    },
	    err);
}

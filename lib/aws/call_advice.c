#include "aws/call_error.h"

#include <stdio.h>

/*
 * What to do about what the services say. The first row that fits: says, if it
 * is there, is a part of the message.
 */
static const struct advice {
	const char *code;
	const char *says;
	enum sek_code means;
	const char *text;
} advices[] = {
    {"AccessDenied", "invalid MFA one time pass code", SEK_EDENIED,
	"the code was mistyped or has been used: wait for the next one"},
    {"AccessDenied", "unable to validate MFA code", SEK_EDENIED,
	"mfa_serial must be the ARN of a device of this very user"},
    {"AccessDenied", "MultiFactorAuthentication", SEK_EDENIED,
	"the profile needs the mfa_serial of this user's device"},
    {"AccessDenied", "explicit deny", SEK_EDENIED,
	"a policy forbids it, whatever another allows"},
    {"AccessDenied", "AssumeRoleWithWebIdentity", SEK_EDENIED,
	"the role's trust policy must allow the token's issuer, subject and "
	"audience"},
    {"AccessDenied", "AssumeRole", SEK_EDENIED,
	"the role's trust policy and the source's own policy must both allow "
	"it, "
	"with external id, MFA and tags as they ask for"},
    {"AccessDenied", "GetSessionToken", SEK_EDENIED,
	"only a user's long-term key can get a session token"},
    {"AccessDenied", NULL, SEK_EDENIED,
	"a policy of this identity must allow it"},
    {"AccessDeniedException", "KMS", SEK_EDENIED,
	"this identity needs kms:Decrypt on the key that it is encrypted with"},
    {"AccessDeniedException", NULL, SEK_EDENIED,
	"a policy of this identity must allow it"},
    {"DecryptionFailure", NULL, SEK_EDENIED,
	"this identity needs kms:Decrypt on the key that it is encrypted with"},
    {"InvalidKeyId", NULL, SEK_EDENIED,
	"the KMS key that it is encrypted with is disabled or gone"},
    {"ExpiredToken", NULL, SEK_EEXPIRED,
	"the source credentials must be renewed"},
    {"ExpiredTokenException", NULL, SEK_EEXPIRED,
	"the source credentials or the token file must be renewed"},
    {"InvalidClientTokenId", NULL, SEK_EDENIED,
	"the key was deleted or deactivated, or belongs to another region or "
	"partition"},
    {"UnrecognizedClientException", NULL, SEK_EDENIED,
	"the key was deleted or deactivated, or belongs to another region or "
	"partition"},
    {"SignatureDoesNotMatch", NULL, SEK_EDENIED,
	"the secret access key is not that of the key id, or a clock is wrong, "
	"or a proxy changes requests"},
    {"InvalidSignatureException", NULL, SEK_EDENIED,
	"the secret access key is not that of the key id, or a clock is wrong, "
	"or a proxy changes requests"},
    {"RequestExpired", NULL, SEK_EDENIED, "this machine's clock is wrong"},
    {"RequestInTheFuture", NULL, SEK_EDENIED, "this machine's clock is wrong"},
    {"RequestTimeTooSkewed", NULL, SEK_EDENIED,
	"this machine's clock is wrong"},
    {"RegionDisabledException", NULL, SEK_EDENIED,
	"STS is switched off for this region: switch it on in the account's "
	"IAM "
	"settings, or use another region"},
    {"MalformedPolicyDocument", NULL, SEK_EDENIED,
	"the profile's session policy is no valid policy"},
    {"PackedPolicyTooLarge", NULL, SEK_EDENIED,
	"session policy, policy ARNs and tags together are too long: shorten "
	"them"},
    {"ValidationError", "role chaining", SEK_EDENIED,
	"a role assumed with temporary credentials lasts 1 hour at most: lower "
	"duration_seconds"},
    {"ValidationError", "MaxSessionDuration", SEK_EDENIED,
	"lower duration_seconds, or raise the role's maximum"},
    {"IDPRejectedClaim", NULL, SEK_EDENIED,
	"the issuer refuses the token: renew the token file"},
    {"InvalidIdentityToken", NULL, SEK_EDENIED,
	"the account has no identity provider for the token's issuer, or the "
	"token file holds no such token"},
    {"IDPCommunicationError", NULL, SEK_ENET,
	"AWS does not reach the token's issuer"},
    {"ResourceNotFoundException", NULL, SEK_ENOTFOUND,
	"check the name, the account and the region"},
    {"ParameterNotFound", NULL, SEK_ENOTFOUND,
	"check the name, the account and the region"},
    {"ParameterVersionNotFound", NULL, SEK_ENOTFOUND,
	"check the version or label after the name"},
    {"InvalidRequestException", "deletion", SEK_EDENIED,
	"restore the secret, or name another one"},
};

static const struct advice *
advice_for(const struct sek_call_error *e)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (!strcmp(e->code, advices[i].code) &&
		    (!advices[i].says ||
			strcasestr(e->message, advices[i].says)))
			return &advices[i];
	return NULL;
}

/* Nothing of the body: it is not from AWS, and may be anything. */
static enum sek_code
fail_without_code(int status, const char *what, const char *attempts,
    enum sek_code code, struct sek_err *err)
{
	return sek_fail(err, code, "%s: HTTP %d without an error of AWS's%s%s",
	    what, status, attempts,
	    status < 500 ? "; a proxy or another server may have answered"
			 : "");
}

enum sek_code
sek_call_error_fail(const struct sek_call_error *e, int status,
    const char *what, int attempts, struct sek_err *err)
{
	enum sek_retry_class class = sek_retry_classify(SEK_OK, status,
	    e->code);
	const struct advice *a = advice_for(e);
	enum sek_code code = SEK_EDENIED;
	const char *advice = a ? a->text : "";
	char count[32] = "";
	size_t used, room;

	if (class != SEK_RETRY_NOT)
		code = class == SEK_RETRY_THROTTLE ? SEK_ECANCEL : SEK_ENET;
	if (class == SEK_RETRY_THROTTLE)
		advice = "too many requests of this account: try again later";
	if (a)
		code = a->means;
	if (attempts > 1)
		(void)snprintf(count, sizeof(count), " (after %d attempts)",
		    attempts);
	if (!*e->code)
		return fail_without_code(status, what, count, code, err);
	used = strlen(what) + strlen(e->code) + strlen(count) + strlen(advice);
	/* The message gives way: it is the part that others can lengthen. */
	room = sizeof(err->text) - 8;
	room = used < room ? room - used : 0;
	return sek_fail(err, code, "%s: %s%s%s%.*s%s%s", what, e->code, count,
	    *e->message && room ? ": " : "", (int)room, e->message,
	    *advice ? "; " : "", advice);
}

#include "scan/explain.h"

/*
 * The steps, by rule. %s is the user's name. From the AWS CLI's reference (iam,
 * sts, appsync) and the IAM User Guide on revoking sessions.
 */
static const char key[] =
    "  1. Put a new key, better a role, where this one is used:\n"
    "     aws iam create-access-key --user-name %s\n"
    "  2. Deactivate this one, and see that nothing breaks:\n"
    "     aws iam update-access-key --user-name %s --status Inactive "
    "--access-key-id KEY_ID\n"
    "  3. Delete it:\n"
    "     aws iam delete-access-key --user-name %s --access-key-id KEY_ID\n"
    "  4. See what it did: CloudTrail, event history, by access key id.\n";
static const char session[] =
    "  It ends by itself (36 hours at most), but cannot be deleted before.\n"
    "  Revoke the sessions of the role that it is for: IAM console, Roles, "
    "the\n"
    "  role, Revoke sessions; for a user's, deactivate the user's access key.\n"
    "  See what it did: CloudTrail, event history, by access key id.\n";
static const char service[] =
    "  1. Find its id:\n"
    "     aws iam list-service-specific-credentials --user-name %s\n"
    "  2. Make a new password, which ends this one:\n"
    "     aws iam reset-service-specific-credential --user-name %s "
    "--service-specific-credential-id ID\n";
static const char bedrock[] =
    "  A short-term key (bedrock-api-key-...) ends within 12 hours: revoke "
    "the\n"
    "  sessions of the role that made it. A long-term one (ABSK...):\n"
    "  1. aws iam list-service-specific-credentials --user-name %s "
    "--service-name bedrock.amazonaws.com\n"
    "  2. aws iam delete-service-specific-credential --user-name %s "
    "--service-specific-credential-id ID\n";
static const char smtp[] =
    "  It is made of an access key, and ends with that key:\n"
    "  1. SES console, SMTP settings: create new SMTP credentials, use them.\n"
    "  2. aws iam delete-access-key --user-name %s --access-key-id KEY_ID\n"
    "     (KEY_ID is the SMTP user name)\n";
static const char appsync[] =
    "  aws appsync create-api-key --api-id API, use it, then\n"
    "  aws appsync delete-api-key --api-id API --id THIS_KEY\n";
static const char url[] =
    "  It ends at the time it names, at most 7 days after it was made, and\n"
    "  with the key or session that signed it: to end it now, deactivate that\n"
    "  key or revoke that session.\n";
static const char brief[] =
    "  It ends by itself (an EKS token after 15 minutes, one of ECR after 12\n"
    "  hours). To end it now, revoke the session or key that asked for it.\n";
static const char over[] =
    "  The service has ended; take it out of the file.\n";
static const char pair[] =
    "  1. Make a new key pair, and a certificate if there is one.\n"
    "  2. Take the public key out wherever it is trusted (authorized_keys, a\n"
    "     forge, a load balancer); have the certificate revoked.\n";
static const char other[] = "  Revoke or replace it where it was issued.\n";

static const struct {
	const char *rule, *text;
} advice[] = {
    {"aws-access-key-id", key},
    {"aws-secret-access-key", key},
    {"aws-session-token", session},
    {"aws-bedrock-api-key", bedrock},
    {"aws-appsync-api-key", appsync},
    {"aws-mws-auth-token", over},
    {"aws-ses-smtp-password", smtp},
    {"aws-service-password", service},
    {"aws-ecr-token", brief},
    {"aws-eks-token", brief},
    {"aws-presigned-url", url},
};

static const char *
text_for(const struct sek_finding *f)
{
	const char *id = f->pair ? f->pair : f->redacted;

	if (f->rule->role != SEK_ROLE_NONE && id && !strncmp(id, "ASIA", 4))
		return session;
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (!strcmp(advice[i].rule, f->rule->id))
			return advice[i].text;
	return strstr(f->rule->id, "private-key") ? pair : other;
}

void
sek_advice(struct sek_buf *out, const struct sek_finding *f)
{
	const char *user = *f->facts.user ? f->facts.user : "USER", *mark;
	const char *text = text_for(f);

	while ((mark = strstr(text, "%s"))) {
		sek_buf_add(out, text, (size_t)(mark - text));
		sek_buf_add_s(out, user);
		text = mark + 2;
	}
	sek_buf_add_s(out, text);
}

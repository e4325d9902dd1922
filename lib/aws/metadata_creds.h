#ifndef SEK_AWS_METADATA_CREDS_H
#define SEK_AWS_METADATA_CREDS_H

#include "vault/creds.h"

/*
 * The JSON object in which credentials come from other than AWS's APIs. Fields
 * that are not named here are passed over. An AccountId is taken if it is there.
 */
enum sek_metadata_form {
	/* EC2 User Guide, "Retrieve security credentials from instance
	 * metadata"; ECS has the same without Code. AccessKeyId,
	 * SecretAccessKey, Token and Expiration; a Code other than Success is
	 * SEK_EDENIED, with its Message. */
	SEK_METADATA_SERVICE,
	/* AWS SDKs and Tools Reference Guide, "Process credential provider":
	 * Version, the number 1, AccessKeyId, SecretAccessKey; SessionToken and
	 * Expiration may be left out. */
	SEK_METADATA_PROCESS,
};

/*
 * out->expires as it is written, also if that is past. sent: a token that must
 * not come back in an error's text, or NULL. SEK_EPARSE: no such object; of it
 * nothing is quoted. Every error starts with what.
 */
enum sek_code
sek_metadata_creds_read(struct sek_creds *out, struct sek_str text,
    enum sek_metadata_form form, const struct sek_secret *sent,
    const char *what, struct sek_err *err) SEK_CHECKED;

#endif

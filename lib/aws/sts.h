#ifndef SEK_AWS_STS_H
#define SEK_AWS_STS_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * AWS Security Token Service, API version 2011-06-15, at the regional endpoint.
 * Each takes what it sends from a hop of the plan. out->expires is on this
 * machine's clock. Errors: SEK_EDENIED: STS refused, with its code and message
 * and what to do; SEK_EEXPIRED: the source credentials or the token have;
 * SEK_ENET, SEK_ECANCEL: not reached, or throttled until the deadline.
 */

/* code: the MFA device's, n == 0: none. A request with a code is sent once. */
enum sek_code
sek_sts_assume_role(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_str code, struct sek_creds *out,
    struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_sts_session_token(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_str code, struct sek_creds *out,
    struct sek_err *err) SEK_CHECKED;
/* Unsigned. The token file (hop->name) is read again before each try. */
enum sek_code
sek_sts_web_identity(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;
/* The account (12 digits) and ARN that credentials belong to; arn may be NULL,
 * to free. */
enum sek_code sek_sts_caller_identity(struct sek_aws *aws,
    const struct sek_reach *reach, const struct sek_creds *creds,
    char account[13], char **arn, struct sek_err *err) SEK_CHECKED;

#endif

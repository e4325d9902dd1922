#ifndef SEK_AWS_IMDS_H
#define SEK_AWS_IMDS_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * The role of the EC2 instance, by IMDSv2 alone (EC2 User Guide, "Use IMDS").
 * Never through a proxy. Errors: SEK_ENOTFOUND: no role is attached, or IMDS is
 * switched off (AWS_EC2_METADATA_DISABLED, or 403); SEK_ECANCEL: no answer,
 * with the hop limit named as the likely cause where only the token request
 * stayed without one; SEK_EDENIED: IMDS says why the role cannot be used.
 */
enum sek_code sek_imds_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;

#endif

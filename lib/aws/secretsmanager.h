#ifndef SEK_AWS_SECRETSMANAGER_H
#define SEK_AWS_SECRETSMANAGER_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * Secrets Manager GetSecretValue and Systems Manager GetParameter (with
 * decryption), AWS JSON 1.1. out: the value's bytes, new, to free; a binary
 * secret decoded. The region of an ARN beats the hop's. SEK_ENOTFOUND: there is
 * no such secret, parameter or version; SEK_EDENIED: not for this identity, or
 * KMS refuses; the rest as sts.h.
 */
enum sek_code sek_secretsmanager_get(struct sek_aws *aws,
    const struct sek_hop *hop, const struct sek_creds *reader,
    struct sek_secret **out, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_ssm_get(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *reader, struct sek_secret **out,
    struct sek_err *err) SEK_CHECKED;

#endif

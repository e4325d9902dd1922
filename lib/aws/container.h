#ifndef SEK_AWS_CONTAINER_H
#define SEK_AWS_CONTAINER_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * ECS, EKS Pod Identity and what else serves
 * AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI. A host is resolved once;
 * plain http only to addresses that the SDKs allow, and the address that was
 * checked is the one that is connected to. A token file is read at each try.
 */
enum sek_code sek_container_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;

#endif

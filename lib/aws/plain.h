#ifndef SEK_AWS_PLAIN_H
#define SEK_AWS_PLAIN_H

#include "base/env.h"
#include "vault/creds.h"
#include "vault/plan.h"

/* Keys that lie in the open: in the environment or in a file of the AWS CLI. */
enum sek_code
sek_plain_environment(const struct sek_env *env, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_plain_static(const struct sek_hop *hop, struct sek_creds *out,
    struct sek_err *err) SEK_CHECKED;

#endif

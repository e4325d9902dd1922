#ifndef SEK_VAULT_PLAN_REACH_H
#define SEK_VAULT_PLAN_REACH_H

#include "vault/plan_parts.h"

/* Where a hop's service is, and what of the environment is believed of that. */

/* plan_reach.c: for "sts", "secretsmanager", "ssm". arn, or NULL: whose region
 * is used, or for STS whose partition's where no region is set. */
enum sek_code sek_planner_set_reach(struct sek_planner *m, struct sek_hop *hop,
    const char *service, const char *arn, struct sek_err *err) SEK_CHECKED;
const char *sek_planner_region(const struct sek_planner *m); /* NULL: none */
/* The n-th field of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, from 0; the
 * last takes all the rest. n == 0: it has none, or this is no ARN. */
struct sek_str sek_arn_field(const char *arn, int field);

/* plan_machine.c: the endpoint of IMDS; what tells this machine from others that
 * share its home, whose roles are not this one's. */
enum sek_code sek_planner_set_imds(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err) SEK_CHECKED;
const char *sek_planner_machine(struct sek_planner *m);
/* http or https to a host that is written as 127.x.x.x, [::1] or localhost; or,
 * if host is not NULL, as host. */
bool sek_plan_is_local(const char *url, const char *host);
/* A value from the environment that decides whom we talk to. */
enum sek_code sek_planner_fail_untrusted(const struct sek_planner *m,
    const char *variable, const char *key, struct sek_err *err) SEK_CHECKED;

#endif

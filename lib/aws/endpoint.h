#ifndef SEK_AWS_ENDPOINT_H
#define SEK_AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "vault/plan.h"

/*
 * Where a service is. Partitions and their suffixes: botocore's endpoint rules,
 * stated in endpoint.c; a region is put into the partition whose pattern it
 * fits, `aws` if none.
 */

/* "sts", "secretsmanager", "ssm". SEK_ECONFIG: a region that is no DNS label, or
 * FIPS and dual-stack where the partition has none. url: to free. */
enum sek_code sek_endpoint_url(char **url, const char *service,
    const struct sek_reach *reach, struct sek_err *err) SEK_CHECKED;

/* "arn:PARTITION:..." → "aws", "aws-cn"...; the region that stands for a whole
 * partition where a profile names none ("us-east-1" for aws). NULL: no ARN, or
 * a partition that is not known. */
const char *sek_endpoint_default_region(struct sek_str arn);

/* http or https, a host, no user, no query; plain http to loopback alone. host
 * and port are slices of url. SEK_ECONFIG says which. */
struct sek_url {
	struct sek_str scheme;
	struct sek_str host; /* without the brackets of an IPv6 address */
	struct sek_str port; /* n == 0: none */
	struct sek_str path; /* with what follows; n == 0: none */
	bool plain;          /* http */
	bool loopback;       /* 127.0.0.0/8, ::1, localhost */
};
bool sek_url_split(struct sek_url *out, const char *url);

#endif

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

/*
 * For "sts", "secretsmanager", "ssm"; new, to free, and never with a slash at
 * its end. SEK_ECONFIG: a region that is no DNS label of an AWS region; an
 * endpoint of the user's that is neither https nor http on loopback, has a user
 * or a query, or comes with FIPS or dual-stack, as it cannot be known to be
 * either (no SDK takes both).
 */
enum sek_code sek_endpoint_url(char **url, const char *service,
    const struct sek_reach *reach, struct sek_err *err) SEK_CHECKED;

/*
 * http or https, a host, no user, no fragment, visible ASCII alone; all else is
 * false. Which hosts may be reached by http is the caller's to say. host and
 * port are slices of url.
 */
struct sek_url {
	struct sek_str scheme;
	struct sek_str host; /* without the brackets of an IPv6 address */
	struct sek_str port; /* 1 to 65535; n == 0: none */
	struct sek_str path; /* with its query; n == 0: none */
	bool plain;          /* http */
	bool loopback;       /* 127.0.0.0/8, ::1, localhost */
};
bool sek_url_split(struct sek_url *out, const char *url);

#endif

#include "aws/endpoint.h"

#include <string.h>

#include "base/alloc.h"

/*
 * botocore 1.44, data/partitions.json. A region is of a partition if a word and
 * a number follow the start: "us-gov-" + "west-1".
 */
static const struct partition {
	const char *name;
	const char *start;
	const char *suffix;
	const char *dualstack;
} partitions[] = {
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"},
    {"aws-eusc", "eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"aws", "", "amazonaws.com", "api.aws"},
};
#define N_PARTITIONS (sizeof(partitions) / sizeof(*partitions))

static bool
fits(const struct partition *p, const char *region)
{
	size_t word, digits;

	if (!sek_str_starts(sek_str(region), p->start))
		return false;
	region += strlen(p->start);
	word = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789");
	if (word == 0 || region[word] != '-')
		return false;
	digits = strspn(region + word + 1, "0123456789");
	return digits > 0 && region[word + 1 + digits] == '\0';
}

/* The last one takes what fits nowhere: a new region beside the known ones. */
static const struct partition *
partition_of(const char *region)
{
	size_t i = 0;

	while (i < N_PARTITIONS - 1 && !fits(&partitions[i], region))
		i++;
	return &partitions[i];
}

/* "aws-global" and its like are names of SDKs for a partition's one endpoint. */
static bool
is_region(const char *region)
{
	size_t n = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= 63 && region[n] == '\0' && region[0] != '-' &&
	    region[n - 1] != '-' && !sek_str_ends(sek_str(region), "-global");
}

/* data/SERVICE/.../endpoint-rule-set-1.json: STS and Systems Manager in GovCloud
 * have FIPS under their plain names. */
static bool
has_fips_name(const char *service, const struct partition *p,
    const struct sek_reach *reach)
{
	if (!reach->fips)
		return false;
	return reach->dualstack || strcmp(p->name, "aws-us-gov") ||
	    !strcmp(service, "secretsmanager");
}

/* The same: Secrets Manager is dual-stack under its plain names, in China only
 * those without FIPS. */
static bool
has_dualstack_name(const char *service, const struct partition *p,
    const struct sek_reach *reach)
{
	if (!reach->dualstack || strcmp(service, "secretsmanager"))
		return reach->dualstack;
	if (!strcmp(p->name, "aws-cn"))
		return reach->fips;
	return strcmp(p->name, "aws") && strcmp(p->name, "aws-us-gov");
}

/* The URL is not shown: a user and password may be in it. */
static enum sek_code
take_own(char **out, const char *service, const struct sek_reach *reach,
    struct sek_err *err)
{
	size_t n = strlen(reach->endpoint);
	struct sek_url u;

	if (reach->fips || reach->dualstack)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: an endpoint URL and %s cannot be had together: take "
		    "one of them out",
		    service, reach->fips ? "FIPS" : "dual-stack");
	if (!sek_url_split(&u, reach->endpoint) || strchr(reach->endpoint, '?'))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: the endpoint URL is not https://HOST[:PORT][/PATH]",
		    service);
	if (u.plain && !u.loopback)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: the endpoint URL is http, which is for this machine "
		    "(127.0.0.1, [::1], localhost) alone: make it https",
		    service);
	while (n > 0 && reach->endpoint[n - 1] == '/')
		n--;
	*out = sek_strndup(reach->endpoint, n);
	return SEK_OK;
}

enum sek_code
sek_endpoint_url(char **url, const char *service, const struct sek_reach *reach,
    struct sek_err *err)
{
	const struct partition *p = partition_of(reach->region);

	if (!is_region(reach->region))
		return sek_fail(err, SEK_ECONFIG,
		    "region %.80s: none of AWS has such a name: it is one like "
		    "us-east-1",
		    reach->region);
	if (reach->endpoint)
		return take_own(url, service, reach, err);
	*url = sek_printf("https://%s%s.%s.%s", service,
	    has_fips_name(service, p, reach) ? "-fips" : "", reach->region,
	    has_dualstack_name(service, p, reach) ? p->dualstack : p->suffix);
	return SEK_OK;
}

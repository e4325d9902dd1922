#include <strings.h>

#include "base/alloc.h"
#include "vault/plan_reach.h"

static const struct service {
	const char *name;
	const char *variable;
	const char *block; /* its name in a `services` section */
} services[] = {
    {"sts", "AWS_ENDPOINT_URL_STS", "sts"},
    {"secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "secrets_manager"},
    {"ssm", "AWS_ENDPOINT_URL_SSM", "ssm"},
};

/* Where a role's ARN alone says where STS is. */
static const struct {
	const char *partition;
	const char *region;
} defaults[] = {
    {"aws", "us-east-1"},
    {"aws-cn", "cn-north-1"},
    {"aws-us-gov", "us-gov-west-1"},
    {"aws-eusc", "eusc-de-east-1"},
};

struct sek_str
sek_arn_field(const char *arn, int field)
{
	struct sek_str rest = sek_str(arn), cut = {0};

	if (!arn || !sek_str_starts(rest, "arn:"))
		return cut;
	for (int i = 0; i < field && rest.p; i++)
		(void)sek_str_cut(&rest, ':');
	if (!rest.p || field == 5)
		return rest.p ? rest : cut;
	return sek_str_cut(&rest, ':');
}

/* The profile's own, else that of the profile it is the source of, and so on. */
static const char *
inherited(const struct sek_planner *m, const char *key)
{
	const char *value = NULL;

	for (size_t i = m->depth; !value && i > 0; i--)
		value = sek_profile_get(m->way[i - 1], key);
	return value;
}

const char *
sek_planner_region(const struct sek_planner *m)
{
	const char *region = m->env->get(m->env, "AWS_REGION");

	if (!region)
		region = m->env->get(m->env, "AWS_DEFAULT_REGION");
	return region ? region : inherited(m, "region");
}

static const char *
default_region(const char *arn)
{
	struct sek_str partition = sek_arn_field(arn, 1);

	if (!partition.n)
		return defaults[0].region;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		if (sek_str_is(partition, defaults[i].partition))
			return defaults[i].region;
	return NULL;
}

/* It becomes a part of a host's name: RFC 1123. */
static bool
is_label(const char *region)
{
	size_t n = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n < 64 && !region[n] && *region != '-' &&
	    region[n - 1] != '-';
}

static enum sek_code
set_region(struct sek_planner *m, struct sek_reach *reach, bool sts,
    const char *arn, struct sek_err *err)
{
	struct sek_str own = sek_arn_field(arn, 3);
	const char *region = sek_planner_region(m);

	if (!sts && own.n > 0)
		region = sek_planner_keep(m, sek_strndup(own.p, own.n));
	if (!region && sts)
		region = default_region(arn);
	if (!region)
		return sek_planner_fail(err, sek_planner_profile(m), NULL,
		    "no region is known: set region in the profile, or "
		    "AWS_REGION%s",
		    sts ? "" : ", or name the secret by its ARN");
	if (!is_label(region))
		return sek_planner_fail(err, sek_planner_profile(m), "region",
		    "region %.40s: a region is a name like eu-central-1",
		    region);
	reach->region = region;
	return SEK_OK;
}

/* *out stays as it is where nothing is set. */
static enum sek_code
read_switch(bool *out, const struct sek_planner *m, const char *variable,
    const char *key, struct sek_err *err)
{
	const char *value = m->env->get(m->env, variable);
	const char *name = value ? variable : key;

	if (!value)
		value = inherited(m, key);
	if (!value)
		return SEK_OK;
	*out = sek_env_true(value);
	if (!*out && strcasecmp(value, "false") != 0)
		return sek_planner_fail(err, sek_planner_profile(m), name,
		    "%s is true or false", name);
	return SEK_OK;
}

static bool
has_own_region(const struct sek_profile *p)
{
	return sek_profile_get(p, "region");
}

/*
 * From the profile, else from the one it is the source of: but not beyond one
 * that has a region of its own, for which another's endpoint was not meant.
 */
static const char *
configured_endpoint(const struct sek_planner *m, const struct service *s)
{
	for (size_t i = m->depth; i > 0; i--) {
		const struct sek_profile *p = m->way[i - 1];
		const char *url = sek_profile_service(p, s->block,
		    "endpoint_url");

		if (!url)
			url = sek_profile_get(p, "endpoint_url");
		if (url || has_own_region(p))
			return url;
	}
	return NULL;
}

static enum sek_code
set_endpoint(const struct sek_planner *m, struct sek_reach *reach,
    const struct service *s, struct sek_err *err)
{
	const char *variable = s->variable;
	const char *url = m->env->get(m->env, variable);
	bool ignored = false;
	enum sek_code code = read_switch(&ignored, m,
	    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	    "ignore_configured_endpoint_urls", err);

	if (code || ignored)
		return code;
	if (!url) {
		variable = "AWS_ENDPOINT_URL";
		url = m->env->get(m->env, variable);
	}
	if (url && !m->settings.trust_environment &&
	    !sek_plan_is_local(url, NULL))
		return sek_planner_fail_untrusted(m, variable, "endpoint_url",
		    err);
	reach->endpoint = url ? url : configured_endpoint(m, s);
	return SEK_OK;
}

static enum sek_code
set_ca_bundle(const struct sek_planner *m, struct sek_reach *reach,
    struct sek_err *err)
{
	static const char variable[] = "AWS_CA_BUNDLE";
	const char *path = m->env->get(m->env, variable);
	const char *own = inherited(m, "ca_bundle");
	bool local = reach->endpoint &&
	    sek_plan_is_local(reach->endpoint, NULL);

	reach->ca_bundle = path ? path : own;
	if (!path || local || m->settings.trust_environment ||
	    (own && !strcmp(own, path)))
		return SEK_OK;
	return sek_planner_fail_untrusted(m, variable, "ca_bundle", err);
}

enum sek_code
sek_planner_fail_untrusted(const struct sek_planner *m, const char *variable,
    const char *key, struct sek_err *err)
{
	const char *path = sek_profiles_our_path(m->profiles);

	return sek_planner_fail(err, sek_planner_profile(m), NULL,
	    "%s comes from the environment, which is believed for endpoints on "
	    "this machine (loopback) alone: unset it, or set %s in the "
	    "profile, or trust_environment = true under [sekisho] in %.100s",
	    variable, key, path ? path : "sekisho's own file");
}

enum sek_code
sek_planner_set_reach(struct sek_planner *m, struct sek_hop *hop,
    const char *service, const char *arn, struct sek_err *err)
{
	const struct service *s = services;
	struct sek_reach *reach = &hop->reach;
	enum sek_code code;

	while (strcmp(s->name, service) != 0)
		s++;
	if ((code = set_region(m, reach, s == services, arn, err)) ||
	    (code = set_endpoint(m, reach, s, err)) ||
	    (code = read_switch(&reach->fips, m, "AWS_USE_FIPS_ENDPOINT",
		 "use_fips_endpoint", err)) ||
	    (code = read_switch(&reach->dualstack, m,
		 "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", err)))
		return code;
	return set_ca_bundle(m, reach, err);
}

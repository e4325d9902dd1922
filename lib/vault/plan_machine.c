#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/file.h"
#include "vault/plan_reach.h"

/* EC2 User Guide: the addresses of the instance metadata service. */
#define IMDS_V4 "169.254.169.254"
#define IMDS_V6 "[fd00:ec2::254]"

/*
 * Only what is written in full: what a resolver makes of "127.1" or of a name
 * that ends in .localhost is its own affair.
 */
static bool
is_loopback(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return !strcmp(host, "[::1]") || !strcasecmp(host, "localhost");
}

/* The bytes of http:// or https://; 0: neither. */
static size_t
scheme(const char *url)
{
	if (!strncasecmp(url, "http://", 7))
		return 7;
	return !strncasecmp(url, "https://", 8) ? 8 : 0;
}

bool
sek_plan_is_local(const char *url, const char *host)
{
	char text[64];
	size_t start = scheme(url), n;

	url += start;
	if (!start || memchr(url, '@', strcspn(url, "/?#")))
		return false;
	n = *url == '[' ? strcspn(url, "]") + 1 : strcspn(url, ":/?#");
	if (n >= sizeof(text) || n > strlen(url) || !strchr(":/?#", url[n]))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", (int)n, url);
	return is_loopback(text) || (host && !strcasecmp(text, host));
}

static enum sek_code
imds_mode(struct sek_planner *m, struct sek_hop *hop, struct sek_err *err)
{
	static const char variable[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
	static const char key[] = "ec2_metadata_service_endpoint_mode";
	const struct sek_profile *p = sek_planner_profile(m);
	const char *mode = m->env->get(m->env, variable);
	const char *name = mode ? variable : key;

	if (!mode)
		mode = sek_profile_get(p, key);
	if (!mode || !strcasecmp(mode, "IPv4"))
		return SEK_OK;
	if (strcasecmp(mode, "IPv6") != 0)
		return sek_planner_fail(err, p, name, "%s is IPv4 or IPv6",
		    name);
	hop->reach.endpoint = "http://" IMDS_V6;
	return SEK_OK;
}

enum sek_code
sek_planner_set_imds(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err)
{
	static const char variable[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
	static const char key[] = "ec2_metadata_service_endpoint";
	const char *url = m->env->get(m->env, variable);

	if (url && !m->settings.trust_environment &&
	    !sek_plan_is_local(url, IMDS_V4) &&
	    !sek_plan_is_local(url, IMDS_V6))
		return sek_planner_fail_untrusted(m, variable, key, err);
	if (!url)
		url = sek_profile_get(sek_planner_profile(m), key);
	if (!url)
		return imds_mode(m, hop, err);
	hop->reach.endpoint = url;
	return SEK_OK;
}

/*
 * A home may be shared by many machines, as on clusters, and each instance or
 * pod has a role of its own under the same address. The boot id (random(4)) is
 * the kernel's, the node's name the container's.
 */
const char *
sek_planner_machine(struct sek_planner *m)
{
	sek_auto_buf id = {.max = 64};
	struct utsname name = {0};
	struct sek_str boot;

	if (sek_file_read("/proc/sys/kernel/random/boot_id", &id, NULL))
		sek_buf_reset(&id);
	boot = sek_str_trim(sek_buf_str(&id));
	(void)uname(&name);
	return sek_planner_keep(m,
	    sek_printf("%.*s/%s", (int)boot.n, boot.n ? boot.p : "",
		name.nodename));
}

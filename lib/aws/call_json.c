#include "aws/call_json.h"

#include "base/alloc.h"

#define REGION_MAX 63 /* a DNS label */

static bool
is_region(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= REGION_MAX;
}

/* The fourth part of an ARN; "" where it has none, or is no ARN. */
static struct sek_str
region_of(const char *name)
{
	struct sek_str rest = sek_str(name), part = {NULL, 0};

	if (!sek_str_starts(rest, "arn:"))
		return part;
	for (int i = 0; i < 4 && rest.p; i++)
		part = sek_str_cut(&rest, ':');
	return rest.p ? part : (struct sek_str){NULL, 0};
}

enum sek_code
sek_call_json(struct sek_json **answer, struct sek_aws *aws,
    const struct sek_hop *hop, const struct sek_call *call, struct sek_err *err)
{
	struct sek_str of_arn = region_of(hop->name);
	sek_auto_free char *region = sek_strndup(of_arn.p, of_arn.n);
	struct sek_reach reach = hop->reach;
	struct sek_call here = *call;
	sek_auto_secret *body = NULL;
	sek_auto_json *made = NULL;
	enum sek_code code;

	if (of_arn.n > 0 && !is_region(of_arn))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: the region in this ARN is none", call->what);
	if (of_arn.n > 0)
		reach.region = region;
	here.reach = &reach;
	if ((code = sek_call(&body, aws, &here, err)) ||
	    (code = sek_json_read(&made, sek_secret_str(body), call->what,
		 err)))
		return code;
	if (!sek_json_is_object(sek_json_root(made)))
		return sek_fail(err, SEK_EPARSE,
		    "%s: the answer is no JSON object", call->what);
	*answer = sek_steal(&made);
	return SEK_OK;
}

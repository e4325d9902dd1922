#include "aws/imds.h"

#include "aws/call_error.h"
#include "aws/endpoint.h"
#include "aws/metadata.h"
#include "aws/metadata_creds.h"
#include "base/alloc.h"

/*
 * - IMDSv1 MUST NOT be fallen back to: it answers whatever can be made to fetch
 *   a URL.
 * - The reply to the token request carries an IP hop limit, 1 unless the
 *   instance says otherwise, so one network further it is lost and there is no
 *   answer at all.
 * - A role's name comes from the network and MUST be checked before it becomes
 *   a part of a URL.
 * - Credentials past their end are handed on as they are: IMDS gives them when
 *   it cannot renew them, and serve.h says how long they count.
 */
#define BASE      "http://169.254.169.254"
#define ROLES     "/latest/meta-data/iam/security-credentials/"
#define TTL       "21600" /* s; the longest */
#define TOKEN_MAX ((size_t)1024)
#define ROLE_MAX  ((size_t)64) /* IAM: RoleName */
#define ATTEMPTS  3
#define SECONDS   1

struct imds {
	struct sek_metadata m;
	const char *base; /* without a slash at its end */
	struct sek_secret *token;
	char *role;
	bool plain;
	bool renewed; /* the token, after a 401 */
};

static void
clear(struct imds *i)
{
	sek_secret_free(i->token);
	sek_free_ptr(&i->role);
}
#define auto_imds __attribute__((cleanup(clear))) struct imds

/* From 1 to most; standard if the variable is not set, or no such number. */
static int
number(const struct sek_env *env, const char *name, int most, int standard)
{
	uint64_t n;

	if (!sek_str_to_u64(sek_str(env->get(env, name)), &n) || n == 0)
		return standard;
	return n < (uint64_t)most ? (int)n : most;
}

/* Plain http leaves the host in nobody's hands but for the addresses that EC2
 * keeps for it, and loopback. */
static bool
may_be_plain(const struct sek_url *u)
{
	return u->loopback || sek_str_is(u->host, "169.254.169.254") ||
	    sek_str_is(u->host, "fd00:ec2::254");
}

static enum sek_code
start(struct imds *i, char **base, const char *endpoint, struct sek_err *err)
{
	struct sek_url u;
	size_t n = strlen(endpoint);

	while (n > 0 && endpoint[n - 1] == '/')
		n--;
	*base = sek_strndup(endpoint, n);
	if (!sek_url_split(&u, *base) || memchr(u.path.p, '?', u.path.n))
		return sek_fail(err, SEK_ECONFIG,
		    "IMDS: its endpoint is no http or https URL");
	if (u.plain && !may_be_plain(&u))
		return sek_fail(err, SEK_ECONFIG,
		    "IMDS: its endpoint may be by plain http on loopback, "
		    "169.254.169.254 and [fd00:ec2::254] alone");
	i->base = *base;
	i->plain = u.plain;
	return SEK_OK;
}

static enum sek_code
fail_no_role(struct sek_err *err)
{
	return sek_fail(err, SEK_ENOTFOUND,
	    "IMDS: no role is attached to this instance: `aws ec2 "
	    "associate-iam-instance-profile`");
}

/* What the service means where it gives none of what was asked for. */
static enum sek_code
fail_status(int status, const char *asked, struct sek_err *err)
{
	if (status == 401)
		return sek_fail(err, SEK_EDENIED,
		    "IMDS: refuses its own token, also a new one");
	if (status == 403)
		return sek_fail(err, SEK_ENOTFOUND,
		    "IMDS: is switched off for this instance: `aws ec2 "
		    "modify-instance-metadata-options --http-endpoint "
		    "enabled`");
	if (status == 404)
		return fail_no_role(err);
	return sek_fail(err,
	    status >= 500 || status == 429 ? SEK_ENET : SEK_EPARSE,
	    "IMDS: HTTP %d to the request for %s", status, asked);
}

static enum sek_code
fail_token(enum sek_code code, const struct sek_err *why, struct sek_err *err)
{
	if (code != SEK_ECANCEL)
		return sek_fail(err, code, "%s", why->text);
	return sek_fail(err, code,
	    "%.140s: in a container a hop limit of 1 loses the reply (`aws ec2 "
	    "modify-instance-metadata-options --http-put-response-hop-limit "
	    "2`); else the container's network or a firewall is in its way, or "
	    "this is no EC2 instance",
	    why->text);
}

static enum sek_code
check_token(const struct sek_http_response *answer, struct sek_err *err)
{
	if (answer->status == 404 || answer->status == 405)
		return sek_fail(err, SEK_ENOTFOUND,
		    "IMDS: there is no version 2 of it here (HTTP %d), and no "
		    "other is used",
		    answer->status);
	if (answer->status != 200)
		return fail_status(answer->status, "a token", err);
	if (!sek_metadata_is_word(sek_metadata_text(answer), TOKEN_MAX))
		return sek_fail(err, SEK_EPARSE,
		    "IMDS: what it gave as a token is none");
	return SEK_OK;
}

static enum sek_code
get_token(struct imds *i, struct sek_err *err)
{
	const struct sek_http_header header = {
	    "x-aws-ec2-metadata-token-ttl-seconds", SEK_STR(TTL)};
	sek_auto_free char *url = sek_printf("%s/latest/api/token", i->base);
	sek_auto_secret *token = sek_secret_new(TOKEN_MAX);
	struct sek_http_request request = {
	    .method = "PUT",
	    .url = url,
	    .headers = &header,
	    .n_headers = 1,
	    .plain = i->plain,
	    .direct = true,
	};
	sek_auto_http_response answer = {0};
	struct sek_err why = {0};
	struct sek_str text;
	enum sek_code code;
	int64_t left;

	if ((code = sek_aws_left(&left, i->m.aws, 1, err)))
		return code;
	if ((code = sek_metadata_send(&answer, &i->m, &request, &why)))
		return fail_token(code, &why, err);
	if ((code = check_token(&answer, err)))
		return code;
	text = sek_metadata_text(&answer);
	if ((code = sek_secret_add(token, text.p, text.n, err)))
		return code;
	sek_secret_free(i->token);
	i->token = sek_steal(&token);
	return SEK_OK;
}

/* With a new token where this one is none any more. asked: for messages. */
static enum sek_code
get(struct sek_http_response *answer, struct imds *i, const char *role,
    const char *asked, struct sek_err *err)
{
	sek_auto_free char *url = sek_printf("%s" ROLES "%s", i->base, role);
	struct sek_http_header header = {
	    "x-aws-ec2-metadata-token", sek_secret_str(i->token)};
	struct sek_http_request request = {
	    .method = "GET",
	    .url = url,
	    .headers = &header,
	    .n_headers = 1,
	    .plain = i->plain,
	    .direct = true,
	};
	enum sek_code code;

	if ((code = sek_metadata_send(answer, &i->m, &request, err)))
		return code;
	if (answer->status == 401 && !i->renewed) {
		i->renewed = true;
		if ((code = get_token(i, err)))
			return code;
		header.value = sek_secret_str(i->token);
		if ((code = sek_metadata_send(answer, &i->m, &request, err)))
			return code;
	}
	return answer->status == 200 ? SEK_OK
				     : fail_status(answer->status, asked, err);
}

static bool
is_role(struct sek_str s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789"
				      "+=,.@_-";

	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(letters, s.p[i]))
			return false;
	/* a path would be read otherwise with these */
	return s.n > 0 && s.n <= ROLE_MAX && !sek_str_is(s, ".") &&
	    !sek_str_is(s, "..");
}

static enum sek_code
get_role(struct imds *i, struct sek_err *err)
{
	sek_auto_http_response answer = {0};
	struct sek_str text, role;
	enum sek_code code = get(&answer, i, "", "the role's name", err);

	if (code)
		return code;
	text = sek_metadata_text(&answer);
	role = sek_str_trim(sek_str_cut(&text, '\n'));
	if (role.n == 0)
		return fail_no_role(err);
	if (!is_role(role))
		return sek_fail(err, SEK_EPARSE,
		    "IMDS: what it gave as the role's name is none");
	i->role = sek_strndup(role.p, role.n);
	return SEK_OK;
}

enum sek_code
sek_imds_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	const struct sek_env *env = aws->env;
	const char *endpoint = hop->reach.endpoint;
	auto_imds i = {
	    .m = {
		.aws = aws,
		.what = "IMDS",
		.attempts = number(env, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 10,
		    ATTEMPTS),
		.attempt_ms = 1000 *
		    number(env, "AWS_METADATA_SERVICE_TIMEOUT", 600, SECONDS),
	    }};
	sek_auto_free char *base = NULL, *what = NULL;
	sek_auto_http_response answer = {0};
	enum sek_code code;

	if (sek_env_true(env->get(env, "AWS_EC2_METADATA_DISABLED")))
		return sek_fail(err, SEK_ENOTFOUND,
		    "IMDS: AWS_EC2_METADATA_DISABLED is set to true");
	if ((code = start(&i, &base, endpoint ? endpoint : BASE, err)) ||
	    (code = get_token(&i, err)) || (code = get_role(&i, err)) ||
	    (code = get(&answer, &i, i.role, "the role's credentials", err)))
		return code;
	what = sek_printf("IMDS: role %s", i.role);
	return sek_metadata_creds_read(out, sek_metadata_text(&answer),
	    SEK_METADATA_SERVICE, i.token, what, err);
}

#include "aws/container.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "aws/call_error.h"
#include "aws/endpoint.h"
#include "aws/metadata.h"
#include "aws/metadata_creds.h"
#include "aws/secret_file.h"
#include "base/alloc.h"

/*
 * Who sets the URI's variable is told the authorization token. So plain http
 * goes to the addresses alone that AWS keeps for this and to loopback. A name is
 * resolved once, and the address that was checked is the one that is connected
 * to: a second answer of the resolver could be another.
 */
#define ECS        "169.254.170.2"
#define TOKEN_MAX  ((size_t)16 << 10)
#define ATTEMPTS   3
#define ATTEMPT_MS 2000
#define RESOLVE_S  2
#define VAR_FULL   "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define VAR_PATH   "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define VAR_TOKEN  "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define VAR_FILE   "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

struct container {
	const struct sek_env *env;
	char *url;
	struct sek_url parts;
	char address[INET6_ADDRSTRLEN]; /* ""; or of a name, checked */
	struct sek_secret *token;       /* as it was sent last; NULL: none */
	struct sek_http_header header;
};

static void
clear(struct container *c)
{
	sek_secret_free(c->token);
	sek_free_ptr(&c->url);
}
#define auto_container __attribute__((cleanup(clear))) struct container

static bool
is_allowed(const struct sockaddr *sa)
{
	static const char *const v6[] = {"::1", "fd00:ec2::23"};
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;
	struct in6_addr one;

	if (sa->sa_family == AF_INET) {
		uint32_t a = ntohl(in->sin_addr.s_addr);

		return a >> 24 == 127 || a == 0xa9feaa02 /* 169.254.170.2 */ ||
		    a == 0xa9feaa17; /* 169.254.170.23 */
	}
	for (size_t i = 0; sa->sa_family == AF_INET6 && i < 2; i++)
		if (inet_pton(AF_INET6, v6[i], &one) == 1 &&
		    !memcmp(&one, &in6->sin6_addr, sizeof(one)))
			return true;
	return false;
}

static enum sek_code
fail_host(const char *host, struct sek_err *err)
{
	return sek_fail(err, SEK_EDENIED,
	    VAR_FULL ": %.253s: plain http is for loopback, 169.254.170.2, "
		     "169.254.170.23 and [fd00:ec2::23] alone: use https",
	    host);
}

/* Every address of the host must be one that may be; the first is taken. */
static enum sek_code
check_addresses(struct container *c, const struct addrinfo *list,
    const char *host, struct sek_err *err)
{
	for (const struct addrinfo *a = list; a; a = a->ai_next)
		if (!is_allowed(a->ai_addr))
			return fail_host(host, err);
	if (!list ||
	    getnameinfo(list->ai_addr, list->ai_addrlen, c->address,
		sizeof(c->address), NULL, 0, NI_NUMERICHOST))
		return sek_fail(err, SEK_ENET, VAR_FULL ": %.253s: no address",
		    host);
	return SEK_OK;
}

struct question {
	struct gaicb cb;
	struct addrinfo hints;
	char host[];
};

/*
 * getaddrinfo asks for as long as resolv.conf says, which can be minutes, and
 * cannot be stopped. A question that has no answer in time goes on by itself,
 * and its memory stays.
 */
static int
look_up(struct addrinfo **list, const char *host)
{
	const struct timespec patience = {RESOLVE_S, 0};
	struct question *q = sek_alloc(sizeof(*q) + strlen(host) + 1);
	struct gaicb *ask[] = {&q->cb};
	const struct gaicb *asked[] = {&q->cb};
	int failed;

	memcpy(q->host, host, strlen(host));
	q->hints.ai_family = AF_UNSPEC;
	q->hints.ai_socktype = SOCK_STREAM;
	q->cb.ar_name = q->host;
	q->cb.ar_request = &q->hints;
	failed = getaddrinfo_a(GAI_NOWAIT, ask, 1, NULL);
	if (!failed)
		do
			failed = gai_suspend(asked, 1, &patience);
		while (failed == EAI_INTR);
	if (!failed || failed == EAI_ALLDONE)
		failed = gai_error(&q->cb);
	*list = q->cb.ar_result;
	if (failed != EAI_AGAIN || gai_error(&q->cb) != EAI_INPROGRESS)
		free(q);
	return failed;
}

static enum sek_code
resolve(struct container *c, struct sek_err *err)
{
	sek_auto_free char *host = sek_strndup(c->parts.host.p,
	    c->parts.host.n);
	struct addrinfo *list = NULL;
	enum sek_code code;
	int failed = look_up(&list, host);

	if (failed)
		return sek_fail(err, SEK_ENET, VAR_FULL ": %.253s: %s", host,
		    gai_strerror(failed));
	code = check_addresses(c, list, host, err);
	freeaddrinfo(list);
	return code;
}

static enum sek_code
find_url(struct container *c, struct sek_err *err)
{
	const char *path = c->env->get(c->env, VAR_PATH);
	const char *full = c->env->get(c->env, VAR_FULL);

	if (!path && !full)
		return sek_fail(err, SEK_ENOTFOUND,
		    "neither " VAR_PATH " nor " VAR_FULL
		    " is set: this is no container with a role");
	if (path && *path != '/')
		return sek_fail(err, SEK_ECONFIG,
		    VAR_PATH ": does not start with a slash");
	c->url = path ? sek_printf("http://" ECS "%s", path) : sek_strdup(full);
	if (!sek_url_split(&c->parts, c->url))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: no http or https URL, or one with a user, or with a "
		    "character that a URL does not have",
		    path ? VAR_PATH : VAR_FULL);
	return c->parts.plain && !path ? resolve(c, err) : SEK_OK;
}

static enum sek_code
read_token(struct sek_secret **out, struct sek_str *token,
    const struct sek_env *env, struct sek_err *err)
{
	const char *path = env->get(env, VAR_FILE);
	const char *value = env->get(env, VAR_TOKEN);
	enum sek_code code;

	*token = sek_str(value);
	if (path &&
	    (code = sek_secret_file_read(out, env, path, TOKEN_MAX, err)))
		return code;
	if (path)
		*token = sek_secret_str(*out);
	if (token->n > 0 && token->p[token->n - 1] == '\n')
		token->n--;
	if (token->n > 0 && token->p[token->n - 1] == '\r')
		token->n--;
	if (path && token->n == 0)
		return sek_fail(err, SEK_EPARSE, "%s: holds no token", path);
	for (size_t i = 0; i < token->n; i++)
		if ((unsigned char)token->p[i] < ' ' || token->p[i] == 0x7f)
			return sek_fail(err, SEK_EPARSE,
			    "%s: a line break or control character in the "
			    "token",
			    path ? path : VAR_TOKEN);
	return SEK_OK;
}

static enum sek_code
prepare(void *arg, struct sek_http_request *request, struct sek_err *err)
{
	struct container *c = arg;
	sek_auto_secret *file = NULL, *made = sek_secret_new(TOKEN_MAX);
	struct sek_str token;
	enum sek_code code;

	if ((code = read_token(&file, &token, c->env, err)) ||
	    (code = sek_secret_add(made, token.p, token.n, err)))
		return code;
	sek_secret_free(c->token);
	c->token = sek_steal(&made);
	c->header = (struct sek_http_header){
	    "authorization", sek_secret_str(c->token)};
	request->headers = &c->header;
	request->n_headers = token.n > 0;
	return SEK_OK;
}

static enum sek_code
means(int status)
{
	if (status == 404)
		return SEK_ENOTFOUND;
	if (status == 429)
		return SEK_ECANCEL;
	return status >= 500 ? SEK_ENET : SEK_EDENIED;
}

/* Its own code and message, where it has some. */
static enum sek_code
fail_status(const struct sek_http_response *answer, const struct container *c,
    const char *what, struct sek_err *err)
{
	const struct sek_creds sent = {.secret = c->token};
	const struct sek_str none = {NULL, 0};
	struct sek_call_error said;

	sek_call_error_read(&said, answer, &sent, none);
	return sek_fail(err, means(answer->status), "%s: HTTP %d%s%s%s%s%s",
	    what, answer->status, *said.code ? ": " : "", said.code,
	    *said.message ? ": " : "", said.message,
	    answer->status == 401 || answer->status == 403 ? "; see " VAR_TOKEN
							     " and " VAR_FILE
							   : "");
}

enum sek_code
sek_container_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	auto_container c = {.env = aws->env};
	enum sek_code code = find_url(&c, err);
	sek_auto_free char *what = NULL;
	sek_auto_http_response answer = {0};
	struct sek_metadata m = {
	    .aws = aws,
	    .attempts = ATTEMPTS,
	    .attempt_ms = ATTEMPT_MS,
	    .prepare = prepare,
	    .arg = &c,
	};
	struct sek_http_request request = {.method = "GET"};

	if (code)
		return code;
	what = sek_printf("container credentials of %.*s", (int)c.parts.host.n,
	    c.parts.host.p);
	m.what = what;
	request.url = c.url;
	request.address = *c.address ? c.address : NULL;
	request.ca_bundle = hop->reach.ca_bundle;
	request.plain = c.parts.plain;
	request.direct = c.parts.plain || c.parts.loopback;
	if ((code = sek_metadata_send(&answer, &m, &request, err)))
		return code;
	if (answer.status != 200)
		return fail_status(&answer, &c, what, err);
	return sek_metadata_creds_read(out, sek_metadata_text(&answer),
	    SEK_METADATA_SERVICE, c.token, what, err);
}

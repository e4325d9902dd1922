#include "aws/http.h"

#include <string.h>
#include <strings.h>

void
sek_http_response_clear(struct sek_http_response *r)
{
	sek_secret_free(r->body);
	*r = (struct sek_http_response){0};
}

static void
keep(char *to, size_t size, struct sek_str value)
{
	size_t n = value.n < size ? value.n : size - 1;

	if (to[0] != '\0')
		return;
	for (size_t i = 0; i < n; i++)
		to[i] = value.p[i] >= ' ' && value.p[i] <= '~' ? value.p[i]
							       : '?';
	to[n] = '\0';
}

static void
forget(struct sek_http_response *r)
{
	*r = (struct sek_http_response){
	    .status = r->status,
	    .body = r->body,
	    .took_ms = r->took_ms,
	};
}

void
sek_http_response_line(struct sek_http_response *r, struct sek_str line)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} fields[] = {
	    {"date", r->date, sizeof(r->date)},
	    {"content-type", r->content_type, sizeof(r->content_type)},
	    {"x-amzn-errortype", r->error_type, sizeof(r->error_type)},
	    {"x-amzn-requestid", r->request_id, sizeof(r->request_id)},
	    {"retry-after", r->retry_after, sizeof(r->retry_after)},
	    {"x-amz-retry-after", r->amz_retry_after,
		sizeof(r->amz_retry_after)},
	    {"x-aws-ec2-metadata-token-ttl-seconds", r->token_ttl,
		sizeof(r->token_ttl)},
	};
	struct sek_str value = line, name;

	if (sek_str_starts(line, "HTTP/")) {
		forget(r);
		return;
	}
	name = sek_str_cut(&value, ':');
	if (!value.p)
		return;
	if (name.n == 3 && !strncasecmp(name.p, "age", 3))
		r->age = true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (name.n == strlen(fields[i].name) &&
		    !strncasecmp(name.p, fields[i].name, name.n))
			keep(fields[i].to, fields[i].size, sek_str_trim(value));
}

/* RFC 9110, "token", without capital letters. */
static bool
is_name(const char *s)
{
	size_t n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyz0123456789"
	    "!#$%&'*+-.^_`|~");

	return n > 0 && s[n] == '\0';
}

static enum sek_code
check_header(const struct sek_http_header *h, struct sek_err *err)
{
	if (!is_name(h->name))
		return sek_fail(err, SEK_EPARSE,
		    "a header's name is no word in lower case");
	if (!strcmp(h->name, "host"))
		return sek_fail(err, SEK_EPARSE,
		    "header host: it is taken from the URL");
	for (size_t i = 0; i < h->value.n; i++)
		if (h->value.p[i] == '\r' || h->value.p[i] == '\n' ||
		    h->value.p[i] == '\0')
			return sek_fail(err, SEK_EPARSE,
			    "header %s: a line break or NUL in its value",
			    h->name);
	return SEK_OK;
}

enum sek_code
sek_http_request_check(const struct sek_http_request *request,
    struct sek_err *err)
{
	const char *m = request->method;
	enum sek_code code;

	if (strcmp(m, "GET") && strcmp(m, "POST") && strcmp(m, "PUT"))
		return sek_fail(err, SEK_EPARSE,
		    "a method other than GET, POST and PUT");
	if (!strcmp(m, "GET") && request->body.n > 0)
		return sek_fail(err, SEK_EPARSE, "a body in a GET");
	if (request->url[strcspn(request->url, "\r\n\t")] != '\0')
		return sek_fail(err, SEK_EPARSE,
		    "a URL with a line break or tab in it");
	for (size_t i = 0; i < request->n_headers; i++)
		if ((code = check_header(&request->headers[i], err)))
			return code;
	return SEK_OK;
}

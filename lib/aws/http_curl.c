#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURL_DISABLE_TYPECHECK /* its macros are in the way of lib.NAME(...) */
#include <curl/curl.h>

#include "aws/endpoint.h"
#include "aws/http.h"
#include "base/alloc.h"
#include "base/library.h"
#include "base/wipe_alloc.h"

#define HEADER_MAX ((size_t)64 << 10) /* all lines of one answer */

/*
 * libcurl is loaded at the first request, not at every start: with what it
 * brings along, that takes longer than answering from a cache.
 */
#define FUNCTIONS(X)                                                           \
	X(curl_global_init_mem)                                                \
	X(curl_global_cleanup)                                                 \
	X(curl_easy_init)                                                      \
	X(curl_easy_setopt)                                                    \
	X(curl_easy_perform)                                                   \
	X(curl_easy_getinfo)                                                   \
	X(curl_easy_reset)                                                     \
	X(curl_easy_cleanup)                                                   \
	X(curl_easy_strerror)                                                  \
	X(curl_slist_append)                                                   \
	X(curl_slist_free_all)

static struct {
	FUNCTIONS(SEK_LIBRARY_FIELD)
} lib;
static const char *const names[] = {FUNCTIONS(SEK_LIBRARY_NAME)};
static struct sek_library library = SEK_LIBRARY(SEK_LIBCURL, names, &lib);

struct transport {
	struct sek_http http; /* first: this is one */
	CURL *easy;           /* NULL until the first request */
};

/* One request, while it is under way. */
struct exchange {
	const struct sek_http_request *request;
	struct sek_http_response *response;
	struct sek_url url;
	char host[256];
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	size_t header_n;
	enum sek_code code; /* why a callback ended it */
	char why[CURL_ERROR_SIZE];
};

static enum sek_code
start(struct transport *t, struct sek_err *err)
{
	if (t->easy)
		return SEK_OK;
	if (!sek_library_ready(&library))
		return sek_fail(err, SEK_EIO, SEK_LIBCURL ": cannot be loaded");
	/* With it, libcurl writes the keys of all its connections to a file. */
	unsetenv("SSLKEYLOGFILE");
	if (lib.curl_global_init_mem(CURL_GLOBAL_DEFAULT, sek_wipe_malloc,
		sek_wipe_free, sek_wipe_realloc, sek_wipe_strdup,
		sek_wipe_calloc))
		return sek_fail(err, SEK_EIO, SEK_LIBCURL ": does not start");
	t->easy = lib.curl_easy_init();
	if (t->easy)
		return SEK_OK;
	lib.curl_global_cleanup();
	return sek_fail(err, SEK_EIO, SEK_LIBCURL ": no memory");
}

static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	x->code = sek_secret_add(x->response->body, p, size * n, NULL);
	return x->code ? 0 : size * n;
}

static size_t
take_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	x->header_n += size * n;
	if (x->header_n > HEADER_MAX) {
		x->code = SEK_ETOOBIG;
		return 0;
	}
	sek_http_response_line(x->response, (struct sek_str){p, size * n});
	return size * n;
}

/* The copy that libcurl makes is wiped with the list. */
static bool
append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = lib.curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

/* "name: value", or as libcurl wants it without a value, "name;" */
static bool
append_header(struct exchange *x, const struct sek_http_header *h)
{
	size_t n = strlen(h->name);
	sek_auto_secret *line = sek_secret_new(n + h->value.n + 3);
	const char *sep = h->value.n > 0 ? ": " : ";";

	return !sek_secret_add(line, h->name, n, NULL) &&
	    !sek_secret_add(line, sep, strlen(sep), NULL) &&
	    !sek_secret_add(line, h->value.p, h->value.n, NULL) &&
	    !sek_secret_add(line, "", 1, NULL) &&
	    append(&x->headers, sek_secret_str(line).p);
}

static bool
set_headers(struct exchange *x)
{
	/* Headers that libcurl would add are not sent. */
	bool ok = append(&x->headers, "expect:"), typed = false;

	for (size_t i = 0; i < x->request->n_headers && ok; i++) {
		ok = append_header(x, &x->request->headers[i]);
		typed = typed ||
		    !strcmp(x->request->headers[i].name, "content-type");
	}
	if (!typed)
		ok = ok && append(&x->headers, "content-type:");
	return ok &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static bool
set_body(struct exchange *x)
{
	const struct sek_http_request *r = x->request;

	if (!strcmp(r->method, "GET"))
		return !lib.curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L);
	return !lib.curl_easy_setopt(x->easy, CURLOPT_POST, 1L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)r->body.n) &&
	    /* not copied */
	    !lib.curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS,
		r->body.n ? r->body.p : "") &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Whom to reach, and by which way. */
static bool
set_way(struct exchange *x)
{
	const struct sek_http_request *r = x->request;
	bool direct = r->direct || r->address, ok = true;

	if (r->address) {
		bool v6 = strchr(r->address, ':');
		sek_auto_free char *to = sek_printf("::%s%s%s:", v6 ? "[" : "",
		    r->address, v6 ? "]" : "");

		ok = append(&x->connect_to, to) &&
		    !lib.curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO,
			x->connect_to);
	}
	if (direct)
		ok = ok && !lib.curl_easy_setopt(x->easy, CURLOPT_NOPROXY, "*");
	return ok && !lib.curl_easy_setopt(x->easy, CURLOPT_URL, r->url) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_PROTOCOLS_STR,
		x->url.plain ? "http" : "https") &&
	    /* what was signed is what is sent */
	    !lib.curl_easy_setopt(x->easy, CURLOPT_PATH_AS_IS, 1L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_FOLLOWLOCATION, 0L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION,
		(long)CURL_HTTP_VERSION_1_1);
}

static bool
set_tls(struct exchange *x)
{
	const char *ca = x->request->ca_bundle;

	/* The bundle alone: without this the system's directory counts too. */
	if (ca &&
	    (lib.curl_easy_setopt(x->easy, CURLOPT_CAINFO, ca) ||
		lib.curl_easy_setopt(x->easy, CURLOPT_CAPATH, NULL)))
		return false;
	return !lib.curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYPEER, 1L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_SSLVERSION,
		(long)CURL_SSLVERSION_TLSv1_2) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_PROXY_SSLVERSION,
		(long)CURL_SSLVERSION_TLSv1_2);
}

static bool
set_limits(struct exchange *x)
{
	const struct sek_http_request *r = x->request;

	if (r->connect_ms > 0 &&
	    lib.curl_easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)r->connect_ms))
		return false;
	return !lib.curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS,
		   (long)r->total_ms) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_MAXFILESIZE_LARGE,
		(curl_off_t)r->max) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
}

static bool
set_answer(struct exchange *x)
{
	return !lib.curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION,
		   take_body) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION,
		take_header) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS,
		1L) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_USERAGENT,
		"sekisho/" SEK_VERSION) &&
	    !lib.curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->why);
}

/* Its text for the failures of TLS, which tell of certificates alone: elsewhere
 * it may quote a proxy's URL, and with it a password. */
static enum sek_code
fail_tls(struct exchange *x, struct sek_err *err)
{
	return sek_fail(err, SEK_ENET, "%s: TLS: %s", x->host,
	    x->why[0] ? x->why : "refused");
}

static enum sek_code
fail_connect(struct exchange *x, struct sek_err *err)
{
	char text[64] = "refused";
	long number = 0;

	if (!lib.curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &number) &&
	    number)
		snprintf(text, sizeof(text), "%s", strerror((int)number));
	return sek_fail(err, SEK_ENET, "%s: no connection: %s", x->host, text);
}

static enum sek_code
fail_late(struct exchange *x, struct sek_err *err)
{
	const struct sek_http_request *r = x->request;
	curl_off_t ready = 0;
	int64_t limit = r->total_ms;

	(void)lib.curl_easy_getinfo(x->easy, CURLINFO_PRETRANSFER_TIME_T,
	    &ready);
	if (r->connect_ms > 0 && r->connect_ms < limit && ready == 0)
		limit = r->connect_ms;
	return sek_fail(err, SEK_ECANCEL, "%s: no answer within %lld ms",
	    x->host, (long long)limit);
}

static enum sek_code
fail_taking(struct exchange *x, struct sek_err *err)
{
	if (x->code != SEK_ETOOBIG)
		return sek_fail(err, SEK_EIO, "%s: no memory for the answer",
		    x->host);
	if (x->header_n > HEADER_MAX)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: the answer's header is larger than %zu bytes", x->host,
		    HEADER_MAX);
	return sek_fail(err, SEK_ETOOBIG,
	    "%s: the answer is larger than %zu bytes", x->host,
	    x->request->max);
}

/* Of a proxy that answers CONNECT with anything but 2xx, libcurl says no more. */
static enum sek_code
fail_cut(const struct exchange *x, struct sek_err *err)
{
	long connect = 0;

	(void)lib.curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE,
	    &connect);
	if (connect >= 300)
		return sek_fail(err, SEK_ENET,
		    "%s: the proxy refuses the way there (HTTP %ld): see "
		    "https_proxy and no_proxy",
		    x->host, connect);
	return sek_fail(err, SEK_ENET, "%s: the connection was cut", x->host);
}

static enum sek_code
fail(struct exchange *x, CURLcode code, struct sek_err *err)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return fail_late(x, err);
	case CURLE_FILESIZE_EXCEEDED:
		x->code = SEK_ETOOBIG;
		return fail_taking(x, err);
	case CURLE_WRITE_ERROR:
		return fail_taking(x, err);
	case CURLE_COULDNT_CONNECT:
		return fail_connect(x, err);
	case CURLE_COULDNT_RESOLVE_HOST:
		return sek_fail(err, SEK_ENET, "%s: no such host is known",
		    x->host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return sek_fail(err, SEK_ENET,
		    "%s: the proxy's host is not known: see https_proxy and "
		    "no_proxy",
		    x->host);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return fail_cut(x, err);
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return sek_fail(err, SEK_EPARSE, "%s: the answer is not HTTP",
		    x->host);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		return fail_tls(x, err);
	case CURLE_SSL_CACERT_BADFILE:
		return sek_fail(err, SEK_ECONFIG,
		    "%s: the CA bundle %s cannot be used", x->host,
		    x->request->ca_bundle ? x->request->ca_bundle
					  : "of the system");
	default:
		return sek_fail(err, SEK_ENET, "%s: %s", x->host,
		    lib.curl_easy_strerror(code));
	}
}

static enum sek_code
run(struct exchange *x, struct sek_err *err)
{
	curl_off_t us = 0;
	long status = 0;
	CURLcode code;

	if (!set_way(x) || !set_tls(x) || !set_headers(x) || !set_body(x) ||
	    !set_limits(x) || !set_answer(x))
		return sek_fail(err, SEK_EIO,
		    SEK_LIBCURL ": lacks an option, or memory: 7.85 or newer "
				"is needed");
	code = lib.curl_easy_perform(x->easy);
	if (code)
		return fail(x, code, err);
	if (lib.curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) ||
	    lib.curl_easy_getinfo(x->easy, CURLINFO_TOTAL_TIME_T, &us))
		return sek_fail(err, SEK_EIO, SEK_LIBCURL ": no status");
	x->response->status = (int)status;
	x->response->took_ms = us / 1000;
	return SEK_OK;
}

static bool
is_address(const char *s)
{
	struct in6_addr any;

	return inet_pton(AF_INET, s, &any) == 1 ||
	    inet_pton(AF_INET6, s, &any) == 1;
}

static enum sek_code
check(struct exchange *x, struct sek_err *err)
{
	const struct sek_http_request *r = x->request;
	enum sek_code code = sek_http_request_check(r, err);

	if (code)
		return code;
	if (!sek_url_split(&x->url, r->url))
		return sek_fail(err, SEK_EPARSE,
		    "a URL that is not http, not https or has a user");
	snprintf(x->host, sizeof(x->host), "%.*s", (int)x->url.host.n,
	    x->url.host.p);
	if (x->url.plain && !r->plain)
		return sek_fail(err, SEK_EDENIED,
		    "%s: plain http is not for this request", x->host);
	if (r->address && !is_address(r->address))
		return sek_fail(err, SEK_EPARSE,
		    "%s: what it is to be reached at is no address", x->host);
	if (r->total_ms <= 0)
		return sek_fail(err, SEK_ECANCEL, "%s: no time is left",
		    x->host);
	return SEK_OK;
}

static enum sek_code
send_request(struct sek_http *h, const struct sek_http_request *request,
    struct sek_http_response *response, struct sek_err *err)
{
	struct transport *t = (struct transport *)h;
	struct exchange x = {.request = request, .response = response};
	enum sek_code code;

	sek_http_response_clear(response);
	if ((code = check(&x, err)) || (code = start(t, err)))
		return code;
	x.easy = t->easy;
	response->body = sek_secret_new(request->max);
	code = run(&x, err);
	/* The handle stays, and its connections; what it borrowed does not. */
	lib.curl_easy_reset(x.easy);
	lib.curl_slist_free_all(x.headers);
	lib.curl_slist_free_all(x.connect_to);
	if (code)
		sek_http_response_clear(response);
	return code;
}

enum sek_code
sek_http_curl_open(struct sek_http **out, struct sek_err *err)
{
	struct transport *t = sek_alloc(sizeof(*t));

	(void)err;
	t->http.send = send_request;
	*out = &t->http;
	return SEK_OK;
}

void
sek_http_curl_close(struct sek_http *h)
{
	struct transport *t = (struct transport *)h;

	if (!t)
		return;
	if (t->easy) {
		lib.curl_easy_cleanup(t->easy);
		lib.curl_global_cleanup();
	}
	sek_free_ptr(&t);
}

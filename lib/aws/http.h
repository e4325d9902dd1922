#ifndef SEK_AWS_HTTP_H
#define SEK_AWS_HTTP_H

#include "base/env.h"
#include "base/secret.h"

/*
 * One HTTP exchange, blocking, with a deadline and a cap on what comes back.
 * https with TLS 1.2 or newer; plain http only where `plain` says so. Never a
 * redirect, never a cookie, no authentication of its own, no netrc.
 *
 * A struct sek_http is a transport: http_curl.c has the real one, a test its
 * own. Requests borrow everything for the length of the call.
 */
struct sek_http_header {
	const char *name;     /* in lower case */
	struct sek_str value; /* no CR, LF or NUL: SEK_EPARSE */
};

struct sek_http_request {
	const char *method; /* GET, POST, PUT */
	const char *url;    /* scheme://host[:port]/path[?query] */
	const struct sek_http_header *headers;
	size_t n_headers;
	struct sek_str body;   /* n == 0: none; PUT and POST send length 0 */
	const char *ca_bundle; /* file; NULL: the system's */
	const char *address;   /* numeric, connected to in place of the URL's
	                        host; NULL: resolve it */
	bool plain;            /* http is right here: link-local or loopback */
	bool direct;           /* never through a proxy */
	int64_t connect_ms;    /* 0: only total */
	int64_t total_ms;
	size_t max; /* of the body; more is SEK_ETOOBIG */
};

/* What is read of an answer's header. Cut to fit; "" where there is none. */
struct sek_http_response {
	int status;
	struct sek_secret *body;
	char date[64];
	char content_type[64];
	char error_type[128];     /* x-amzn-errortype */
	char request_id[64];      /* x-amzn-requestid */
	char retry_after[32];     /* in s or a date */
	char amz_retry_after[32]; /* x-amz-retry-after, ms */
	char token_ttl[16];       /* x-aws-ec2-metadata-token-ttl-seconds */
	bool age;                 /* an Age header: Date is not this moment's */
	int64_t took_ms;
};
void sek_http_response_clear(struct sek_http_response *r);
/*
 * One line of an answer's header, with or without its line end. A status line
 * starts anew: what a 100 or a proxy said is forgotten. Of two lines of one
 * name the first counts; all but printable ASCII becomes '?'.
 */
void sek_http_response_line(struct sek_http_response *r, struct sek_str line);

/*
 * SEK_EPARSE: a header's name that is no token in lower case or is `host`, a
 * value with CR, LF or NUL, a method that is none of ours, a GET with a
 * body, a URL with a byte that ends a request line. Nothing is quoted but names.
 */
enum sek_code sek_http_request_check(const struct sek_http_request *request,
    struct sek_err *err) SEK_CHECKED;

#define sek_auto_http_response                                                 \
	__attribute__((                                                        \
	    cleanup(sek_http_response_clear))) struct sek_http_response

struct sek_http {
	/*
	 * SEK_OK: an answer of whatever status. SEK_ENET "HOST: why": no
	 * connection, TLS refused, cut short; SEK_ECANCEL "HOST: no answer
	 * within N ms": the deadline; SEK_ETOOBIG; SEK_EPARSE: no HTTP, or
	 * sek_http_request_check; SEK_EDENIED: plain http where it is not
	 * right; SEK_ECONFIG: the CA bundle. response: zero, or of an answer
	 * before, which is cleared; filled for SEK_OK alone.
	 */
	enum sek_code (*send)(struct sek_http *h,
	    const struct sek_http_request *request,
	    struct sek_http_response *response, struct sek_err *err);
};

/*
 * http_curl.c: libcurl, loaded at the first request, with allocators that wipe;
 * it reads the proxy variables itself. Between requests its buffers hold parts
 * of the last exchange; once closed, nothing does, if sek_crypto_init was
 * called (test_http_memory.c looks).
 */
enum sek_code
sek_http_curl_open(struct sek_http **out, struct sek_err *err) SEK_CHECKED;
void sek_http_curl_close(struct sek_http *h); /* NULL is legal */

#endif

#ifndef SEK_AWS_SIGV4_H
#define SEK_AWS_SIGV4_H

#include <stdbool.h>

#include "aws/http.h"
#include "base/buf.h"
#include "vault/creds.h"

/*
 * AWS Signature Version 4 (IAM User Guide, "AWS API request signing"). Pure:
 * request, credentials and time in, headers out. Every header that the request
 * has is signed but for those that a proxy or a transport may change, and `host`
 * from the URL.
 */
struct sek_sigv4 {
	const struct sek_creds *creds;
	const char *region;
	const char *service;
	int64_t time; /* s since 1970, on the service's clock */
	/* S3 alone does without: the path's dots and double slashes are
	 * resolved, and what is percent-encoded in it is encoded once more. */
	bool normalize_path;
	bool double_encode;
};

/* What signing adds; values in locked memory where they are secret. */
struct sek_sigv4_headers {
	char date[17];                    /* x-amz-date */
	struct sek_secret *authorization; /* value */
	/* x-amz-security-token is creds->token, to be sent if that is not NULL
	 * and was signed */
};
void sek_sigv4_headers_clear(struct sek_sigv4_headers *h);
#define sek_auto_sigv4_headers                                                 \
	__attribute__((                                                        \
	    cleanup(sek_sigv4_headers_clear))) struct sek_sigv4_headers

/* SEK_EPARSE: the request has x-amz-date, x-amz-security-token, authorization
 * or host already, or what http.h refuses. */
enum sek_code
sek_sigv4_sign(struct sek_sigv4_headers *out, const struct sek_sigv4 *how,
    const struct sek_http_request *request, struct sek_err *err) SEK_CHECKED;

/*
 * The steps by themselves, as the published test vectors give them: of a
 * request that has its x-amz-date and, as a header may be secret, into locked
 * pages. out and signed_names are appended to.
 */
enum sek_code sek_sigv4_canonical(struct sek_secret *out,
    struct sek_buf *signed_names, const struct sek_sigv4 *how,
    const struct sek_http_request *request, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_sigv4_to_sign(struct sek_buf *out, const struct sek_sigv4 *how,
    struct sek_str canonical, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_sigv4_signature(char hex[65], const struct sek_sigv4 *how,
    struct sek_str to_sign, struct sek_err *err) SEK_CHECKED;

#endif

#include "aws/sigv4.h"

#include <string.h>

#include "aws/digest.h"
#include "base/alloc.h"
#include "base/enc.h"
#include "base/rfc3339.h"

#define ALGORITHM     "AWS4-HMAC-SHA256"
#define CANONICAL_MAX ((size_t)256 << 10)

void
sek_sigv4_headers_clear(struct sek_sigv4_headers *h)
{
	sek_secret_free(h->authorization);
	*h = (struct sek_sigv4_headers){0};
}

/* 20150830T123600Z */
static void
write_date(char date[17], int64_t time)
{
	char text[SEK_RFC3339_SIZE];
	size_t n = 0;

	sek_rfc3339_write(text, time);
	for (size_t i = 0; text[i] != '\0' && n < 16; i++)
		if (text[i] != '-' && text[i] != ':')
			date[n++] = text[i];
	date[n] = '\0';
}

static void
add_scope(struct sek_buf *out, const struct sek_sigv4 *how)
{
	char date[17];

	write_date(date, how->time);
	sek_buf_printf(out, "%.8s/%s/%s/aws4_request", date, how->region,
	    how->service);
}

enum sek_code
sek_sigv4_to_sign(struct sek_buf *out, const struct sek_sigv4 *how,
    struct sek_str canonical, struct sek_err *err)
{
	unsigned char hash[SEK_SHA256_SIZE];
	char date[17];
	enum sek_code code = sek_sha256(hash, canonical, err);

	if (code)
		return code;
	write_date(date, how->time);
	sek_buf_printf(out, ALGORITHM "\n%s\n", date);
	add_scope(out, how);
	sek_buf_add_c(out, '\n');
	sek_hex(out, hash, sizeof(hash));
	return sek_buf_check(out, "a string to sign", err);
}

/* The key for one day, region and service, made of the secret in four steps. */
static enum sek_code
derive(unsigned char key[SEK_SHA256_SIZE], const struct sek_sigv4 *how,
    struct sek_err *err)
{
	struct sek_str secret = sek_secret_str(how->creds->secret);
	sek_auto_secret *first = sek_secret_new(secret.n + 4);
	char date[17];
	const struct sek_str steps[] = {{date, 8}, sek_str(how->region),
	    sek_str(how->service), SEK_STR("aws4_request")};
	enum sek_code code;

	write_date(date, how->time);
	if ((code = sek_secret_add(first, "AWS4", 4, err)) ||
	    (code = sek_secret_add(first, secret.p, secret.n, err)))
		return code;
	for (size_t i = 0; i < 4 && !code; i++) {
		struct sek_str with = i > 0
		    ? (struct sek_str){(const char *)key, SEK_SHA256_SIZE}
		    : sek_secret_str(first);
		unsigned char next[SEK_SHA256_SIZE];

		code = sek_hmac_sha256(next, with, steps[i], err);
		memcpy(key, next, sizeof(next));
		explicit_bzero(next, sizeof(next));
	}
	return code;
}

enum sek_code
sek_sigv4_signature(char hex[65], const struct sek_sigv4 *how,
    struct sek_str to_sign, struct sek_err *err)
{
	unsigned char key[SEK_SHA256_SIZE] = {0}, mac[SEK_SHA256_SIZE];
	const struct sek_str with = {(const char *)key, sizeof(key)};
	enum sek_code code;

	if (!(code = derive(key, how, err)))
		code = sek_hmac_sha256(mac, with, to_sign, err);
	explicit_bzero(key, sizeof(key));
	if (code)
		return code;
	for (size_t i = 0; i < sizeof(mac); i++) {
		hex[2 * i] = "0123456789abcdef"[mac[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[mac[i] & 15];
	}
	hex[64] = '\0';
	return SEK_OK;
}

static enum sek_code
refuse_own(const struct sek_http_request *request, struct sek_err *err)
{
	static const char *const own[] = {
	    "x-amz-date", "x-amz-security-token", "authorization"};

	for (size_t i = 0; i < request->n_headers; i++)
		for (size_t k = 0; k < sizeof(own) / sizeof(*own); k++)
			if (!strcmp(request->headers[i].name, own[k]))
				return sek_fail(err, SEK_EPARSE,
				    "header %s: the signature brings its own",
				    own[k]);
	return SEK_OK;
}

static enum sek_code
add_authorization(struct sek_sigv4_headers *out, const struct sek_sigv4 *how,
    const struct sek_buf *names, struct sek_str canonical, struct sek_err *err)
{
	sek_auto_buf to_sign = {0}, value = {0};
	char signature[65];
	enum sek_code code;

	if ((code = sek_sigv4_to_sign(&to_sign, how, canonical, err)) ||
	    (code = sek_sigv4_signature(signature, how, sek_buf_str(&to_sign),
		 err)))
		return code;
	sek_buf_printf(&value, ALGORITHM " Credential=%s/", how->creds->id);
	add_scope(&value, how);
	sek_buf_add_s(&value, ", SignedHeaders=");
	sek_buf_add_str(&value, sek_buf_str(names));
	sek_buf_add_s(&value, ", Signature=");
	out->authorization = sek_secret_new(value.n + 64);
	if (!(code = sek_secret_add(out->authorization, value.p, value.n, err)))
		code = sek_secret_add(out->authorization, signature, 64, err);
	explicit_bzero(signature, sizeof(signature));
	return code;
}

enum sek_code
sek_sigv4_sign(struct sek_sigv4_headers *out, const struct sek_sigv4 *how,
    const struct sek_http_request *request, struct sek_err *err)
{
	sek_auto_secret *canonical = sek_secret_new(CANONICAL_MAX);
	size_t n = request->n_headers;
	sek_auto_free struct sek_http_header *headers = sek_alloc_n(n + 2,
	    sizeof(*headers));
	struct sek_http_request whole = *request;
	sek_auto_sigv4_headers made = {0};
	sek_auto_buf names = {0};
	enum sek_code code = refuse_own(request, err);

	if (code)
		return code;
	write_date(made.date, how->time);
	if (n > 0)
		memcpy(headers, request->headers, n * sizeof(*headers));
	headers[n++] = (struct sek_http_header){
	    "x-amz-date", sek_str(made.date)};
	if (how->creds->token)
		headers[n++] = (struct sek_http_header){
		    "x-amz-security-token", sek_secret_str(how->creds->token)};
	whole.headers = headers;
	whole.n_headers = n;
	if ((code = sek_sigv4_canonical(canonical, &names, how, &whole, err)) ||
	    (code = add_authorization(&made, how, &names,
		 sek_secret_str(canonical), err)))
		return code;
	sek_sigv4_headers_clear(out);
	*out = made;
	made = (struct sek_sigv4_headers){0};
	return SEK_OK;
}

#include <stdlib.h>
#include <string.h>

#include "aws/digest.h"
#include "aws/sigv4.h"
#include "base/alloc.h"
#include "base/enc.h"
#include "base/vec.h"

/* What may be changed, added or taken away between us and the service. */
static const char *const unsigned_headers[] = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

struct target {
	struct sek_str host; /* with the port where that is not the scheme's */
	struct sek_str path;
	struct sek_str query;
};

/* Less strict than sek_url_split: what is to be encoded may still be in it. */
static enum sek_code
split(struct target *t, const char *url, struct sek_err *err)
{
	const char *port = sek_str_starts(sek_str(url), "https:") ? ":443"
								  : ":80";
	const char *at = strstr(url, "://");

	if (!at || at[3 + strcspn(at + 3, "/?#@")] == '@')
		return sek_fail(err, SEK_EPARSE,
		    "a URL to sign without a host, or with a user");
	at += 3;
	t->host = (struct sek_str){at, strcspn(at, "/?#")};
	at += t->host.n;
	t->path = (struct sek_str){at, strcspn(at, "?#")};
	at += t->path.n;
	t->query = (struct sek_str){at, 0};
	if (*at == '?')
		t->query = (struct sek_str){at + 1, strcspn(at + 1, "#")};
	if (sek_str_ends(t->host, port))
		t->host.n -= strlen(port);
	return SEK_OK;
}

static void
add_segment(struct sek_buf *path, struct sek_str segment)
{
	if (segment.n == 0 || sek_str_is(segment, "."))
		return;
	if (!sek_str_is(segment, "..")) {
		sek_buf_add_c(path, '/');
		sek_buf_add_str(path, segment);
		return;
	}
	while (path->n > 0 && path->p[--path->n] != '/')
		continue;
	if (path->p)
		path->p[path->n] = '\0';
}

/* RFC 3986, 5.2.4, and without empty segments; a slash at the end stays. */
static void
add_path(struct sek_buf *out, const struct sek_sigv4 *how, struct sek_str path)
{
	const char *keep = how->double_encode ? "/" : "/%";
	struct sek_str rest = path;
	sek_auto_buf clean = {0};

	if (path.n == 0) {
		sek_buf_add_c(out, '/');
		return;
	}
	if (!how->normalize_path) {
		sek_percent(out, path, keep);
		return;
	}
	while (rest.p) {
		struct sek_str segment = sek_str_cut(&rest, '/');

		add_segment(&clean, segment);
	}
	if (clean.n == 0 || sek_str_ends(path, "/"))
		sek_buf_add_c(&clean, '/');
	sek_percent(out, sek_buf_str(&clean), keep);
}

/* However it was encoded, or was not: as the service will encode it. */
static char *
encode(struct sek_str s)
{
	sek_auto_buf plain = {0}, encoded = {0};

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%' && s.n - i > 2 &&
		    sek_unhex((struct sek_str){s.p + i + 1, 2}, &c))
			i += 2;
		sek_buf_add_c(&plain, (char)c);
	}
	sek_percent(&encoded, sek_buf_str(&plain), "");
	sek_buf_add(&encoded, "", 0);
	return encoded.p ? sek_buf_take(&encoded) : sek_strdup("");
}

struct pair {
	char *key;
	char *value;
};

static int
by_key(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->value, y->value);
}

static void
add_query(struct sek_buf *out, struct sek_str query)
{
	SEK_VEC(struct pair) pairs = {0};
	struct sek_str rest = query;

	while (query.n > 0 && rest.p) {
		struct sek_str value = sek_str_cut(&rest, '&');
		struct sek_str key = sek_str_cut(&value, '=');

		*sek_vec_push(&pairs) = (struct pair){
		    encode(key), encode(value)};
	}
	if (pairs.n > 1)
		qsort(pairs.at, pairs.n, sizeof(*pairs.at), by_key);
	sek_vec_each (p, &pairs) {
		if (p > pairs.at)
			sek_buf_add_c(out, '&');
		sek_buf_add_s(out, p->key);
		sek_buf_add_c(out, '=');
		sek_buf_add_s(out, p->value);
		sek_free_ptr(&p->key);
		sek_free_ptr(&p->value);
	}
	sek_vec_clear(&pairs);
}

static bool
is_signed(const char *name)
{
	for (size_t i = 0;
	     i < sizeof(unsigned_headers) / sizeof(*unsigned_headers); i++)
		if (!strcmp(name, unsigned_headers[i]))
			return false;
	return true;
}

/* By name; headers of one name stay in the order that they are sent in. */
static int
by_name(const void *a, const void *b)
{
	const struct sek_http_header *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : (*x > *y) - (*x < *y);
}

/* Trimmed, and each run of blanks as one. */
static enum sek_code
add_value(struct sek_secret *out, struct sek_str value, struct sek_err *err)
{
	enum sek_code code = SEK_OK;
	bool first = true;

	while (value.n > 0 && !code) {
		size_t n = 0;

		while (n < value.n && value.p[n] != ' ' && value.p[n] != '\t')
			n++;
		if (n > 0 && !first)
			code = sek_secret_add(out, " ", 1, err);
		if (n > 0 && !code)
			code = sek_secret_add(out, value.p, n, err);
		first = first && n == 0;
		n += n < value.n;
		value.p += n;
		value.n -= n;
	}
	return code;
}

static enum sek_code
add_header(struct sek_secret *out, struct sek_buf *names,
    const struct sek_http_header *h, const char *before, struct sek_err *err)
{
	bool again = before && !strcmp(before, h->name);
	enum sek_code code = SEK_OK;

	if (again)
		code = sek_secret_add(out, ",", 1, err);
	else if (before)
		code = sek_secret_add(out, "\n", 1, err);
	if (!again && !code) {
		if (before)
			sek_buf_add_c(names, ';');
		sek_buf_add_s(names, h->name);
		if (!(code = sek_secret_add(out, h->name, strlen(h->name),
			  err)))
			code = sek_secret_add(out, ":", 1, err);
	}
	return code ? code : add_value(out, h->value, err);
}

static enum sek_code
add_headers(struct sek_secret *out, struct sek_buf *names,
    const struct sek_http_request *request, struct sek_str host,
    struct sek_err *err)
{
	const struct sek_http_header from_url = {"host", host};
	SEK_VEC(const struct sek_http_header *) sorted = {0};
	enum sek_code code = SEK_OK;

	*sek_vec_push(&sorted) = &from_url;
	for (size_t i = 0; i < request->n_headers; i++)
		if (is_signed(request->headers[i].name))
			*sek_vec_push(&sorted) = &request->headers[i];
	qsort(sorted.at, sorted.n, sizeof(*sorted.at), by_name);
	for (size_t i = 0; i < sorted.n && !code; i++)
		code = add_header(out, names, sorted.at[i],
		    i > 0 ? sorted.at[i - 1]->name : NULL, err);
	sek_vec_clear(&sorted);
	return code;
}

enum sek_code
sek_sigv4_canonical(struct sek_secret *out, struct sek_buf *signed_names,
    const struct sek_sigv4 *how, const struct sek_http_request *request,
    struct sek_err *err)
{
	unsigned char hash[SEK_SHA256_SIZE];
	sek_auto_buf head = {0}, names = {0}, tail = {0};
	struct target target = {0};
	enum sek_code code;

	if ((code = sek_http_request_check(request, err)) ||
	    (code = split(&target, request->url, err)) ||
	    (code = sek_sha256(hash, request->body, err)))
		return code;
	sek_buf_add_s(&head, request->method);
	sek_buf_add_c(&head, '\n');
	add_path(&head, how, target.path);
	sek_buf_add_c(&head, '\n');
	add_query(&head, target.query);
	sek_buf_add_c(&head, '\n');
	if ((code = sek_buf_check(&head, "a URL to sign", err)) ||
	    (code = sek_secret_add(out, head.p, head.n, err)) ||
	    (code = add_headers(out, &names, request, target.host, err)))
		return code;
	sek_buf_add_str(signed_names, sek_buf_str(&names));
	sek_buf_add_s(&tail, "\n\n");
	sek_buf_add_str(&tail, sek_buf_str(&names));
	sek_buf_add_c(&tail, '\n');
	sek_hex(&tail, hash, sizeof(hash));
	return sek_secret_add(out, tail.p, tail.n, err);
}

/*
 * With arguments this is no test but a signer for tests/system/test_sigv4.py:
 * a request per line of stdin, its fields in hex (method, URL, time, region,
 * service, id, secret, token, body, then names and values of headers); printed
 * are x-amz-date and authorization.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/digest.h"
#include "aws/sigv4.h"
#include "base/alloc.h"
#include "base/enc.h"
#include "sigv4_vectors.h"

#define MOMENT      1440938160 /* 2015-08-30T12:36:00Z */
#define MAX_HEADERS 8

static void
set_creds(struct sek_creds *c, const char *token)
{
	assert_int_equal(sek_creds_set(c, sek_str(vector_id),
			     sek_str(vector_secret), sek_str(token), 0, NULL),
	    SEK_OK);
}

static struct sek_sigv4
how(const struct sek_creds *creds)
{
	return (struct sek_sigv4){
	    .creds = creds,
	    .region = "us-east-1",
	    .service = "service",
	    .time = MOMENT,
	    .normalize_path = true,
	    .double_encode = true,
	};
}

/* "name:value" lines, cut up in place. */
static size_t
read_headers(struct sek_http_header *out, char *lines)
{
	size_t n = 0;

	for (char *save, *line = strtok_r(lines, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		assert_true(n < MAX_HEADERS);
		*colon = '\0';
		out[n++] = (struct sek_http_header){line, sek_str(colon + 1)};
	}
	return n;
}

static void
expect_canonical(const struct vector *v, struct sek_str canonical)
{
	const char *lines = v->canonical ? v->canonical : HOST DATE;
	sek_auto_buf want = {0};

	sek_buf_printf(&want, "%s\n%s\n%s\n%s", v->method, v->path,
	    v->query ? v->query : "", lines);
	if (v->token)
		sek_buf_printf(&want, "x-amz-security-token:%s\n", v->token);
	if (canonical.n <= want.n || memcmp(canonical.p, want.p, want.n))
		fail_msg("%s: canonical request:\n%.*s\nnot:\n%s", v->name,
		    (int)canonical.n, canonical.p, want.p);
}

static void
check_steps(const struct vector *v, const struct sek_sigv4 *s,
    const struct sek_http_request *request)
{
	sek_auto_secret *canonical = sek_secret_new(10000);
	sek_auto_buf names = {0}, to_sign = {0}, want = {0};
	char signature[65];

	assert_int_equal(sek_sigv4_canonical(canonical, &names, s, request,
			     NULL),
	    SEK_OK);
	expect_canonical(v, sek_secret_str(canonical));
	assert_int_equal(sek_sigv4_to_sign(&to_sign, s,
			     sek_secret_str(canonical), NULL),
	    SEK_OK);
	sek_buf_printf(&want,
	    "AWS4-HMAC-SHA256\n20150830T123600Z\n"
	    "20150830/us-east-1/service/aws4_request\n%s",
	    v->hash);
	if (strcmp(to_sign.p, want.p))
		fail_msg("%s: to sign:\n%s\nnot:\n%s", v->name, to_sign.p,
		    want.p);
	assert_int_equal(sek_sigv4_signature(signature, s,
			     sek_buf_str(&to_sign), NULL),
	    SEK_OK);
	assert_string_equal(signature, v->signature);
}

static void
check_whole(const struct vector *v, const struct sek_sigv4 *s,
    const struct sek_http_request *request)
{
	sek_auto_sigv4_headers made = {0};
	sek_auto_buf tail = {0};
	struct sek_str value;

	assert_int_equal(sek_sigv4_sign(&made, s, request, NULL), SEK_OK);
	assert_string_equal(made.date, "20150830T123600Z");
	value = sek_secret_str(made.authorization);
	assert_true(sek_str_starts(value,
	    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
	    "service/aws4_request, SignedHeaders="));
	sek_buf_printf(&tail, ", Signature=%s", v->signature);
	if (!sek_str_ends(value, tail.p))
		fail_msg("%s: signed: %.*s", v->name, (int)value.n, value.p);
}

static void
check_vector(const struct vector *v)
{
	struct sek_http_header headers[MAX_HEADERS + 2] = {0};
	sek_auto_free char *lines = sek_strdup(v->headers ? v->headers : "");
	sek_auto_free char *url = sek_printf("https://example.amazonaws.com%s",
	    v->target);
	sek_auto_creds creds = {0};
	struct sek_sigv4 s = how(&creds);
	struct sek_http_request request = {
	    .method = v->method,
	    .url = url,
	    .headers = headers,
	    .n_headers = read_headers(headers, lines),
	    .body = sek_str(v->body),
	};

	s.normalize_path = !v->raw;
	set_creds(&creds, v->token);
	check_whole(v, &s, &request);
	headers[request.n_headers++] = (struct sek_http_header){
	    "x-amz-date", SEK_STR("20150830T123600Z")};
	if (v->token)
		headers[request.n_headers++] = (struct sek_http_header){
		    "x-amz-security-token", sek_str(v->token)};
	check_steps(v, &s, &request);
}

static void
signs_the_published_requests_as_published(void **state)
{
	(void)state;
	assert_int_equal(sizeof(vectors) / sizeof(*vectors), 38);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++)
		check_vector(&vectors[i]);
}

/* The second and third line of the canonical request of a GET. */
static void
expect_target(const struct sek_sigv4 *s, const char *url, const char *want)
{
	sek_auto_secret *out = sek_secret_new(10000);
	const struct sek_http_request request = {.method = "GET", .url = url};
	sek_auto_buf names = {0};
	struct sek_str all, line;

	assert_int_equal(sek_sigv4_canonical(out, &names, s, &request, NULL),
	    SEK_OK);
	all = sek_secret_str(out);
	line = sek_str_cut(&all, '\n');
	assert_true(sek_str_is(line, "GET"));
	if (!sek_str_starts(all, want))
		fail_msg("%s: %.*s", url, (int)all.n, all.p);
}

static void
encodes_what_is_encoded_once_more_but_for_s3(void **state)
{
	struct sek_sigv4 s = how(NULL);

	(void)state;
	expect_target(&s, "https://h/a%20b//./c", "/a%2520b/c\n\nhost:h\n");
	s.normalize_path = s.double_encode = false;
	expect_target(&s, "https://h/a%20b//./c", "/a%20b//./c\n\nhost:h\n");
	expect_target(&s, "https://h", "/\n\nhost:h\n");
}

static void
leaves_out_the_port_that_the_scheme_has_anyway(void **state)
{
	const struct sek_sigv4 s = how(NULL);

	(void)state;
	expect_target(&s, "https://h:443/", "/\n\nhost:h\n");
	expect_target(&s, "http://h:80/", "/\n\nhost:h\n");
	expect_target(&s, "http://h:443/", "/\n\nhost:h:443\n");
	expect_target(&s, "http://[::1]:80/", "/\n\nhost:[::1]\n");
	expect_target(&s, "https://h:444?a#b", "/\na=\nhost:h:444\n");
}

static void
sorts_a_query_by_name_and_then_by_value(void **state)
{
	const struct sek_sigv4 s = how(NULL);

	(void)state;
	expect_target(&s, "https://h/?b=2&a-=1&a=2&a=1&c",
	    "/\na=1&a=2&a-=1&b=2&c=\n");
	expect_target(&s, "https://h/?x=%2f%e1&y=+%&z=%zz",
	    "/\nx=%2F%E1&y=%2B%25&z=%25zz\n");
	expect_target(&s, "https://h/..?", "/\n\n");
	expect_target(&s, "https://h/a/../../b/..", "/\n\n");
}

static void
leaves_alone_what_the_way_there_may_change(void **state)
{
	static const struct sek_http_header headers[] = {
	    {"user-agent", {"a", 1}},
	    {"x-z", {" \t ", 3}},
	    {"connection", {"close", 5}},
	    {"te", {"b", 1}},
	    {"x-amzn-trace-id", {"c", 1}},
	    {"x-z", {"\td  e\t", 6}},
	    {"content-type", {"f", 1}},
	};
	const struct sek_http_request request = {
	    .method = "PUT",
	    .url = "https://h/",
	    .headers = headers,
	    .n_headers = sizeof(headers) / sizeof(*headers),
	};
	const struct sek_sigv4 s = how(NULL);
	sek_auto_secret *out = sek_secret_new(10000);
	sek_auto_buf names = {0};

	(void)state;
	assert_int_equal(sek_sigv4_canonical(out, &names, &s, &request, NULL),
	    SEK_OK);
	assert_string_equal(names.p, "content-type;host;x-z");
	assert_true(sek_str_starts(sek_secret_str(out),
	    "PUT\n/\n\ncontent-type:f\nhost:h\nx-z:,d e\n\n"));
}

static void
refuse(const char *url, const char *name, struct sek_str value,
    const char *want)
{
	sek_auto_creds creds = {0};
	const struct sek_sigv4 s = how(&creds);
	const struct sek_http_header header = {name, value};
	const struct sek_http_request request = {
	    .method = "GET", .url = url, .headers = &header, .n_headers = 1};
	sek_auto_sigv4_headers made = {0};
	struct sek_err err = {0};

	set_creds(&creds, NULL);
	assert_int_equal(sek_sigv4_sign(&made, &s, &request, &err), SEK_EPARSE);
	assert_string_equal(err.text, want);
	assert_null(made.authorization);
}

static void
refuses_what_it_would_add_itself_and_what_breaks_out(void **state)
{
	(void)state;
	refuse("https://h/", "x-amz-date", SEK_STR("a"),
	    "header x-amz-date: the signature brings its own");
	refuse("https://h/", "authorization", SEK_STR("a"),
	    "header authorization: the signature brings its own");
	refuse("https://h/", "host", SEK_STR("a"),
	    "header host: it is taken from the URL");
	refuse("https://h/", "x", SEK_STR("a\nb"),
	    "header x: a line break or NUL in its value");
	refuse("https://h/", "x", SEK_STR("a\0b"),
	    "header x: a line break or NUL in its value");
	refuse("https://h/", "x:", SEK_STR("a"),
	    "a header's name is no word in lower case");
	refuse("https://h/", "X", SEK_STR("a"),
	    "a header's name is no word in lower case");
	refuse("https://u@h/", "x", SEK_STR("a"),
	    "a URL to sign without a host, or with a user");
	refuse("h", "x", SEK_STR("a"),
	    "a URL to sign without a host, or with a user");
	refuse("https://h/\n", "x", SEK_STR("a"),
	    "a URL with a line break or tab in it");
}

/* Of one field in hex: in place, NUL-terminated; its length. */
static size_t
unhex(char *field)
{
	size_t n = strlen(field) / 2;

	if (!sek_unhex(sek_str(field), (unsigned char *)field))
		exit(1);
	field[n] = '\0';
	return n;
}

enum { METHOD, URL, TIME, REGION, SERVICE, ID, SECRET, TOKEN, BODY, HEADERS };

static void
sign_line(char *line)
{
	struct sek_http_header headers[64];
	sek_auto_sigv4_headers made = {0};
	sek_auto_creds creds = {0};
	struct sek_http_request request = {.headers = headers};
	struct sek_sigv4 s = how(&creds);
	struct sek_str field[HEADERS + 128] = {0}, value;
	struct sek_err err = {0};
	size_t n = 0;

	for (char *one; (one = strsep(&line, " ")) && n < HEADERS + 128; n++) {
		field[n].p = one;
		field[n].n = unhex(one);
	}
	for (size_t i = HEADERS; i + 1 < n; i += 2)
		headers[request.n_headers++] = (struct sek_http_header){
		    field[i].p, field[i + 1]};
	request.method = field[METHOD].p;
	request.url = field[URL].p;
	request.body = field[BODY];
	s.region = field[REGION].p;
	s.service = field[SERVICE].p;
	s.time = strtoll(field[TIME].p, NULL, 10);
	s.normalize_path = s.double_encode = strcmp(s.service, "s3") != 0;
	if (sek_creds_set(&creds, field[ID], field[SECRET], field[TOKEN], 0,
		&err) ||
	    sek_sigv4_sign(&made, &s, &request, &err)) {
		puts(err.text);
		return;
	}
	value = sek_secret_str(made.authorization);
	printf("%s %.*s\n", made.date, (int)value.n, value.p);
}

static int
sign_lines(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, stdin)) > 0) {
		line[n - 1] = '\0';
		sign_line(line);
	}
	free(line);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signs_the_published_requests_as_published),
	    cmocka_unit_test(encodes_what_is_encoded_once_more_but_for_s3),
	    cmocka_unit_test(leaves_out_the_port_that_the_scheme_has_anyway),
	    cmocka_unit_test(sorts_a_query_by_name_and_then_by_value),
	    cmocka_unit_test(leaves_alone_what_the_way_there_may_change),
	    cmocka_unit_test(
		refuses_what_it_would_add_itself_and_what_breaks_out),
	};

	(void)argv;
	if (sek_crypto_init(NULL) != SEK_OK)
		return 1;
	if (argc > 1)
		return sign_lines();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

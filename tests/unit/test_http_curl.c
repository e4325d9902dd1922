/*
 * With arguments this is no test but a client for tests/system/test_http.py:
 * URL and CA bundle ("-": the system's); printed are the status and the body,
 * or the error's code and text.
 */
#include "http_server.h"

#include "aws/digest.h"
#include "aws/http.h"
#include "base/alloc.h"

#define LATE 10000 /* ms; none of the requests below takes as long */

static struct sek_http *http;

static int
open_http(void **state)
{
	(void)state;
	return sek_http_curl_open(&http, NULL) != SEK_OK;
}

static int
close_http(void **state)
{
	(void)state;
	sek_http_curl_close(http);
	http = NULL;
	return 0;
}

/* Of the server's address; to free. */
static char *
url_of(const struct server *s, const char *path)
{
	return sek_printf("http://127.0.0.1:%d%s", s->port, path);
}

static struct sek_http_request
get(const char *url)
{
	return (struct sek_http_request){
	    .method = "GET",
	    .url = url,
	    .plain = true,
	    .direct = true,
	    .total_ms = LATE,
	    .max = 100000,
	};
}

static void
expect_failure(const struct sek_http_request *request, enum sek_code code,
    const char *text)
{
	sek_auto_http_response r = {0};
	struct sek_err err = {0};

	if (http->send(http, request, &r, &err) != code)
		fail_msg("code %d: %s", err.code, err.text);
	assert_string_equal(err.text, text);
	assert_null(r.body);
	assert_int_equal(r.status, 0);
}

static void
expect_body(const struct sek_http_request *request, const char *want)
{
	sek_auto_http_response r = {0};
	struct sek_err err = {0};
	struct sek_str body;

	if (http->send(http, request, &r, &err))
		fail_msg("%s", err.text);
	assert_int_equal(r.status, 200);
	body = sek_secret_str(r.body);
	if (!sek_str_is(body, want))
		fail_msg("got:\n%.*s\nnot:\n%s", (int)body.n, body.p, want);
}

/* The answer's bytes, then the end of the connection. */
static void
canned(int fd, const struct sek_buf *request, void *arg)
{
	const struct sek_str *bytes = arg;

	(void)request;
	server_write(fd, bytes->p, bytes->n);
}

static void
expect_canned_failure(struct sek_str bytes, enum sek_code code,
    const char *text)
{
	server_auto s = server_start(canned, &bytes, false);
	sek_auto_free char *url = url_of(&s, "/");
	const struct sek_http_request request = get(url);

	expect_failure(&request, code, text);
}

static void
sends_what_it_is_given_and_nothing_else(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	const struct sek_http_header headers[] = {
	    {"x-empty", {NULL, 0}},
	    {"authorization", SEK_STR("A=b, c:d")},
	    {"accept", SEK_STR("application/json")},
	    {"user-agent", SEK_STR("test")},
	};
	sek_auto_free char *url = url_of(&s, "/a//../b/?c=%20d");
	sek_auto_free char
	    *want = sek_printf("GET /a//../b/?c=%%20d HTTP/1.1\r\n"
			       "Host: 127.0.0.1:%d\r\n"
			       "x-empty:\r\n"
			       "authorization: A=b, c:d\r\n"
			       "accept: application/json\r\n"
			       "user-agent: test\r\n\r\n",
		s.port);
	struct sek_http_request request = get(url);

	(void)state;
	request.headers = headers;
	request.n_headers = 4;
	expect_body(&request, want);
}

static void
posts_a_body_of_any_bytes_and_puts_an_empty_one(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	const struct sek_http_header type = {"content-type", SEK_STR("x/y")};
	sek_auto_free char *url = url_of(&s, "/");
	struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};
	struct sek_str got;

	(void)state;
	request.method = "POST";
	request.body = SEK_STR("a\0\r\n\r\nb");
	request.headers = &type;
	request.n_headers = 1;
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	got = sek_secret_str(r.body);
	assert_true(sek_str_starts(got, "POST / HTTP/1.1\r\n"));
	assert_memory_equal(got.p + got.n - 7, "a\0\r\n\r\nb", 7);
	assert_non_null(memmem(got.p, got.n, "Content-Length: 7\r\n", 19));
	assert_non_null(memmem(got.p, got.n, "content-type: x/y\r\n", 19));
	assert_non_null(memmem(got.p, got.n, "\r\nUser-Agent: sekisho/", 22));

	request = get(url);
	request.method = "PUT";
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	got = sek_secret_str(r.body);
	assert_true(sek_str_starts(got, "PUT / HTTP/1.1\r\n"));
	assert_non_null(memmem(got.p, got.n, "Content-Length: 0\r\n", 19));
	assert_null(memmem(got.p, got.n, "x/y", 3));
	assert_null(memmem(got.p, got.n, "urlencoded", 10));
}

static void
a_large_body_is_sent_without_asking_first(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	sek_auto_free char *url = url_of(&s, "/");
	sek_auto_free char *body = sek_alloc(2000000);
	struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};

	(void)state;
	memset(body, 'x', 2000000);
	request.method = "POST";
	request.body = (struct sek_str){body, 2000000};
	request.max = 3000000;
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_true(sek_secret_str(r.body).n > 2000000);
	assert_null(strcasestr(sek_secret_str(r.body).p, "expect:"));
}

static void
reads_what_an_answer_says(void **state)
{
	struct sek_str bytes = SEK_STR(
	    "HTTP/1.1 100 Continue\r\nDate: no\r\n\r\n"
	    "HTTP/1.1 403 Forbidden\r\n"
	    "DATE:  Thu, 01 Jan 2026 00:00:00 GMT \r\n"
	    "Content-Type: text/xml\r\n"
	    "x-amzn-ErrorType: AccessDenied\x1b[m\r\n"
	    "x-amzn-RequestId: 1-2-3\r\n"
	    "x-amzn-requestid: 4-5-6\r\n"
	    "Retry-After: 7\r\n"
	    "x-amz-retry-after: 800\r\n"
	    "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 123456789012345678901\r\n"
	    "Age: 1\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nno");
	server_auto s = server_start(canned, &bytes, false);
	sek_auto_free char *url = url_of(&s, "/");
	const struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};

	(void)state;
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_int_equal(r.status, 403);
	assert_true(sek_str_is(sek_secret_str(r.body), "no"));
	assert_string_equal(r.date, "Thu, 01 Jan 2026 00:00:00 GMT");
	assert_string_equal(r.content_type, "text/xml");
	assert_string_equal(r.error_type, "AccessDenied?[m");
	assert_string_equal(r.request_id, "1-2-3");
	assert_string_equal(r.retry_after, "7");
	assert_string_equal(r.amz_retry_after, "800");
	assert_string_equal(r.token_ttl, "123456789012345");
	assert_true(r.age);
	assert_true(r.took_ms >= 0 && r.took_ms < LATE);
}

static void
follows_no_redirect_and_keeps_no_cookie(void **state)
{
	struct sek_str bytes = SEK_STR("HTTP/1.1 302 Found\r\nLocation: /b\r\n"
				       "Set-Cookie: id=1; Path=/\r\n"
				       "Content-Length: 0\r\n\r\n");
	server_auto away = server_start(canned, &bytes, false);
	server_auto s = server_start(server_echo, NULL, true);
	sek_auto_free char *first = url_of(&away, "/");
	sek_auto_free char *second = url_of(&s, "/");
	struct sek_http_request request = get(first);
	sek_auto_http_response r = {0};

	(void)state;
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_int_equal(r.status, 302);
	request = get(second);
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_null(strcasestr(sek_secret_str(r.body).p, "cookie"));
}

static void
a_second_request_has_nothing_of_the_first(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	const struct sek_http_header header = {"x-first", SEK_STR("1")};
	sek_auto_free char *url = url_of(&s, "/1");
	sek_auto_free char *then = url_of(&s, "/2");
	struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};
	struct sek_str got;

	(void)state;
	request.method = "POST";
	request.body = SEK_STR("first");
	request.headers = &header;
	request.n_headers = 1;
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	request = get(then);
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	got = sek_secret_str(r.body);
	assert_true(sek_str_starts(got, "GET /2 HTTP/1.1\r\n"));
	assert_null(memmem(got.p, got.n, "first", 5));
	assert_null(memmem(got.p, got.n, "Length", 6));
}

static void
says_nothing(int fd, const struct sek_buf *request, void *arg)
{
	(void)fd;
	(void)request;
	(void)arg;
	pause();
}

/* A byte every 20 ms, so that none is ever long awaited. */
static void
drips(int fd, const struct sek_buf *request, void *arg)
{
	(void)request;
	(void)arg;
	server_write(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
	for (int i = 0; i < 1000; i++) {
		server_write(fd, ".", 1);
		usleep(20000);
	}
}

static void
gives_up_at_the_deadline(void **state)
{
	server_auto silent = server_start(says_nothing, NULL, false);
	server_auto slow = server_start(drips, NULL, false);
	sek_auto_free char *first = url_of(&silent, "/");
	sek_auto_free char *second = url_of(&slow, "/");
	struct sek_http_request request = get(first);

	(void)state;
	request.total_ms = 150;
	request.connect_ms = 100;
	expect_failure(&request, SEK_ECANCEL,
	    "127.0.0.1: no answer within 150 ms");
	request.url = second;
	expect_failure(&request, SEK_ECANCEL,
	    "127.0.0.1: no answer within 150 ms");
	request.total_ms = 0;
	expect_failure(&request, SEK_ECANCEL, "127.0.0.1: no time is left");
}

static void
says_so_when_the_connection_is_cut_or_there_is_none(void **state)
{
	struct server s = server_start(server_echo, NULL, true);
	sek_auto_free char *url = url_of(&s, "/");
	const struct sek_http_request request = get(url);

	(void)state;
	expect_canned_failure(SEK_STR(""), SEK_ENET,
	    "127.0.0.1: the connection was cut");
	expect_canned_failure(
	    SEK_STR("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsecret"),
	    SEK_ENET, "127.0.0.1: the connection was cut");
	expect_canned_failure(
	    SEK_STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "5\r\nsec"),
	    SEK_ENET, "127.0.0.1: the connection was cut");
	server_stop(&s);
	expect_failure(&request, SEK_ENET,
	    "127.0.0.1: no connection: Connection refused");
}

/* A label of more than 63 characters: no resolver asks anybody for it. */
static void
says_so_when_no_such_host_is_known(void **state)
{
	char name[71] = {0};
	sek_auto_free char *url = NULL, *want = NULL;
	struct sek_http_request request;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	url = sek_printf("https://%s.invalid/", name);
	want = sek_printf("%s.invalid: no such host is known", name);
	request = get(url);
	expect_failure(&request, SEK_ENET, want);
}

static void
refuses_what_is_not_http(void **state)
{
	(void)state;
	expect_canned_failure(SEK_STR("SSH-2.0-OpenSSH_9.2\r\n"), SEK_EPARSE,
	    "127.0.0.1: the answer is not HTTP");
	expect_canned_failure(SEK_STR("{\"AccessKeyId\":\"a\"}"), SEK_EPARSE,
	    "127.0.0.1: the answer is not HTTP");
}

static void
refuses_a_body_past_the_limit_however_it_comes(void **state)
{
	static const char want[] = "127.0.0.1: the answer is larger than 7 "
				   "bytes";
	struct sek_str bytes[] = {
	    SEK_STR("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678"),
	    SEK_STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "8\r\n12345678\r\n0\r\n\r\n"),
	    SEK_STR("HTTP/1.1 200 OK\r\n\r\n12345678"),
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		server_auto s = server_start(canned, &bytes[i], false);
		sek_auto_free char *url = url_of(&s, "/");
		struct sek_http_request request = get(url);

		request.max = 7;
		expect_failure(&request, SEK_ETOOBIG, want);
		request.max = 8;
		expect_body(&request, "12345678");
	}
}

static void
endless_header(int fd, const struct sek_buf *request, void *arg)
{
	(void)request;
	(void)arg;
	server_write(fd, "HTTP/1.1 200 OK\r\n", 17);
	for (int i = 0; i < 10000; i++)
		server_write(fd, "Name: and a value\r\n", 19);
}

static void
refuses_a_header_past_the_limit(void **state)
{
	server_auto s = server_start(endless_header, NULL, false);
	sek_auto_free char *url = url_of(&s, "/");
	const struct sek_http_request request = get(url);

	(void)state;
	expect_failure(&request, SEK_ETOOBIG,
	    "127.0.0.1: the answer's header is larger than 65536 bytes");
}

static void
refuses_a_header_that_would_break_out(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	struct sek_http_header header = {
	    "authorization", SEK_STR("hunter2\r\nx-evil: 1")};
	sek_auto_free char *url = url_of(&s, "/");
	struct sek_http_request request = get(url);

	(void)state;
	request.headers = &header;
	request.n_headers = 1;
	expect_failure(&request, SEK_EPARSE,
	    "header authorization: a line break or NUL in its value");
	header = (struct sek_http_header){"a: b\r\nc", SEK_STR("d")};
	expect_failure(&request, SEK_EPARSE,
	    "a header's name is no word in lower case");
	header = (struct sek_http_header){"host", SEK_STR("d")};
	expect_failure(&request, SEK_EPARSE,
	    "header host: it is taken from the URL");
	request.n_headers = 0;
	request.method = "GET / HTTP/1.1\r\nx: y\r\n";
	expect_failure(&request, SEK_EPARSE,
	    "a method other than GET, POST and PUT");
	request.method = "GET";
	request.body = SEK_STR("a");
	expect_failure(&request, SEK_EPARSE, "a body in a GET");
}

static void
plain_http_is_only_where_it_is_said_to_be_right(void **state)
{
	struct sek_http_request request = get("http://127.0.0.1:1/");

	(void)state;
	request.plain = false;
	expect_failure(&request, SEK_EDENIED,
	    "127.0.0.1: plain http is not for this request");
	request = get("ftp://127.0.0.1/");
	expect_failure(&request, SEK_EPARSE,
	    "a URL that is not http, not https or has a user");
	request = get("http://user:hunter2@127.0.0.1/");
	expect_failure(&request, SEK_EPARSE,
	    "a URL that is not http, not https or has a user");
}

static void
connects_to_the_address_that_was_checked(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	sek_auto_free char *url = sek_printf("http://name.invalid:%d/", s.port);
	sek_auto_free char *want = sek_printf("GET / HTTP/1.1\r\n"
					      "Host: name.invalid:%d\r\n",
	    s.port);
	struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};

	(void)state;
	/* Not by way of a proxy, which would look the name up again. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	request.direct = false;
	request.address = "127.0.0.1";
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_true(sek_str_starts(sek_secret_str(r.body), want));
	unsetenv("http_proxy");
	request.address = "localhost";
	expect_failure(&request, SEK_EPARSE,
	    "name.invalid: what it is to be reached at is no address");
	request.address = "127.0.0.1:80:[::1]";
	expect_failure(&request, SEK_EPARSE,
	    "name.invalid: what it is to be reached at is no address");
}

static void
uses_a_proxy_where_it_may_and_never_where_it_may_not(void **state)
{
	server_auto s = server_start(server_echo, NULL, false);
	sek_auto_free char *proxy = url_of(&s, "");
	sek_auto_free char *url = url_of(&s, "/");
	struct sek_http_request request = get("http://far.invalid/a");
	sek_auto_http_response r = {0};

	(void)state;
	request.direct = false;
	setenv("http_proxy", proxy, 1);
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_true(sek_str_starts(sek_secret_str(r.body),
	    "GET http://far.invalid/a HTTP/1.1\r\nHost: far.invalid\r\n"));
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	request = get(url);
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_OK);
	assert_true(sek_str_starts(sek_secret_str(r.body),
	    "GET / HTTP/1.1\r\n"));
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

static void
an_error_does_not_show_a_proxy_s_password(void **state)
{
	static const char *const proxies[] = {"http://user:hunter2@127.0.0.1:1",
	    "foo://user:hunter2@127.0.0.1:1", "http://user:hunter2@[::1",
	    "http://user:hunter2@127.0.0.1:xx"};
	struct sek_http_request request = get("http://far.invalid/a");
	sek_auto_http_response r = {0};
	struct sek_err err;

	(void)state;
	request.direct = false;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(*proxies); i++) {
		setenv("http_proxy", proxies[i], 1);
		assert_int_equal(http->send(http, &request, &r, &err),
		    SEK_ENET);
		assert_true(sek_str_starts(sek_str(err.text), "far.invalid: "));
		assert_null(strstr(err.text, "hunter2"));
	}
	unsetenv("http_proxy");
}

static void
says_which_ca_bundle_cannot_be_used(void **state)
{
	struct sek_http_request request = get("https://127.0.0.1:1/");
	server_auto s = server_start(server_echo, NULL, true);
	sek_auto_free char *url = sek_printf("https://127.0.0.1:%d/", s.port);

	(void)state;
	request.url = url;
	request.ca_bundle = "/nowhere/ca.pem";
	expect_failure(&request, SEK_ECONFIG,
	    "127.0.0.1: the CA bundle /nowhere/ca.pem cannot be used");
}

static void
may_be_opened_and_closed_without_a_request(void **state)
{
	struct sek_http *h;

	(void)state;
	assert_int_equal(sek_http_curl_open(&h, NULL), SEK_OK);
	sek_http_curl_close(h);
	sek_http_curl_close(NULL);
}

static int
client(const char *url, const char *ca)
{
	struct sek_http_request request = get(url);
	sek_auto_http_response r = {0};
	struct sek_err err = {0};

	request.plain = false;
	request.direct = false;
	request.ca_bundle = strcmp(ca, "-") ? ca : NULL;
	if (open_http(NULL))
		return 1;
	if (http->send(http, &request, &r, &err))
		printf("error %d: %s\n", err.code, err.text);
	else
		printf("status %d: %.*s\n", r.status,
		    (int)sek_secret_str(r.body).n, sek_secret_str(r.body).p);
	return close_http(NULL);
}

#define http_test(f) cmocka_unit_test_setup_teardown(f, open_http, close_http)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    http_test(sends_what_it_is_given_and_nothing_else),
	    http_test(posts_a_body_of_any_bytes_and_puts_an_empty_one),
	    http_test(a_large_body_is_sent_without_asking_first),
	    http_test(reads_what_an_answer_says),
	    http_test(follows_no_redirect_and_keeps_no_cookie),
	    http_test(a_second_request_has_nothing_of_the_first),
	    http_test(gives_up_at_the_deadline),
	    http_test(says_so_when_the_connection_is_cut_or_there_is_none),
	    http_test(says_so_when_no_such_host_is_known),
	    http_test(refuses_what_is_not_http),
	    http_test(refuses_a_body_past_the_limit_however_it_comes),
	    http_test(refuses_a_header_past_the_limit),
	    http_test(refuses_a_header_that_would_break_out),
	    http_test(plain_http_is_only_where_it_is_said_to_be_right),
	    http_test(connects_to_the_address_that_was_checked),
	    http_test(uses_a_proxy_where_it_may_and_never_where_it_may_not),
	    http_test(an_error_does_not_show_a_proxy_s_password),
	    http_test(says_which_ca_bundle_cannot_be_used),
	    http_test(may_be_opened_and_closed_without_a_request),
	};

	if (sek_crypto_init(NULL) != SEK_OK)
		return 1;
	if (argc > 2)
		return client(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

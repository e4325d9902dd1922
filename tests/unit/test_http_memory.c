/*
 * What passed through the libraries leaves no copy in this process's memory.
 * With arguments (URL and CA bundle of a server that answers with the request)
 * it is tests/system/test_http.py that looks for copies left by TLS.
 */
#include "http_server.h"
#include "memory.h"

#include "aws/digest.h"
#include "aws/http.h"
#include "aws/json.h"
#include "aws/sigv4.h"
#include "aws/xml.h"

#define TIMES 500 /* in a row, so that buffers must grow */

static char one[NEEDLE], two[NEEDLE];

static int
make_needles(void **state)
{
	static unsigned seed;

	(void)state;
	memory_needle(one, ++seed);
	memory_needle(two, ++seed);
	return 0;
}

static void
expect_none(void)
{
	memory_expect(one, 0, 0);
	memory_expect(two, 0, 0);
}

static void
add(struct sek_secret *s, const char *p, size_t n, int times)
{
	while (times-- > 0)
		assert_int_equal(sek_secret_add(s, p, n, NULL), SEK_OK);
}

static void
exchange(const char *url, const char *ca)
{
	sek_auto_secret *header = sek_secret_new(1 << 20);
	sek_auto_secret *body = sek_secret_new(1 << 20);
	struct sek_http_header headers[] = {{"authorization", {NULL, 0}}};
	struct sek_http_request request = {
	    .method = "POST",
	    .url = url,
	    .headers = headers,
	    .n_headers = 1,
	    .ca_bundle = ca,
	    .plain = true,
	    .direct = true,
	    .total_ms = 10000,
	    .max = 1 << 20,
	};
	sek_auto_http_response r = {0};
	struct sek_http *http;
	struct sek_err err;

	add(header, one, NEEDLE, TIMES);
	add(body, two, NEEDLE, TIMES);
	headers[0].value = sek_secret_str(header);
	request.body = sek_secret_str(body);
	assert_int_equal(sek_http_curl_open(&http, NULL), SEK_OK);
	for (int i = 0; i < 2; i++)
		if (http->send(http, &request, &r, &err))
			fail_msg("%s", err.text);
	assert_int_equal(r.status, 200);
	/* What was sent, what came back, and what libcurl holds of them. */
	memory_expect(one, 2 * TIMES, SIZE_MAX);
	memory_expect(two, 2 * TIMES, SIZE_MAX);
	sek_http_curl_close(http);
}

static void
a_request_and_its_answer_leave_no_copy(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", s.port);
	exchange(url, NULL);
	expect_none();
}

static void
fail_exchange(const char *url)
{
	sek_auto_secret *header = sek_secret_new(1 << 20);
	struct sek_http_header headers[] = {{"authorization", {NULL, 0}}};
	struct sek_http_request request = {
	    .method = "GET",
	    .url = url,
	    .headers = headers,
	    .n_headers = 1,
	    .plain = true,
	    .direct = true,
	    .total_ms = 10000,
	    .max = 100,
	};
	sek_auto_http_response r = {0};
	struct sek_http *http;

	add(header, one, NEEDLE, TIMES);
	headers[0].value = sek_secret_str(header);
	assert_int_equal(sek_http_curl_open(&http, NULL), SEK_OK);
	assert_int_equal(http->send(http, &request, &r, NULL), SEK_ETOOBIG);
	sek_http_curl_close(http);
}

static void
a_request_that_fails_leaves_none_either(void **state)
{
	server_auto s = server_start(server_echo, NULL, true);
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", s.port);
	fail_exchange(url);
	expect_none();
}

static void
sign(void)
{
	sek_auto_secret *secret = sek_secret_new(1000);
	sek_auto_secret *token = sek_secret_new(20000);
	sek_auto_sigv4_headers made = {0};
	sek_auto_creds creds = {0};
	const struct sek_sigv4 how = {.creds = &creds,
	    .region = "us-east-1",
	    .service = "sts",
	    .normalize_path = true,
	    .double_encode = true};
	const struct sek_http_request request = {
	    .method = "GET", .url = "https://h/"};

	add(secret, one, NEEDLE, 2);
	add(token, two, NEEDLE, TIMES);
	assert_int_equal(sek_creds_set(&creds, SEK_STR("ID"),
			     sek_secret_str(secret), sek_secret_str(token), 0,
			     NULL),
	    SEK_OK);
	assert_int_equal(sek_sigv4_sign(&made, &how, &request, NULL), SEK_OK);
	memory_expect(one, 4, SIZE_MAX);
}

static void
signing_leaves_no_copy_of_secret_or_token(void **state)
{
	(void)state;
	sign();
	expect_none();
}

static void
read_json(const char *before, const char *after, enum sek_code want)
{
	sek_auto_secret *text = sek_secret_new(1 << 20);
	sek_auto_json *j = NULL;

	add(text, before, strlen(before), 1);
	add(text, one, NEEDLE, TIMES);
	add(text, "\",\"", 3, 1);
	add(text, two, NEEDLE, 1);
	add(text, after, strlen(after), 1);
	assert_int_equal(sek_json_read(&j, sek_secret_str(text), "x", NULL),
	    want);
	memory_expect(one, TIMES, SIZE_MAX);
}

static void
reading_json_leaves_no_copy(void **state)
{
	(void)state;
	read_json("{\"a\":\"", "\":1}", SEK_OK);
	expect_none();
	read_json("{\"a\":\"", "\":1", SEK_EPARSE);
	expect_none();
	read_json("{\"a\":\"", "\" 1", SEK_EPARSE);
	expect_none();
	read_json("{\"a\":\"", "", SEK_EPARSE);
	expect_none();
}

static void
read_xml(const char *before, const char *after, enum sek_code want)
{
	sek_auto_secret *text = sek_secret_new(1 << 20), *a = NULL;
	const struct sek_xml_want wanted[] = {{"a", &a}};

	add(text, before, strlen(before), 1);
	add(text, one, NEEDLE, TIMES);
	add(text, "&amp;", 5, 1);
	add(text, two, NEEDLE, TIMES);
	add(text, after, strlen(after), 1);
	assert_int_equal(sek_xml_read(sek_secret_str(text), "x", wanted, 1,
			     NULL),
	    want);
	memory_expect(one, TIMES, SIZE_MAX);
}

static void
reading_xml_leaves_no_copy(void **state)
{
	(void)state;
	read_xml("<r><a>", "</a></r>", SEK_OK);
	expect_none();
	read_xml("<r><a>", "</b></r>", SEK_EPARSE);
	expect_none();
	read_xml("<r a='", "'><a></a></r>", SEK_OK);
	expect_none();
}

static int
look_after_tls(const char *url, const char *ca)
{
	make_needles(NULL);
	exchange(url, ca);
	printf("%zu and %zu copies\n", memory_copies(one), memory_copies(two));
	return 0;
}

#define memory_test(f) cmocka_unit_test_setup(f, make_needles)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    memory_test(a_request_and_its_answer_leave_no_copy),
	    memory_test(a_request_that_fails_leaves_none_either),
	    memory_test(signing_leaves_no_copy_of_secret_or_token),
	    memory_test(reading_json_leaves_no_copy),
	    memory_test(reading_xml_leaves_no_copy),
	};

	if (sek_crypto_init(NULL) != SEK_OK)
		return 1;
	if (argc > 2)
		return look_after_tls(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

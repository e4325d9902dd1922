#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>

#include "metadata_answer.h"

#include "aws/container.h"
#include "base/file.h"

#define RELATIVE   "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL       "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define TOKEN      "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define TOKEN_FILE "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

/*
 * The resolver: what is no address is looked up here, so that no case depends on
 * the network. Addresses with a comma between them; NULL: not known.
 */
static const char *resolver_knows;
static int resolver_asked;
static bool resolver_is_silent;
static struct gaicb *asked; /* kept by the resolver, as long as it asks */

static struct addrinfo *
new_address(const char *text)
{
	struct {
		struct addrinfo info;
		union {
			struct sockaddr any;
			struct sockaddr_in v4;
			struct sockaddr_in6 v6;
		} address;
	} *a = sek_alloc(sizeof(*a));

	a->info.ai_addr = &a->address.any;
	a->info.ai_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	a->address.any.sa_family = (sa_family_t)a->info.ai_family;
	if (a->info.ai_family == AF_INET6) {
		a->info.ai_addrlen = sizeof(a->address.v6);
		assert_int_equal(inet_pton(AF_INET6, text,
				     &a->address.v6.sin6_addr),
		    1);
	} else {
		a->info.ai_addrlen = sizeof(a->address.v4);
		assert_int_equal(inet_pton(AF_INET, text,
				     &a->address.v4.sin_addr),
		    1);
	}
	return &a->info;
}

static int
answer(const char *name, struct addrinfo **out)
{
	unsigned char any[16];
	bool is_address = inet_pton(AF_INET, name, any) == 1 ||
	    inet_pton(AF_INET6, name, any) == 1;
	char text[256];
	char *rest = NULL;

	if (!is_address && !resolver_knows)
		return EAI_NONAME;
	snprintf(text, sizeof(text), "%s", is_address ? name : resolver_knows);
	*out = NULL;
	for (char *one = strtok_r(text, ",", &rest); one;
	     one = strtok_r(NULL, ",", &rest)) {
		*out = new_address(one);
		out = &(*out)->ai_next;
	}
	return 0;
}

static int resolver_says;

int
getaddrinfo_a(int mode, struct gaicb *list[restrict], int n,
    struct sigevent *restrict event)
{
	assert_int_equal(mode, GAI_NOWAIT);
	assert_int_equal(n, 1);
	assert_null(event);
	assert_null(list[0]->ar_service);
	assert_int_equal(list[0]->ar_request->ai_family, AF_UNSPEC);
	resolver_asked++;
	resolver_says = resolver_is_silent
	    ? EAI_INPROGRESS
	    : answer(list[0]->ar_name, &list[0]->ar_result);
	asked = list[0];
	return 0;
}

int
gai_suspend(const struct gaicb *const list[], int n,
    const struct timespec *timeout)
{
	assert_ptr_equal(list[0], asked);
	assert_int_equal(n, 1);
	assert_int_equal(timeout->tv_sec, 2);
	return resolver_is_silent ? EAI_AGAIN : 0;
}

int
gai_error(struct gaicb *ask)
{
	assert_ptr_equal(ask, asked);
	return resolver_says;
}

void
freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

struct container {
	struct fake fake;
	struct fake_answer answer;
	char *body;
	struct sek_hop hop;
	struct sek_creds out;
	struct sek_err err;
};

/* Answers once; vars: NAME, VALUE, ..., NULL. */
static void
start(struct container *c, const char *const *vars)
{
	memset(c, 0, sizeof(*c));
	c->body = made_fill("{" MADE_BODY ",\"RoleArn\":\"arn:aws:iam::1:x\"}");
	c->answer = (struct fake_answer){.status = 200, .body = c->body};
	c->hop.kind = SEK_HOP_CONTAINER;
	fake_start(&c->fake, &c->answer, 1);
	for (size_t i = 0; vars[i]; i++)
		c->fake.vars[i] = vars[i];
	resolver_knows = NULL;
	resolver_asked = 0;
	resolver_is_silent = false;
}
#define START(c, ...) start(c, (const char *const[]){__VA_ARGS__, NULL})

static enum sek_code
get(struct container *c)
{
	enum sek_code code = sek_container_get(&c->fake.aws, &c->hop, &c->out,
	    &c->err);

	if (code) {
		assert_null(c->out.secret);
		assert_quotes_nothing(c->err.text);
	}
	return code;
}

static void
end(struct container *c)
{
	fake_end(&c->fake);
	sek_creds_clear(&c->out);
	free(c->body);
}

/* Nothing is sent. */
static void
end_unsent(struct container *c)
{
	assert_int_equal(c->fake.n, 0);
	c->fake.n_answers = 0;
	end(c);
}

static void
a_relative_uri_is_the_agents(void **state)
{
	static const char *const paths[] = {
	    "/v2/credentials/0-a_b", "/v1/credentials?id=1"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		sek_auto_free char *url = sek_printf("http://169.254.170.2%s",
		    paths[i]);
		struct container c;

		START(&c, RELATIVE, paths[i], FULL, "https://x/");
		assert_int_equal(get(&c), SEK_OK);
		assert_made(&c.out, FAKE_NOW + MADE_HOURS, "");
		assert_string_equal(c.fake.requests[0].method, "GET");
		assert_string_equal(c.fake.requests[0].url, url);
		assert_string_equal(c.fake.requests[0].headers, "");
		assert_true(c.fake.requests[0].plain);
		assert_true(c.fake.requests[0].direct);
		assert_int_equal(c.fake.requests[0].total_ms, 2000);
		assert_int_equal(resolver_asked, 0);
		end(&c);
	}
}

static void
a_resolver_that_says_nothing_is_not_waited_for(void **state)
{
	struct container c;

	(void)state;
	START(&c, FULL, "http://agent.local/creds", TOKEN, "tok");
	resolver_is_silent = true;
	assert_int_equal(get(&c), SEK_ENET);
	assert_string_equal(c.err.text,
	    FULL ": agent.local: Temporary failure in name resolution");
	assert_int_equal(c.fake.n, 0);
	c.fake.n_answers = 0;
	end(&c);
	free(asked);
}

static void
assert_uri_refused(const char *variable, const char *uri, enum sek_code want)
{
	struct container c;

	START(&c, variable, uri, TOKEN, "tok");
	if (get(&c) != want)
		fail_msg("%s: %s", uri, c.err.text);
	assert_has(c.err.text, variable);
	end_unsent(&c);
}

static void
a_relative_uri_cannot_name_another_host(void **state)
{
	static const char *const paths[] = {"@evil.example/", ".evil.example/",
	    ":80@evil.example/", "evil.example", "/a b", "/a\r\nx: y", "/a\"",
	    "/a#b", "/\\evil"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_uri_refused(RELATIVE, paths[i], SEK_ECONFIG);
}

static void
what_is_no_full_uri_is_refused(void **state)
{
	static const char *const urls[] = {"/v1/credentials",
	    "ftp://127.0.0.1/", "http://", "http://u@127.0.0.1/",
	    "https://127.0.0.1@evil.example/", "http://127.0.0.1:0/",
	    "http://[::1", "https://a b/", "http://127.0.0.1/\n",
	    "http://127.0.0.1#@evil.example/", "http://127.0.0.1\\@evil/"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_uri_refused(FULL, urls[i], SEK_ECONFIG);
}

static void
assert_taken(const char *url, const char *address)
{
	struct container c;

	START(&c, FULL, url, TOKEN, "tok");
	if (get(&c))
		fail_msg("%s: %s", url, c.err.text);
	assert_string_equal(c.fake.requests[0].url, url);
	assert_string_equal(c.fake.requests[0].headers, "authorization: tok\n");
	assert_string_equal(c.fake.requests[0].address, address);
	assert_true(c.fake.requests[0].plain);
	assert_true(c.fake.requests[0].direct);
	assert_int_equal(resolver_asked, 1);
	end(&c);
}

static void
plain_http_goes_to_the_known_addresses(void **state)
{
	(void)state;
	assert_taken("http://127.0.0.1:8080/c?x=1", "127.0.0.1");
	assert_taken("http://127.255.255.254/", "127.255.255.254");
	assert_taken("http://[::1]:80/c", "::1");
	assert_taken("http://169.254.170.2/c", "169.254.170.2");
	assert_taken("http://169.254.170.23/v1/credentials", "169.254.170.23");
	assert_taken("http://[fd00:ec2::23]/v1/credentials", "fd00:ec2::23");
	assert_taken("HTTP://[FD00:EC2:0::23]/v1/credentials", "fd00:ec2::23");
}

static void
and_to_no_others(void **state)
{
	static const char *const urls[] = {"http://169.254.169.254/",
	    "http://169.254.170.3/", "http://169.254.170.22/", "http://8.8.8.8",
	    "http://128.0.0.1/", "http://126.255.255.255/", "http://0.0.0.0/",
	    "http://[fd00:ec2::24]/", "http://[fd00:ec2::254]/",
	    "http://[::ffff:127.0.0.1]/", "http://[::]/"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_uri_refused(FULL, urls[i], SEK_EDENIED);
}

static void
a_name_is_resolved_once_and_what_was_checked_is_used(void **state)
{
	struct container c;

	(void)state;
	START(&c, FULL, "http://agent.example:8080/c");
	resolver_knows = "::1,127.0.0.1";
	assert_int_equal(get(&c), SEK_OK);
	assert_string_equal(c.fake.requests[0].url,
	    "http://agent.example:8080/c");
	assert_string_equal(c.fake.requests[0].address, "::1");
	assert_int_equal(resolver_asked, 1);
	end(&c);
}

static void
a_name_with_one_wrong_address_is_refused(void **state)
{
	static const char *const lists[] = {"127.0.0.1,10.0.0.1",
	    "10.0.0.1,127.0.0.1", "::1,127.0.0.1,::2", "169.254.169.254"};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct container c;

		START(&c, FULL, "http://agent.example/c", TOKEN, "tok");
		resolver_knows = lists[i];
		assert_int_equal(get(&c), SEK_EDENIED);
		assert_has(c.err.text, FULL ": agent.example: plain http");
		end_unsent(&c);
	}
}

static void
a_name_that_is_not_known_is_an_error(void **state)
{
	struct container c;

	(void)state;
	START(&c, FULL, "http://agent.example/c");
	assert_int_equal(get(&c), SEK_ENET);
	assert_has(c.err.text, "agent.example");
	end_unsent(&c);
	START(&c, FULL, "http://agent.example/c");
	resolver_knows = "";
	assert_int_equal(get(&c), SEK_ENET);
	assert_has(c.err.text, "no address");
	end_unsent(&c);
}

static void
tls_goes_to_any_host(void **state)
{
	struct container c;

	(void)state;
	START(&c, FULL, "https://creds.example/c");
	c.hop.reach.ca_bundle = "/ca.pem";
	assert_int_equal(get(&c), SEK_OK);
	assert_null(c.fake.requests[0].address);
	assert_false(c.fake.requests[0].plain);
	assert_false(c.fake.requests[0].direct);
	assert_string_equal(c.fake.requests[0].ca_bundle, "/ca.pem");
	assert_int_equal(resolver_asked, 0);
	end(&c);
}

static void
without_a_uri_this_is_no_container(void **state)
{
	struct container c;

	(void)state;
	START(&c, TOKEN, "tok");
	assert_int_equal(get(&c), SEK_ENOTFOUND);
	assert_has(c.err.text, "is set");
	end_unsent(&c);
}

static char path[64];

static void
write_token(const char *text, size_t n)
{
	assert_int_equal(sek_file_replace(path, text, n, 0600, NULL), SEK_OK);
}

static int
make_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/sek-token-XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

#define AGENT "http://169.254.170.23/v1/credentials"

static void
a_token_file_beats_the_token(void **state)
{
	static const char *const texts[] = {"t1.a b", "t1.a b\n", "t1.a b\r\n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct container c;

		write_token(texts[i], strlen(texts[i]));
		START(&c, FULL, AGENT, TOKEN, "other", TOKEN_FILE, path);
		assert_int_equal(get(&c), SEK_OK);
		assert_string_equal(c.fake.requests[0].headers,
		    "authorization: t1.a b\n");
		end(&c);
	}
}

static void
rotate(struct fake *f)
{
	(void)f;
	write_token("second", 6);
}

static void
a_token_file_is_read_at_each_try(void **state)
{
	struct container c;
	struct fake_answer answers[2];

	(void)state;
	write_token("first", 5);
	START(&c, FULL, AGENT, TOKEN_FILE, path);
	answers[0] = (struct fake_answer){.status = 503};
	answers[1] = c.answer;
	c.fake.answers = answers;
	c.fake.n_answers = 2;
	c.fake.before_answer = rotate;
	assert_int_equal(get(&c), SEK_OK);
	assert_has(c.fake.requests[0].headers, "authorization: first\n");
	assert_has(c.fake.requests[1].headers, "authorization: second\n");
	end(&c);
}

static void
a_token_with_a_line_break_is_refused(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} texts[] = {{"a\nb", 3}, {"a\rb", 3}, {"a\n\n", 3}, {"\na", 2},
	    {"a\0b", 3}, {"a\x1b[m", 4}, {"a\x7f", 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct container c;

		write_token(texts[i].p, texts[i].n);
		START(&c, FULL, AGENT, TOKEN_FILE, path);
		assert_int_equal(get(&c), SEK_EPARSE);
		assert_has(c.err.text, path);
		assert_has(c.err.text, "line break");
		end_unsent(&c);
	}
}

static void
a_line_break_in_the_variable_is_refused(void **state)
{
	struct container c;

	(void)state;
	START(&c, FULL, AGENT, TOKEN, "a\r\nx-forwarded-for: b");
	assert_int_equal(get(&c), SEK_EPARSE);
	assert_has(c.err.text, TOKEN ": a line break");
	end_unsent(&c);
}

static void
a_token_file_must_be_there_and_hold_one(void **state)
{
	sek_auto_free char *large = sek_alloc(20000);
	struct container c;

	(void)state;
	START(&c, FULL, AGENT, TOKEN, "other", TOKEN_FILE, "/nonexistent/t");
	assert_int_equal(get(&c), SEK_ENOTFOUND);
	assert_has(c.err.text, "/nonexistent/t");
	end_unsent(&c);
	write_token("\n", 1);
	START(&c, FULL, AGENT, TOKEN, "other", TOKEN_FILE, path);
	assert_int_equal(get(&c), SEK_EPARSE);
	assert_has(c.err.text, "holds no token");
	end_unsent(&c);
	memset(large, 'a', 20000);
	write_token(large, 20000);
	START(&c, FULL, AGENT, TOKEN_FILE, path);
	assert_int_equal(get(&c), SEK_ETOOBIG);
	end_unsent(&c);
}

static void
assert_answer(int status, const char *body, enum sek_code want,
    const char *says)
{
	struct container c;

	START(&c, FULL, "http://127.0.0.1/", TOKEN, "made-up-token-of-a-test");
	c.answer = (struct fake_answer){.status = status, .body = body};
	assert_int_equal(get(&c), want);
	assert_int_equal(strncmp(c.err.text,
			     "container credentials of 127.0.0.1: ", 36),
	    0);
	assert_has(c.err.text, says);
	assert_lacks(c.err.text, "made-up");
	end(&c);
}

static void
the_services_own_error_is_told(void **state)
{
	(void)state;
	assert_answer(400,
	    "{\"code\":\"InvalidIdInRequest\",\"message\":"
	    "\"CredentialsV2Request: no such id\"}",
	    SEK_EDENIED,
	    "HTTP 400: InvalidIdInRequest: CredentialsV2Request: no such id");
	assert_answer(401,
	    "{\"code\":\"Unauthorized\",\"message\":\"bad "
	    "made-up-token-of-a-test\"}",
	    SEK_EDENIED, "HTTP 401: Unauthorized; see " TOKEN);
	assert_answer(403, NULL, SEK_EDENIED, "HTTP 403; see ");
	assert_answer(404, "<html>no</html>", SEK_ENOTFOUND, "HTTP 404");
	assert_answer(302, "", SEK_EDENIED, "HTTP 302");
	assert_answer(200, "{\"AccessKeyId\":\"a\"}", SEK_EPARSE, "missing");
	assert_answer(200, "", SEK_EPARSE, "not JSON");
}

static void
faults_are_tried_three_times(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 500}, {.code = SEK_ENET}, {.status = 503}};
	struct container c;

	(void)state;
	START(&c, RELATIVE, "/c");
	c.fake.answers = answers;
	c.fake.n_answers = 3;
	assert_int_equal(get(&c), SEK_ENET);
	assert_has(c.err.text, "HTTP 503");
	end(&c);
}

static void
what_the_service_asks_to_wait_is_noted(void **state)
{
	static const struct fake_answer answers[] = {
	    {.status = 429, .retry_after = "100"}};
	struct container c;

	(void)state;
	START(&c, RELATIVE, "/c");
	c.fake.answers = answers;
	assert_int_equal(get(&c), SEK_ECANCEL);
	assert_int_equal(c.fake.aws.retry_after, 100);
	end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_resolver_that_says_nothing_is_not_waited_for),
	    cmocka_unit_test(a_relative_uri_is_the_agents),
	    cmocka_unit_test(a_relative_uri_cannot_name_another_host),
	    cmocka_unit_test(what_is_no_full_uri_is_refused),
	    cmocka_unit_test(plain_http_goes_to_the_known_addresses),
	    cmocka_unit_test(and_to_no_others),
	    cmocka_unit_test(
		a_name_is_resolved_once_and_what_was_checked_is_used),
	    cmocka_unit_test(a_name_with_one_wrong_address_is_refused),
	    cmocka_unit_test(a_name_that_is_not_known_is_an_error),
	    cmocka_unit_test(tls_goes_to_any_host),
	    cmocka_unit_test(without_a_uri_this_is_no_container),
	    cmocka_unit_test(a_token_file_beats_the_token),
	    cmocka_unit_test(a_token_file_is_read_at_each_try),
	    cmocka_unit_test(a_token_with_a_line_break_is_refused),
	    cmocka_unit_test(a_line_break_in_the_variable_is_refused),
	    cmocka_unit_test(a_token_file_must_be_there_and_hold_one),
	    cmocka_unit_test(the_services_own_error_is_told),
	    cmocka_unit_test(faults_are_tried_three_times),
	    cmocka_unit_test(what_the_service_asks_to_wait_is_noted),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

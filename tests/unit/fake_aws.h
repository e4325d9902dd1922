#ifndef SEK_TESTS_UNIT_FAKE_AWS_H
#define SEK_TESTS_UNIT_FAKE_AWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/context.h"
#include "aws/sts.h"
#include "base/alloc.h"
#include "base/buf.h"

/*
 * AWS as a table of answers, and surroundings that the test sets: the clock
 * stands still but for what is slept and what an answer takes.
 */
#define FAKE_UNUSED  __attribute__((unused))
#define FAKE_NOW     1767225600 /* 2026-01-01T00:00:00Z */
#define FAKE_TICKS   1000
#define FAKE_ANSWERS 12

struct fake_answer {
	enum sek_code code; /* of the transport */
	int status;
	const char *body;
	const char *date;
	const char *error_type;
	const char *retry_after;
	const char *amz_retry_after;
	bool age;
	int64_t took_ms;
};

struct fake_request {
	char *method;
	char *url;
	char *address;
	char *headers; /* "NAME: VALUE\n" each */
	char *body;
	int64_t connect_ms;
	int64_t total_ms;
	bool plain;
	bool direct;
	char *ca_bundle;
};

struct fake {
	struct sek_http http; /* first: this is one */
	struct sek_env env;
	struct sek_aws aws;
	struct sek_settings settings;
	const struct fake_answer *answers;
	size_t n_answers;
	struct fake_request requests[FAKE_ANSWERS];
	size_t n; /* requests so far */
	int64_t now;
	int64_t ticks;
	int64_t slept[FAKE_ANSWERS];
	size_t n_slept;
	uint32_t random;
	const char *vars[16]; /* NAME, VALUE, ..., NULL */
	void (*before_answer)(struct fake *f);
};

static const char *
fake_get(const struct sek_env *env, const char *name)
{
	const struct fake *f = env->arg;

	for (size_t i = 0; f->vars[i]; i += 2)
		if (!strcmp(f->vars[i], name))
			return f->vars[i + 1];
	return NULL;
}

static int64_t
fake_now(const struct sek_env *env)
{
	return ((const struct fake *)env->arg)->now;
}

static int64_t
fake_ticks(const struct sek_env *env)
{
	return ((const struct fake *)env->arg)->ticks;
}

static void
fake_pass(struct fake *f, int64_t ms)
{
	f->ticks += ms;
	f->now += ms / 1000;
}

static void
fake_sleep(const struct sek_env *env, int64_t ms)
{
	struct fake *f = env->arg;

	assert_true(f->n_slept < FAKE_ANSWERS);
	f->slept[f->n_slept++] = ms;
	fake_pass(f, ms);
}

static enum sek_code
fake_random(const struct sek_env *env, void *p, size_t n, struct sek_err *err)
{
	const struct fake *f = env->arg;

	(void)err;
	assert_int_equal(n, sizeof(f->random));
	memcpy(p, &f->random, n);
	return SEK_OK;
}

static void
fake_record(struct fake *f, const struct sek_http_request *r)
{
	struct fake_request *to = &f->requests[f->n++];
	struct sek_buf headers = {0};

	for (size_t i = 0; i < r->n_headers; i++)
		sek_buf_printf(&headers, "%s: %.*s\n", r->headers[i].name,
		    (int)r->headers[i].value.n, r->headers[i].value.p);
	*to = (struct fake_request){
	    .method = sek_strdup(r->method),
	    .url = sek_strdup(r->url),
	    .address = sek_strdup(r->address),
	    .headers = sek_buf_take(&headers),
	    .body = sek_strndup(r->body.p, r->body.n),
	    .connect_ms = r->connect_ms,
	    .total_ms = r->total_ms,
	    .plain = r->plain,
	    .direct = r->direct,
	    .ca_bundle = sek_strdup(r->ca_bundle),
	};
}

static void
fake_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static enum sek_code
fake_send(struct sek_http *h, const struct sek_http_request *request,
    struct sek_http_response *r, struct sek_err *err)
{
	struct fake *f = (struct fake *)h;
	const struct fake_answer *a = &f->answers[f->n];

	assert_true(f->n < f->n_answers);
	assert_true(request->total_ms > 0);
	fake_record(f, request);
	if (f->before_answer)
		f->before_answer(f);
	fake_pass(f, a->took_ms);
	if (a->code)
		return sek_fail(err, a->code, "host: %s",
		    a->code == SEK_ECANCEL ? "no answer" : "cut short");
	r->status = a->status;
	r->age = a->age;
	r->took_ms = a->took_ms;
	fake_copy(r->date, sizeof(r->date), a->date);
	fake_copy(r->error_type, sizeof(r->error_type), a->error_type);
	fake_copy(r->retry_after, sizeof(r->retry_after), a->retry_after);
	fake_copy(r->amz_retry_after, sizeof(r->amz_retry_after),
	    a->amz_retry_after);
	if (!a->body)
		return SEK_OK;
	r->body = sek_secret_new(request->max);
	return sek_secret_add(r->body, a->body, strlen(a->body), err);
}

FAKE_UNUSED static void
fake_start(struct fake *f, const struct fake_answer *answers, size_t n)
{
	*f = (struct fake){
	    .http.send = fake_send,
	    .env = {fake_get, fake_now, fake_ticks, fake_sleep, fake_random, f},
	    .answers = answers,
	    .n_answers = n,
	    .now = FAKE_NOW,
	    .ticks = FAKE_TICKS,
	    .random = UINT32_MAX,
	};
	f->aws = (struct sek_aws){
	    .env = &f->env,
	    .settings = &f->settings,
	    .http = &f->http,
	    .deadline = FAKE_TICKS + 60000,
	};
	assert_true(n <= FAKE_ANSWERS);
}

/* Also: every answer was asked for, and none twice. */
FAKE_UNUSED static void
fake_end(struct fake *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->requests[i].method);
		free(f->requests[i].url);
		free(f->requests[i].address);
		free(f->requests[i].headers);
		free(f->requests[i].body);
		free(f->requests[i].ca_bundle);
	}
	assert_int_equal(f->n, f->n_answers);
}

#define FAKE_START(f, answers)                                                 \
	fake_start(f, answers, sizeof(answers) / sizeof((answers)[0]))

/* Letters that are in no test's text, the same ones for the same start. */
FAKE_UNUSED static void
fake_letters(char *to, size_t n, const char *start)
{
	size_t i = strlen(start);

	memcpy(to, start, i);
	for (; i < n; i++)
		to[i] = (char)('A' + (i * 7 + strlen(start)) % 26);
	to[n] = '\0';
}

FAKE_UNUSED static void
fake_creds(struct sek_creds *c, bool temporary)
{
	char id[21], secret[41], token[201];

	fake_letters(id, 20, temporary ? "ASIA" : "AKIA");
	fake_letters(secret, 40, "s+/");
	fake_letters(token, 200, "token/");
	assert_int_equal(sek_creds_set(c, sek_str(id), sek_str(secret),
			     sek_str(temporary ? token : ""),
			     temporary ? FAKE_NOW + 99 : 0, NULL),
	    SEK_OK);
}

FAKE_UNUSED static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

FAKE_UNUSED static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in \"%s\"", part, text);
}

/* An error as STS answers it. */
#define FAKE_XML_ERROR(code, message)                                          \
	"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"  \
	"<Error><Type>Sender</Type><Code>" code "</Code><Message>" message     \
	"</Message></Error><RequestId>r</RequestId></ErrorResponse>"

#endif

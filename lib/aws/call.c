#include "aws/call.h"

#include "aws/call_error.h"
#include "aws/clock.h"
#include "aws/endpoint.h"
#include "aws/retry.h"
#include "aws/sigv4.h"
#include "base/alloc.h"

/*
 * - A body with a one-time code MUST NOT be sent again unless the service
 *   stopped at the signature: AWS takes each code once, so a second try turns
 *   an answer that was lost into a refusal.
 * - The clock is corrected once, and what failed on the wrong one does not count
 *   among the attempts.
 * - What is tried again is signed again: a signature is for one moment.
 */

/* Secrets have 64 KiB; each byte may be six in JSON. */
#define ANSWER_MAX ((size_t)512 << 10)
/* One attempt must not use up the time of all. */
#define ATTEMPT_MS 10000
#define CONNECT_MS 3000
#define HEADERS    6

struct job {
	struct sek_aws *aws;
	const struct sek_call *call;
	char *url;
	bool plain;
	bool loopback;
	int attempts; /* at most */
	int number;   /* of this attempt, from 1 */
	bool corrected;
	enum sek_code transport; /* what sending gave */
	struct sek_call_error said;
};

static void
clear_job(struct job *j)
{
	sek_free_ptr(&j->url);
}

static enum sek_code
find_url(struct job *j, struct sek_err *err)
{
	sek_auto_free char *url = NULL;
	struct sek_url parts;
	enum sek_code code = sek_endpoint_url(&url, j->call->service,
	    j->call->reach, err);

	if (code)
		return code;
	if (!sek_url_split(&parts, url))
		return sek_fail(err, SEK_ECONFIG,
		    "the endpoint is no https URL, or http beyond loopback");
	j->plain = parts.plain && parts.loopback;
	j->loopback = parts.loopback;
	j->url = parts.path.n ? sek_steal(&url) : sek_printf("%s/", url);
	return SEK_OK;
}

static void
add_header(struct sek_http_request *request, struct sek_http_header *headers,
    const char *name, struct sek_str value)
{
	headers[request->n_headers++] = (struct sek_http_header){name, value};
}

/* Adds what signing makes; made keeps it until the request was sent. */
static enum sek_code
sign(struct sek_http_request *request, struct sek_http_header *headers,
    struct sek_sigv4_headers *made, const struct job *j, struct sek_err *err)
{
	const struct sek_env *env = j->aws->env;
	const struct sek_creds *creds = j->call->creds;
	const struct sek_sigv4 how = {
	    .creds = creds,
	    .region = j->call->reach->region,
	    .service = j->call->service,
	    .time = env->now(env) + j->aws->clock_offset,
	    .normalize_path = true,
	    .double_encode = true,
	};
	enum sek_code code;

	if (!creds)
		return SEK_OK;
	if ((code = sek_sigv4_sign(made, &how, request, err)))
		return code;
	add_header(request, headers, "x-amz-date", sek_str(made->date));
	if (creds->token)
		add_header(request, headers, "x-amz-security-token",
		    sek_secret_str(creds->token));
	add_header(request, headers, "authorization",
	    sek_secret_str(made->authorization));
	return SEK_OK;
}

/* How long this attempt may take. */
static enum sek_code
set_times(struct sek_http_request *request, const struct job *j,
    struct sek_err *err)
{
	/* Nothing is kept back for a second attempt that will not be made. */
	int64_t most = j->call->once ? INT64_MAX : ATTEMPT_MS;
	enum sek_code code = sek_aws_left(&request->total_ms, j->aws, most,
	    err);

	request->connect_ms = CONNECT_MS;
	if (request->total_ms < CONNECT_MS)
		request->connect_ms = request->total_ms;
	return code;
}

/* j->transport and *answer, or an error of our own before anything is sent. */
static enum sek_code
send_body(struct sek_http_response *answer, struct job *j, struct sek_str body,
    struct sek_err *err)
{
	const struct sek_call *call = j->call;
	__attribute__((cleanup(
	    sek_sigv4_headers_clear))) struct sek_sigv4_headers made = {0};
	struct sek_http_header headers[HEADERS];
	struct sek_http_request request = {
	    .method = "POST",
	    .url = j->url,
	    .headers = headers,
	    .body = body,
	    .ca_bundle = call->reach->ca_bundle,
	    .plain = j->plain,
	    .direct = j->loopback,
	    .max = ANSWER_MAX,
	};
	enum sek_code code;

	add_header(&request, headers, "content-type",
	    call->target ? SEK_STR("application/x-amz-json-1.1")
			 : SEK_STR("application/x-www-form-urlencoded; "
				   "charset=utf-8"));
	add_header(&request, headers, "user-agent",
	    SEK_STR("sekisho-vault/" SEK_VERSION));
	if (call->target)
		add_header(&request, headers, "x-amz-target",
		    sek_str(call->target));
	if ((code = sign(&request, headers, &made, j, err)) ||
	    (code = set_times(&request, j, err)))
		return code;
	j->transport = j->aws->http->send(j->aws->http, &request, answer, err);
	return SEK_OK;
}

static enum sek_code
attempt(struct sek_http_response *answer, struct job *j, struct sek_err *err)
{
	sek_auto_secret *made = NULL;
	struct sek_str body = j->call->body;
	enum sek_code code;

	j->said = (struct sek_call_error){0};
	if (j->call->make && (code = j->call->make(j->call, &made, err)))
		return code;
	if (made)
		body = sek_secret_str(made);
	if ((code = send_body(answer, j, body, err)))
		return code;
	if (!j->transport && answer->status != 200)
		sek_call_error_read(&j->said, answer, j->call->creds, body);
	return SEK_OK;
}

/* Whether to sign again, on the service's clock this time. */
static bool
correct_clock(struct job *j, const struct sek_http_response *answer)
{
	const struct sek_env *env = j->aws->env;
	int64_t offset;

	if (j->transport || j->corrected || !j->call->creds ||
	    !sek_clock_offset(&offset, answer, env->now(env)) ||
	    !sek_clock_is_wrong(j->said.code, offset, j->aws->clock_offset,
		j->call->once))
		return false;
	j->aws->clock_offset = offset;
	j->corrected = true;
	return true;
}

static uint32_t
any_number(const struct sek_env *env)
{
	uint32_t n;

	/* Without randomness the longest wait is the right one. */
	return env->random(env, &n, sizeof(n), NULL) ? UINT32_MAX : n;
}

/* Waits where there is a next attempt. What the service asked for is noted for
 * the case that there is none. */
static bool
wait_for_next(struct job *j, const struct sek_http_response *answer)
{
	const struct sek_env *env = j->aws->env;
	struct sek_retry r = {
	    .class = sek_retry_classify(j->transport, answer->status,
		j->said.code),
	    .attempts = j->call->once ? 1 : j->attempts,
	    .number = j->number,
	    .left = j->aws->deadline - env->ticks(env),
	    .random = any_number(env),
	};
	int64_t asked, wait;

	if (!j->transport && r.class != SEK_RETRY_NOT) {
		r.retry_after = sek_retry_after(answer->retry_after,
		    env->now(env) + j->aws->clock_offset);
		r.amz_retry_after = sek_retry_amz_after(answer
							    ->amz_retry_after);
	}
	if (sek_retry_next(&wait, &r)) {
		env->sleep(env, wait);
		return true;
	}
	asked = r.amz_retry_after ? r.amz_retry_after : r.retry_after;
	if (!asked && r.class == SEK_RETRY_THROTTLE)
		asked = sek_retry_backoff(r.class, j->number);
	j->aws->retry_after = (asked + 999) / 1000;
	return false;
}

/* why: what the transport said; text of its own where there was an answer. */
static enum sek_code
give_up(const struct job *j, const struct sek_http_response *answer,
    const struct sek_err *why, struct sek_err *err)
{
	const char *what = j->call->what;

	if (!j->transport)
		return sek_call_error_fail(&j->said, answer->status, what,
		    j->number, err);
	if (j->call->once)
		return sek_fail(err, j->transport,
		    "%s: %s; the code may be spent: use the next one", what,
		    why->text);
	if (j->number > 1)
		return sek_fail(err, j->transport, "%s: %s (after %d attempts)",
		    what, why->text, j->number);
	return sek_fail(err, j->transport, "%s: %s", what, why->text);
}

static struct sek_secret *
take_body(struct sek_http_response *answer)
{
	return answer->body ? sek_steal(&answer->body) : sek_secret_new(0);
}

enum sek_code
sek_call(struct sek_secret **body, struct sek_aws *aws,
    const struct sek_call *call, struct sek_err *err)
{
	__attribute__((cleanup(clear_job))) struct job j = {
	    .aws = aws,
	    .call = call,
	    .attempts = sek_retry_attempts(aws->env),
	    .number = 1,
	};
	struct sek_err why = {0};
	enum sek_code code;

	aws->retry_after = 0;
	if ((code = find_url(&j, &why)))
		return sek_fail(err, code, "%s: %s", call->what, why.text);
	for (;;) {
		sek_auto_http_response answer = {0};

		if ((code = attempt(&answer, &j, &why)))
			return sek_fail(err, code, "%s: %s", call->what,
			    why.text);
		if (!j.transport && answer.status == 200) {
			*body = take_body(&answer);
			return SEK_OK;
		}
		if (correct_clock(&j, &answer))
			continue;
		if (!wait_for_next(&j, &answer))
			return give_up(&j, &answer, &why, err);
		j.number++;
	}
}

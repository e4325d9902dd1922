#include "aws/metadata.h"

#include "aws/retry.h"

static bool
is_fault(const struct sek_http_response *answer)
{
	return sek_retry_classify(SEK_OK, answer->status, "") != SEK_RETRY_NOT;
}

/* Waits where there is a next try. What the service asked for is noted for the
 * case that there is none. */
static bool
wait_for_next(const struct sek_metadata *m, enum sek_code transport,
    const struct sek_http_response *answer, int number)
{
	struct sek_aws *aws = m->aws;
	const struct sek_env *env = aws->env;
	struct sek_retry r = {
	    .class = sek_retry_classify(transport, answer->status, ""),
	    .attempts = m->attempts,
	    .number = number,
	    .left = aws->deadline - env->ticks(env),
	};
	int64_t wait;

	/* Without randomness the longest wait is the right one. */
	if (env->random(env, &r.random, sizeof(r.random), NULL))
		r.random = UINT32_MAX;
	if (!transport && r.class != SEK_RETRY_NOT)
		r.retry_after = sek_retry_after(answer->retry_after,
		    env->now(env));
	if (!sek_retry_next(&wait, &r)) {
		aws->retry_after = (r.retry_after + 999) / 1000;
		return false;
	}
	env->sleep(env, wait);
	return true;
}

/* An error of ours before anything is sent, or what the transport said. */
static enum sek_code
attempt(struct sek_http_response *answer, enum sek_code *transport,
    const struct sek_metadata *m, struct sek_http_request *request,
    struct sek_err *err)
{
	enum sek_code code;

	if ((code = sek_aws_left(&request->total_ms, m->aws, m->attempt_ms,
		 err)))
		return code;
	request->connect_ms = request->total_ms;
	request->max = SEK_METADATA_ANSWER_MAX;
	if (m->prepare && (code = m->prepare(m->arg, request, err)))
		return code;
	*transport = m->aws->http->send(m->aws->http, request, answer, err);
	return SEK_OK;
}

enum sek_code
sek_metadata_send(struct sek_http_response *answer,
    const struct sek_metadata *m, struct sek_http_request *request,
    struct sek_err *err)
{
	enum sek_code code, transport = SEK_OK;
	struct sek_err why = {0};

	m->aws->retry_after = 0;
	for (int number = 1;; number++) {
		sek_http_response_clear(answer);
		if ((code = attempt(answer, &transport, m, request, &why)))
			return sek_fail(err, code, "%s: %s", m->what, why.text);
		if (!transport && !is_fault(answer))
			return SEK_OK;
		if (wait_for_next(m, transport, answer, number))
			continue;
		if (transport && number > 1)
			return sek_fail(err, transport,
			    "%s: %s (after %d attempts)", m->what, why.text,
			    number);
		if (transport)
			return sek_fail(err, transport, "%s: %s", m->what,
			    why.text);
		return SEK_OK;
	}
}

struct sek_str
sek_metadata_text(const struct sek_http_response *answer)
{
	if (!answer->body)
		return (struct sek_str){"", 0};
	return sek_str_trim(sek_secret_str(answer->body));
}

bool
sek_metadata_is_word(struct sek_str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= max;
}

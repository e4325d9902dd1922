#ifndef SEK_AWS_RETRY_H
#define SEK_AWS_RETRY_H

#include <stdbool.h>

#include "base/env.h"

/*
 * When to try a call again: the standard mode of the AWS SDKs as revised in
 * 2026 (AWS SDKs and Tools Reference Guide, "Retry behavior"), less its token
 * bucket, which a process this short never empties. Pure.
 */
enum sek_retry_class {
	SEK_RETRY_NOT,       /* the same again would fail the same */
	SEK_RETRY_TRANSIENT, /* no answer, a cut one, a server's fault */
	SEK_RETRY_THROTTLE,  /* too many requests */
};

struct sek_retry {
	enum sek_retry_class class;
	int attempts;    /* at most, the first one included */
	int number;      /* of the attempt that failed, from 1 */
	int64_t left;    /* ms until the deadline */
	uint32_t random; /* any number: the jitter */
	/* What the answer asks for, in ms; 0: nothing. */
	int64_t retry_after;     /* Retry-After */
	int64_t amz_retry_after; /* x-amz-retry-after */
};

/* transport: what sending gave; the rest counts only if that is SEK_OK. error:
 * the service's code, "" for none. */
enum sek_retry_class
sek_retry_classify(enum sek_code transport, int status, const char *error);

/* Whether there is another attempt, and in how many ms. */
bool sek_retry_next(int64_t *wait, const struct sek_retry *r);

/* The longest wait, in ms, that follows attempt number. */
int64_t sek_retry_backoff(enum sek_retry_class class, int number);

/* AWS_MAX_ATTEMPTS, at most 10; 3 without it, or if it is no such number. */
int sek_retry_attempts(const struct sek_env *env);

/* A number of seconds, or a date (RFC 9110, 10.2.3) less now: ms, at most 15
 * minutes. 0: neither, or past. */
int64_t sek_retry_after(const char *value, int64_t now);
/* A number of ms. */
int64_t sek_retry_amz_after(const char *value);

#endif

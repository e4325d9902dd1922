#include "aws/retry.h"

#include "aws/clock.h"
#include "base/str.h"

#define ATTEMPTS     3
#define ATTEMPTS_MAX 10
#define TRANSIENT_MS 50
#define THROTTLE_MS  1000
#define BACKOFF_MAX  20000
/* x-amz-retry-after may add this much to a wait, no more. */
#define AMZ_MORE_MS 5000
/* An attempt takes time of its own: with less left there is none. */
#define ROOM_MS 100
/* No answer may keep us from trying for longer. */
#define ASKED_MAX_S 900

static bool
is_one_of(const char *error, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(error, *list))
			return true;
	return false;
}

static bool
is_throttle(int status, const char *error)
{
	static const char *const codes[] = {
	    "Throttling",
	    "ThrottlingException",
	    "ThrottledException",
	    "RequestThrottledException",
	    "TooManyRequestsException",
	    "ProvisionedThroughputExceededException",
	    "TransactionInProgressException",
	    "RequestLimitExceeded",
	    "BandwidthLimitExceeded",
	    "LimitExceededException",
	    "RequestThrottled",
	    "SlowDown",
	    "PriorRequestNotComplete",
	    "EC2ThrottledException",
	    NULL,
	};

	/* RFC 6585, for what stands before the service and has no codes */
	return is_one_of(error, codes) || (status == 429 && !*error);
}

/* STS says IDPCommunicationError when it could not reach the issuer of a web
 * identity in time; its model marks it as one to retry. */
static bool
is_transient(int status, const char *error)
{
	static const char *const codes[] = {
	    "RequestTimeout",
	    "RequestTimeoutException",
	    "IDPCommunicationError",
	    NULL,
	};

	return is_one_of(error, codes) || status == 500 || status == 502 ||
	    status == 503 || status == 504;
}

enum sek_retry_class
sek_retry_classify(enum sek_code transport, int status, const char *error)
{
	if (transport == SEK_ENET || transport == SEK_ECANCEL)
		return SEK_RETRY_TRANSIENT;
	if (transport)
		return SEK_RETRY_NOT;
	if (is_throttle(status, error))
		return SEK_RETRY_THROTTLE;
	return is_transient(status, error) ? SEK_RETRY_TRANSIENT
					   : SEK_RETRY_NOT;
}

int64_t
sek_retry_backoff(enum sek_retry_class class, int number)
{
	int64_t ms = class == SEK_RETRY_THROTTLE ? THROTTLE_MS : TRANSIENT_MS;

	while (--number > 0 && ms < BACKOFF_MAX)
		ms *= 2;
	return ms < BACKOFF_MAX ? ms : BACKOFF_MAX;
}

static int64_t
within(int64_t n, int64_t least, int64_t most)
{
	return n < least ? least : n > most ? most : n;
}

bool
sek_retry_next(int64_t *wait, const struct sek_retry *r)
{
	int64_t most = sek_retry_backoff(r->class, r->number);
	int64_t ms = (int64_t)((uint64_t)most * r->random / UINT32_MAX);

	if (r->class == SEK_RETRY_NOT || r->number >= r->attempts)
		return false;
	if (r->amz_retry_after > 0)
		ms = within(r->amz_retry_after, ms, ms + AMZ_MORE_MS);
	else if (r->retry_after > ms)
		ms = r->retry_after;
	if (ms + ROOM_MS > r->left)
		return false;
	*wait = ms;
	return true;
}

int
sek_retry_attempts(const struct sek_env *env)
{
	uint64_t n;

	if (!sek_str_to_u64(sek_str(env->get(env, "AWS_MAX_ATTEMPTS")), &n) ||
	    n == 0)
		return ATTEMPTS;
	return n < ATTEMPTS_MAX ? (int)n : ATTEMPTS_MAX;
}

int64_t
sek_retry_after(const char *value, int64_t now)
{
	uint64_t seconds;
	int64_t date;

	if (sek_str_to_u64(sek_str(value), &seconds))
		return seconds < ASKED_MAX_S ? (int64_t)seconds * 1000
					     : ASKED_MAX_S * 1000;
	if (!sek_clock_read_date(sek_str(value), &date))
		return 0;
	return within(date - now, 0, ASKED_MAX_S) * 1000;
}

int64_t
sek_retry_amz_after(const char *value)
{
	uint64_t ms;

	if (!sek_str_to_u64(sek_str(value), &ms))
		return 0;
	return ms < ASKED_MAX_S * 1000 ? (int64_t)ms : ASKED_MAX_S * 1000;
}

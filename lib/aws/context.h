#ifndef SEK_AWS_CONTEXT_H
#define SEK_AWS_CONTEXT_H

#include "aws/http.h"
#include "vault/settings.h"

/* What every exchange with AWS needs; borrowed, one per process. */
struct sek_aws {
	const struct sek_env *env;
	const struct sek_settings *settings;
	struct sek_http *http;
	int64_t deadline; /* on env's ticks, for all exchanges together */
	/*
	 * The services' clock less this machine's, in seconds. 0 until an answer
	 * showed that the difference is what made it fail.
	 */
	int64_t clock_offset;
	/* Set by a failed exchange: seconds that the service asks to wait, 0. */
	int64_t retry_after;
};

/* ms until the deadline, at most wanted; SEK_ECANCEL when it has passed. */
enum sek_code sek_aws_left(int64_t *ms, const struct sek_aws *aws,
    int64_t wanted, struct sek_err *err) SEK_CHECKED;

#endif

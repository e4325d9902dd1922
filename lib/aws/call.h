#ifndef SEK_AWS_CALL_H
#define SEK_AWS_CALL_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * One call of an AWS API: signed, sent, tried again as the SDKs' standard mode
 * does (AWS SDKs and Tools Reference Guide, "Retry behavior") until the
 * context's deadline, and once more with the service's clock where a wrong
 * clock was the reason.
 */
struct sek_call {
	const char *service; /* "sts": endpoint and signature */
	const struct sek_reach *reach;
	const char *what;   /* for messages: "AssumeRole arn:aws:iam::..." */
	const char *target; /* X-Amz-Target: AWS JSON 1.1; NULL: query */
	struct sek_str body;
	/* Not NULL: makes the body, anew before each try; new, to free. */
	enum sek_code (*make)(const struct sek_call *call,
	    struct sek_secret **body, struct sek_err *err);
	const void *arg;               /* for make */
	const struct sek_creds *creds; /* NULL: not signed */
	bool once; /* a one-time code is in it: no answer is no reason to
	              send it again; only a wrong clock is */
};

/*
 * *body: of an answer 200. Else the service's own code and message, with what
 * to do, as sts.h has the codes; aws->retry_after is set where it throttles.
 * Every error starts with what.
 */
enum sek_code sek_call(struct sek_secret **body, struct sek_aws *aws,
    const struct sek_call *call, struct sek_err *err) SEK_CHECKED;

#endif

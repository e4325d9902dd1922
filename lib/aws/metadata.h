#ifndef SEK_AWS_METADATA_H
#define SEK_AWS_METADATA_H

#include "aws/context.h"

/*
 * An exchange with a service on this machine or beside it, which holds this
 * machine's or container's credentials: tried again while it does not answer or
 * has a fault of its own (5xx, 429), until the context's deadline.
 */
#define SEK_METADATA_ANSWER_MAX ((size_t)64 << 10)

struct sek_metadata {
	struct sek_aws *aws;
	const char *what; /* starts every error */
	int attempts;
	int64_t attempt_ms;
	/* Not NULL: sets the request's headers, anew before each try. */
	enum sek_code (*prepare)(void *arg, struct sek_http_request *request,
	    struct sek_err *err);
	void *arg;
};

/*
 * SEK_OK: an answer of whatever status. request->max and its times are set
 * here. SEK_ECANCEL: none in time, at the last try or at all.
 */
enum sek_code sek_metadata_send(struct sek_http_response *answer,
    const struct sek_metadata *m, struct sek_http_request *request,
    struct sek_err *err) SEK_CHECKED;

/* What stands in an answer, without blanks around it; "" if nothing does. */
struct sek_str sek_metadata_text(const struct sek_http_response *answer);

/* Printable ASCII without blanks, 1 to max bytes: fit for a header. */
bool sek_metadata_is_word(struct sek_str s, size_t max);

#endif

#ifndef SEK_AWS_CLOCK_H
#define SEK_AWS_CLOCK_H

#include "aws/http.h"

/*
 * The services' clock, as their answers show it, against this machine's. The
 * rules are those of the AWS SDK for JavaScript, the one SDK that corrects its
 * clock. Pure.
 */

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), in s since 1970. The two
 * obsolete forms are not read: no AWS service sends them. */
bool sek_clock_read_date(struct sek_str text, int64_t *out);

/* The answer's Date less now, in s. False: it has none, or one that is not this
 * moment's: out of a cache, or of a round trip over 15 minutes. */
bool sek_clock_offset(int64_t *out, const struct sek_http_response *answer,
    int64_t now);

/*
 * Whether the request, signed on a clock that differs by used, may have been
 * refused because of that clock: AWS allows for 5 minutes, and offset is 4 or
 * more from used. once: only where the signature was what it stopped at, so
 * that nothing in the request was looked at.
 */
bool
sek_clock_is_wrong(const char *error, int64_t offset, int64_t used, bool once);

#endif

#ifndef SEK_AWS_CALL_ERROR_H
#define SEK_AWS_CALL_ERROR_H

#include "aws/http.h"
#include "aws/retry.h"
#include "vault/creds.h"

/*
 * The error that a service answers with: in JSON (AWS JSON protocol 1.1,
 * "Operation error serialization"), or in XML (query protocol), which
 * emulators send from JSON services too.
 */
#define SEK_CALL_MESSAGE_MAX 400

struct sek_call_error {
	char code[96]; /* without its namespace; "": the body is no error */
	/*
	 * For people: its first line, cut to fit, key ids shortened, safe for a
	 * terminal. "" if there is none, or if it repeats a part of what was
	 * sent that is secret.
	 */
	char message[SEK_CALL_MESSAGE_MAX + 1];
};

/* creds: that signed the request; NULL: none. sent: its body. */
void sek_call_error_read(struct sek_call_error *out,
    const struct sek_http_response *answer, const struct sek_creds *creds,
    struct sek_str sent);

/* The same from a code and a message found elsewhere. sent: what must not come
 * back in it; NULL: nothing. */
void sek_call_error_set(struct sek_call_error *out, struct sek_str code,
    struct sek_str message, const struct sek_secret *sent);

/* "WHAT: CODE (after N attempts): message; what to do". The code of call.h for
 * it. */
enum sek_code sek_call_error_fail(const struct sek_call_error *e, int status,
    const char *what, int attempts, struct sek_err *err) SEK_CHECKED;

#endif

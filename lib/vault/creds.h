#ifndef SEK_VAULT_CREDS_H
#define SEK_VAULT_CREDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

/*
 * One set of AWS credentials. What is secret lies in locked pages. Without a
 * token it is a long-term key. Zero-initialised means none.
 *
 * Every field is checked when it is set (printable ASCII without blanks, quotes
 * and backslashes), so that it can stand in a header, a line of a record and a
 * JSON string as it is.
 */
#define SEK_CREDS_ID_MAX     128 /* STS API: AccessKeyId 16-128 */
#define SEK_CREDS_SECRET_MAX 1024
#define SEK_CREDS_TOKEN_MAX  16384 /* no limit is documented; seen: 2 KiB */

struct sek_creds {
	char id[SEK_CREDS_ID_MAX + 1];
	char account[12 + 1]; /* "": not known */
	/*
	 * Seconds since 1970 on this machine's clock: where that is wrong, the
	 * service's time less the difference that was seen. 0: no end.
	 */
	int64_t expires;
	struct sek_secret *secret;
	struct sek_secret *token; /* NULL: none */
};

void sek_creds_clear(struct sek_creds *c); /* wipes; all fields zero */
#define sek_auto_creds                                                         \
	__attribute__((cleanup(sek_creds_clear))) struct sek_creds

/*
 * Replaces what is there; token with n == 0: none. SEK_EPARSE says which field
 * is missing, too long or holds a character that none has, without quoting it.
 */
enum sek_code
sek_creds_set(struct sek_creds *c, struct sek_str id, struct sek_str secret,
    struct sek_str token, int64_t expires, struct sek_err *err) SEK_CHECKED;

/* 12 digits, else SEK_EPARSE. */
enum sek_code sek_creds_set_account(struct sek_creds *c, struct sek_str account,
    struct sek_err *err) SEK_CHECKED;

void sek_creds_move(struct sek_creds *to, struct sek_creds *from);
bool sek_creds_same(const struct sek_creds *a, const struct sek_creds *b);

/*
 * The one JSON object that a credential_process prints, and a newline: AWS SDKs
 * and Tools Reference Guide, "Process credential provider". Version 1;
 * SessionToken, Expiration and AccountId where they are known.
 */
enum sek_code sek_creds_json(const struct sek_creds *c, struct sek_secret *out,
    struct sek_err *err) SEK_CHECKED;

#endif

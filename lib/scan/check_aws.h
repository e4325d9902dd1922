#ifndef SEK_SCAN_CHECK_AWS_H
#define SEK_SCAN_CHECK_AWS_H

#include "base/buf.h"

/* The shapes of AWS keys, for the checks and for pairing. */

/* Prefix and alphabet only. */
bool sek_aws_is_key_id(struct sek_str s);

enum sek_aws_account {
	SEK_AWS_ACCOUNT,     /* 12 digits */
	SEK_AWS_NO_ACCOUNT,  /* of the older kind, which holds none */
	SEK_AWS_BAD_ACCOUNT, /* no account has that number: made up */
};
/* id: for which sek_aws_is_key_id is true. account: "" if there is none. */
enum sek_aws_account sek_aws_account_of(struct sek_str id, char account[13]);

/* 40 characters of base64 that look random. */
bool sek_aws_is_secret(struct sek_str s);

/*
 * The base64 character that s starts with, plain or as an escape (%2F, \/,
 * \u002b, &#47; ...): its length in s, or 0.
 */
size_t sek_aws_base64_char(struct sek_str s, char *c);
/* Appends s without escapes; false when anything but base64 is in it. */
bool sek_aws_unescape(struct sek_str s, struct sek_buf *out);

#endif

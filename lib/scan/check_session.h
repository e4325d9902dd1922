#ifndef SEK_SCAN_CHECK_SESSION_H
#define SEK_SCAN_CHECK_SESSION_H

#include "scan/check.h"

/*
 * What an AWS session token says in clear: it is one byte and then fields in
 * the encoding of protocol buffers, most of them encrypted (Be'ery 2024, and
 * tokens in public presigned URLs). Current ones hold region, account and the
 * time of issue, older ones the time only. When they end is not in clear; no
 * session of STS lasts longer than SEK_SESSION_MAX seconds.
 */
#define SEK_SESSION_MAX (36 * 3600)

/* bytes: the decoded token. Sets of facts what it finds; false: it is none. */
bool sek_session_read(struct sek_str bytes, struct sek_facts *facts);

#endif

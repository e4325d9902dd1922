#ifndef SEK_SCAN_CHECK_TIME_H
#define SEK_SCAN_CHECK_TIME_H

#include "base/rfc3339.h"
#include "scan/check.h"

/* Seconds since 1970 as RFC 3339; "" before 2001 and after 9999, which no token
 * means. */
void sek_check_set_time(char out[SEK_RFC3339_SIZE], uint64_t seconds);

/* 20240131T235959Z, which s starts with, as seconds; 0: it does not. */
uint64_t sek_check_basic_time(struct sek_str s);

/* EXPIRED or LIVING, from what facts say of their times. now: seconds. */
void sek_check_say_time(struct sek_facts *facts, int64_t now);

#endif

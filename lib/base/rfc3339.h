#ifndef SEK_BASE_RFC3339_H
#define SEK_BASE_RFC3339_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Points in time as RFC 3339 writes them, in seconds since 1970. Read are also
 * a blank for the `T`, and fractions of a second (cut off); an offset other
 * than Z is applied. False: anything else, or a day that no calendar has.
 */
bool sek_rfc3339_read(struct sek_str text, int64_t *out);

#define SEK_RFC3339_SIZE sizeof("2026-01-01T00:00:00Z")
/* Years 1 to 9999; what lies outside is put at that edge. */
void sek_rfc3339_write(char out[SEK_RFC3339_SIZE], int64_t time);

#endif

#ifndef SEK_BASE_REDACT_H
#define SEK_BASE_REDACT_H

#include "base/buf.h"

/*
 * The one place that shortens a secret for people. Of a key id (SEK_SHOW_EDGES)
 * the first 4 and last 2 characters stay, if at least 12 are hidden:
 * `AKIA...2X`. Of a secret (SEK_SHOW_NOTHING) nothing but its length: `(40
 * characters)`. What is shown is made safe for a terminal: anything but
 * printable ASCII becomes `?`.
 */
enum sek_show { SEK_SHOW_NOTHING, SEK_SHOW_EDGES };

void sek_redact(struct sek_buf *out, struct sek_str value, enum sek_show show);

/*
 * Untrusted text (a path, a ref name) on one line of a terminal: as it is, or
 * C-quoted in double quotes as git does when it holds control characters (C1
 * and those that reverse the direction of text included), quotes, backslashes
 * or bytes that are not UTF-8.
 */
void sek_quote(struct sek_buf *out, struct sek_str text);

/* Is it UTF-8 that may be shown as it is, on one line: without controls, as
 * above? Quotes and backslashes are text. */
bool sek_is_line(struct sek_str text);

#endif

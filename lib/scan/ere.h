#ifndef SEK_SCAN_ERE_H
#define SEK_SCAN_ERE_H

#include "base/buf.h"

/*
 * POSIX extended regular expressions with GNU's additions (\s \S \w \W \b \B
 * \< \> \` \'), as git-secrets' configuration holds them, into our PCRE2 subset,
 * for matching single lines of bytes in the C locale. word: as grep -w, what
 * stands before and after is no [A-Za-z0-9_]. What cannot be translated
 * (back-references, collating elements) is SEK_ECONFIG with its column.
 */
enum sek_code sek_ere_translate(const char *ere, bool word, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;

#endif

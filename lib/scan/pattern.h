#ifndef SEK_SCAN_PATTERN_H
#define SEK_SCAN_PATTERN_H

#include "base/err.h"
#include "base/str.h"

/*
 * A regex or glob of a person's (an allow-list's value or path). It is compiled
 * when made, needs no ruleset, and may be used by many threads at once.
 */
struct sek_pattern;

/* Any PCRE2, bytes, multi-line as in rules; found anywhere in the text. Its
 * work is limited as a rule's is. SEK_ECONFIG with "column N: why". */
enum sek_code sek_pattern_new(struct sek_pattern **out, const char *regex,
    struct sek_err *err) SEK_CHECKED;

/*
 * As in .gitignore, without `!`: `*`, `?` and `[...]` stay within a path part,
 * a part that is `**` stands for any number of parts, a backslash takes away
 * the next character's meaning. With a slash at its start or inside it is
 * matched from the top, else with any part of the path. What matches a
 * directory matches all below it; with a slash at its end it matches only so.
 */
enum sek_code sek_pattern_new_glob(struct sek_pattern **out, const char *glob,
    struct sek_err *err) SEK_CHECKED;
void sek_pattern_free(struct sek_pattern *p); /* NULL is legal */

/* SEK_ETOOBIG if the limits were reached: then neither yes nor no. */
enum sek_code sek_pattern_matches(const struct sek_pattern *p,
    struct sek_str text, bool *yes, struct sek_err *err) SEK_CHECKED;

#endif

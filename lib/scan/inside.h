#ifndef SEK_SCAN_INSIDE_H
#define SEK_SCAN_INSIDE_H

#include "scan/outcome.h"

/*
 * What is packed in a content, for the scanner: members are scanned as contents
 * of their own, with a scanner of their own, and their names as text. What
 * another program, or one who knows a password, could read is told as unread;
 * what is damaged so that nobody can, as elsewhere, each with the way that leads
 * to it: archive!member.
 */
#define SEK_INSIDE_DEPTH 16 /* archives in archives */
/* So much of a member's name is shown. */
#define SEK_INSIDE_NAME 256

struct sek_inside; /* NULL at first; room that is kept */
void sek_inside_free(struct sek_inside *in); /* NULL is legal */

/* How text stands there: the encoding of the member that the job is about, then
 * `names`; either may be NULL; to free. */
char *sek_inside_encoding(const struct sek_job *job, const char *names);

/*
 * Scans what is packed in content, if it begins as an archive does. job: of the
 * content, or of the text that the content stands in, encoded as `encoding`
 * says (NULL: it does not). shown: its path.
 */
void sek_inside_run(struct sek_inside **in, const struct sek_policy *policy,
    const struct sek_job *job, const char *shown, const char *encoding,
    struct sek_str content, struct sek_outcome *out);

#endif

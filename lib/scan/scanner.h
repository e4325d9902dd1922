#ifndef SEK_SCAN_SCANNER_H
#define SEK_SCAN_SCANNER_H

#include "scan/outcome.h"
#include "scan/policy.h"

/*
 * Content to findings: match, pair, drop what another finding covers, ask the
 * allow-list, place (line, column), redact. A path that holds a secret is
 * nowhere shown with it, unless secrets are to be kept. One scanner per thread;
 * the policy is shared and only read.
 */
struct sek_scanner;
struct sek_scanner *sek_scanner_new(const struct sek_policy *policy);
void sek_scanner_free(struct sek_scanner *s); /* NULL is legal */

/*
 * Scans the path of a job that asks so as a file name, and keeps what of it may
 * be shown for sek_scanner_run, which comes after it.
 */
enum sek_code sek_scanner_name(struct sek_scanner *s, const struct sek_job *job,
    struct sek_outcome *out, struct sek_err *err) SEK_CHECKED;
/* The path of that job, its secrets redacted; until the next job. */
const char *sek_scanner_shown(const struct sek_scanner *s);

/*
 * Scans content as what job says it is. On an error what was found so far stays
 * in out; that the content is unread is for the caller to say.
 */
enum sek_code sek_scanner_run(struct sek_scanner *s, const struct sek_job *job,
    struct sek_str content, struct sek_outcome *out,
    struct sek_err *err) SEK_CHECKED;

/* A text that is to be shown, with its secrets redacted; to free. */
char *sek_scanner_hide(struct sek_scanner *s, const char *text);

/*
 * Gives a finding the path that was found out later: its secrets redacted, but
 * for the finding's own one if it is in the path itself (start and end say
 * where, and are moved).
 */
void sek_scanner_rename(struct sek_scanner *s, struct sek_found *f,
    const char *path);

#endif

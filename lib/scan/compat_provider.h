#ifndef SEK_SCAN_COMPAT_PROVIDER_H
#define SEK_SCAN_COMPAT_PROVIDER_H

#include "base/buf.h"

/*
 * git-secrets' providers: commands whose output lines are prohibited patterns.
 */

/*
 * Runs a command line and appends what it prints, without carriage returns. It
 * is split at blanks; nothing in it is quoted or expanded, and no shell runs
 * it. Its exit status means nothing. A command that cannot be started gives
 * nothing, and *missing is its name, to free; NULL otherwise. `git secrets
 * --aws-provider [FILE]` is done right here.
 */
enum sek_code sek_compat_provider_run(const char *command, struct sek_buf *out,
    char **missing, struct sek_err *err) SEK_CHECKED;

/*
 * The values of aws_access_key_id and aws_secret_access_key lines of an ini
 * file, one a line, as patterns that match just them. file NULL or "":
 * ~/.aws/credentials. A file that is not there gives nothing.
 */
enum sek_code sek_compat_provider_aws(const char *file, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;

#endif

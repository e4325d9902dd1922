#ifndef SEK_AWS_PROCESS_H
#define SEK_AWS_PROCESS_H

#include "aws/context.h"
#include "vault/creds.h"
#include "vault/plan.h"

/*
 * Another tool's credential_process: run without a shell, the command line
 * split as a POSIX shell would split words and quotes, nothing expanded. Its
 * standard error is the user's; its output is one JSON object (AWS SDKs and
 * Tools Reference Guide, "Process credential provider"), capped. SEK_ECONFIG: no
 * command line; else as process_run.h has it. SEK_EPARSE: its answer is none,
 * without a byte of it quoted; SEK_EEXPIRED: what it gave has ended.
 */
enum sek_code sek_process_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;

/* The one line that a command prints, for mfa_process, without blanks around
 * it; new, to free. Errors as above. */
enum sek_code sek_process_line(struct sek_aws *aws, const char *command,
    struct sek_secret **out, struct sek_err *err) SEK_CHECKED;

#endif
